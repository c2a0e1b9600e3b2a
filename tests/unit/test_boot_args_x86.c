/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_args for x86: the offsets of each version as XNU's boot.h has them, and which one it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "boot/host/host.h"
#include "darwin/boot_args_x86.h"
#include "lib/bytes.h"

static uint8_t out[BOOT_ARGS_X86_ROOM];

static struct boot_args_x86 sample(unsigned version, unsigned revision)
{
    return (struct boot_args_x86){
        .version = {version, revision},
        .command_line = "-v debug=0x8",
        .memory_map = 0x11111000,
        .memory_map_size = 400,
        .descriptor_size = 40,
        .descriptor_version = 1,
        .display = BOOT_DISPLAY_TEXT,
        .video =
            {.address = 0xE0000000, .row_bytes = 4096, .width = 1024, .height = 768, .depth = 32},
        .device_tree = 0x22222000,
        .device_tree_length = 0x1234,
        .kernel_address = 0x100000,
        .kernel_size = 0x800000,
        .efi_system_table = 0x33333000,
        .efi_mode = 64,
        .physical_memory = 0x180000000ull,
        .fsb_hz = 1333333333,
        .pci_base = 0xB0000000,
        .pci_first_bus = 1,
        .pci_last_bus = 255,
    };
}

/* Every byte that no listed field takes is 0. */
struct field {
    unsigned at, width;
    uint64_t value;
};
static void check(const struct field *fields, size_t count, unsigned command_line)
{
    static uint8_t seen[BOOT_ARGS_X86_ROOM];
    memset(seen, 0, sizeof seen);
    assert_string_equal((const char *)out + command_line, "-v debug=0x8");
    memset(seen + command_line, 1, 12);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = out + fields[i].at;
        uint64_t value = fields[i].width == 1   ? at[0]
                         : fields[i].width == 2 ? get_le16(at)
                         : fields[i].width == 4 ? get_le32(at)
                                                : get_le64(at);
        if (value != fields[i].value)
            print_error("field at %x\n", fields[i].at);
        assert_int_equal(value, fields[i].value);
        memset(seen + fields[i].at, 1, fields[i].width);
    }
    for (size_t i = 0; i < sizeof out; i++)
        if (!seen[i])
            assert_int_equal(out[i], 0);
}

static void test_version_1(void **state)
{
    (void)state;
    for (unsigned revision = 4; revision <= 6; revision++) {
        const struct field fields[] = {
            {0x000, 2, revision},   {0x002, 2, 1},      {0x404, 4, 0x11111000},
            {0x408, 4, 400},        {0x40C, 4, 40},     {0x410, 4, 1},
            {0x414, 4, 0xE0000000}, {0x418, 4, 2},      {0x41C, 4, 4096},
            {0x420, 4, 1024},       {0x424, 4, 768},    {0x428, 4, 32},
            {0x42C, 4, 0x22222000}, {0x430, 4, 0x1234}, {0x434, 4, 0x100000},
            {0x438, 4, 0x800000},   {0x43C, 4, 0},      {0x440, 4, 0},
            {0x444, 4, 0x33333000}, {0x448, 1, 64},
        };
        struct boot_args_x86 arguments = sample(1, revision);
        memset(out, 0xA5, sizeof out);
        assert_int_equal(boot_args_x86_write(&arguments, out), OK);
        check(fields, sizeof fields / sizeof fields[0], 4);
        assert_int_equal(boot_args_x86_size(arguments.version), 0x468);
    }
}

static void test_version_2(void **state)
{
    const struct field fields[] = {
        {0x000, 2, 0},
        {0x002, 2, 2},
        {0x004, 1, 64},
        {0x408, 4, 0x11111000},
        {0x40C, 4, 400},
        {0x410, 4, 40},
        {0x414, 4, 1},
        {0x418, 4, 0xE0000000},
        {0x41C, 4, 2},
        {0x420, 4, 4096},
        {0x424, 4, 1024},
        {0x428, 4, 768},
        {0x42C, 4, 32},
        {0x430, 4, 0x22222000},
        {0x434, 4, 0x1234},
        {0x438, 4, 0x100000},
        {0x43C, 4, 0x800000},
        {0x440, 4, 0},
        {0x444, 4, 0},
        {0x448, 8, 0},
        {0x450, 4, 0x33333000},
        {0x454, 4, 0},
        {0x478, 8, 0x180000000ull},
        {0x480, 8, 1333333333},
        {0x488, 8, 0xB0000000},
        {0x490, 4, 1},
        {0x494, 4, 255},
    };
    struct boot_args_x86 arguments = sample(2, 0);
    (void)state;
    memset(out, 0xA5, sizeof out);
    assert_int_equal(boot_args_x86_write(&arguments, out), OK);
    check(fields, sizeof fields / sizeof fields[0], 8);
    assert_int_equal(boot_args_x86_size(arguments.version), 0x1000);

    /* Without memory-mapped configuration there are no buses of it either. */
    arguments.pci_base = 0;
    assert_int_equal(boot_args_x86_write(&arguments, out), OK);
    assert_int_equal(get_le64(out + 0x488), 0);
    assert_int_equal(get_le64(out + 0x490), 0);
}

static void test_command_line(void **state)
{
    static char line[BOOT_ARGS_X86_COMMAND_LINE + 2];
    (void)state;
    for (unsigned version = 1; version <= 2; version++) {
        struct boot_args_x86 arguments = sample(version, version == 1 ? 4 : 0);
        const uint8_t *text = out + (version == 1 ? 4 : 8);
        arguments.command_line = line;
        memset(line, 'x', BOOT_ARGS_X86_COMMAND_LINE);
        line[BOOT_ARGS_X86_COMMAND_LINE] = 0;
        assert_int_equal(boot_args_x86_write(&arguments, out), OK);
        assert_int_equal(strlen((const char *)text), 1023);
        assert_int_equal(get_le32(text + 1024), 0x11111000);
        line[BOOT_ARGS_X86_COMMAND_LINE] = 'x';
        assert_int_equal(boot_args_x86_write(&arguments, out), ERROR_OPTION_LENGTH);
        memset(line, 0, sizeof line);
    }
}

static void test_versions_that_do_not_exist(void **state)
{
    static const struct boot_args_version wrong[] = {{0, 0}, {1, 3}, {1, 7}, {2, 1}, {3, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct boot_args_x86 arguments = sample(wrong[i].version, wrong[i].revision);
        assert_int_equal(boot_args_x86_write(&arguments, out), ERROR_OPTION_VALUE);
    }
}

/* Which version a release gets, and which ones it would panic at (efi_init). */
static void test_choice(void **state)
{
    static const struct {
        unsigned major;
        enum image_cpu cpu;
        unsigned version, revision;
    } choices[] = {
        {7, IMAGE_CPU_I386, 1, 4},    {8, IMAGE_CPU_I386, 1, 4},    {9, IMAGE_CPU_I386, 1, 4},
        {10, IMAGE_CPU_I386, 1, 6},   {10, IMAGE_CPU_X86_64, 1, 6}, {11, IMAGE_CPU_I386, 2, 0},
        {12, IMAGE_CPU_X86_64, 2, 0}, {13, IMAGE_CPU_X86_64, 2, 0}, {0, IMAGE_CPU_I386, 1, 5},
        {0, IMAGE_CPU_X86_64, 2, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        struct kernel_release release = {choices[i].major, 0, 0};
        struct boot_args_version version = boot_args_x86_wanted(&release, choices[i].cpu);
        assert_int_equal(version.version, choices[i].version);
        assert_int_equal(version.revision, choices[i].revision);
        assert_true(boot_args_x86_accepted(&release, version));
    }
    const struct kernel_release tiger = {8, 11, 0}, snow = {10, 8, 0}, lion = {11, 4, 0};
    assert_true(boot_args_x86_accepted(&tiger, (struct boot_args_version){1, 6}));
    assert_false(boot_args_x86_accepted(&tiger, (struct boot_args_version){2, 0}));
    assert_false(boot_args_x86_accepted(&snow, (struct boot_args_version){1, 4}));
    assert_true(boot_args_x86_accepted(&snow, (struct boot_args_version){1, 5}));
    assert_false(boot_args_x86_accepted(&snow, (struct boot_args_version){2, 0}));
    assert_false(boot_args_x86_accepted(&lion, (struct boot_args_version){1, 6}));
}

static void test_text_or_graphics(void **state)
{
    (void)state;
    assert_false(boot_args_x86_wants_text(""));
    assert_false(boot_args_x86_wants_text("-x -novmx serial=0 serial= debug=0x100"));
    assert_true(boot_args_x86_wants_text("rd=md0 -v"));
    assert_true(boot_args_x86_wants_text("-s"));
    assert_true(boot_args_x86_wants_text("serial=3"));
    assert_true(boot_args_x86_wants_text("serial=0x1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_1),    cmocka_unit_test(test_version_2),
        cmocka_unit_test(test_command_line), cmocka_unit_test(test_versions_that_do_not_exist),
        cmocka_unit_test(test_choice),       cmocka_unit_test(test_text_or_graphics),
    };
    return cmocka_run_group_tests_name("boot_args for x86", tests, NULL, NULL);
}
