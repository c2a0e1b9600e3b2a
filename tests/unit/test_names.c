/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/names.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/platform.h"
#include "lib/bytes.h"
#include "lwip/netif.h"
#include "net/address.h"
#include "net/dhcp_packet.h"
#include "net/fetch.h"
#include "net/stack.h"
#include "peer.h"
#include "peer_dns.h"
#include "peer_tftp.h"
#include "random.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

#define NAME "boot.example.net"

static struct peer_dns *server;
static struct network_config config;
static uint32_t found;

static int set_up(void **state)
{
    (void)state;
    peer_start();
    peer_configure();
    server = peer_dns_start();
    memset(&config, 0, sizeof config);
    config.dns = peer_address("10.0.2.3");
    names_use(&config);
    error_clear();
    found = 0;
    return 0;
}

/* A lease that names these servers in option 6. */
static void lease(const char *const *addresses, size_t count)
{
    uint8_t *at = config.reply + DHCP_OPTIONS;

    put_be32(config.reply + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    *at++ = DHCP_DNS;
    *at++ = (uint8_t)(4 * count);
    for (size_t i = 0; i < count; i++, at += 4) {
        uint32_t address = peer_address(addresses[i]);

        memcpy(at, &address, 4);
    }
    *at++ = DHCP_END;
    config.reply_length = (size_t)(at - config.reply);
    config.dns = peer_address(addresses[0]);
    names_use(&config);
}

static error_t find(const char *name)
{
    return names_find(name, strlen(name), &found);
}

static void expect(const char *name, const char *address)
{
    assert_int_equal(find(name), OK);
    assert_string_equal(network_address_text(found), address);
}

static void expect_failure(error_t error, const char *words)
{
    assert_int_equal(find(NAME), error);
    if (strstr(error_detail(), words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, error_detail());
    assert_int_equal(found, 0);
}

static uint64_t seconds_since(uint64_t began)
{
    return (platform_milliseconds() - began) / 1000;
}

/* --- What is a name --------------------------------------------------------------------------- */

static void test_valid(void **state)
{
    static const char *const good[] = {"a",          "boot",        "boot.example.net",
                                       "3com.x",     "a-b_c.d9",    "boot.example.net.",
                                       "10.0.0.1.x", "_tftp.Local", "xn--bcher-kva.example"};
    static const char *const bad[] = {"",      ".",   "..",  "a..b",     ".a",
                                      "a b",   "a/b", "a%b", "10.0.0.1", "10.0.0.256",
                                      "10.0",  "0x1", "a.1", "a.1b",     "b\303\274cher",
                                      "a\001", "a..", "a:b", "1",        "boot.-x"};
    char text[NAMES_LONGEST + 3];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!names_valid(good[i], strlen(good[i])))
            fail_msg("\"%s\" is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (names_valid(bad[i], strlen(bad[i])))
            fail_msg("\"%s\" passed", bad[i]);
    assert_false(names_valid("a\0b", 3));
    memset(text, 'a', sizeof text);
    assert_true(names_valid(text, 63));
    assert_false(names_valid(text, 64));
    for (size_t at = 63; at < sizeof text; at += 64)
        text[at] = '.';
    assert_true(names_valid(text, NAMES_LONGEST));
    assert_false(names_valid(text, NAMES_LONGEST + 1));
    text[NAMES_LONGEST] = '.';
    assert_true(names_valid(text, NAMES_LONGEST + 1));
}

/* --- Answers ---------------------------------------------------------------------------------- */

static void test_answer(void **state)
{
    (void)state;
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 1);
    assert_string_equal(server->name, NAME);
    assert_int_equal(server->type, DNS_A);
    assert_int_equal(server->server, peer_address("10.0.2.3"));
    assert_true(server->port >= 1024);
    assert_non_null(strstr(host_console(), NAME " is 10.0.2.9\n"));
    /* Known now, however it is written. */
    expect("BOOT.example.NET.", "10.0.2.9");
    assert_int_equal(server->questions, 1);
    expect("other.example.net.", "10.0.2.9");
    assert_string_equal(server->name, "other.example.net");
    assert_int_equal(server->questions, 2);
    /* Nobody can guess the next question's port and number. */
    assert_int_not_equal(server->port, server->port_before);
    assert_int_not_equal(server->id, server->id_before);
}

static void test_longest_name(void **state)
{
    char name[NAMES_LONGEST + 1];

    (void)state;
    memset(name, 'x', sizeof name);
    for (size_t at = 63; at < NAMES_LONGEST; at += 64)
        name[at] = '.';
    name[NAMES_LONGEST] = '\0';
    expect(name, "10.0.2.9");
    assert_string_equal(server->name, name);
}

/* More names than lwIP keeps. */
static void test_many_names(void **state)
{
    char name[32];

    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "n%u.example", i);
        expect(name, "10.0.2.9");
        assert_string_equal(server->name, name);
    }
    assert_int_equal(server->questions, 40);
}

static const char alias[] = "\004real\007example";

static void build_alias(struct peer_dns_reply *reply)
{
    /* What is between are aliases, signatures, addresses of other kinds. */
    peer_dns_put(reply, DNS_CNAME, 60, alias, sizeof alias);
    peer_dns_put(reply, DNS_TXT, 60, "\005hello", 6);
    peer_dns_put(reply, DNS_AAAA, 60, "0123456789abcdef", 16);
    peer_dns_put_address(reply, 60, "10.0.2.77");
    peer_dns_put_address(reply, 60, "10.0.2.78");
}

static void test_alias(void **state)
{
    (void)state;
    server->build = build_alias;
    expect(NAME, "10.0.2.77");
}

static void build_short_lived(struct peer_dns_reply *reply)
{
    peer_dns_put_address(reply, server->questions == 1 ? 0 : 3, "10.0.2.9");
}

static void build_long_lived(struct peer_dns_reply *reply)
{
    peer_dns_put_address(reply, 0xFFFFFFFFu, "10.0.2.9");
}

static void wait_seconds(uint64_t seconds)
{
    for (uint64_t began = platform_milliseconds(); seconds_since(began) < seconds;)
        network_poll();
}

/* An answer is good for as long as it says, ten minutes at the most. */
static void test_time_to_live(void **state)
{
    (void)state;
    server->build = build_short_lived;
    expect(NAME, "10.0.2.9");
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 2);
    wait_seconds(1);
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 2);
    wait_seconds(4);
    server->build = build_long_lived;
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 3);
    wait_seconds(500);
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 3);
    wait_seconds(110);
    expect(NAME, "10.0.2.9");
    assert_in_range(server->questions, 4, 5); /* the first repeat may follow at once */
}

/* Another network, other answers. */
static void test_forgotten(void **state)
{
    (void)state;
    server->build = build_long_lived;
    expect(NAME, "10.0.2.9");
    names_use(&config);
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 2);
    network_stop();
    assert_int_equal(network_start(peer_nic()), OK);
    peer_configure();
    found = 0;
    expect_failure(ERROR_NAME_NO_SERVER, "\"" NAME "\"");
    names_use(&config);
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 3);
}

static void test_lost_questions(void **state)
{
    uint64_t began = platform_milliseconds();

    (void)state;
    server->lost = 3;
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 4);
    assert_in_range(seconds_since(began), 2, 7);
    assert_non_null(strstr(host_console(), "names: no answer from 10.0.2.3 yet (2 s of 30 s"));
}

/* Longer than lwIP asks by itself. */
static void test_late_server(void **state)
{
    uint64_t began = platform_milliseconds();

    (void)state;
    server->lost = 9;
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->questions, 10);
    assert_in_range(seconds_since(began), 14, 20);
}

static void test_late_answers(void **state)
{
    (void)state;
    server->late_ms = 2500;
    expect(NAME, "10.0.2.9");
}

static void test_impaired(void **state)
{
    for (uint32_t seed = 1; seed <= 50; seed++) {
        set_up(state);
        peer_impair(seed, 200, 200, 200);
        expect(NAME, "10.0.2.9");
    }
}

/* --- Refusals --------------------------------------------------------------------------------- */

static unsigned flags;

static void build_flags(struct peer_dns_reply *reply)
{
    peer_dns_flags(reply, DNS_RESPONSE | flags);
}

static void test_denied(void **state)
{
    static const unsigned codes[] = {0, DNS_NXDOMAIN, DNS_SERVFAIL, DNS_REFUSED, DNS_TRUNCATED};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        uint64_t began;

        set_up(state);
        began = platform_milliseconds();
        server->build = build_flags;
        flags = codes[i];
        expect_failure(ERROR_NAME_UNKNOWN, "\"" NAME "\", says 10.0.2.3");
        assert_int_equal(server->questions, 1);
        assert_int_equal(seconds_since(began), 0);
        /* Nothing of it stays. */
        server->build = NULL;
        expect(NAME, "10.0.2.9");
    }
}

static void build_only_alias(struct peer_dns_reply *reply)
{
    peer_dns_put(reply, DNS_CNAME, 60, alias, sizeof alias);
}

static void build_only_ipv6(struct peer_dns_reply *reply)
{
    peer_dns_put(reply, DNS_AAAA, 60, "0123456789abcdef", 16);
}

static void test_no_address(void **state)
{
    (void)state;
    server->build = build_only_alias;
    expect_failure(ERROR_NAME_UNKNOWN, "says 10.0.2.3");
    server->build = build_only_ipv6;
    expect_failure(ERROR_NAME_UNKNOWN, "says 10.0.2.3");
}

static void build_truncated(struct peer_dns_reply *reply)
{
    peer_dns_flags(reply, DNS_RESPONSE | DNS_TRUNCATED);
    peer_dns_put_address(reply, 60, "10.0.2.8");
}

/* What is there of a long answer is good. */
static void test_truncated(void **state)
{
    (void)state;
    server->build = build_truncated;
    expect(NAME, "10.0.2.8");
}

static const char *odd_address;

static void build_odd(struct peer_dns_reply *reply)
{
    peer_dns_put_address(reply, 60, odd_address);
}

static void test_no_machine(void **state)
{
    static const char *const odd[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"};
    char words[80];

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        set_up(state);
        server->build = build_odd;
        odd_address = odd[i];
        snprintf(words, sizeof words, "is %s, which is no machine's address", odd[i]);
        expect_failure(ERROR_NAME_UNKNOWN, words);
    }
}

static void test_silence(void **state)
{
    uint64_t began = platform_milliseconds();

    (void)state;
    server->lost = 1000;
    expect_failure(ERROR_NAME_NO_ANSWER, "\"" NAME "\" from 10.0.2.3, in 30 s");
    assert_in_range(seconds_since(began), 30, 31);
    assert_in_range(server->questions, 12, 24);
    /* Nothing is asked any more. */
    server->questions = 0;
    wait_seconds(60);
    assert_int_equal(server->questions, 0);
    /* Again and again, with names of all kinds. */
    for (unsigned i = 0; i < 10; i++)
        expect_failure(ERROR_NAME_NO_ANSWER, "in 30 s");
    server->lost = 0;
    expect(NAME, "10.0.2.9");
}

static void test_key(void **state)
{
    char name[32];

    (void)state;
    server->lost = 1000;
    host_type("x\033");
    expect_failure(ERROR_NET_STOPPED, "while asking for the address of \"" NAME "\"");
    /* Stopped more often than lwIP has records; the answers come when nobody waits any more. */
    server->lost = 0;
    server->late_ms = 400;
    for (unsigned i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "n%u.example", i);
        host_type("\003");
        assert_int_equal(find(name), ERROR_NET_STOPPED);
    }
    wait_seconds(2);
    assert_int_equal(found, 0);
    expect(NAME, "10.0.2.9");
}

static void test_unreachable(void **state)
{
    (void)state;
    config.dns = peer_address("192.168.99.1");
    names_use(&config);
    expect(NAME, "10.0.2.9"); /* behind the gateway */
    assert_int_equal(server->server, config.dns);
    names_use(&config);
    found = 0;
    network_set_address(peer_address("10.0.2.15"), peer_address("255.255.255.0"), 0);
    expect_failure(ERROR_NAME_NO_ANSWER,
                   "192.168.99.1 is not on this network and there is no gateway");
    assert_int_equal(server->questions, 1);
}

static void refuse(const struct peer_datagram *datagram)
{
    peer_refuse(datagram);
}

static void test_nothing_listens(void **state)
{
    (void)state;
    peer_on_port(53, refuse);
    expect_failure(ERROR_NAME_NO_ANSWER, "from 10.0.2.3: the machine answers, but nothing listens");
}

static void test_no_server(void **state)
{
    (void)state;
    config.dns = 0;
    names_use(&config);
    expect_failure(ERROR_NAME_NO_SERVER, "\"" NAME "\"");
    config.dns = peer_address("127.0.0.1");
    names_use(&config);
    expect_failure(ERROR_NAME_NO_SERVER, "\"" NAME "\"");
    network_stop();
    expect_failure(ERROR_NET_STACK, "no card");
}

/* --- Two servers ------------------------------------------------------------------------------ */

static void build_by_second(struct peer_dns_reply *reply)
{
    if (reply->from == peer_address("10.0.2.4"))
        peer_dns_put_address(reply, 60, "10.0.2.44");
    else if (flags != 0)
        peer_dns_flags(reply, flags);
    else
        reply->length = 0;
}

static void test_second_server(void **state)
{
    static const char *const two[] = {"10.0.2.3", "10.0.2.4"};
    static const char *const odd[] = {"0.0.0.0", "10.0.2.4", "10.0.2.4", "10.0.2.5"};
    uint64_t began;

    /* The first is dead. */
    lease(two, 2);
    flags = 0;
    server->build = build_by_second;
    began = platform_milliseconds();
    expect(NAME, "10.0.2.44");
    assert_in_range(seconds_since(began), 6, 8);
    assert_non_null(strstr(host_console(), "no answer from 10.0.2.3 and 10.0.2.4 yet"));
    /* The first does not know. */
    set_up(state);
    lease(two, 2);
    flags = DNS_RESPONSE | DNS_NXDOMAIN;
    server->build = build_by_second;
    began = platform_milliseconds();
    expect(NAME, "10.0.2.44");
    assert_int_equal(seconds_since(began), 0);
    /* Nobody does. */
    set_up(state);
    lease(two, 2);
    server->build = build_flags;
    flags = DNS_NXDOMAIN;
    expect_failure(ERROR_NAME_UNKNOWN, "says 10.0.2.3 and 10.0.2.4");
    assert_int_equal(server->questions, 2);
    set_up(state);
    lease(two, 2);
    server->lost = 1000;
    expect_failure(ERROR_NAME_NO_ANSWER, "from 10.0.2.3 and 10.0.2.4, in 30 s");
    /* No machine's address is passed over. */
    set_up(state);
    lease(odd, 4);
    expect(NAME, "10.0.2.9");
    assert_int_equal(server->server, peer_address("10.0.2.4"));
}

/* --- Hostile answers -------------------------------------------------------------------------- */

static enum {
    WRONG_ID,
    WRONG_SERVER,
    WRONG_NAME,
    WRONG_TYPE,
    WRONG_CLASS,
    NO_RESPONSE,
    NO_QUESTION,
    TWO_QUESTIONS,
    POINTER_AS_QUESTION,
    EMPTY,
    HEADER_ONLY,
    MORE_ANSWERS_THAN_THERE,
    LONG_RECORD,
    LONG_LABEL,
    CUT_RECORD,
    CUT_ADDRESS,
    SHORT_ADDRESS,
    HOSTILE_KINDS
} kind;

static void build_hostile(struct peer_dns_reply *reply)
{
    size_t question = reply->length;
    uint8_t *bytes = reply->bytes;

    peer_dns_put_address(reply, 60, "10.66.66.66");
    switch (kind) {
    case WRONG_ID:
        bytes[1] ^= 1;
        break;
    case WRONG_SERVER:
        reply->from = peer_address("10.0.2.66");
        break;
    case WRONG_NAME:
        bytes[DNS_HEADER + 1] ^= 1;
        break;
    case WRONG_TYPE:
        bytes[question - 3] = DNS_AAAA;
        break;
    case WRONG_CLASS:
        bytes[question - 1] = 3;
        break;
    case NO_RESPONSE:
        peer_dns_flags(reply, 0x0100);
        break;
    case NO_QUESTION:
        put_be16(bytes + 4, 0);
        break;
    case TWO_QUESTIONS:
        put_be16(bytes + 4, 2);
        break;
    case POINTER_AS_QUESTION: /* to itself */
        put_be16(bytes + DNS_HEADER, DNS_SAME_NAME);
        break;
    case EMPTY:
        reply->length = 1;
        break;
    case HEADER_ONLY:
        reply->length = DNS_HEADER;
        break;
    case MORE_ANSWERS_THAN_THERE:
        put_be16(bytes + DNS_ANSWERS_AT, 0xFFFF);
        bytes[question + 3] = DNS_TXT;
        break;
    case LONG_RECORD:
        bytes[question + 3] = DNS_TXT;
        put_be16(bytes + question + 10, 0xFFFF);
        put_be16(bytes + DNS_ANSWERS_AT, 3);
        break;
    case LONG_LABEL:
        bytes[question] = 0x3F;
        break;
    case CUT_RECORD:
        reply->length = question + 7;
        break;
    case CUT_ADDRESS:
        reply->length -= 2;
        break;
    case SHORT_ADDRESS:
        put_be16(bytes + question + 10, 3);
        break;
    default:
        fail_msg("no such kind");
    }
}

/* None is taken for an answer with an address, and the right one behind it is taken. */
static void test_hostile(void **state)
{
    for (kind = 0; kind < HOSTILE_KINDS; kind++) {
        error_t error;

        set_up(state);
        server->build = build_hostile;
        error = find(NAME);
        if (error != ERROR_NAME_NO_ANSWER && error != ERROR_NAME_UNKNOWN)
            fail_msg("kind %u: %u", (unsigned)kind, (unsigned)error);
        assert_int_equal(found, 0);
        server->build = NULL;
        expect(NAME, "10.0.2.9");
    }
}

static uint32_t random_state;
static size_t cut_to;

static void build_damaged(struct peer_dns_reply *reply)
{
    build_alias(reply);
    if (cut_to < reply->length)
        reply->length = cut_to;
    for (unsigned i = 0; i < 3; i++)
        reply->bytes[random_next(&random_state) % reply->length] =
            (uint8_t)random_next(&random_state);
}

/* Any length and any damage: the sanitizers see to it that nothing beyond is read. */
static void test_damaged(void **state)
{
    random_state = 20261120;
    for (unsigned i = 0; i < 600; i++) {
        error_t error;

        set_up(state);
        server->build = build_damaged;
        cut_to = 1 + i % 150;
        host_type("\033"); /* where it counts as none */
        error = find(NAME);
        if (error != OK && error != ERROR_NET_STOPPED && error != ERROR_NAME_UNKNOWN)
            fail_msg("round %u: %u, %s", i, (unsigned)error, error_detail());
    }
}

/* --- Fetching --------------------------------------------------------------------------------- */

static void test_fetch(void **state)
{
    static const char uri[] = "tftp://" NAME ":6969/a/b";
    struct peer_tftp *files = peer_tftp_start(5000);
    struct fetched_file file;
    struct fetch_uri parsed;

    (void)state;
    assert_int_equal(fetch_parse(uri, &parsed), OK);
    assert_int_equal(parsed.server, 0);
    assert_int_equal(parsed.port, 6969);
    assert_int_equal(parsed.host_length, strlen(NAME));
    assert_memory_equal(parsed.host, NAME, strlen(NAME));
    odd_address = "10.0.2.2";
    server->build = build_odd;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(fetch_file("//" NAME "/a/b", SIZE_MAX, &file), OK);
        assert_int_equal(file.length, 5000);
        assert_memory_equal(file.bytes, peer_pattern(0), 5000);
        assert_string_equal(files->path, "a/b");
        assert_string_equal(network_address_text(file.server), odd_address);
        fetch_release(&file);
    }
    assert_int_equal(server->questions, 1);
}

static void test_fetch_fails(void **state)
{
    struct fetched_file file;

    (void)state;
    server->build = build_flags;
    flags = DNS_NXDOMAIN;
    assert_int_equal(fetch_file("tftp://" NAME "/x", SIZE_MAX, &file), ERROR_NAME_UNKNOWN);
    assert_int_equal(fetch_file("http://" NAME "/x", SIZE_MAX, &file), ERROR_FETCH_URI);
    assert_int_equal(server->questions, 1);
    assert_int_equal(fetch_file("tftp://10.0.0.256/x", SIZE_MAX, &file), ERROR_FETCH_URI);
    assert_non_null(strstr(error_detail(), names_server_forms));
    assert_int_equal(host_claimed(), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_valid),
        TEST(test_answer),
        TEST(test_longest_name),
        TEST(test_many_names),
        TEST(test_alias),
        TEST(test_time_to_live),
        TEST(test_forgotten),
        TEST(test_lost_questions),
        TEST(test_late_server),
        TEST(test_late_answers),
        TEST(test_impaired),
        TEST(test_denied),
        TEST(test_no_address),
        TEST(test_truncated),
        TEST(test_no_machine),
        TEST(test_silence),
        TEST(test_key),
        TEST(test_unreachable),
        TEST(test_nothing_listens),
        TEST(test_no_server),
        TEST(test_second_server),
        TEST(test_hostile),
        TEST(test_damaged),
        TEST(test_fetch),
        TEST(test_fetch_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
