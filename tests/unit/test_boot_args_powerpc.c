/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "boot/host/host.h"
#include "darwin/boot_args_powerpc.h"
#include "lib/bytes.h"

static uint8_t out[BOOT_ARGS_POWERPC_SIZE];

static error_t write_banks(uint16_t version, const struct memory_region *banks, size_t count)
{
    struct boot_args_powerpc arguments = {
        .version = version, .command_line = "", .banks = banks, .bank_count = count};
    host_reset(4 << 20);
    memset(out, 0xEE, sizeof out);
    return boot_args_powerpc_write(&arguments, out);
}

static void assert_bank(size_t index, uint32_t base, uint32_t size)
{
    assert_int_equal(get_be32(out + 0x104 + 8 * index), base);
    assert_int_equal(get_be32(out + 0x108 + 8 * index), size);
}

static void test_sorted_and_joined(void **state)
{
    (void)state;
    const struct memory_region banks[] = {
        {0x30000000, 0x10000000}, {0x10000000, 0x08000000}, {0, 0x10000000},     {0x50000000, 0},
        {0x08000000, 0x01000000}, {0x60000800, 0x3000},     {0x70000000, 0x800},
    };
    assert_int_equal(write_banks(1, banks, 7), OK);
    assert_bank(0, 0, 0x18000000);
    assert_bank(1, 0x30000000, 0x10000000);
    assert_bank(2, 0x60001000, 0x2000); /* whole pages inside */
    for (size_t i = 3; i < BOOT_ARGS_POWERPC_BANKS; i++)
        assert_bank(i, 0, 0);
}

static void test_pages(void **state)
{
    (void)state;
    const struct memory_region banks[] = {{0, 0x80000000}, {0x100000000ull, 0x180000000ull}};
    assert_int_equal(write_banks(2, banks, 2), OK);
    assert_bank(0, 0, 0x80000);
    assert_bank(1, 0x100000, 0x180000);
    /* Bytes end at 4 GB. */
    assert_int_equal(write_banks(1, banks, 2), OK);
    assert_bank(0, 0, 0x80000000);
    assert_bank(1, 0, 0);
    const struct memory_region all[] = {{0, 0x200000000ull}};
    assert_int_equal(write_banks(1, all, 1), OK);
    assert_bank(0, 0, 0xFFFFF000);
}

static void test_too_many(void **state)
{
    (void)state;
    struct memory_region banks[100];
    for (size_t i = 0; i < 100; i++)
        banks[i] = (struct memory_region){i * 0x2000, 0x1000};
    assert_int_equal(write_banks(1, banks, 26), OK);
    assert_string_equal(host_console(), "");
    assert_int_equal(write_banks(1, banks, 100), OK);
    assert_non_null(strstr(host_console(), "26 memory banks only"));
    assert_bank(25, 25 * 0x2000, 0x1000);
    assert_int_equal(get_be32(out + 0x1D4), 0); /* the next field is untouched */
}

static void test_no_memory_at_0(void **state)
{
    (void)state;
    const struct memory_region banks[] = {{0x1000, 0x1000000}};
    assert_int_equal(write_banks(1, banks, 1), ERROR_MEMORY_RANGE);
    assert_int_equal(write_banks(1, banks, 0), ERROR_MEMORY_RANGE);
}

static void test_command_line(void **state)
{
    (void)state;
    const struct memory_region bank = {0, 0x1000000};
    char line[300];
    struct boot_args_powerpc arguments = {
        .version = 1, .command_line = line, .banks = &bank, .bank_count = 1};
    memset(line, 'a', sizeof line);
    line[255] = 0;
    assert_int_equal(boot_args_powerpc_write(&arguments, out), OK);
    assert_memory_equal(out + 4, line, 256);
    line[255] = 'a';
    line[256] = 0;
    assert_int_equal(boot_args_powerpc_write(&arguments, out), ERROR_OPTION_LENGTH);

    static const struct {
        const char *line;
        uint32_t display;
    } cases[] = {
        {"", 1},       {"-v", 0},      {"debug=0x8 -s", 0},  {"-x", 1},
        {"-xV", 0},    {"-x -f", 1},   {"rp=nfs:a-vs:/", 1}, {"-", 1},
        {"- v", 1},    {"v -", 1},     {"\t-xS rd=*", 0},    {"srv=-v", 1},
        {"-novmx", 0}, {"-x  -v ", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        arguments.command_line = cases[i].line;
        assert_int_equal(boot_args_powerpc_write(&arguments, out), OK);
        assert_int_equal(get_be32(out + 0x1D8), cases[i].display);
    }
}

static void test_every_field(void **state)
{
    (void)state;
    const struct memory_region bank = {0, 0x1000000};
    const struct boot_args_powerpc arguments = {
        .version = 1,
        .command_line = "io=0",
        .banks = &bank,
        .bank_count = 1,
        .video = {0x81000000, 0x0C80, 0x0320, 0x0258, 0x20},
        .device_tree = 0x131000,
        .device_tree_length = 0x502C,
        .top_of_kernel_data = 0x137000,
    };
    uint8_t expected[BOOT_ARGS_POWERPC_SIZE] = {0, 1, 0, 1, 'i', 'o', '=', '0'};
    static const uint8_t tail[] = {
        0x81, 0, 0, 0,    0, 0, 0, 1, 0, 0,    0x0C, 0x80, 0, 0, 0x03, 0x20, 0, 0,    0x02, 0x58,
        0,    0, 0, 0x20, 0, 0, 0, 0, 0, 0x13, 0x10, 0,    0, 0, 0x50, 0x2C, 0, 0x13, 0x70, 0,
    };
    expected[0x108] = 1;
    memcpy(expected + 0x1D4, tail, sizeof tail);
    assert_int_equal(0x1D4 + sizeof tail, BOOT_ARGS_POWERPC_SIZE);
    assert_int_equal(boot_args_powerpc_write(&arguments, out), OK);
    assert_memory_equal(out, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorted_and_joined), cmocka_unit_test(test_pages),
        cmocka_unit_test(test_too_many),          cmocka_unit_test(test_no_memory_at_0),
        cmocka_unit_test(test_command_line),      cmocka_unit_test(test_every_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
