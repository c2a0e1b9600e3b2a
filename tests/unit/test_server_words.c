/* SPDX-License-Identifier: BSD-2-Clause */
/* Option words in a boot server's answer: found, in pieces, too long, of others, and when they
 * count. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/server_words.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "net/dhcp_packet.h"

#include <cmocka.h>

static struct network_config network;
static struct options options;
static uint8_t large[4096];

static void add_bytes(uint8_t *packet, size_t *length, uint8_t code, const char *text, size_t count)
{
    packet[(*length)++] = code;
    packet[(*length)++] = (uint8_t)count;
    memcpy(packet + *length, text, count);
    *length += count;
}

static void add(uint8_t code, const char *text)
{
    add_bytes(network.reply, &network.reply_length, code, text, strlen(text));
}

static int set_up(void **state)
{
    (void)state;
    host_reset(1u << 20);
    memset(&network, 0, sizeof network);
    put_be32(network.reply + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    network.reply_length = DHCP_OPTIONS;
    assert_int_equal(options_parse("", &options), OK);
    console_verbose = false;
    return 0;
}

static const char *found(void)
{
    return server_words(network.reply, network.reply_length);
}

static void test_words(void **state)
{
    (void)state;
    add(12, "name");
    add(224, "sawboot file=kernel args=-v");
    assert_string_equal(found(), "file=kernel args=-v");
}

/* RFC 3396: an option that is longer than 255 bytes comes in pieces. */
static void test_pieces(void **state)
{
    (void)state;
    add(224, "sawb");
    add(12, "name");
    add(224, "oot file=ker");
    add(224, "nel");
    assert_string_equal(found(), "file=kernel");
}

static void test_other_meanings(void **state)
{
    static const char *const texts[] = {"file=kernel", "sawboot", "sawboots file=kernel", "",
                                        "SAWBOOT file=kernel"};

    (void)state;
    assert_null(found());
    assert_null(server_words(network.reply, 0));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        set_up(NULL);
        add(224, texts[i]);
        assert_null(found());
    }
    set_up(NULL);
    add(225, "sawboot file=kernel");
    assert_null(found());
}

static void test_text_ends_at_nul(void **state)
{
    (void)state;
    add_bytes(network.reply, &network.reply_length, 224, "sawboot file=kernel\0args=x", 26);
    assert_string_equal(found(), "file=kernel");
}

static void test_too_long(void **state)
{
    size_t length = DHCP_OPTIONS, most;
    char piece[255];

    (void)state;
    memset(piece, 'x', sizeof piece);
    memset(large, 0, sizeof large);
    put_be32(large + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    add_bytes(large, &length, 224, "sawboot ", 8);
    for (most = 0; most + sizeof piece < OPTIONS_LENGTH; most += sizeof piece)
        add_bytes(large, &length, 224, piece, sizeof piece);
    assert_int_equal(strlen(server_words(large, length)), most);
    add_bytes(large, &length, 224, piece, sizeof piece);
    assert_null(server_words(large, length));
}

static void test_taken(void **state)
{
    (void)state;
    add(224, "sawboot file=kernel verbose args=-v");
    assert_int_equal(server_words_take(&network, &options), OK);
    assert_string_equal(options.file, "kernel");
    assert_string_equal(options.args, "-v");
    assert_true(console_verbose);
    assert_non_null(strstr(host_console(), "  the server's words: file=kernel verbose args=-v\n"));
}

/* A boot server's own answer goes before the one that gave the address. */
static void test_boot_servers_words(void **state)
{
    (void)state;
    add(224, "sawboot file=lease");
    memcpy(network.boot_reply, network.reply, DHCP_OPTIONS);
    network.boot_reply_length = DHCP_OPTIONS;
    assert_int_equal(server_words_take(&network, &options), OK);
    assert_string_equal(options.file, "lease");

    assert_int_equal(options_parse("", &options), OK);
    add_bytes(network.boot_reply, &network.boot_reply_length, 224, "sawboot file=boot", 17);
    assert_int_equal(server_words_take(&network, &options), OK);
    assert_string_equal(options.file, "boot");
}

/* Which card and which address are settled by then. */
static void test_card_and_network_stay(void **state)
{
    const char *net = "dhcp", *nic = "00:03.0";

    (void)state;
    options.net = net;
    options.nic = nic;
    add(224, "sawboot file=kernel nic=1 net=bootp");
    assert_int_equal(server_words_take(&network, &options), OK);
    assert_ptr_equal(options.net, net);
    assert_ptr_equal(options.nic, nic);
    assert_string_equal(options.file, "kernel");
}

static void test_own_words_win(void **state)
{
    (void)state;
    assert_int_equal(options_parse("args=-x", &options), OK);
    add(224, "sawboot file=kernel");
    assert_int_equal(server_words_take(&network, &options), OK);
    assert_null(options.file);
    assert_string_equal(options.args, "-x");
    assert_string_equal(host_console(), "");
}

static void test_nothing_said(void **state)
{
    (void)state;
    assert_int_equal(server_words_take(&network, &options), OK);
    assert_null(options.file);
    assert_string_equal(host_console(), "");
}

static void test_wrong_words(void **state)
{
    (void)state;
    add(224, "sawboot fiel=kernel\033");
    assert_int_equal(server_words_take(&network, &options), ERROR_OPTION_UNKNOWN);
    /* The terminal does not get what a server likes. */
    assert_null(strchr(host_console(), '\033'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_words, set_up),
        cmocka_unit_test_setup(test_pieces, set_up),
        cmocka_unit_test_setup(test_other_meanings, set_up),
        cmocka_unit_test_setup(test_text_ends_at_nul, set_up),
        cmocka_unit_test_setup(test_too_long, set_up),
        cmocka_unit_test_setup(test_taken, set_up),
        cmocka_unit_test_setup(test_boot_servers_words, set_up),
        cmocka_unit_test_setup(test_card_and_network_stay, set_up),
        cmocka_unit_test_setup(test_own_words_win, set_up),
        cmocka_unit_test_setup(test_nothing_said, set_up),
        cmocka_unit_test_setup(test_wrong_words, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
