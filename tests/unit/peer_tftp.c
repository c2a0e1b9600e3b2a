/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer_tftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/platform.h"
#include "lib/bytes.h"
#include "peer.h"

static struct peer_tftp server;
static uint16_t port;
static bool open;
static unsigned block_size;
static uint64_t block; /* the one sent last; 0: the OACK */
static unsigned window;
static uint64_t sent_ms;
static uint8_t pattern[2 * PEER_PATTERN];

const uint8_t *peer_pattern(uint64_t offset)
{
    if (pattern[0] == 0) {
        uint32_t state = 1;

        for (size_t i = 0; i < PEER_PATTERN; i++) {
            state = state * 1664525u + 1013904223u;
            pattern[i] = pattern[i + PEER_PATTERN] = (uint8_t)(state >> 24);
        }
        pattern[0] = pattern[PEER_PATTERN] = 0x5A;
    }
    return pattern + offset % PEER_PATTERN;
}

uint16_t peer_tftp_port(void)
{
    return port;
}

void peer_tftp_send(uint16_t from_port, const uint8_t *bytes, size_t length)
{
    peer_send(peer_address("10.0.2.2"), from_port, peer_address("10.0.2.15"), server.client_port,
              bytes, length);
}

static uint16_t wire_number(uint64_t number)
{
    return server.wrap == 0 ? (uint16_t)number : (uint16_t)((number - 1) % 65535 + 1);
}

static void send_error(unsigned number, const char *text)
{
    uint8_t packet[256];

    put_be16(packet, 5);
    put_be16(packet + 2, (uint16_t)number);
    snprintf((char *)packet + 4, sizeof packet - 4, "%s", text);
    peer_tftp_send(port, packet, 4 + strlen(text) + 1);
    open = false;
}

static uint64_t block_count(void)
{
    return server.size / block_size + 1;
}

static void send_block(void)
{
    uint8_t packet[2048];
    uint64_t offset = (block - 1) * block_size;
    size_t length = server.size - offset < block_size ? (size_t)(server.size - offset) : block_size;

    sent_ms = platform_milliseconds();
    if (server.silent_from != 0 && block >= server.silent_from)
        return;
    if (server.error_block != 0 && block >= server.error_block) {
        send_error(server.error_number, server.error_text);
        return;
    }
    if (server.long_block == block)
        length++;
    put_be16(packet, 3);
    put_be16(packet + 2, wire_number(block));
    memcpy(packet + 4, peer_pattern(offset), length);
    server.data_packets++;
    if (server.lost_block == block && server.lost_times != 0) {
        server.lost_times--;
        return;
    }
    if (length <= server.path_limit)
        peer_tftp_send(port, packet, 4 + length);
}

/* The blocks behind `acknowledged`, as many as go at once. */
static void send_window(void)
{
    uint64_t first = server.acknowledged + 1;
    unsigned at_once = server.window_sent != 0 ? server.window_sent : window;

    for (block = first;; block++) {
        if (server.window_lost == 0 || window == 1 || block - first < server.window_lost)
            send_block();
        if (!open || block == block_count() || block - first + 1 == at_once)
            return;
    }
}

static void send_oack(uint64_t size)
{
    uint8_t packet[256];
    size_t at = 2;

    put_be16(packet, 6);
    server.oacks++;
    if (server.oack != NULL) {
        memcpy(packet + 2, server.oack, server.oack_length);
        peer_tftp_send(port, packet, 2 + server.oack_length);
        return;
    }
    if (!server.no_size)
        at += (size_t)sprintf((char *)packet + at, "tsize%c%llu", 0, (unsigned long long)size) + 1;
    if (server.asked_block_size != 0)
        at += (size_t)sprintf((char *)packet + at, "BLKSIZE%c%u", 0, block_size) + 1;
    if (server.asked_timeout != 0)
        at += (size_t)sprintf((char *)packet + at, "timeout%c%u", 0, server.asked_timeout) + 1;
    if (window != 1 || server.window_grant != 0)
        at += (size_t)sprintf((char *)packet + at, "windowsize%c%u", 0, window) + 1;
    peer_tftp_send(port, packet, at);
}

static void send_present(void)
{
    if (block != 0) {
        send_window();
        return;
    }
    sent_ms = platform_milliseconds();
    if (server.announced_later != UINT64_MAX && server.requests > 1)
        send_oack(server.announced_later);
    else
        send_oack(server.announced != UINT64_MAX ? server.announced : server.size);
}

/* Reads the request's strings; true if there were options. */
static bool read_request(const uint8_t *bytes, size_t length)
{
    const char *at = (const char *)bytes + 2, *end = (const char *)bytes + length;
    bool options = false;

    if (end[-1] != 0)
        abort();
    snprintf(server.path, sizeof server.path, "%s", at);
    at += strlen(at) + 1;
    if (at >= end || strcmp(at, "octet") != 0)
        abort();
    at += strlen(at) + 1;
    server.asked_block_size = server.asked_timeout = server.asked_window = 0;
    while (at < end) {
        const char *value = at + strlen(at) + 1;

        if (strcmp(at, "blksize") == 0)
            server.asked_block_size = (unsigned)atoi(value);
        else if (strcmp(at, "timeout") == 0)
            server.asked_timeout = (unsigned)atoi(value);
        else if (strcmp(at, "windowsize") == 0)
            server.asked_window = (unsigned)atoi(value);
        else if (strcmp(at, "tsize") != 0)
            abort();
        options = true;
        at = value + strlen(value) + 1;
    }
    return options;
}

static void take_request(const struct peer_datagram *datagram)
{
    bool options = read_request(datagram->bytes, datagram->length);

    server.requests++;
    server.requests_with_options += options;
    server.windows_asked += server.asked_window != 0;
    if (server.deaf_requests != 0) {
        static const uint8_t block[4 + 512] = {0, 3, 0, 1, 'n', 'o'};

        server.deaf_requests--;
        server.client_port = datagram->from_port;
        if (server.forged)
            peer_tftp_send(7, block, sizeof block);
        return;
    }
    if (server.requests > 1)
        server.gone_from = 0;
    if ((options && server.options == OPTIONS_SWALLOWED) ||
        (server.asked_window != 0 && server.window_swallowed))
        return;
    if (server.every_request && open && options && datagram->from_port == server.client_port) {
        /* The first process goes on; this one's answer comes from a port of its own. */
        port++;
        send_oack(server.size);
        port--;
        return;
    }
    if (!open || datagram->from_port != server.client_port)
        port++;
    server.client_port = datagram->from_port;
    open = true;
    if (server.refuse_all) {
        send_error(server.error_number, server.error_text);
        return;
    }
    if ((options && server.options == OPTIONS_REFUSED) ||
        (server.asked_window != 0 && server.window_refused)) {
        send_error(server.refusal, "no options\nplease");
        return;
    }
    block_size = 512;
    block = 1;
    window = 1;
    server.acknowledged = 0;
    if ((options && server.options == OPTIONS_TAKEN) || server.oack_always) {
        if (server.asked_block_size != 0)
            block_size = server.asked_block_size < server.block_limit ? server.asked_block_size
                                                                      : server.block_limit;
        if (server.block_grant != 0)
            block_size = server.block_grant;
        if (server.window_limit != 0 && server.asked_window != 0)
            window = server.asked_window < server.window_limit ? server.asked_window
                                                               : server.window_limit;
        if (server.window_grant != 0 && server.asked_window != 0)
            window = server.window_grant;
        block = 0;
    }
    send_present();
}

/* An acknowledgement inside a window starts the next one there (RFC 7440 section 4). */
static void take_window_ack(uint16_t number)
{
    uint64_t which = server.acknowledged;

    while (number != (which == 0 ? 0 : wire_number(which)))
        if (which++ == block)
            return;
    if (server.window_to_its_end && which != block)
        return;
    server.acknowledged = which;
    if (which == block_count())
        server.complete = true;
    else
        send_window();
}

static void take_ack(uint16_t number)
{
    bool news = number == (block == 0 ? 0 : wire_number(block));

    server.acks++;
    if (server.deaf_acks != 0 && block >= server.deaf_acks_from) {
        server.deaf_acks--;
        return;
    }
    if (server.deaf_to != NULL && server.deaf_to(server.acks))
        return;
    if (window != 1) {
        take_window_ack(number);
        return;
    }
    if (news)
        server.acknowledged = block;
    if (news && block == block_count()) {
        server.complete = true;
        return;
    }
    if (news) {
        block++;
        send_block();
    } else if (server.sorcerer) {
        send_block();
    }
}

static void receive(const struct peer_datagram *datagram)
{
    const uint8_t *bytes = datagram->bytes;

    if (datagram->to != peer_address("10.0.2.2") || datagram->length < 4)
        abort();
    if (datagram->to_port == 69 && get_be16(bytes) == 1) {
        take_request(datagram);
        return;
    }
    switch (get_be16(bytes)) {
    case 4:
        if (server.gone_from != 0 && block >= server.gone_from) {
            server.acks_of_gone++;
            peer_refuse(datagram);
        } else if (datagram->to_port == port && open)
            take_ack(get_be16(bytes + 2));
        break;
    case 5:
        server.errors[get_be16(bytes + 2) % 16]++;
        snprintf(server.last_error, sizeof server.last_error, "%s", (const char *)bytes + 4);
        if (datagram->to_port == port)
            open = false;
        break;
    default:
        abort();
    }
}

static void tick(uint64_t now_ms)
{
    if (server.repeat_ms == 0 || !open || server.complete || now_ms - sent_ms < server.repeat_ms ||
        (block == 0 && !server.repeat_oack) || (server.gone_from != 0 && block >= server.gone_from))
        return;
    send_present();
}

struct peer_tftp *peer_tftp_start(uint64_t size)
{
    memset(&server, 0, sizeof server);
    server.size = size;
    server.block_limit = 65464;
    server.announced = server.announced_later = UINT64_MAX;
    server.path_limit = 2048;
    server.error_text = "";
    port = 40000;
    open = false;
    peer_on_receive(receive);
    peer_on_tick(tick);
    return &server;
}
