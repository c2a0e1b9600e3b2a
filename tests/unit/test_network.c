/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "lwip/pbuf.h"
#include "lwip/netif.h"
#include "lwip/udp.h"
#include "net/address.h"
#include "net/network.h"
#include "net/stack.h"
#include "peer.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

static struct network_config config;
static unsigned datagrams;
static const uint8_t *frame_seen;
static size_t length_seen;

static int set_up(void **state)
{
    (void)state;
    peer_start();
    datagrams = 0;
    error_clear();
    return 0;
}

static void poll_for(uint64_t milliseconds)
{
    uint64_t until = platform_milliseconds() + milliseconds;

    while (platform_milliseconds() < until)
        network_poll();
}

static void count_datagram(void *context, struct udp_pcb *endpoint, struct pbuf *pbuf,
                           const ip_addr_t *from, u16_t port)
{
    (void)context;
    (void)endpoint;
    (void)from;
    (void)port;
    datagrams++;
    frame_seen = pbuf->payload;
    length_seen = pbuf->len;
    pbuf_free(pbuf);
}

/* --- net=
 * ------------------------------------------------------------------------------------------ */

static void test_static(void **state)
{
    (void)state;
    assert_int_equal(network_configure("static:192.168.7.9/24,192.168.7.1,192.168.7.2", &config),
                     OK);
    assert_int_equal(config.method, NETWORK_STATIC);
    assert_int_equal(config.address, peer_address("192.168.7.9"));
    assert_int_equal(config.netmask, peer_address("255.255.255.0"));
    assert_int_equal(config.gateway, peer_address("192.168.7.1"));
    assert_int_equal(config.server, peer_address("192.168.7.2"));
    assert_int_equal(config.dns, 0);
    assert_int_equal(config.reply_length, 0);
    assert_int_equal(netif_ip4_addr(network_interface())->addr, config.address);
    assert_non_null(strstr(host_console(), "static: address 192.168.7.9, mask 255.255.255.0, "
                                           "gateway 192.168.7.1, boot server 192.168.7.2"));
    assert_true(network_reachable(peer_address("8.8.8.8")));
    assert_int_equal(network_configure("static:10.1.2.3/255.255.240.0,,10.9.9.9", &config), OK);
    assert_int_equal(config.netmask, peer_address("255.255.240.0"));
    assert_int_equal(config.gateway, 0);
    assert_int_equal(config.server, peer_address("10.9.9.9"));
    assert_true(network_reachable(peer_address("10.1.15.1")));
    assert_false(network_reachable(peer_address("10.1.16.1")));
    assert_int_equal(network_configure("static:10.1.2.3/24,,,10.1.2.53", &config), OK);
    assert_int_equal(config.dns, peer_address("10.1.2.53"));
    assert_int_equal(network_configure("static:10.1.2.2/31", &config), OK);
    assert_int_equal(network_configure("static:10.1.2.2/32", &config), OK);
    assert_int_equal(config.netmask, 0xFFFFFFFFu);
}

static void test_bad_options(void **state)
{
    static const char *const bad[] = {
        "",
        "DHCP",
        "bsdp2",
        "bsdp,2.0",
        "static",
        "static:",
        "static:10.0.0.1",
        "static:10.0.0/24",
        "static:10.0.0.256/24",
        "static:10.0.0.01/24",
        "static:10.0.0.1x/24",
        "static:1000.0.0.1/24",
        "static:10.0.0.1/",
        "static:10.0.0.1/0",
        "static:10.0.0.1/33",
        "static:10.0.0.1/2x",
        "static:10.0.0.1/255.0.255.0",
        "static:10.0.0.1/0.0.0.0",
        "static:10.0.0.0/24",
        "static:10.0.0.255/24",
        "static:127.0.0.1/8",
        "static:224.0.0.1/8",
        "static:0.0.0.1/8",
        "static:10.0.0.1/24,10.0.0.300",
        "static:10.0.0.1/24,10.0.1.1",
        "static:10.0.0.1/24,,x",
        "static:10.0.0.1/24,,10.0.0.2,",
        "static:10.0.0.1/24,,10.0.0.2,5",
        "static:10.0.0.1/24,,10.0.0.2,10.0.0.3,4",
        "static:10.0.0.1/24,,,127.0.0.1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        error_t error = network_configure(bad[i], &config);

        /* A comma with nothing behind it is an empty part. */
        if (strcmp(bad[i], "static:10.0.0.1/24,,10.0.0.2,") == 0)
            assert_int_equal(error, OK);
        else if (error != ERROR_NET_OPTION)
            fail_msg("net=%s: %u", bad[i], (unsigned)error);
    }
    network_stop();
    assert_int_equal(network_configure("dhcp", &config), ERROR_NET_STACK);
}

/* --- Addresses and text
 * ------------------------------------------------------------------------------ */

static void test_addresses(void **state)
{
    uint32_t address = 0;
    uint8_t bytes[4];

    (void)state;
    assert_true(address_parse("1.2.3.4", 7, &address));
    address_to_bytes(address, bytes);
    assert_memory_equal(bytes, "\1\2\3\4", 4);
    assert_int_equal(address_from_bytes(bytes), address);
    assert_int_equal(address_to_number(address), 0x01020304);
    assert_int_equal(address_from_number(0x01020304), address);
    assert_false(address_parse("1.2.3.4", 6, &address));
    assert_false(address_parse("1.2.3.4.", 8, &address));
    assert_false(address_parse("1..3.4", 6, &address));
    assert_false(address_parse("", 0, &address));
    assert_int_equal(address_class_mask(peer_address("10.0.0.1")), peer_address("255.0.0.0"));
    assert_int_equal(address_class_mask(peer_address("172.16.0.1")), peer_address("255.255.0.0"));
    assert_int_equal(address_class_mask(peer_address("192.168.0.1")),
                     peer_address("255.255.255.0"));
    assert_string_equal(network_address_text(address), "1.2.3.4");
    {
        const char *a = network_address_text(peer_address("255.255.255.255"));
        const char *b = network_address_text(peer_address("0.0.0.0"));
        const char *c = network_address_text(peer_address("1.1.1.1"));
        const char *d = network_address_text(peer_address("2.2.2.2"));

        assert_string_equal(a, "255.255.255.255");
        assert_string_equal(b, "0.0.0.0");
        assert_string_equal(c, "1.1.1.1");
        assert_string_equal(d, "2.2.2.2");
    }
}

static void test_printable(void **state)
{
    char text[6];

    (void)state;
    text_make_printable(text, sizeof text, "a\033b\377c\nd", 7);
    assert_string_equal(text, "a?b?c");
    text_make_printable(text, sizeof text, "ab\0cd", 5);
    assert_string_equal(text, "ab");
    text_make_printable(text, sizeof text, "abcdef", 2);
    assert_string_equal(text, "ab");
    text_make_printable(text, 1, "abc", 3);
    assert_string_equal(text, "");
}

/* --- Frames
 * --------------------------------------------------------------------------------------------- */

/* A driver whose buffer we know: the payload that lwIP hands on has to lie in it. */
static uint8_t card_buffer[NIC_FRAME_MAXIMUM];
static size_t card_length;
static unsigned poll_once(struct nic *nic, nic_receive receive, unsigned budget)
{
    size_t length = card_length;

    (void)budget;
    card_length = 0;
    if (length != 0)
        receive(nic, card_buffer, length);
    return length != 0;
}

static void test_no_copy(void **state)
{
    struct nic_driver driver = *peer_nic()->driver;
    struct nic nic = *peer_nic();
    struct udp_pcb *endpoint;
    uint8_t payload[1472];

    (void)state;
    driver.poll = poll_once;
    nic.driver = &driver;
    assert_int_equal(network_start(&nic), OK);
    peer_configure();
    memset(payload, 7, sizeof payload);
    endpoint = network_open_udp(1234);
    udp_recv(endpoint, count_datagram, NULL);
    card_length = peer_build_udp(card_buffer, peer_address("10.0.2.2"), 9,
                                 peer_address("10.0.2.15"), 1234, payload, 1472);
    network_poll();
    assert_int_equal(datagrams, 1);
    assert_int_equal(length_seen, 1472);
    assert_ptr_equal(frame_seen, card_buffer + 42);
    network_close_udp(endpoint);
    network_stop();
}

static void expect_datagrams(const uint8_t *frame, size_t length, unsigned expected)
{
    datagrams = 0;
    peer_send_frame(frame, length);
    poll_for(1);
    assert_int_equal(datagrams, expected);
}

static void fix_ip_checksum(uint8_t *frame)
{
    put_be16(frame + 24, 0);
    put_be16(frame + 24, peer_checksum(frame + 14, (size_t)(frame[14] & 15) * 4, 0));
}

static void test_bad_frames(void **state)
{
    uint8_t good[2048] = {0}, frame[2048];
    size_t length;
    struct udp_pcb *endpoint;

    (void)state;
    peer_configure();
    endpoint = network_open_udp(1234);
    udp_recv(endpoint, count_datagram, NULL);
    length = peer_build_udp(good, peer_address("10.0.2.2"), 9, peer_address("10.0.2.15"), 1234,
                            (const uint8_t *)"payload", 7);
    expect_datagrams(good, length, 1);
    expect_datagrams(good, 60, 1); /* padded */
    assert_int_equal(length_seen, 7);
    expect_datagrams(good, 1515, 0); /* longer than a frame can be */
    /* Every truncation. */
    for (size_t cut = 0; cut < length; cut++)
        expect_datagrams(good, cut, 0);
    /* Every byte changed: IP or UDP checksum, or the checks before them, catch it. */
    for (size_t at = 14; at < length; at++) {
        memcpy(frame, good, length);
        frame[at] ^= 0x41;
        expect_datagrams(frame, length, 0);
    }
    /* Lengths that lie, with the IP header's checksum right. */
    for (unsigned lie = 0; lie < 70; lie++) {
        memcpy(frame, good, length);
        put_be16(frame + 16, (uint16_t)lie);
        fix_ip_checksum(frame);
        expect_datagrams(frame, length, lie == length - 14);
        memcpy(frame, good, length);
        put_be16(frame + 38, (uint16_t)lie);
        put_be16(frame + 40, 0); /* no UDP checksum */
        expect_datagrams(frame, length, lie == 15);
    }
    for (unsigned header = 0; header < 16; header++) {
        memcpy(frame, good, length);
        frame[14] = (uint8_t)(0x40 | header);
        memset(frame + length, 0, 100);
        fix_ip_checksum(frame);
        expect_datagrams(frame, length, header == 5);
    }
    /* Fragments, other versions, other protocols, other types. */
    memcpy(frame, good, length);
    put_be16(frame + 20, 0x2000);
    fix_ip_checksum(frame);
    expect_datagrams(frame, length, 0);
    put_be16(frame + 20, 1);
    fix_ip_checksum(frame);
    expect_datagrams(frame, length, 0);
    put_be16(frame + 20, 0x4000); /* don't fragment is fine */
    fix_ip_checksum(frame);
    expect_datagrams(frame, length, 1);
    memcpy(frame, good, length);
    frame[23] = 6;
    fix_ip_checksum(frame);
    expect_datagrams(frame, length, 0);
    memcpy(frame, good, length);
    put_be16(frame + 12, 0x86DD);
    expect_datagrams(frame, length, 0);
    /* ARP of every length, in memory that ends there. */
    memset(frame, 0xFF, 60);
    put_be16(frame + 12, 0x0806);
    for (size_t cut = 0; cut <= 60; cut++)
        expect_datagrams(frame, cut, 0);
    network_close_udp(endpoint);
}

static void test_random_frames(void **state)
{
    static const uint8_t payload[200];
    uint8_t frame[NIC_FRAME_MAXIMUM];
    uint32_t random = 12345;

    (void)state;
    peer_configure();
    for (unsigned round = 0; round < 20000; round++) {
        size_t length = peer_build_udp(frame, peer_address("10.0.2.2"), 67,
                                       peer_address("10.0.2.15"), 68, payload, round % 200);

        for (unsigned i = 0; i < 6; i++) {
            random = random * 1664525u + 1013904223u;
            frame[12 + (random >> 8) % (length - 12)] = (uint8_t)(random >> 24);
        }
        if (round % 2 == 0)
            fix_ip_checksum(frame);
        peer_send_frame(frame, length);
        network_poll();
    }
    poll_for(1);
}

static void test_ping(void **state)
{
    uint8_t frame[98] = {0}, *icmp = frame + 34;

    (void)state;
    peer_configure();
    peer_build_udp(frame, peer_address("10.0.2.2"), 0, peer_address("10.0.2.15"), 0, frame, 0);
    frame[23] = 1;
    put_be16(frame + 16, 84);
    fix_ip_checksum(frame);
    memset(icmp, 0, 64);
    icmp[0] = 8;
    icmp[20] = 0x77;
    put_be16(icmp + 2, peer_checksum(icmp, 64, 0));
    peer_send_frame(frame, sizeof frame);
    poll_for(5);
    assert_int_equal(peer_last_frame_length, 98);
    assert_int_equal(peer_last_frame[34], 0);
    assert_int_equal(peer_last_frame[54], 0x77);
    assert_int_equal(peer_checksum(peer_last_frame + 34, 64, 0), 0);
    /* And a packet that nobody wants gets "port unreachable". */
    peer_last_frame_length = 0;
    peer_send(peer_address("10.0.2.2"), 9, peer_address("10.0.2.15"), 4321, (const uint8_t *)"x",
              1);
    poll_for(5);
    assert_true(peer_last_frame_length >= 62);
    assert_int_equal(peer_last_frame[34], 3);
    assert_int_equal(peer_last_frame[35], 3);
}

static void test_arp(void **state)
{
    uint8_t request[60] = {0};
    uint32_t asker = peer_address("10.0.2.2"), own = peer_address("10.0.2.15");

    (void)state;
    peer_configure();
    memset(request, 0xFF, 6);
    memcpy(request + 6, "\2\2\2\2\2\2", 6);
    put_be16(request + 12, 0x0806);
    put_be16(request + 14, 1);
    put_be16(request + 16, 0x0800);
    request[18] = 6;
    request[19] = 4;
    put_be16(request + 20, 1);
    memcpy(request + 22, request + 6, 6);
    memcpy(request + 28, &asker, 4);
    memcpy(request + 38, &own, 4);
    peer_send_frame(request, sizeof request);
    poll_for(5);
    assert_int_equal(get_be16(peer_last_frame + 20), 2);
    assert_memory_equal(peer_last_frame, request + 6, 6);
    assert_memory_equal(peer_last_frame + 22, peer_client_station, 6);
    assert_memory_equal(peer_last_frame + 28, &own, 4);
}

static struct peer_datagram last_datagram;
static unsigned received;
static void take_datagram(const struct peer_datagram *datagram)
{
    last_datagram = *datagram;
    received++;
}

static void test_arp_answer_lost(void **state)
{
    struct udp_pcb *endpoint;

    (void)state;
    peer_configure();
    poll_for(5);
    received = 0;
    peer_on_receive(take_datagram);
    peer_answer_arp(false);
    endpoint = network_open_udp(0);
    assert_true(
        network_send_udp(endpoint, peer_address("10.0.2.2"), 7, (const uint8_t *)"hello", 5));
    poll_for(500);
    assert_int_equal(received, 0);
    peer_answer_arp(true);
    poll_for(2500); /* lwIP asks again after a second; the packet waited */
    assert_int_equal(received, 1);
    assert_int_equal(last_datagram.length, 5);
    network_close_udp(endpoint);
}

static void test_off_subnet(void **state)
{
    struct udp_pcb *endpoint;

    (void)state;
    peer_configure();
    received = 0;
    peer_on_receive(take_datagram);
    endpoint = network_open_udp(0);
    assert_true(network_send_udp(endpoint, peer_address("192.0.2.1"), 7, (const uint8_t *)"x", 1));
    poll_for(20);
    assert_int_equal(received, 1);
    assert_int_equal(last_datagram.to, peer_address("192.0.2.1"));
    assert_int_equal(last_datagram.from, peer_address("10.0.2.15"));
    network_close_udp(endpoint);
}

static void test_udp_limits(void **state)
{
    struct udp_pcb *endpoints[16];
    unsigned count = 0;
    uint8_t large[1473] = {0};

    (void)state;
    peer_configure();
    peer_on_receive(take_datagram);
    while (count < 16 && (endpoints[count] = network_open_udp(0)) != NULL)
        count++;
    assert_in_range(count, 2, 15);
    for (unsigned i = 1; i < count; i++)
        network_close_udp(endpoints[i]);
    assert_null(network_open_udp(endpoints[0]->local_port)); /* taken */
    assert_false(network_send_udp(endpoints[0], peer_address("10.0.2.2"), 7, large, 1473));
    assert_true(network_send_udp(endpoints[0], peer_address("10.0.2.2"), 7, large, 1472));
    poll_for(20);
    assert_int_equal(last_datagram.length, 1472);
    peer_transmit_fails(true);
    assert_false(network_send_udp(endpoints[0], peer_address("10.0.2.2"), 7, large, 1));
    network_stop();
    assert_false(network_send_udp(endpoints[0], peer_address("10.0.2.2"), 7, large, 1));
    network_close_udp(endpoints[0]);
    network_close_udp(NULL);
}

/* lwIP may hand us a chain; the card wants one piece. */
static void test_chain(void **state)
{
    struct pbuf *first, *second;

    (void)state;
    peer_configure();
    poll_for(5);
    first = pbuf_alloc(PBUF_RAW, 40, PBUF_RAM);
    second = pbuf_alloc(PBUF_RAW, 40, PBUF_RAM);
    memset(first->payload, 0x11, 40);
    memset(second->payload, 0x22, 40);
    pbuf_cat(first, second);
    assert_int_equal(network_interface()->linkoutput(network_interface(), first), ERR_OK);
    assert_int_equal(peer_last_frame_length, 80);
    assert_int_equal(peer_last_frame[39], 0x11);
    assert_int_equal(peer_last_frame[40], 0x22);
    pbuf_free(first);
    first = pbuf_alloc(PBUF_RAW, 1515, PBUF_RAM);
    assert_int_equal(network_interface()->linkoutput(network_interface(), first), ERR_BUF);
    pbuf_free(first);
}

static void send_refusal(const char *from)
{
    uint8_t frame[70] = {0};

    peer_build_udp(frame, peer_address(from), 0, peer_address("10.0.2.15"), 0, frame, 0);
    frame[23] = 1;
    put_be16(frame + 16, 56);
    fix_ip_checksum(frame);
    memset(frame + 34, 0, 36);
    frame[34] = frame[35] = 3;
    put_be16(frame + 36, peer_checksum(frame + 34, 36, 0));
    peer_send_frame(frame, sizeof frame);
    poll_for(1);
}

static void test_refusals(void **state)
{
    (void)state;
    peer_configure();
    assert_int_equal(network_refusals(peer_address("10.0.2.2")), 0);
    send_refusal("10.0.2.2");
    send_refusal("10.0.2.2");
    for (unsigned i = 0; i < 6; i++) {
        static const char *const others[] = {"10.0.2.3", "10.0.2.4", "10.0.2.5",
                                             "10.0.2.6", "10.0.2.7", "10.0.2.8"};
        send_refusal(others[i]);
    }
    assert_int_equal(network_refusals(peer_address("10.0.2.2")), 2);
    assert_int_equal(network_refusals(peer_address("10.0.2.3")), 1);
    assert_int_equal(network_refusals(peer_address("10.0.2.8")), 0); /* no more room, no harm */
}

static void test_start_and_stop(void **state)
{
    (void)state;
    assert_non_null(network_interface());
    assert_int_equal(network_start(peer_nic()), OK); /* takes the old one away */
    network_stop();
    network_stop();
    assert_null(network_interface());
    network_poll();
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(network_start(peer_nic()), OK);
        peer_configure();
        poll_for(3);
        network_stop();
    }
    assert_int_equal(network_start(peer_nic()), OK);
    assert_memory_equal(network_station(), peer_client_station, 6);
    assert_true(network_link());
    assert_false(network_spanning_tree());
}

/* Polled by anybody who waits, so that cards get their steps and users hear of it. */
static void test_link_watched(void **state)
{
    uint64_t until;

    (void)state;
    assert_int_equal(network_link_down_ms(), 0);
    peer_cut(2000, 0);
    until = platform_milliseconds() + 1000;
    while (platform_milliseconds() < until)
        network_poll();
    assert_non_null(strstr(host_console(), "the link is down"));
    assert_null(strstr(host_console(), "the link is up again"));
    assert_in_range(network_link_down_ms(), until - 200, until);
    while (platform_milliseconds() < until + 2000)
        network_poll();
    assert_non_null(strstr(host_console(), "the link is up again"));
    assert_in_range(network_link_down_ms(), until + 800, until + 1000);
}

static void test_random(void **state)
{
    uint32_t ones = 0, previous = 0;

    (void)state;
    host_clock_step_us(0); /* not from the clock alone */
    for (unsigned i = 0; i < 1000; i++) {
        uint32_t next = network_random();

        assert_int_not_equal(next, previous);
        previous = next;
        ones += (uint32_t)__builtin_popcount(next);
    }
    assert_in_range(ones, 15000, 17000);
}

/* Through a driver of the nic table too: the host's scripted card. */
static unsigned scripted_frames;
static void scripted_transmitted(void *context, const uint8_t *frame, size_t length)
{
    (void)context;
    scripted_frames++;
    assert_in_range(length, 14, NIC_FRAME_MAXIMUM);
    assert_memory_equal(frame + 6, peer_client_station, 6);
}

/* What lwIP's macros call (net/arch/cc.h). */
static void test_diagnostics(void **state)
{
    pid_t child;
    int status;

    (void)state;
    network_diagnostics("%s %d", "said", 7);
    assert_non_null(strstr(host_console(), "said 7"));
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        network_assertion_failed("that is wrong", "file.c", 12);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3); /* the loader's own exit */
}

static void test_scripted_card(void **state)
{
    static uint8_t frame[200];
    struct nic cards[4];
    struct udp_pcb *endpoint;
    size_t length;

    (void)state;
    network_stop();
    host_add_scripted_card(peer_client_station, scripted_transmitted, NULL);
    assert_int_equal(nic_find(cards, 4), 1);
    assert_int_equal(nic_open(&cards[0]), OK);
    assert_int_equal(network_start(&cards[0]), OK);
    peer_configure();
    assert_true(scripted_frames > 0); /* the gratuitous ARP */
    endpoint = network_open_udp(1234);
    udp_recv(endpoint, count_datagram, NULL);
    length = peer_build_udp(frame, peer_address("10.0.2.2"), 9, peer_address("10.0.2.15"), 1234,
                            (const uint8_t *)"abc", 3);
    for (unsigned i = 0; i < 40; i++)
        host_deliver(frame, length);
    network_poll();
    assert_int_equal(datagrams, 16); /* a budget, so that timers get their turn */
    network_poll();
    network_poll();
    assert_int_equal(datagrams, 40);
    network_close_udp(endpoint);
    network_stop();
    nic_close(&cards[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_static),          TEST(test_bad_options),   TEST(test_addresses),
        TEST(test_printable),       TEST(test_no_copy),       TEST(test_bad_frames),
        TEST(test_random_frames),   TEST(test_ping),          TEST(test_arp),
        TEST(test_arp_answer_lost), TEST(test_off_subnet),    TEST(test_udp_limits),
        TEST(test_chain),           TEST(test_refusals),      TEST(test_start_and_stop),
        TEST(test_random),          TEST(test_scripted_card), TEST(test_link_watched),
        TEST(test_diagnostics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
