/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Started from a card's ROM: firmware's path becomes options, on the simulated machine with two
 * cards. tests/unit/test_flow.c boots that way.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include "boot/boot_path.h"
#include "boot/host/host.h"
#include "net/address.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

#define CARD "/pci@f2000000/sawboot@d"

static struct options options;
static struct boot_path boot_path;

static int start(void **state)
{
    static const struct pci_device card = {
        .vendor = 0x10EC, .device = 0x8139, .class_code = 0x020000, .slot = 13, .path = CARD};
    /* A longer path that begins like the other one, and a port that no driver knows. */
    static const struct pci_device second = {
        .vendor = 0x10EC, .device = 0x8139, .class_code = 0x020000, .slot = 14, .path = CARD ",1"};
    static const struct pci_device port = {.vendor = 0x106B,
                                           .device = 0x0021,
                                           .class_code = 0x020000,
                                           .slot = 15,
                                           .path = "/pci@f4000000/ethernet@f"};

    (void)state;
    host_reset(16u << 20);
    host_add_card(&port, 0, false, NULL);
    host_add_card(&card, 0, false, NULL);
    host_add_card(&second, 0, false, NULL);
    return 0;
}

static void apply(const char *words, const char *path, error_t error)
{
    error_t result = options_parse(words, &options);

    assert_int_equal(result, OK);
    result = boot_path_apply(path, &options, &boot_path);
    if (result != error)
        fail_msg("\"%s\" with \"%s\": %s (%s)", path, words,
                 result == OK ? "OK" : error_code(result), error_detail());
}

static void test_elsewhere(void **state)
{
    static const char *const paths[] = {
        "",
        "/pci@f4000000/ethernet@f:192.168.7.1,kernel",
        "/pci@f4000000/ethernet@f:not.an.address,,,x",
        "cd:,\\\\:tbxi",
        "/pci@f2000000/mac-io@17/ata-4@1f000/@0:9,\\sawboot",
        CARD "2:192.168.7.1,kernel",
        CARD "/disk@0:1,kernel",
        "/pci@f2000000/sawboot",
        ":192.168.7.1,kernel",
    };

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct network_config network = {.file = "named", .server = 1};

        apply("", paths[i], OK);
        assert_null(options.nic);
        assert_null(options.net);
        assert_null(options.file);
        assert_int_equal(boot_path_finish(&boot_path, &network, &options), OK);
        assert_null(options.file);
        assert_int_equal(network.server, 1);
    }
    assert_string_equal(host_console(), "");
}

static void test_card_alone(void **state)
{
    static const char *const paths[] = {CARD, CARD ":", CARD ":0", CARD ":,"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct network_config network = {.file = "named", .server = 1};

        apply("", paths[i], OK);
        assert_string_equal(options.nic, CARD);
        assert_null(options.net);
        assert_int_equal(boot_path_finish(&boot_path, &network, &options), OK);
        assert_null(options.file);
        assert_int_equal(network.server, 1);
    }
    apply("", CARD ",1:,x", OK);
    assert_string_equal(options.nic, CARD ",1");
}

static void expect_finish(const char *boot_file, const char *file, uint32_t server)
{
    static struct network_config network;

    memset(&network, 0, sizeof network);
    strcpy(network.file, boot_file);
    network.server = address_from_number(0x0A000001);
    assert_int_equal(boot_path_finish(&boot_path, &network, &options), OK);
    if (file == NULL)
        assert_null(options.file);
    else
        assert_string_equal(options.file, file);
    assert_int_equal(address_to_number(network.server), server);
}

static void test_server_and_file(void **state)
{
    (void)state;
    apply("", CARD ":192.168.7.1,boot\\mach_kernel", OK);
    assert_null(options.net);
    assert_null(options.file);
    expect_finish("named", "boot/mach_kernel", 0xC0A80701);
    apply("", CARD ":,\\\\mach_kernel", OK);
    expect_finish("folder/named", "folder/mach_kernel", 0x0A000001);
    apply("", CARD ":bootp,192.168.7.1", OK);
    assert_string_equal(options.net, "bootp");
    expect_finish("named", NULL, 0xC0A80701);
    apply("", CARD ":192.168.7.1,k,192.168.7.9,192.168.7.2", OK);
    assert_string_equal(options.net, "static:192.168.7.9/255.255.255.0,192.168.7.2,192.168.7.1");
    expect_finish("", "k", 0xC0A80701);
    assert_non_null(
        strstr(host_console(), "started from the card " CARD ", server 192.168.7.1, file k\n"));
}

static void test_words_win(void **state)
{
    (void)state;
    apply("nic=0", CARD ":192.168.7.1,kernel", OK);
    assert_string_equal(options.nic, "0");
    expect_finish("named", "kernel", 0xC0A80701);
    apply("file=mine", CARD ":192.168.7.1,kernel", OK);
    assert_string_equal(options.file, "mine");
    expect_finish("named", "mine", 0xC0A80701);
    apply("net=dhcp", CARD ":bootp,192.168.7.1,kernel", OK);
    assert_string_equal(options.net, "dhcp");
    expect_finish("named", "kernel", 0x0A000001);
    /* The way out of arguments that are wrong: words for all they could say. */
    apply("net=dhcp file=mine", CARD ":192.168.7.256,kernel", OK);
    assert_string_equal(options.nic, CARD);
    expect_finish("named", "mine", 0x0A000001);
}

static void test_refusals(void **state)
{
    struct network_config network = {.file = "named"};

    (void)state;
    apply("", CARD ":192.168.7.256,kernel", ERROR_ARGUMENTS);
    assert_non_null(strstr(error_detail(), CARD ":192.168.7.256,kernel: server"));
    apply("file=mine", CARD ":rarp", ERROR_ARGUMENTS);
    apply("net=dhcp", CARD ":rarp", ERROR_ARGUMENTS);
    apply("", CARD ":,kernel,,10.0.0.1", ERROR_ARGUMENTS);
    /* With net= the addresses need not go together. */
    apply("net=dhcp", CARD ":,kernel,,10.0.0.1", OK);
    apply("", CARD ":,folder\\", OK);
    assert_int_equal(boot_path_finish(&boot_path, &network, &options), ERROR_ARGUMENTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_elsewhere, start),
        cmocka_unit_test_setup(test_card_alone, start),
        cmocka_unit_test_setup(test_server_and_file, start),
        cmocka_unit_test_setup(test_words_win, start),
        cmocka_unit_test_setup(test_refusals, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
