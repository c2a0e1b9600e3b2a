/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/network.h"
#include "net/pxe_client.h"
#include "peer.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

static struct network_config config;

/* --- A server to script
 * --------------------------------------------------------------------------- */

/* A packet under construction: BOOTP's fields and then options. */
struct answer {
    uint8_t bytes[1472];
    size_t length;
};

static void option(struct answer *answer, uint8_t code, const void *value, size_t length)
{
    answer->bytes[answer->length++] = code;
    answer->bytes[answer->length++] = (uint8_t)length;
    memcpy(answer->bytes + answer->length, value, length);
    answer->length += length;
}

static void option_text(struct answer *answer, uint8_t code, const char *text)
{
    option(answer, code, text, strlen(text));
}

static void option_address(struct answer *answer, uint8_t code, const char *text)
{
    uint32_t address = peer_address(text);

    option(answer, code, &address, 4);
}

static void put_address(struct answer *answer, size_t offset, const char *text)
{
    address_to_bytes(peer_address(text), answer->bytes + offset);
}

/* A reply of message type `type` (0: BOOTP) to a transaction, offering 10.0.2.15. */
static void begin(struct answer *answer, uint32_t transaction, unsigned type)
{
    uint8_t type_byte = (uint8_t)type;

    memset(answer, 0, sizeof *answer);
    answer->bytes[DHCP_OP] = DHCP_REPLY;
    answer->bytes[DHCP_HTYPE] = 1;
    answer->bytes[DHCP_HLEN] = 6;
    put_be32(answer->bytes + DHCP_XID, transaction);
    put_address(answer, DHCP_YIADDR, "10.0.2.15");
    memcpy(answer->bytes + DHCP_CHADDR, peer_client_station, 6);
    put_be32(answer->bytes + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    answer->length = DHCP_OPTIONS;
    if (type != 0)
        option(answer, DHCP_MESSAGE_TYPE, &type_byte, 1);
}

/* What the servers on the wire do. */
static struct {
    unsigned deaf; /* so many queries are not heard */
    bool dhcp, bootp;
    bool no_file, file_in_offer_only;
    bool broadcast_answer;
    bool only_if_broadcast_asked;
    bool unicast_to_new_address;
    unsigned naks;
    bool nak_by_other;
    bool acks_lost_for_ever;
    bool first_never_acks; /* the server at 10.0.2.2 offers, and that is all */
    unsigned acks_lost;
    const char *next_server, *option_66, *option_150, *relay;
    bool no_server_id, no_netmask, bad_offer_address;
    const char *second_file; /* a second server, later, with a file */
    bool stray;              /* before the answer, packets that are none for us */
    bool option_67;
    size_t pad_to;
} script;

static struct {
    unsigned discovers, requests, bootps;
    uint32_t transaction, requested, chosen;
    uint64_t times_ms[64];
    unsigned queries;
    bool broadcast[64];
    uint8_t last[1472];
    size_t last_length;
} seen;

static struct answer last_answer;

static void send_answer(const struct answer *answer, const char *from)
{
    bool broadcast = script.broadcast_answer;

    last_answer = *answer;
    peer_send(peer_address(from), 67, broadcast ? 0xFFFFFFFFu : peer_address("10.0.2.15"), 68,
              answer->bytes, answer->length);
}

static void common(struct answer *answer, bool ack)
{
    if (!script.no_server_id && ack)
        option(answer, DHCP_SERVER_ID, &seen.chosen, 4);
    else if (!script.no_server_id)
        option_address(answer, DHCP_SERVER_ID, "10.0.2.2");
    if (!script.no_netmask)
        option_address(answer, DHCP_NETMASK, "255.255.255.0");
    option_address(answer, DHCP_ROUTER, "10.0.2.1");
    option_address(answer, DHCP_DNS, "10.0.2.3");
    if (script.next_server != NULL && !(script.file_in_offer_only && ack))
        put_address(answer, DHCP_SIADDR, script.next_server);
    if (script.relay != NULL)
        put_address(answer, DHCP_GIADDR, script.relay);
    if (script.option_66 != NULL)
        option_text(answer, DHCP_TFTP_SERVER, script.option_66);
    if (script.option_150 != NULL)
        option_address(answer, DHCP_TFTP_ADDRESSES, script.option_150);
    if (!script.no_file && !(script.file_in_offer_only && ack)) {
        if (script.option_67)
            option_text(answer, DHCP_BOOT_FILE, "from-option");
        strcpy((char *)answer->bytes + DHCP_FILE, "mach_kernel");
    }
    option_text(answer, DHCP_ROOT_PATH, "nfs:10.0.2.2:/export:image.dmg");
    answer->bytes[answer->length++] = DHCP_END;
    if (answer->length < script.pad_to)
        answer->length = script.pad_to;
}

static void answer_stray(uint32_t transaction)
{
    struct answer answer;

    begin(&answer, transaction ^ 1, 2); /* another transaction */
    common(&answer, false);
    send_answer(&answer, "10.0.2.9");
    begin(&answer, transaction, 2); /* another station */
    answer.bytes[DHCP_CHADDR + 5] ^= 1;
    common(&answer, false);
    send_answer(&answer, "10.0.2.9");
    begin(&answer, transaction, 2); /* a query, not a reply */
    answer.bytes[DHCP_OP] = 1;
    common(&answer, false);
    send_answer(&answer, "10.0.2.9");
    begin(&answer, transaction, 5); /* an ACK of nothing */
    common(&answer, false);
    send_answer(&answer, "10.0.2.9");
    begin(&answer, transaction, 8); /* INFORM is no server's word */
    common(&answer, false);
    send_answer(&answer, "10.0.2.9");
    begin(&answer, transaction, 2); /* no address in it */
    put_be32(answer.bytes + DHCP_YIADDR, 0);
    common(&answer, false);
    send_answer(&answer, "10.0.2.9");
    peer_send(peer_address("10.0.2.9"), 67, 0xFFFFFFFFu, 68, answer.bytes, 200);
    peer_send(peer_address("10.0.2.9"), 67, 0xFFFFFFFFu, 68, answer.bytes, 0);
}

static void answer_discover(uint32_t transaction)
{
    struct answer answer;

    if (script.dhcp) {
        begin(&answer, transaction, DHCP_IS_OFFER);
        if (script.bad_offer_address)
            put_address(&answer, DHCP_YIADDR, "224.0.0.1");
        common(&answer, false);
        send_answer(&answer, "10.0.2.2");
    }
    if (script.second_file != NULL) {
        begin(&answer, transaction, DHCP_IS_OFFER);
        put_address(&answer, DHCP_YIADDR, "10.0.2.77");
        option_address(&answer, DHCP_SERVER_ID, "10.0.2.4");
        strcpy((char *)answer.bytes + DHCP_FILE, script.second_file);
        send_answer(&answer, "10.0.2.4");
    }
    if (script.bootp) {
        begin(&answer, transaction, 0);
        script.no_server_id = true;
        common(&answer, false);
        send_answer(&answer, "10.0.2.2");
    }
}

static void answer_request(uint32_t transaction)
{
    struct answer answer;

    if (script.first_never_acks && seen.chosen == peer_address("10.0.2.2"))
        return;
    if (script.acks_lost_for_ever || (script.acks_lost != 0 && script.acks_lost-- != 0))
        return;
    if (script.nak_by_other) {
        begin(&answer, transaction, DHCP_IS_NAK);
        option_address(&answer, DHCP_SERVER_ID, "10.0.2.66");
        send_answer(&answer, "10.0.2.66");
    }
    if (script.naks != 0) {
        script.naks--;
        begin(&answer, transaction, DHCP_IS_NAK);
        if (!script.no_server_id)
            option_address(&answer, DHCP_SERVER_ID, "10.0.2.2");
        option_text(&answer, DHCP_MESSAGE, "wrong\001network");
        send_answer(&answer, "10.0.2.2");
        return;
    }
    begin(&answer, transaction, DHCP_IS_ACK);
    memcpy(answer.bytes + DHCP_YIADDR, &seen.requested, 4);
    common(&answer, true);
    send_answer(&answer, "10.0.2.2");
}

static void receive(const struct peer_datagram *datagram)
{
    const uint8_t *packet = datagram->bytes;
    uint8_t type = 0, value[4], client_id[16];

    if (datagram->to_port != 67)
        return;
    assert_int_equal(datagram->from_port, 68);
    assert_int_equal(datagram->from, 0);
    assert_int_equal(datagram->to, 0xFFFFFFFFu);
    assert_true(datagram->length >= 300 && datagram->length <= 548);
    assert_int_equal(packet[DHCP_OP], 1);
    assert_memory_equal(packet + DHCP_CHADDR, peer_nic()->address, 6);
    memcpy(seen.last, packet, datagram->length);
    seen.last_length = datagram->length;
    seen.transaction = get_be32(packet + DHCP_XID);
    if (seen.queries < 64) {
        seen.times_ms[seen.queries] = platform_milliseconds();
        seen.broadcast[seen.queries] = (get_be16(packet + DHCP_FLAGS) & DHCP_BROADCAST) != 0;
    }
    seen.queries++;
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_MAXIMUM_SIZE, value, 4), 2);
    assert_int_equal(get_be16(value), 1472);
    dhcp_option(packet, datagram->length, DHCP_MESSAGE_TYPE, &type, 1);
    seen.bootps += type == 0;
    seen.discovers += type == 1;
    seen.requests += type == 3;
    if (type != 0) {
        assert_int_equal(dhcp_option(packet, datagram->length, DHCP_CLIENT_ID, client_id, 16), 7);
        assert_int_equal(client_id[0], 1);
        assert_memory_equal(client_id + 1, peer_nic()->address, 6);
    }
    if (script.deaf != 0) {
        script.deaf--;
        return;
    }
    if (script.only_if_broadcast_asked && (get_be16(packet + DHCP_FLAGS) & DHCP_BROADCAST) == 0)
        return;
    if (script.stray)
        answer_stray(seen.transaction);
    if (type == 3) {
        dhcp_option(packet, datagram->length, DHCP_REQUESTED, (uint8_t *)&seen.requested, 4);
        dhcp_option(packet, datagram->length, DHCP_SERVER_ID, (uint8_t *)&seen.chosen, 4);
        answer_request(seen.transaction);
    } else {
        answer_discover(seen.transaction);
    }
}

static int set_up(void **state)
{
    (void)state;
    peer_start();
    host_clock_step_us(500);
    peer_on_receive(receive);
    memset(&script, 0, sizeof script);
    memset(&seen, 0, sizeof seen);
    memset(&config, 0xA5, sizeof config);
    script.dhcp = true;
    error_clear();
    return 0;
}

static void expect_console(const char *words)
{
    if (strstr(host_console(), words) == NULL)
        fail_msg("\"%s\" is not on the console:\n%s", words, host_console());
}

/* --- The exchange
 * -------------------------------------------------------------------------------------- */

static void test_four_packets(void **state)
{
    (void)state;
    script.next_server = "10.0.2.5";
    script.pad_to = 548;
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(seen.discovers, 1);
    assert_int_equal(seen.requests, 1);
    assert_int_equal(seen.requested, peer_address("10.0.2.15"));
    assert_int_equal(seen.chosen, peer_address("10.0.2.2"));
    assert_int_equal(config.method, NETWORK_DHCP);
    assert_int_equal(config.address, peer_address("10.0.2.15"));
    assert_int_equal(config.netmask, peer_address("255.255.255.0"));
    assert_int_equal(config.gateway, peer_address("10.0.2.1"));
    assert_int_equal(config.dns, peer_address("10.0.2.3"));
    assert_int_equal(config.server, peer_address("10.0.2.5"));
    assert_string_equal(config.file, "mach_kernel");
    assert_string_equal(config.root_path, "nfs:10.0.2.2:/export:image.dmg");
    /* The whole ACK, from op on, as it came. */
    assert_int_equal(config.reply_length, last_answer.length);
    assert_memory_equal(config.reply, last_answer.bytes, last_answer.length);
    expect_console("address 10.0.2.15, mask 255.255.255.0, gateway 10.0.2.1, from 10.0.2.2");
    expect_console("boot server 10.0.2.5 (next-server), file \"mach_kernel\" (file field)");
}

static void test_broadcast_answers(void **state)
{
    (void)state;
    script.broadcast_answer = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.address, peer_address("10.0.2.15"));
}

static void test_server_that_cannot_unicast(void **state)
{
    (void)state;
    script.only_if_broadcast_asked = script.broadcast_answer = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.discovers, 3);
    assert_int_equal(seen.requests, 1);
}

static void test_back_off(void **state)
{
    uint64_t begun;

    (void)state;
    script.deaf = 1000;
    begun = platform_milliseconds();
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_NO_ANSWER);
    assert_in_range(platform_milliseconds() - begun, 89000, 92000);
    assert_in_range(seen.discovers, 6, 10);
    /* 4, 8, 16 seconds, each give or take a quarter. */
    assert_in_range(seen.times_ms[1] - seen.times_ms[0], 2990, 5010);
    assert_in_range(seen.times_ms[2] - seen.times_ms[1], 5990, 10010);
    for (unsigned i = 3; i + 1 < seen.discovers; i++)
        assert_in_range(seen.times_ms[i] - seen.times_ms[i - 1], 11990, 20010);
    assert_true(get_be16(seen.last + DHCP_SECS) >= 60);
    expect_console("DHCP: asking for an address (0 s of 90 s, escape stops)");
}

static void test_back_off_differs(void **state)
{
    uint64_t first;

    set_up(state);
    script.deaf = 1;
    assert_int_equal(network_configure("dhcp", &config), OK);
    first = seen.times_ms[1] - seen.times_ms[0];
    set_up(state);
    host_clock_advance_us(1234567);
    network_start(peer_nic()); /* another moment, another seed */
    script.deaf = 1;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_not_equal(seen.times_ms[1] - seen.times_ms[0], first);
}

/*
 * Machines with successive station addresses that are switched on in the same microsecond: their
 * first repeats are spread over 2 s, their third over 14 s.
 */
#define MACHINES 32
static void test_machines_spread(void **state)
{
    unsigned second[7] = {0}, third[40] = {0};

    for (uint8_t i = 0; i < MACHINES; i++) {
        set_up(state);
        host_clock_step_us(2000);
        peer_nic()->address[5] = i;
        network_start(peer_nic());
        script.deaf = 1000;
        assert_int_equal(network_configure("dhcp", &config), ERROR_NET_NO_ANSWER);
        second[(seen.times_ms[1] - seen.times_ms[0]) / 1000]++;
        third[(seen.times_ms[3] - seen.times_ms[0]) / 1000]++;
    }
    assert_in_range(second[3], MACHINES / 4, MACHINES * 3 / 4);
    assert_int_equal(second[3] + second[4] + second[5], MACHINES);
    for (unsigned i = 0; i < 40; i++)
        assert_in_range(third[i], 0, MACHINES / 4);
}

/* A port that forwards only after 50 s. */
static void test_spanning_tree(void **state)
{
    static const uint8_t bridge_frame[60] = {0x01, 0x80, 0xC2, 0, 0,  0,    1,    2,   3,
                                             4,    5,    6,    0, 38, 0x42, 0x42, 0x03};

    (void)state;
    script.deaf = 5;
    peer_send_frame(bridge_frame, sizeof bridge_frame);
    peer_link(false);
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_in_range(seen.times_ms[5] - seen.times_ms[0], 45000, 75000);
    expect_console("the switch runs spanning tree");
    expect_console("the link is down");
}

static void test_key(void **state)
{
    (void)state;
    script.deaf = 1000;
    host_type("ab\033");
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_STOPPED);
    assert_int_equal(seen.discovers, 1);
    set_up(state);
    script.acks_lost_for_ever = true;
    host_type("a\003");
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_STOPPED);
    assert_int_equal(seen.requests, 1);
}

static void test_key_after_nak(void **state)
{
    (void)state;
    script.naks = 1000;
    host_type("abcdefghij\033");
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_STOPPED);
}

static void test_nak(void **state)
{
    (void)state;
    script.naks = 2;
    script.nak_by_other = true; /* and that one is not to be listened to */
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.discovers, 3);
    assert_int_equal(seen.requests, 3);
    expect_console("10.0.2.2 refused 10.0.2.15 (wrong?network), starting again");
    set_up(state);
    script.naks = 1;
    script.no_server_id = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.discovers, 2);
}

static void test_nak_for_ever(void **state)
{
    uint64_t begun = platform_milliseconds();

    (void)state;
    script.naks = 100000;
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_NO_ANSWER);
    assert_true(platform_milliseconds() - begun < 130000);
}

static void test_ack_lost(void **state)
{
    (void)state;
    script.acks_lost = 1;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.discovers, 1);
    assert_int_equal(seen.requests, 2);
    expect_console("no acknowledgement from 10.0.2.2 yet");
    set_up(state);
    script.acks_lost = 3; /* all tries: it starts anew */
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.discovers, 2);
    assert_int_equal(seen.requests, 4);
    assert_true(seen.broadcast[3]);
}

/* Two servers, and the one that is quicker each time does not keep its word. */
static void test_other_server_next(void **state)
{
    (void)state;
    script.first_never_acks = true;
    script.second_file = "good";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.discovers, 2);
    assert_int_equal(seen.chosen, peer_address("10.0.2.4"));
    assert_int_equal(config.address, peer_address("10.0.2.77"));
    /* The same if it refuses. */
    set_up(state);
    script.naks = 1;
    script.second_file = "good";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.discovers, 2);
    assert_int_equal(seen.chosen, peer_address("10.0.2.4"));
}

static void test_stray_packets(void **state)
{
    (void)state;
    script.stray = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.address, peer_address("10.0.2.15"));
    set_up(state);
    script.bad_offer_address = true;
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_NO_ANSWER);
    assert_int_equal(seen.requests, 0);
}

static void test_offer_with_file_wins(void **state)
{
    (void)state;
    script.no_file = true;
    script.second_file = "better";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(seen.chosen, peer_address("10.0.2.4"));
    assert_int_equal(seen.requested, peer_address("10.0.2.77"));
    /* Without one, the first, after a short wait. */
    set_up(state);
    script.no_file = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_in_range(seen.times_ms[1] - seen.times_ms[0], 1000, 1100);
    assert_string_equal(config.file, "");
    expect_console("file none (not given)");
    /* With a file, at once. */
    set_up(state);
    script.second_file = "later";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_true(seen.times_ms[1] - seen.times_ms[0] < 100);
    assert_int_equal(seen.chosen, peer_address("10.0.2.2"));
}

static void test_file_in_offer_only(void **state)
{
    (void)state;
    script.file_in_offer_only = true;
    script.next_server = "10.0.2.6";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_string_equal(config.file, "mach_kernel");
    assert_int_equal(config.server, peer_address("10.0.2.6"));
    expect_console("(its offer)");
}

static void test_option_67(void **state)
{
    (void)state;
    script.option_67 = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_string_equal(config.file, "from-option");
    expect_console("(option 67)");
}

static void test_boot_server(void **state)
{
    (void)state;
    script.option_66 = "10.0.2.7";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.server, peer_address("10.0.2.7"));
    assert_string_equal(config.server_name, "10.0.2.7");
    set_up(state);
    script.option_66 = "boot.example.org";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.server, peer_address("10.0.2.2"));
    assert_string_equal(config.server_name, "boot.example.org");
    expect_console("(the DHCP server itself)");
    set_up(state);
    script.option_66 = "boot.example.org";
    script.option_150 = "10.0.2.8";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.server, peer_address("10.0.2.8"));
    expect_console("(option 66 or 150)");
    set_up(state);
    script.no_server_id = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.server, peer_address("10.0.2.2"));
    expect_console("(the sender itself)");
    set_up(state);
    script.no_server_id = true;
    script.relay = "10.0.2.99";
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.server, 0);
    expect_console("boot server none (nobody)");
}

static void test_no_netmask(void **state)
{
    (void)state;
    script.no_netmask = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.netmask, peer_address("255.0.0.0"));
}

static void test_bootp_when_nothing_else(void **state)
{
    (void)state;
    script.dhcp = false;
    script.bootp = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.method, NETWORK_BOOTP);
    assert_int_equal(seen.requests, 0);
    assert_int_equal(config.reply_length, last_answer.length);
    assert_memory_equal(config.reply, last_answer.bytes, last_answer.length);
    expect_console("BOOTP: address 10.0.2.15");
    /* DHCP is preferred where both answer. */
    set_up(state);
    script.bootp = true;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.method, NETWORK_DHCP);
}

static void test_bootp_forced(void **state)
{
    uint8_t type;

    (void)state;
    script.bootp = true; /* and a DHCP offer, which does not count */
    assert_int_equal(network_configure("bootp", &config), OK);
    assert_int_equal(config.method, NETWORK_BOOTP);
    assert_int_equal(seen.bootps, 1);
    assert_int_equal(seen.discovers, 0);
    assert_int_equal(seen.last_length, 300);
    assert_int_equal(dhcp_option(seen.last, 300, DHCP_MESSAGE_TYPE, &type, 1), DHCP_OPTION_ABSENT);
    set_up(state);
    assert_int_equal(network_configure("bootp", &config), ERROR_NET_NO_ANSWER);
    assert_non_null(strstr(error_detail(), "BOOTP"));
}

/* NetBoot servers: 64 bytes of vendor area and no more; ancient ones: none, or no cookie in it. */
static void bootp_short(const struct peer_datagram *datagram)
{
    struct answer answer;

    begin(&answer, get_be32(datagram->bytes + DHCP_XID), 0);
    strcpy((char *)answer.bytes + DHCP_FILE, "kernel");
    put_be32(answer.bytes + DHCP_COOKIE, 0);
    answer.length = script.pad_to;
    send_answer(&answer, "10.0.2.2");
}

static void test_bootp_lengths(void **state)
{
    static const size_t lengths[] = {236, 237, 240, 300, 548};

    for (size_t i = 0; i < 5; i++) {
        set_up(state);
        peer_on_receive(bootp_short);
        script.pad_to = lengths[i];
        assert_int_equal(network_configure("bootp", &config), OK);
        assert_string_equal(config.file, "kernel");
        assert_int_equal(config.netmask, peer_address("255.0.0.0"));
        assert_int_equal(config.gateway, 0);
        assert_int_equal(config.server, peer_address("10.0.2.2"));
        assert_int_equal(config.reply_length, lengths[i]);
        expect_console("gateway none");
    }
    set_up(state);
    peer_on_receive(bootp_short);
    script.pad_to = 235;
    assert_int_equal(network_configure("bootp", &config), ERROR_NET_NO_ANSWER);
}

static void test_longest_answer(void **state)
{
    (void)state;
    script.pad_to = NETWORK_PACKET_MAXIMUM;
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.reply_length, NETWORK_PACKET_MAXIMUM);
}

static void test_card_does_not_send(void **state)
{
    (void)state;
    peer_transmit_fails(true);
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_NO_ANSWER);
    expect_console("the card did not take the request");
}

static void test_under_loss(void **state)
{
    for (uint32_t seed = 1; seed < 40; seed++) {
        set_up(state);
        peer_impair(seed * 2654435761u, 200, 100, 100);
        assert_int_equal(network_configure("dhcp", &config), OK);
        assert_int_equal(config.address, peer_address("10.0.2.15"));
    }
}

/* --- Packets alone
 * --------------------------------------------------------------------------------------- */

static void test_option_overload(void **state)
{
    struct answer answer;
    struct dhcp_answer parsed;
    uint8_t overload = 3, value[8];

    (void)state;
    begin(&answer, 7, DHCP_IS_OFFER);
    option_text(&answer, DHCP_ROOT_PATH, "one ");
    option(&answer, DHCP_OVERLOAD, &overload, 1);
    answer.bytes[answer.length++] = DHCP_END;
    /* `file`: 17 "two ", 67 "name"; `sname`: 17 "three". */
    memcpy(answer.bytes + DHCP_FILE, "\21\4two \103\4name\377", 13);
    memcpy(answer.bytes + DHCP_SNAME, "\0\0\21\5three\377", 10);
    assert_true(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    assert_string_equal(parsed.root_path, "one two three");
    assert_string_equal(parsed.file, "name");
    assert_true(parsed.file_from_option);
    assert_string_equal(parsed.server_name, "");
    /* Only `file`. */
    answer.bytes[DHCP_OPTIONS + 3 + 6 + 2] = 1;
    assert_true(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    assert_string_equal(parsed.root_path, "one two ");
    /* Only `sname`; `file` is a name again. */
    answer.bytes[DHCP_OPTIONS + 3 + 6 + 2] = 2;
    strcpy((char *)answer.bytes + DHCP_FILE, "plain");
    assert_true(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    assert_string_equal(parsed.root_path, "one three");
    assert_string_equal(parsed.file, "plain");
    /* What is longer than the caller's room is counted but not written. */
    memset(value, 0, sizeof value);
    assert_int_equal(dhcp_option(answer.bytes, answer.length, DHCP_ROOT_PATH, value, 6), 9);
    assert_memory_equal(value, "one th\0\0", 8);
}

static void test_split_option(void **state)
{
    struct answer answer;
    struct dhcp_answer parsed;
    char whole[301];

    (void)state;
    begin(&answer, 7, DHCP_IS_ACK);
    option_text(&answer, DHCP_BOOT_FILE, "very/");
    option_address(&answer, DHCP_NETMASK, "255.255.0.0");
    option_text(&answer, DHCP_BOOT_FILE, "long/");
    option_text(&answer, DHCP_BOOT_FILE, "name");
    assert_true(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    assert_string_equal(parsed.file, "very/long/name");
    assert_int_equal(parsed.netmask, peer_address("255.255.0.0"));
    /* Longer than any name that we keep: none, and not a part of it. */
    memset(whole, 'x', sizeof whole);
    begin(&answer, 7, DHCP_IS_ACK);
    option(&answer, DHCP_BOOT_FILE, whole, 200);
    option(&answer, DHCP_BOOT_FILE, whole, 100);
    assert_true(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    assert_string_equal(parsed.file, "");
    begin(&answer, 7, DHCP_IS_ACK);
    option(&answer, DHCP_BOOT_FILE, whole, 255);
    assert_true(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    assert_int_equal(strlen(parsed.file), 255);
    /* A name of the fixed field without a NUL. */
    begin(&answer, 7, DHCP_IS_ACK);
    memset(answer.bytes + DHCP_FILE, 'y', DHCP_FILE_LENGTH);
    memset(answer.bytes + DHCP_SNAME, 'z', DHCP_SNAME_LENGTH);
    assert_true(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    assert_int_equal(strlen(parsed.file), DHCP_FILE_LENGTH);
    assert_int_equal(strlen(parsed.server_name), DHCP_SNAME_LENGTH);
}

static void test_bad_message_type(void **state)
{
    struct answer answer;
    struct dhcp_answer parsed;

    (void)state;
    begin(&answer, 7, 0);
    option(&answer, DHCP_MESSAGE_TYPE, "\2\2", 2);
    assert_false(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    begin(&answer, 7, 0);
    option(&answer, DHCP_MESSAGE_TYPE, "", 0);
    assert_false(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
    begin(&answer, 7, 2);
    answer.bytes[DHCP_HTYPE] = 6;
    assert_false(dhcp_parse(answer.bytes, answer.length, 7, peer_client_station, &parsed));
}

/* Every length of a packet with everything in it, in memory that ends where the packet ends. */
static void test_every_truncation(void **state)
{
    struct answer answer;
    struct dhcp_answer parsed;
    uint8_t overload = 3;

    (void)state;
    begin(&answer, 7, DHCP_IS_ACK);
    option(&answer, DHCP_OVERLOAD, &overload, 1);
    memset(answer.bytes + DHCP_FILE, 67, DHCP_FILE_LENGTH);
    memset(answer.bytes + DHCP_SNAME, 66, DHCP_SNAME_LENGTH);
    option_text(&answer, DHCP_MESSAGE, "message");
    script.option_66 = "10.0.2.2";
    common(&answer, true);
    for (size_t length = 0; length <= answer.length; length++) {
        uint8_t *exact = malloc(length + 1);

        memcpy(exact + 1, answer.bytes, length);
        assert_int_equal(dhcp_parse(exact + 1, length, 7, peer_client_station, &parsed),
                         length >= DHCP_FIXED_LENGTH);
        free(exact);
    }
}

/* Every single byte of the options changed to hostile values, and random changes from a seed. */
static void test_hostile_bytes(void **state)
{
    static const uint8_t values[] = {0, 1, 2, 127, 128, 254, 255};
    struct answer answer;
    struct dhcp_answer parsed;
    uint32_t random = 1;

    (void)state;
    begin(&answer, 7, DHCP_IS_ACK);
    script.option_66 = "10.0.2.2";
    common(&answer, true);
    for (size_t at = 0; at < answer.length; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            uint8_t *exact = malloc(answer.length);

            memcpy(exact, answer.bytes, answer.length);
            exact[at] = values[i];
            dhcp_parse(exact, answer.length, 7, peer_client_station, &parsed);
            assert_true(memchr(parsed.file, 0, sizeof parsed.file) != NULL);
            free(exact);
        }
    }
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t *exact = malloc(answer.length);

        memcpy(exact, answer.bytes, answer.length);
        for (unsigned i = 0; i < 8; i++) {
            random = random * 1664525u + 1013904223u;
            exact[DHCP_SNAME + (random >> 8) % (answer.length - DHCP_SNAME)] =
                (uint8_t)(random >> 24);
        }
        dhcp_parse(exact, answer.length, 7, peer_client_station, &parsed);
        assert_true(memchr(parsed.root_path, 0, sizeof parsed.root_path) != NULL);
        free(exact);
    }
}

static void test_build_room(void **state)
{
    static const char longest[] =
        "a vendor class of just so many bytes that a request has room for";
    struct dhcp_query query = {.type = DHCP_IS_REQUEST, .requested = 1, .server = 1};
    uint8_t packet[500];

    (void)state;
    query.identity.vendor_class = "Sawboot";
    assert_int_equal(dhcp_build(&query, packet, 300), 0);
    assert_true(dhcp_build(&query, packet, sizeof packet) >= 300);
    /* The longest there is stays within the room that is asked for; one byte more is refused. */
    assert_int_equal(strlen(longest), NETWORK_VENDOR_CLASS_LONGEST);
    query.identity = (struct network_identity){.vendor_class = longest};
    query.extension = &pxe_client;
    query.vendor = packet;
    query.vendor_length = DHCP_VENDOR_LONGEST;
    memset(packet, 0xA5, sizeof packet);
    assert_int_equal(dhcp_build(&query, packet, DHCP_OPTIONS + 192), DHCP_OPTIONS + 180);
    assert_int_equal(packet[DHCP_OPTIONS + 192], 0xA5);
    query.identity.vendor_class =
        "a vendor class that is one byte longer than what there is room for";
    assert_int_equal(dhcp_build(&query, packet, sizeof packet), 0);
    query.identity = (struct network_identity){.vendor_class = "Sawboot"};
    query.extension = NULL;
    query.vendor = NULL;
    query.vendor_length = 0;
    query.type = DHCP_IS_DISCOVER;
    query.broadcast = true;
    assert_int_equal(dhcp_build(&query, packet, sizeof packet), 300);
    assert_int_equal(get_be16(packet + DHCP_FLAGS), 0x8000);
}

/* --- Names ----------------------------------------------------------------------------------- */

static const uint8_t machine[16] = {0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                    0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};

static void be_a_pc(void)
{
    struct network_identity identity = {.vendor_class = "PXEClient:Arch:00000:UNDI:002001",
                                        .is_pxe = true};

    memcpy(identity.machine, machine, sizeof machine);
    host_set_network_identity(&identity);
    host_set_dhcp_extension(&pxe_client);
}

static void expect_last_options(const uint8_t *options, size_t length)
{
    assert_memory_equal(seen.last + DHCP_OPTIONS, options, length);
    for (size_t at = DHCP_OPTIONS + length; at < seen.last_length; at++)
        assert_int_equal(seen.last[at], 0);
}

/* Every byte that a PC's REQUEST says, as servers' configurations rely on them. */
static void test_names_of_a_pc(void **state)
{
    static const uint8_t request[] = {57,   2,    0x05, 0xC0, /* 1472 */
                                      53,   1,    3,    61,   7,    1,    0,    0,    0,    0,
                                      0,    0, /* the station's address is filled in below */
                                      50,   4,    10,   0,    2,    15,   54,   4,    10,   0,
                                      2,    2,    60,   32,   'P',  'X',  'E',  'C',  'l',  'i',
                                      'e',  'n',  't',  ':',  'A',  'r',  'c',  'h',  ':',  '0',
                                      '0',  '0',  '0',  '0',  ':',  'U',  'N',  'D',  'I',  ':',
                                      '0',  '0',  '2',  '0',  '0',  '1',  77,   7,    'S',  'a',
                                      'w',  'b',  'o',  'o',  't',  93,   2,    0,    0,    94,
                                      3,    1,    2,    1,    97,   17,   0,    0x33, 0x22, 0x11,
                                      0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xAA, 0xBB, 0xCC,
                                      0xDD, 0xEE, 0xFF, 55,   12,   1,    3,    6,    12,   15,
                                      17,   43,   60,   66,   67,   150,  224,  255};
    uint8_t expected[sizeof request];

    (void)state;
    be_a_pc();
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(seen.requests, 1);
    memcpy(expected, request, sizeof request);
    memcpy(expected + 10, peer_client_station, 6);
    expect_last_options(expected, sizeof expected);
}

static void test_names_of_a_power_mac(void **state)
{
    static const uint8_t request[] = {57,  2,  0x05, 0xC0, 53,  1,   3,   61,  7,   1,   0,   0,
                                      0,   0,  0,    0,    50,  4,   10,  0,   2,   15,  54,  4,
                                      10,  0,  2,    2,    60,  7,   'S', 'a', 'w', 'b', 'o', 'o',
                                      't', 77, 7,    'S',  'a', 'w', 'b', 'o', 'o', 't', 55,  11,
                                      1,   3,  6,    12,   15,  17,  43,  60,  66,  67,  150, 255};
    uint8_t expected[sizeof request];

    (void)state;
    assert_int_equal(network_configure(NULL, &config), OK);
    memcpy(expected, request, sizeof request);
    memcpy(expected + 10, peer_client_station, 6);
    expect_last_options(expected, sizeof expected);
}

/* A machine that does not tell which one it is: the option is there, and empty. */
static void test_unknown_machine(void **state)
{
    struct network_identity identity = {.vendor_class = "PXEClient:Arch:00000:UNDI:002001",
                                        .is_pxe = true};
    uint8_t value[17], nothing[17] = {0};

    (void)state;
    host_set_network_identity(&identity);
    host_set_dhcp_extension(&pxe_client);
    assert_int_equal(network_configure(NULL, &config), OK);
    memset(value, 0xA5, sizeof value);
    assert_int_equal(
        dhcp_option(seen.last, seen.last_length, DHCP_CLIENT_MACHINE, value, sizeof value), 17);
    assert_memory_equal(value, nothing, sizeof value);
}

static void test_bootp_says_no_names(void **state)
{
    static const uint8_t query[] = {57, 2, 0x05, 0xC0, 255};

    (void)state;
    be_a_pc();
    script.bootp = true;
    assert_int_equal(network_configure("bootp", &config), OK);
    expect_last_options(query, sizeof query);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_four_packets),
        TEST(test_broadcast_answers),
        TEST(test_server_that_cannot_unicast),
        TEST(test_back_off),
        TEST(test_back_off_differs),
        TEST(test_machines_spread),
        TEST(test_spanning_tree),
        TEST(test_key),
        TEST(test_key_after_nak),
        TEST(test_nak),
        TEST(test_nak_for_ever),
        TEST(test_ack_lost),
        TEST(test_stray_packets),
        TEST(test_other_server_next),
        TEST(test_offer_with_file_wins),
        TEST(test_file_in_offer_only),
        TEST(test_option_67),
        TEST(test_boot_server),
        TEST(test_no_netmask),
        TEST(test_bootp_when_nothing_else),
        TEST(test_bootp_forced),
        TEST(test_bootp_lengths),
        TEST(test_longest_answer),
        TEST(test_card_does_not_send),
        TEST(test_under_loss),
        TEST(test_option_overload),
        TEST(test_split_option),
        TEST(test_bad_message_type),
        TEST(test_every_truncation),
        TEST(test_hostile_bytes),
        TEST(test_build_room),
        TEST(test_names_of_a_pc),
        TEST(test_names_of_a_power_mac),
        TEST(test_unknown_machine),
        TEST(test_bootp_says_no_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
