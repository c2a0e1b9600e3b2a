/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tftp_send.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "lwip/ip_addr.h"
#include "lwip/pbuf.h"
#include "lwip/udp.h"
#include "net/address.h"
#include "net/network.h"
#include "net/stack.h"
#include "net/tftp_client.h"
#include "net/tftp_packet.h"

#define SERVER_TIMEOUT_S 2
#define AGAIN_FIRST_MS   1000u /* until a packet is sent again; doubles each time, up to: */
#define AGAIN_LAST_MS    8000u
#define REQUEST_TOTAL_MS 30000u /* no answer at all for so long ends it */
#define STALL_TOTAL_MS   30000u /* no acknowledgement for so long in the middle, too */
/* So many requests with options before those without take turns. */
#define TRIES_WITH_OPTIONS 2
/* A request without an answer may still be on its way; at the end it is awaited for so long. */
#define LATE_ANSWER_MS 3000u

enum outcome { RUNNING, COMPLETE, FAILED, REFUSED };

static struct {
    const struct fetch_uri *uri;
    const char *name; /* the path, printable */
    const uint8_t *bytes;
    size_t length;

    struct udp_pcb *endpoint;
    enum outcome outcome;
    error_t error;
    bool connected;
    uint16_t peer; /* the server's transfer id: its port */
    size_t block_size;
    bool may_ask, asked_options, asked_plain;
    unsigned tries, answers; /* requests sent, and those that the server took */

    /* Blocks are counted from 1; 0 is the request. The last has less than a whole block's bytes. */
    uint32_t block;
    size_t offset;  /* of the block that is on the way */
    bool all_taken; /* the last block has been acknowledged */

    uint64_t began_ms, progress_ms, sent_ms;
    uint32_t again_ms;
} transfer;

static char printable_name[FETCH_PATH_LENGTH];

static void finish(enum outcome outcome, error_t error)
{
    transfer.outcome = outcome;
    transfer.error = error;
}

/* --- Sending ---------------------------------------------------------------------------------- */

static void send_error(uint16_t port, enum tftp_error error, const char *text)
{
    tftp_send_error(transfer.endpoint, transfer.uri->server, port, error, text);
}

static void send_request(void)
{
    uint8_t packet[TFTP_REQUEST_MAXIMUM];
    bool with_options = transfer.may_ask && (transfer.tries < TRIES_WITH_OPTIONS ||
                                             (transfer.tries - TRIES_WITH_OPTIONS) % 2 != 0);
    bool options;
    size_t length = tftp_build_write_request(transfer.uri->path, transfer.length,
                                             with_options ? TFTP_BLOCK_MAXIMUM : 0,
                                             SERVER_TIMEOUT_S, packet, &options);

    if (length == 0) {
        finish(FAILED, fail(ERROR_FETCH_URI, "the path is empty or too long for TFTP: \"%s\"",
                            transfer.name));
        return;
    }
    transfer.asked_options |= options;
    transfer.asked_plain |= !options;
    transfer.tries++;
    network_send_udp(transfer.endpoint, transfer.uri->server, tftp_server_port(transfer.uri),
                     packet, length);
}

static size_t block_length(void)
{
    size_t left = transfer.length - transfer.offset;

    return left < transfer.block_size ? left : transfer.block_size;
}

static void send_block(void)
{
    static uint8_t packet[TFTP_HEADER + TFTP_BLOCK_MAXIMUM];
    size_t length = block_length();

    put_be16(packet, TFTP_DATA);
    put_be16(packet + 2, (uint16_t)transfer.block);
    if (length != 0)
        memcpy(packet + TFTP_HEADER, transfer.bytes + transfer.offset, length);
    network_send_udp(transfer.endpoint, transfer.uri->server, transfer.peer, packet,
                     TFTP_HEADER + length);
}

/* A packet that does not leave is repeated by the timer like one that got lost. */
static void send_current(void)
{
    if (transfer.connected)
        send_block();
    else
        send_request();
    transfer.sent_ms = platform_milliseconds();
}

/* What was on the way has arrived: the next block, or the end. */
static void go_on(void)
{
    if (transfer.block != 0) {
        size_t length = block_length();

        transfer.offset += length;
        if (length < transfer.block_size) {
            transfer.all_taken = true;
            transfer.progress_ms = platform_milliseconds();
            return;
        }
    }
    transfer.block++;
    transfer.again_ms = AGAIN_FIRST_MS;
    transfer.progress_ms = platform_milliseconds();
    send_current();
}

/* --- Receiving -------------------------------------------------------------------------------- */

static void connect(uint16_t port, size_t block_size)
{
    transfer.connected = true;
    transfer.answers++;
    transfer.peer = port;
    transfer.block_size = block_size;
}

static void receive_oack(const struct tftp_packet *packet, uint16_t port)
{
    size_t block_size = packet->block_size != 0 ? packet->block_size : TFTP_BLOCK_DEFAULT;

    if (transfer.connected)
        return; /* again: block 1 got lost, and the timer sends it again */
    if (!transfer.asked_options || packet->bad || block_size > TFTP_BLOCK_MAXIMUM) {
        send_error(port, TFTP_ERROR_OPTION, "not what was asked for");
        finish(FAILED, fail(ERROR_TFTP_PROTOCOL, "\"%s\": options answered that were not asked for",
                            transfer.name));
        return;
    }
    connect(port, block_size);
    go_on();
}

static void receive_ack(uint16_t block, uint16_t port)
{
    if (!transfer.connected) {
        if (block != 0)
            return;
        connect(port, TFTP_BLOCK_DEFAULT);
    } else if (block != (uint16_t)transfer.block) {
        return; /* an old one: answering it would double every packet (RFC 1123, 4.2.3.1) */
    }
    go_on();
}

static void receive_error(const struct tftp_packet *packet)
{
    if (!transfer.connected && transfer.may_ask && transfer.asked_options &&
        tftp_about_options(packet, transfer.asked_plain)) {
        tftp_say_without_options(packet, transfer.uri->server);
        finish(REFUSED, OK);
        return;
    }
    finish(FAILED,
           tftp_server_error(packet, "writing ", transfer.name, "to", transfer.uri->server));
}

/*
 * A packet from another port of the server, a second process there, born of a repeated request. If
 * it takes the file, it has emptied it: everything that the first one wrote may be gone, so that
 * the whole is sent again, to the younger one.
 */
static void receive_from_another(const uint8_t *bytes, uint16_t port)
{
    unsigned opcode = get_be16(bytes);

    if (opcode == TFTP_ERROR)
        return;
    if (transfer.answers < transfer.tries &&
        (opcode == TFTP_OACK || (opcode == TFTP_ACK && get_be16(bytes + 2) == 0))) {
        send_error(transfer.peer, TFTP_ERROR_TID, "the next request has an answer, too");
        transfer.connected = transfer.all_taken = false;
        transfer.block = 0;
        transfer.offset = 0;
        return;
    }
    send_error(port, TFTP_ERROR_TID, "another transfer is under way");
}

static void receive(const uint8_t *bytes, size_t length, uint32_t from, uint16_t port)
{
    struct tftp_packet packet;

    if (transfer.outcome != RUNNING || from != transfer.uri->server || length < TFTP_HEADER)
        return;
    if (transfer.connected && port != transfer.peer)
        receive_from_another(bytes, port);
    if ((transfer.connected && port != transfer.peer) || transfer.all_taken)
        return;
    if (get_be16(bytes) == TFTP_ACK)
        receive_ack(get_be16(bytes + 2), port);
    else if (tftp_parse(bytes, length, &packet) && packet.opcode == TFTP_OACK)
        receive_oack(&packet, port);
    else if (packet.opcode == TFTP_ERROR)
        receive_error(&packet);
}

static void received(void *context, struct udp_pcb *endpoint, struct pbuf *pbuf,
                     const ip_addr_t *from, u16_t port)
{
    (void)context;
    (void)endpoint;
    /* One frame is one pbuf (net/network.c). */
    receive(pbuf->payload, pbuf->len, from->addr, port);
    pbuf_free(pbuf);
}

/* --- Waiting ---------------------------------------------------------------------------------- */

static void give_up(void)
{
    const char *server = network_address_text(transfer.uri->server);

    if (transfer.connected)
        finish(FAILED, fail(ERROR_TFTP_LOST, "writing \"%s\" to %s, after %u of %u bytes%s",
                            transfer.name, server, (unsigned)transfer.offset,
                            (unsigned)transfer.length, network_link_text()));
    else
        finish(FAILED, fail(ERROR_TFTP_NO_ANSWER, "writing \"%s\" to %s, port %u, %u requests%s",
                            transfer.name, server, tftp_server_port(transfer.uri), transfer.tries,
                            network_link_text()));
}

static void send_again(uint64_t now)
{
    uint64_t since = now - (transfer.connected ? transfer.progress_ms : transfer.began_ms);

    if (since >= (transfer.connected ? STALL_TOTAL_MS : REQUEST_TOTAL_MS)) {
        give_up();
        return;
    }
    if (now - transfer.sent_ms < transfer.again_ms)
        return;
    transfer.again_ms = transfer.again_ms < AGAIN_LAST_MS ? 2 * transfer.again_ms : AGAIN_LAST_MS;
    print("  TFTP: no answer from %s yet (%u s of %u s, escape stops)%s\n",
          network_address_text(transfer.uri->server), (unsigned)(since / 1000),
          (transfer.connected ? STALL_TOTAL_MS : REQUEST_TOTAL_MS) / 1000, network_link_text());
    network_find_again(transfer.uri->server);
    send_current();
}

static void run(void)
{
    send_current();
    while (transfer.outcome == RUNNING) {
        bool stopped;

        network_poll();
        if (transfer.outcome != RUNNING)
            return;
        stopped = network_interrupted();
        if (transfer.all_taken) {
            if (stopped || transfer.answers >= transfer.tries ||
                platform_milliseconds() - transfer.progress_ms >= LATE_ANSWER_MS)
                finish(COMPLETE, OK);
        } else if (stopped) {
            if (transfer.connected)
                send_error(transfer.peer, TFTP_ERROR_UNDEFINED, "stopped by a key");
            finish(FAILED, fail(ERROR_NET_STOPPED, "while writing \"%s\"", transfer.name));
        } else {
            send_again(platform_milliseconds());
        }
    }
}

static enum outcome start(bool with_options)
{
    transfer.endpoint = network_open_udp(0);
    if (transfer.endpoint == NULL) {
        finish(FAILED, fail(ERROR_NET_STACK, "an endpoint for TFTP"));
        return FAILED;
    }
    udp_recv(transfer.endpoint, received, NULL);
    transfer.outcome = RUNNING;
    transfer.may_ask = with_options;
    transfer.asked_options = transfer.asked_plain = false;
    transfer.connected = transfer.all_taken = false;
    transfer.tries = transfer.answers = 0;
    transfer.block = 0;
    transfer.offset = 0;
    transfer.again_ms = AGAIN_FIRST_MS;
    transfer.began_ms = platform_milliseconds();
    run();
    network_close_udp(transfer.endpoint);
    return transfer.outcome;
}

error_t tftp_send(const struct fetch_uri *uri, const uint8_t *bytes, size_t length)
{
    if (network_interface() == NULL)
        return fail(ERROR_NET_STACK, "no card is attached");
    if (!network_reachable(uri->server))
        return fail(ERROR_TFTP_NO_ANSWER, "%s is not on this network and there is no gateway",
                    network_address_text(uri->server));
    memset(&transfer, 0, sizeof transfer);
    transfer.uri = uri;
    transfer.bytes = bytes;
    transfer.length = length;
    text_make_printable(printable_name, sizeof printable_name, uri->path, sizeof uri->path);
    transfer.name = printable_name;
    if (start(true) == REFUSED)
        start(false);
    return transfer.error;
}
