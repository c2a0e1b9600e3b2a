/* SPDX-License-Identifier: BSD-2-Clause */
/* A PC beside a DHCP server that names no file, and ProxyDHCP servers that do. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/network.h"
#include "net/pxe_client.h"
#include "peer.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

#define CLIENT "10.0.2.15"
#define DHCPD  "10.0.2.2"
#define PROXY  "10.0.2.9"
#define OTHER  "10.0.2.10"

static struct network_config config;

struct packet {
    uint8_t bytes[NETWORK_PACKET_MAXIMUM];
    size_t length;
};

/* What the servers on the wire do. */
static struct {
    bool no_dhcp, proxy_first, proxy_silent, other_first;
    const char *lease_file; /* in DHCPD's answers */
    bool lease_is_pxe;      /* DHCPD calls itself a PXE server too */
    const char *offer_file, *other_file;
    const char *next_server;
    const uint8_t *offer_vendor, *answer_vendor; /* option 43, its length first */
    unsigned lost;                               /* so many questions on port 4011 are not heard */
    const char *answer_file;                     /* to a question without an item, on 4011 */
    const char *item_file;                       /* and with one */
    bool wrong_class, wrong_transaction, wrong_sender, as_offer, no_server_id, naks;
    unsigned late_ms;     /* the proxy offers so long after the lease's offer */
    const uint8_t *words; /* option 224, its length first */
    size_t cut;           /* answers on 4011 end here */
    size_t change_at;     /* in the answer on 4011, this byte of option 43 ... */
    uint8_t change_to;    /* ... is this */
} script;

static struct {
    unsigned discovers, requests, questions, items;
    uint16_t item;
    uint32_t asked, transaction, lease_transaction;
    uint64_t discover_ms, request_ms, question_ms[16];
    struct packet last;
    uint64_t offer_due_ms;
} seen;

static struct packet last_sent;

static void option(struct packet *packet, uint8_t code, const void *value, size_t length)
{
    packet->length = (size_t)(dhcp_put_option(packet->bytes + packet->length, code, value, length) -
                              packet->bytes);
}

static void option_address(struct packet *packet, uint8_t code, const char *text)
{
    uint32_t address = peer_address(text);

    option(packet, code, &address, 4);
}

static void put_address(struct packet *packet, size_t at, const char *text)
{
    address_to_bytes(peer_address(text), packet->bytes + at);
}

static void begin(struct packet *packet, uint32_t transaction, uint8_t type, const char *server)
{
    memset(packet, 0, sizeof *packet);
    packet->bytes[DHCP_OP] = DHCP_REPLY;
    packet->bytes[DHCP_HTYPE] = 1;
    packet->bytes[DHCP_HLEN] = 6;
    put_be32(packet->bytes + DHCP_XID, transaction);
    memcpy(packet->bytes + DHCP_CHADDR, peer_client_station, 6);
    put_be32(packet->bytes + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    packet->length = DHCP_OPTIONS;
    option(packet, DHCP_MESSAGE_TYPE, &type, 1);
    if (!script.no_server_id)
        option_address(packet, DHCP_SERVER_ID, server);
}

static void put_file(struct packet *packet, const char *file)
{
    if (file != NULL)
        strcpy((char *)packet->bytes + DHCP_FILE, file);
}

static void dispatch(struct packet *packet, const char *from, uint16_t from_port, const char *to)
{
    packet->bytes[packet->length++] = DHCP_END;
    last_sent = *packet;
    peer_send(peer_address(from), from_port, to != NULL ? peer_address(to) : 0xFFFFFFFFu, 68,
              packet->bytes, packet->length);
}

static void send_lease(uint8_t type)
{
    struct packet packet;

    begin(&packet, seen.lease_transaction, type, DHCPD);
    put_address(&packet, DHCP_YIADDR, CLIENT);
    option_address(&packet, DHCP_NETMASK, "255.255.255.0");
    put_file(&packet, script.lease_file);
    if (script.lease_is_pxe) {
        option(&packet, DHCP_VENDOR_CLASS, "PXEClient", 9);
        if (script.offer_vendor != NULL)
            option(&packet, DHCP_VENDOR, script.offer_vendor + 1, script.offer_vendor[0]);
    }
    dispatch(&packet, DHCPD, 67, CLIENT);
}

static void send_proxy_offer(const char *from, const char *file)
{
    struct packet packet;

    begin(&packet, seen.lease_transaction ^ script.wrong_transaction, DHCP_IS_OFFER, from);
    if (script.wrong_class)
        option(&packet, DHCP_VENDOR_CLASS, "PXEClien", 8);
    else
        option(&packet, DHCP_VENDOR_CLASS, "PXEClient", 9);
    if (script.offer_vendor != NULL)
        option(&packet, DHCP_VENDOR, script.offer_vendor + 1, script.offer_vendor[0]);
    if (script.words != NULL)
        option(&packet, DHCP_SITE_WORDS, script.words + 1, script.words[0]);
    if (script.next_server != NULL)
        put_address(&packet, DHCP_SIADDR, script.next_server);
    put_file(&packet, file);
    dispatch(&packet, from, 67, NULL);
}

static void send_proxy_offers(void)
{
    if (script.proxy_silent)
        return;
    if (script.other_first)
        send_proxy_offer(OTHER, script.other_file);
    send_proxy_offer(PROXY, script.offer_file);
    if (script.other_file != NULL && !script.other_first)
        send_proxy_offer(OTHER, script.other_file);
}

static void answer_discover(void)
{
    if (script.proxy_first)
        send_proxy_offers();
    if (!script.no_dhcp)
        send_lease(DHCP_IS_OFFER);
    if (script.late_ms != 0)
        seen.offer_due_ms = platform_milliseconds() + script.late_ms;
    else if (!script.proxy_first)
        send_proxy_offers();
}

static void tick(uint64_t now_ms)
{
    if (seen.offer_due_ms != 0 && now_ms >= seen.offer_due_ms) {
        seen.offer_due_ms = 0;
        send_proxy_offers();
    }
}

static void answer_question(const char *from, bool item)
{
    const uint8_t *vendor = script.answer_vendor;
    struct packet packet;
    uint8_t changed[256];

    begin(&packet, seen.transaction ^ script.wrong_transaction,
          script.naks       ? DHCP_IS_NAK
          : script.as_offer ? DHCP_IS_OFFER
                            : DHCP_IS_ACK,
          script.wrong_sender ? "10.0.2.66" : from);
    option(&packet, DHCP_VENDOR_CLASS, "PXEClient", 9);
    put_file(&packet, item ? script.item_file : script.answer_file);
    if (vendor != NULL && !item) {
        memcpy(changed, vendor, 1u + vendor[0]);
        if (script.change_at != 0)
            changed[script.change_at] = script.change_to;
        option(&packet, DHCP_VENDOR, changed + 1, vendor[0]);
    }
    if (script.cut != 0 && script.cut < packet.length) {
        packet.length = script.cut - 1;
        packet.bytes[script.cut - 1] = 0;
    }
    dispatch(&packet, script.wrong_sender ? "10.0.2.66" : from, PXE_SERVER_PORT, CLIENT);
}

static void receive_question(const struct peer_datagram *datagram)
{
    const uint8_t *packet = datagram->bytes;
    uint8_t value[64];
    size_t found;

    /* From the address and the client's port, to the server alone. */
    assert_int_equal(datagram->from, peer_address(CLIENT));
    assert_int_equal(datagram->from_port, 68);
    assert_int_not_equal(datagram->to, 0xFFFFFFFFu);
    assert_int_equal(address_from_bytes(packet + DHCP_CIADDR), peer_address(CLIENT));
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_MESSAGE_TYPE, value, 1), 1);
    assert_int_equal(value[0], DHCP_IS_REQUEST);
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_REQUESTED, value, 4),
                     DHCP_OPTION_ABSENT);
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_SERVER_ID, value, 4),
                     DHCP_OPTION_ABSENT);
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_VENDOR_CLASS, value, 64), 32);
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_CLIENT_ARCHITECTURE, value, 64), 2);
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_CLIENT_MACHINE, value, 64), 17);
    assert_int_equal(dhcp_option(packet, datagram->length, DHCP_USER_CLASS, value, 64), 7);
    found = dhcp_option(packet, datagram->length, DHCP_VENDOR, value, sizeof value);
    if (found != DHCP_OPTION_ABSENT) {
        assert_int_equal(found, 7);
        assert_memory_equal(value, "\107\4", 2);
        seen.item = get_be16(value + 2);
        assert_memory_equal(value + 4, "\0\0\377", 3);
        seen.items++;
    }
    if (seen.questions < 16)
        seen.question_ms[seen.questions] = platform_milliseconds();
    seen.questions++;
    seen.asked = datagram->to;
    seen.transaction = get_be32(packet + DHCP_XID);
    if (script.lost != 0) {
        script.lost--;
        return;
    }
    answer_question(network_address_text(datagram->to), found != DHCP_OPTION_ABSENT);
}

static void receive(const struct peer_datagram *datagram)
{
    uint8_t type = 0;

    if (datagram->to_port == PXE_SERVER_PORT)
        receive_question(datagram);
    if (datagram->to_port != 67)
        return;
    seen.lease_transaction = get_be32(datagram->bytes + DHCP_XID);
    dhcp_option(datagram->bytes, datagram->length, DHCP_MESSAGE_TYPE, &type, 1);
    if (type == DHCP_IS_DISCOVER) {
        seen.discovers++;
        seen.discover_ms = platform_milliseconds();
        answer_discover();
    } else {
        seen.requests++;
        seen.request_ms = platform_milliseconds();
        send_lease(DHCP_IS_ACK);
    }
}

static int set_up(void **state)
{
    struct network_identity identity = {.vendor_class = "PXEClient:Arch:00000:UNDI:002001",
                                        .is_pxe = true};

    (void)state;
    peer_start();
    host_clock_step_us(500);
    host_set_network_identity(&identity);
    host_set_dhcp_extension(&pxe_client);
    peer_on_receive(receive);
    peer_on_tick(tick);
    memset(&script, 0, sizeof script);
    memset(&seen, 0, sizeof seen);
    memset(&config, 0xA5, sizeof config);
    error_clear();
    return 0;
}

static void expect_console(const char *words)
{
    if (strstr(host_console(), words) == NULL)
        fail_msg("\"%s\" is not on the console:\n%s", words, host_console());
}

static void expect_boot(const char *server, const char *file)
{
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(config.method, NETWORK_DHCP);
    assert_int_equal(config.address, peer_address(CLIENT));
    assert_string_equal(config.file, file);
    assert_int_equal(config.server, peer_address(server));
}

/* --- All in the offer --------------------------------------------------------------------------
 */

static void test_file_in_the_offer(void **state)
{
    static const uint8_t words[] = "\014sawboot args";

    for (int first = 0; first < 2; first++) {
        set_up(state);
        script.proxy_first = first != 0;
        script.offer_file = "kernel";
        script.words = words;
        expect_boot(PROXY, "kernel");
        assert_int_equal(seen.questions, 0);
        assert_int_equal(seen.discovers, 1);
        assert_int_equal(seen.requests, 1);
        /* With a file from somebody nothing is waited for. */
        assert_true(seen.request_ms - seen.discover_ms < 100);
        expect_console("ProxyDHCP: from 10.0.2.9");
        expect_console("boot server 10.0.2.9 (the DHCP server itself), file \"kernel\"");
        /* The lease's own answer, and the one that named the file. */
        assert_int_equal(address_from_bytes(config.reply + DHCP_YIADDR), peer_address(CLIENT));
        assert_int_equal(
            dhcp_option(config.boot_reply, config.boot_reply_length, DHCP_SITE_WORDS, NULL, 0), 12);
    }
}

static void test_next_server_of_the_offer(void **state)
{
    (void)state;
    script.offer_file = "kernel";
    script.next_server = "10.0.2.77";
    expect_boot("10.0.2.77", "kernel");
}

/* The server of the lease knows better than whoever is beside it. */
static void test_the_lease_comes_first(void **state)
{
    for (int first = 0; first < 2; first++) {
        set_up(state);
        script.proxy_first = first != 0;
        script.lease_file = "own";
        script.offer_file = "kernel";
        expect_boot(DHCPD, "own");
        assert_int_equal(config.boot_reply_length, 0);
        assert_true(seen.request_ms - seen.discover_ms < 100);
    }
}

/* It has a second, and no more. */
static void test_late_offer(void **state)
{
    (void)state;
    script.offer_file = "kernel";
    script.late_ms = 900;
    expect_boot(PROXY, "kernel");
    set_up(state);
    script.offer_file = "kernel";
    script.late_ms = 1500;
    console_verbose = true;
    expect_boot(DHCPD, "");
    console_verbose = false;
    assert_in_range(seen.request_ms - seen.discover_ms, 1000, 1100);
    expect_console("no file in that; a ProxyDHCP server may name one");
    assert_int_equal(config.boot_reply_length, 0);
}

static void test_two_servers(void **state)
{
    for (int first = 0; first < 2; first++) {
        set_up(state);
        script.other_file = "other";
        script.other_first = first != 0;
        /* One that names a file is better than one that has to be asked; else the first. */
        expect_boot(OTHER, "other");
        assert_int_equal(seen.questions, 0);
        set_up(state);
        script.other_file = "other";
        script.other_first = first != 0;
        script.offer_file = "kernel";
        expect_boot(first != 0 ? OTHER : PROXY, first != 0 ? "other" : "kernel");
    }
}

/* Nobody who gives addresses: there is nothing to go on with, and it is said who is there. */
static void test_no_dhcp_server(void **state)
{
    (void)state;
    script.no_dhcp = true;
    script.offer_file = "kernel";
    assert_int_equal(network_configure(NULL, &config), ERROR_NET_NO_ANSWER);
    assert_int_equal(seen.requests, 0);
    assert_int_equal(seen.questions, 0);
    expect_console("ProxyDHCP: 10.0.2.9 offers boot files, but no address");
}

/* --- Port 4011 ---------------------------------------------------------------------------------
 */

static void test_asked(void **state)
{
    (void)state;
    script.answer_file = "kernel";
    expect_boot(PROXY, "kernel");
    assert_int_equal(seen.questions, 1);
    assert_int_equal(seen.items, 0);
    assert_int_equal(seen.asked, peer_address(PROXY));
    assert_int_not_equal(seen.transaction, seen.lease_transaction);
    assert_int_equal(config.boot_reply_length, last_sent.length);
    assert_memory_equal(config.boot_reply, last_sent.bytes, last_sent.length);
    expect_console("asking 10.0.2.9 for the boot file (1 of 4, escape stops)");
    /* Some answer with another OFFER, or leave option 54 out. */
    set_up(state);
    script.answer_file = "kernel";
    script.as_offer = true;
    script.no_server_id = true;
    expect_boot(PROXY, "kernel");
    expect_console("boot server 10.0.2.9 (the sender itself)");
}

static void test_lost_answers(void **state)
{
    unsigned odd = 0;

    (void)state;
    script.answer_file = "kernel";
    script.lost = 3;
    expect_boot(PROXY, "kernel");
    assert_int_equal(seen.questions, 4);
    /* About 1, 2 and 3 s, but not what every other machine waits. */
    for (unsigned i = 1; i < 4; i++) {
        unsigned waited = (unsigned)(seen.question_ms[i] - seen.question_ms[i - 1]);

        assert_in_range(waited, i * 750 - 2, i * 1250 + 50);
        odd += waited % 1000 > 100 && waited % 1000 < 900;
    }
    assert_int_not_equal(odd, 0);
}

static void test_no_answer(void **state)
{
    (void)state;
    script.answer_file = "kernel";
    script.lost = 1000;
    expect_boot(DHCPD, "");
    assert_int_equal(seen.questions, 4);
    assert_in_range(platform_milliseconds() - seen.question_ms[0], 7500, 12600);
    expect_console("ProxyDHCP: no answer from 10.0.2.9, UDP port 4011");
    assert_int_equal(config.boot_reply_length, 0);
}

static void test_key(void **state)
{
    (void)state;
    script.lost = 1000;
    host_type("ab\033");
    assert_int_equal(network_configure(NULL, &config), ERROR_NET_STOPPED);
    /* Keys are looked at ten times a second, and the lease takes a second. */
    set_up(state);
    script.lost = 1000;
    host_type("abcdefghijklmn\003");
    assert_int_equal(network_configure(NULL, &config), ERROR_NET_STOPPED);
    assert_true(seen.questions >= 1);
    assert_non_null(strstr(error_detail(), "boot file"));
}

static void expect_no_file(void)
{
    script.answer_file = "kernel";
    expect_boot(DHCPD, "");
}

static void test_answers_of_others(void **state)
{
    (void)state;
    script.wrong_transaction = true; /* the offer too: then there is no such server */
    expect_no_file();
    assert_int_equal(seen.questions, 0);
    set_up(state);
    script.wrong_class = true;
    expect_no_file();
    assert_int_equal(seen.questions, 0);
    set_up(state);
    script.wrong_sender = true;
    expect_no_file();
    assert_int_equal(seen.questions, 4);
    set_up(state);
    script.naks = true;
    expect_no_file();
    assert_int_equal(seen.questions, 4);
}

static void test_answer_without_a_file(void **state)
{
    (void)state;
    expect_boot(DHCPD, "");
    assert_int_equal(seen.questions, 1);
    expect_console("ProxyDHCP: 10.0.2.9 names no boot file");
}

/* --- Menus -------------------------------------------------------------------------------------
 */

/* As dnsmasq sends them: no discovery but by list, no time for a prompt, who serves what, a menu of
 * one entry. */
static const uint8_t menu[] = {37,  6,   1,   3,   8,   7,   0x80, 0,   1,    10,  0,   2,   78,
                               10,  4,   0,   'P', 'X', 'E', 9,    16,  0x80, 0,   13,  'D', 'a',
                               'r', 'w', 'i', 'n', ' ', '1', '0',  '.', '4',  '.', '1', 0xFF};

static void test_menu_in_the_offer(void **state)
{
    (void)state;
    script.offer_vendor = menu;
    script.item_file = "kernel.0";
    expect_boot("10.0.2.78", "kernel.0");
    assert_int_equal(seen.questions, 1);
    assert_int_equal(seen.item, 0x8000);
    assert_int_equal(seen.asked, peer_address("10.0.2.78"));
    /* A file beats the menu that stands beside it. */
    set_up(state);
    script.offer_vendor = menu;
    script.offer_file = "kernel";
    expect_boot(PROXY, "kernel");
    assert_int_equal(seen.questions, 0);
}

static void test_menu_in_the_answer(void **state)
{
    (void)state;
    script.answer_vendor = menu;
    script.item_file = "kernel.0";
    expect_boot("10.0.2.78", "kernel.0");
    assert_int_equal(seen.questions, 2);
    assert_int_equal(seen.items, 1);
    /* The second question is the last one. */
    set_up(state);
    script.answer_vendor = menu;
    expect_boot(DHCPD, "");
    assert_int_equal(seen.questions, 2);
    expect_console("ProxyDHCP: 10.0.2.78 names no boot file");
}

static void test_menu_of_several(void **state)
{
    /* The disk, 0x0102 "b", 7 "c"; two servers for 7, one for 0x0102 behind it; nothing more. */
    static const uint8_t several[] = {35, 9, 12,  0,  0,  1, 'a', 1,  2,  1, 'b', 0,
                                      7,  1, 'c', 8,  18, 0, 7,   2,  10, 0, 2,   71,
                                      10, 0, 2,   72, 1,  2, 1,   10, 0,  2, 73,  0xFF};
    static const uint8_t no_list[] = {7, 9, 5, 0, 9, 2, 'a', 'b'};
    static const uint8_t only_disk[] = {6, 9, 4, 0, 0, 1, 'a'};

    (void)state;
    script.offer_vendor = several;
    script.item_file = "kernel";
    expect_boot("10.0.2.73", "kernel");
    assert_int_equal(seen.item, 0x0102);
    /* Nobody is listed: the sender. */
    set_up(state);
    script.offer_vendor = no_list;
    script.item_file = "kernel";
    expect_boot(PROXY, "kernel");
    assert_int_equal(seen.item, 9);
    /* Nothing but the disk: asked as if there were no menu. */
    set_up(state);
    script.offer_vendor = only_disk;
    script.answer_vendor = only_disk;
    expect_boot(DHCPD, "");
    assert_int_equal(seen.questions, 1);
    assert_int_equal(seen.items, 0);
}

/* The DHCP server is the PXE server too. */
static void test_one_server_for_both(void **state)
{
    (void)state;
    script.proxy_silent = true;
    script.lease_is_pxe = true;
    script.offer_vendor = menu;
    script.item_file = "kernel.0";
    expect_boot("10.0.2.78", "kernel.0");
    assert_int_equal(seen.questions, 1);
    set_up(state);
    script.proxy_silent = true;
    script.lease_is_pxe = true;
    script.answer_file = "kernel";
    expect_boot(DHCPD, "kernel");
    assert_int_equal(seen.asked, peer_address(DHCPD));
    /* And one that names all needs no port 4011. */
    set_up(state);
    script.proxy_silent = true;
    script.lease_is_pxe = true;
    script.lease_file = "kernel";
    expect_boot(DHCPD, "kernel");
    assert_int_equal(seen.questions, 0);
}

/* Every byte of a menu changed, and every length of the answer: no file or the file, and an end. */
static void test_hostile_answers(void **state)
{
    static const uint8_t values[] = {0, 1, 127, 254, 255};

    for (size_t at = 1; at <= menu[0]; at++) {
        for (size_t i = 0; i < sizeof values; i++) {
            set_up(state);
            script.answer_vendor = menu;
            script.item_file = "kernel.0";
            script.change_at = at;
            script.change_to = values[i];
            assert_int_equal(network_configure(NULL, &config), OK);
            assert_true(seen.questions <= 5);
        }
    }
    for (size_t length = DHCP_OPTIONS; length < DHCP_OPTIONS + 70; length++) {
        set_up(state);
        script.answer_vendor = menu;
        script.item_file = "kernel.0";
        script.cut = length;
        assert_int_equal(network_configure(NULL, &config), OK);
        assert_true(seen.questions <= 8);
    }
}

static void test_under_loss(void **state)
{
    unsigned booted = 0;

    for (uint32_t seed = 1; seed < 40; seed++) {
        set_up(state);
        script.answer_vendor = menu;
        script.item_file = "kernel.0";
        peer_impair(seed * 2654435761u, 200, 100, 100);
        assert_int_equal(network_configure(NULL, &config), OK);
        assert_int_equal(config.address, peer_address(CLIENT));
        booted += strcmp(config.file, "kernel.0") == 0;
    }
    /* An offer that is lost is not asked for again; questions are. */
    assert_in_range(booted, 20, 39);
}

/* A machine that is no PC does not care. */
static void test_power_mac(void **state)
{
    (void)state;
    host_set_dhcp_extension(NULL);
    script.offer_file = "kernel";
    expect_boot(DHCPD, "");
    assert_null(strstr(host_console(), "ProxyDHCP"));
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_file_in_the_offer),
        TEST(test_next_server_of_the_offer),
        TEST(test_the_lease_comes_first),
        TEST(test_late_offer),
        TEST(test_two_servers),
        TEST(test_no_dhcp_server),
        TEST(test_asked),
        TEST(test_lost_answers),
        TEST(test_no_answer),
        TEST(test_key),
        TEST(test_answers_of_others),
        TEST(test_answer_without_a_file),
        TEST(test_menu_in_the_offer),
        TEST(test_menu_in_the_answer),
        TEST(test_menu_of_several),
        TEST(test_one_server_for_both),
        TEST(test_hostile_answers),
        TEST(test_under_loss),
        TEST(test_power_mac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
