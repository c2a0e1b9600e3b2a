/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending a file by TFTP, to a scripted server that behaves well or does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/platform.h"
#include "console/error.h"
#include "lib/bytes.h"
#include "net/fetch.h"
#include "net/tftp_send.h"
#include "peer.h"
#include "peer_tftp.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

#define SERVER_PORT 40000
#define ROOM        0x100000

/* What the server does, and what it got. */
static struct {
    bool knows_options, refuses_options, swallows_options;
    const char *oack; /* instead of its own; its length */
    size_t oack_length;
    unsigned granted;        /* the block size that it stands for */
    unsigned deaf_requests;  /* so many get no answer */
    unsigned error_at_block; /* not 0: answers this block with an error; 1000: the request */
    unsigned silent_from;    /* not 0: from this block on it is dead */
    bool acks_twice;
    /* not 0: the first request has an answer when the second one comes, that one when so many
     * blocks have come: from a process of its own, which empties the file. */
    unsigned second_process_after;

    uint16_t port;
    unsigned requests, requests_with_options, data_packets, errors;
    char path[200];
    unsigned tsize, block_size;
    uint16_t client_port;
    uint32_t block; /* the last taken */
    uint8_t bytes[ROOM];
    size_t length;
    bool complete;
} server;

static void send_back(const uint8_t *bytes, size_t length)
{
    peer_send(peer_address("10.0.2.2"), server.port, peer_address("10.0.2.15"), server.client_port,
              bytes, length);
}

static void send_ack(uint32_t block)
{
    uint8_t packet[4];

    put_be16(packet, 4);
    put_be16(packet + 2, (uint16_t)block);
    send_back(packet, sizeof packet);
    if (server.acks_twice)
        send_back(packet, sizeof packet);
}

static void send_error(unsigned number, const char *text)
{
    uint8_t packet[100];

    put_be16(packet, 5);
    put_be16(packet + 2, (uint16_t)number);
    strcpy((char *)packet + 4, text);
    send_back(packet, 4 + strlen(text) + 1);
}

static void send_oack(void)
{
    uint8_t packet[100];
    size_t at = 2;

    put_be16(packet, 6);
    if (server.oack != NULL) {
        memcpy(packet + 2, server.oack, server.oack_length);
        send_back(packet, 2 + server.oack_length);
        return;
    }
    at += (size_t)sprintf((char *)packet + at, "tsize%c%u", 0, server.tsize) + 1;
    at += (size_t)sprintf((char *)packet + at, "blksize%c%u", 0, server.block_size) + 1;
    send_back(packet, at);
}

/* The value of an option in a request; 0: it is not there. */
static unsigned option(const uint8_t *packet, size_t length, const char *name)
{
    const char *at = (const char *)packet + 2, *end = (const char *)packet + length;

    for (at += strlen(at) + 1, at += strlen(at) + 1; at < end;) {
        const char *value = at + strlen(at) + 1;
        unsigned number = 0;

        if (strcmp(at, name) == 0 && sscanf(value, "%u", &number) == 1)
            return number;
        at = value + strlen(value) + 1;
    }
    return 0;
}

static void take_request(const struct peer_datagram *datagram)
{
    unsigned block_size = option(datagram->bytes, datagram->length, "blksize");

    assert_int_equal(get_be16(datagram->bytes), 2);
    assert_int_equal(datagram->bytes[datagram->length - 1], 0);
    server.requests++;
    server.requests_with_options += block_size != 0;
    snprintf(server.path, sizeof server.path, "%s", (const char *)datagram->bytes + 2);
    server.client_port = datagram->from_port;
    server.block = 0;
    server.length = 0;
    server.complete = false;
    if (server.deaf_requests != 0) {
        server.deaf_requests--;
    } else if (server.error_at_block == 1000) {
        send_error(2, "no writing here");
    } else if (block_size != 0 && server.refuses_options) {
        send_error(8, "no options");
    } else if (block_size != 0 && server.swallows_options) {
        return;
    } else if (block_size != 0 && server.knows_options) {
        server.tsize = option(datagram->bytes, datagram->length, "tsize");
        server.block_size = server.granted != 0 ? server.granted : block_size;
        send_oack();
    } else {
        server.block_size = 512;
        send_ack(0);
    }
}

static void take_data(const uint8_t *packet, size_t length)
{
    uint16_t block = get_be16(packet + 2);

    server.data_packets++;
    if (server.silent_from != 0 && block >= server.silent_from)
        return;
    if (server.error_at_block == block) {
        send_error(3, "full");
        return;
    }
    if (block == (uint16_t)(server.block + 1)) {
        assert_false(server.complete);
        assert_true(length - 4 <= server.block_size && server.length + length - 4 <= ROOM);
        memcpy(server.bytes + server.length, packet + 4, length - 4);
        server.length += length - 4;
        server.block++;
        server.complete = length - 4 < server.block_size;
    }
    if (block == (uint16_t)server.block)
        send_ack(block);
    if (server.second_process_after == server.data_packets) {
        server.port++;
        server.block = 0;
        server.length = 0;
        server.complete = false;
        send_oack();
    }
}

static void received(const struct peer_datagram *datagram)
{
    if (datagram->to_port == 69)
        take_request(datagram);
    else if (datagram->to_port == server.port && get_be16(datagram->bytes) == 3)
        take_data(datagram->bytes, datagram->length);
    else if (datagram->to_port >= SERVER_PORT && get_be16(datagram->bytes) == 5)
        server.errors++;
}

static int set_up(void **state)
{
    (void)state;
    peer_start();
    peer_configure();
    memset(&server, 0, sizeof server);
    server.knows_options = true;
    server.port = SERVER_PORT;
    peer_on_receive(received);
    return 0;
}

static error_t send(size_t length)
{
    struct fetch_uri uri;

    assert_int_equal(fetch_parse("tftp://10.0.2.2/trees/a%20b.dt", &uri), OK);
    return tftp_send(&uri, peer_pattern(0), length);
}

static void expect_whole(size_t length)
{
    error_t error = send(length);

    if (error != OK)
        fail_msg("%u bytes: %s: %s", (unsigned)length, error_code(error), error_detail());
    assert_true(server.complete);
    assert_int_equal(server.length, length);
    assert_memory_equal(server.bytes, peer_pattern(0), length);
    assert_string_equal(server.path, "trees/a b.dt");
}

static void test_sizes(void **state)
{
    static const size_t sizes[] = {0, 1, 511, 512, 513, 1467, 1468, 1469, 2936, 20524, 60000};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        set_up(state);
        expect_whole(sizes[i]);
        assert_int_equal(server.block_size, 1468);
        assert_int_equal(server.tsize, sizes[i]);
        assert_int_equal(server.data_packets, sizes[i] / 1468 + 1);
        assert_int_equal(server.requests, 1);
        set_up(state);
        server.knows_options = false;
        expect_whole(sizes[i]);
        assert_int_equal(server.data_packets, sizes[i] / 512 + 1);
    }
}

static void test_options_refused_or_swallowed(void **state)
{
    (void)state;
    server.refuses_options = true;
    expect_whole(5000);
    assert_int_equal(server.requests, 2);
    set_up(state);
    server.swallows_options = true;
    expect_whole(5000);
    assert_int_equal(server.requests_with_options, 2);
    assert_int_equal(server.requests, 3);
}

/* A small block is granted; one that is larger than what was asked for, or none of ours, is not. */
static void test_what_the_server_grants(void **state)
{
    (void)state;
    server.oack = "blksize\0"
                  "600";
    server.oack_length = 12;
    server.granted = 600;
    expect_whole(1000);
    assert_int_equal(server.data_packets, 2);
    set_up(state);
    server.oack = "tsize\0"
                  "9"; /* blocks of 512 then */
    server.oack_length = 8;
    server.granted = 512;
    expect_whole(1000);
    assert_int_equal(server.data_packets, 2);
    set_up(state);
    server.oack = "blksize\0"
                  "8192";
    server.oack_length = 13;
    assert_int_equal(send(1000), ERROR_TFTP_PROTOCOL);
    assert_int_equal(server.errors, 1);
    set_up(state);
    server.oack = "other\0"
                  "1";
    server.oack_length = 8;
    assert_int_equal(send(1000), ERROR_TFTP_PROTOCOL);
}

static void test_loss(void **state)
{
    for (uint32_t seed = 1; seed <= 40; seed++) {
        set_up(state);
        peer_impair(seed * 2654435761u, 60, 60, 60);
        expect_whole(30000 + seed * 97);
    }
}

static void test_lost_requests(void **state)
{
    (void)state;
    server.deaf_requests = 3;
    expect_whole(3000);
    assert_int_equal(server.requests, 4);
}

/*
 * A request that is sent again while the server is only slow starts a second process there, which
 * empties the file that the first one writes: in the middle, or when everything has been written.
 */
static void test_second_process(void **state)
{
    static const unsigned after[] = {1, 2, 5, 20, 21};

    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++) {
        set_up(state);
        server.deaf_requests = 1;
        server.second_process_after = after[i];
        expect_whole(30000);
        assert_int_equal(server.port, SERVER_PORT + 1);
    }
}

/* Acknowledgements that come twice do not double the blocks. */
static void test_sorcerers_apprentice(void **state)
{
    (void)state;
    server.acks_twice = true;
    expect_whole(30000);
    assert_int_equal(server.data_packets, 30000 / 1468 + 1);
}

static void test_refusals(void **state)
{
    (void)state;
    server.error_at_block = 1000;
    assert_int_equal(send(3000), ERROR_TFTP_SERVER);
    assert_non_null(strstr(error_detail(), "\"no writing here\""));
    set_up(state);
    server.error_at_block = 2;
    assert_int_equal(send(3000), ERROR_TFTP_SERVER);
    assert_non_null(strstr(error_detail(), "error 3 (disk full), \"full\""));
}

static void test_silence(void **state)
{
    uint64_t before = platform_milliseconds();

    (void)state;
    server.deaf_requests = 1000;
    assert_int_equal(send(3000), ERROR_TFTP_NO_ANSWER);
    assert_in_range(platform_milliseconds() - before, 25000, 40000);
    assert_non_null(strstr(host_console(), "no answer from 10.0.2.2 yet"));
    set_up(state);
    server.silent_from = 2;
    before = platform_milliseconds();
    assert_int_equal(send(3000), ERROR_TFTP_LOST);
    assert_in_range(platform_milliseconds() - before, 25000, 40000);
    assert_non_null(strstr(error_detail(), "after 1468 of 3000 bytes"));
}

static void test_escape_ends_it(void **state)
{
    (void)state;
    server.silent_from = 2;
    host_type("\x1b");
    assert_int_equal(send(3000), ERROR_NET_STOPPED);
}

/* Somebody else's packets are nobody's. */
static void stranger(const struct peer_datagram *datagram)
{
    static const uint8_t ack[4] = {0, 4, 0, 1}, cut_off[3] = {0, 4, 0};

    received(datagram);
    if (datagram->to_port != SERVER_PORT)
        return;
    peer_send(peer_address("10.0.2.9"), SERVER_PORT, peer_address("10.0.2.15"), datagram->from_port,
              ack, sizeof ack);
    peer_send(peer_address("10.0.2.2"), SERVER_PORT + 1, peer_address("10.0.2.15"),
              datagram->from_port, ack, sizeof ack);
    peer_send(peer_address("10.0.2.2"), SERVER_PORT, peer_address("10.0.2.15"), datagram->from_port,
              cut_off, sizeof cut_off);
}

static void test_strangers(void **state)
{
    (void)state;
    peer_on_receive(stranger);
    expect_whole(10000);
}

static void test_bad_calls(void **state)
{
    struct fetch_uri uri;

    (void)state;
    assert_int_equal(fetch_parse("tftp://10.9.9.9/x", &uri), OK);
    memset(uri.path, 'x', sizeof uri.path - 1);
    uri.server = peer_address("10.0.2.2");
    assert_int_equal(tftp_send(&uri, peer_pattern(0), 10), ERROR_FETCH_URI);
    uri.path[0] = '\0';
    assert_int_equal(tftp_send(&uri, peer_pattern(0), 10), ERROR_FETCH_URI);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sizes, set_up),
        cmocka_unit_test_setup(test_options_refused_or_swallowed, set_up),
        cmocka_unit_test_setup(test_what_the_server_grants, set_up),
        cmocka_unit_test_setup(test_loss, set_up),
        cmocka_unit_test_setup(test_lost_requests, set_up),
        cmocka_unit_test_setup(test_second_process, set_up),
        cmocka_unit_test_setup(test_sorcerers_apprentice, set_up),
        cmocka_unit_test_setup(test_refusals, set_up),
        cmocka_unit_test_setup(test_silence, set_up),
        cmocka_unit_test_setup(test_escape_ends_it, set_up),
        cmocka_unit_test_setup(test_strangers, set_up),
        cmocka_unit_test_setup(test_bad_calls, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
