/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What commands of the prompt show: boot_args as fields, a device tree, dumps, checksums, what a
 * launch is going to write, the readings of a card.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/platform.h"
#include "console/dump.h"
#include "darwin/boot_args_fields.h"
#include "darwin/boot_args_powerpc.h"
#include "darwin/boot_args_x86.h"
#include "darwin/devtree_show.h"
#include "golden.h"
#include "lib/bytes.h"
#include "lib/sha256.h"
#include "loader/launch.h"
#include "random.h"

#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    host_reset(8u << 20);
    return 0;
}

static void expect(const char *text)
{
    if (strstr(host_console(), text) == NULL)
        fail_msg("\"%s\" is not on the console:\n%s", text, host_console());
}

/* --- boot_args -------------------------------------------------------------------------------- */

static void test_powerpc_fields(void **state)
{
    const struct memory_region banks[] = {{0, 0x10000000}, {0x20000000, 0x8000000}};
    struct boot_args_powerpc arguments = {
        .version = 1,
        .command_line = "-v debug=0x8",
        .banks = banks,
        .bank_count = 2,
        .video = {0x81000000, 1024, 1024, 768, 8},
        .device_tree = 0x7d000,
        .device_tree_length = 20524,
        .top_of_kernel_data = 0x83000,
    };
    uint8_t bytes[BOOT_ARGS_POWERPC_SIZE];
    char text[16];

    (void)state;
    assert_int_equal(boot_args_powerpc_write(&arguments, bytes), OK);
    boot_args_print(bytes, sizeof bytes, true);
    expect("  Revision                           1\n");
    expect("  CommandLine                        \"-v debug=0x8\"\n");
    expect("  PhysicalDRAM[1]                    20000000, 08000000 bytes\n");
    expect("  Video.v_baseAddr                   81000000\n");
    expect("  Video.v_width                      1024 (400)\n");
    expect("  deviceTreeP                        0007d000\n");
    expect("  deviceTreeLength                   20524 (502c)\n");
    expect("  topOfKernelData                    00083000\n");
    assert_null(strstr(host_console(), "PhysicalDRAM[2]"));
    assert_true(boot_args_command_line(bytes, sizeof bytes, true, text, 6));
    assert_string_equal(text, "-v de");
    arguments.version = 2;
    assert_int_equal(boot_args_powerpc_write(&arguments, bytes), OK);
    boot_args_print(bytes, sizeof bytes, true);
    expect("  PhysicalDRAM[1]                    00020000, 00008000 pages\n");
}

static void test_x86_fields(void **state)
{
    struct boot_args_x86 arguments = {
        .version = {1, 5},
        .memory_map = 0x303000,
        .memory_map_size = 480,
        .descriptor_size = 48,
        .descriptor_version = 1,
        .device_tree = 0x401000,
        .device_tree_length = 3000,
        .kernel_address = 0x200000,
        .kernel_size = 0x300000,
        .efi_system_table = 0x301000,
        .efi_mode = 64,
        .physical_memory = 0x100000000,
        .fsb_hz = 133333333,
        .pci_base = 0xb0000000,
        .pci_last_bus = 255,
    };
    static uint8_t bytes[BOOT_ARGS_X86_ROOM];
    static char line[BOOT_ARGS_X86_COMMAND_LINE + 1];

    (void)state;
    memset(line, 'a', sizeof line - 1);
    memcpy(line + sizeof line - 5, "zzzz", 4);
    arguments.command_line = line;
    assert_int_equal(boot_args_x86_write(&arguments, bytes), OK);
    boot_args_print(bytes, 0x468, false);
    expect("  Revision                           5\n  Version                            1\n");
    expect("aaazzzz\"\n"); /* all of it */
    expect("  efiMode                            64 (40)\n");
    expect("  efiSystemTable                     00301000\n");
    expect("  ksize                              3145728 (300000)\n");
    arguments.version = (struct boot_args_version){2, 0};
    arguments.command_line = "-s\tx";
    assert_int_equal(boot_args_x86_write(&arguments, bytes), OK);
    boot_args_print(bytes, sizeof bytes, false);
    expect("  CommandLine                        \"-s.x\"\n");
    expect("  PhysicalMemorySize                 4294967296 (100000000)\n");
    expect("  FSBFrequency                       133333333 (7f28155)\n");
    expect("  pciConfigSpaceBaseAddress          b0000000\n");
    expect("  pciConfigSpaceEndBusNumber         255 (ff)\n");
}

static void count_field(void *context, const char *name, const char *value)
{
    (void)name;
    (void)value;
    ++*(unsigned *)context;
}

static void test_unknown_boot_args(void **state)
{
    static uint8_t bytes[BOOT_ARGS_X86_ROOM];
    char text[4] = "-";
    unsigned fields = 0;

    (void)state;
    put_be16(bytes + 2, 1);
    assert_false(boot_args_describe(bytes, 3, true, count_field, &fields));
    assert_false(boot_args_describe(bytes, 507, true, count_field, &fields));
    assert_false(boot_args_describe(bytes, 508, false, count_field, &fields));
    assert_false(boot_args_command_line(bytes, 0, true, text, sizeof text));
    assert_int_equal(fields, 0);
    assert_true(boot_args_describe(bytes, 508, true, count_field, &fields));
    assert_true(fields > 10);
    put_be16(bytes + 2, 3);
    boot_args_print(bytes, 508, true);
    expect("of a version that is not known here");
}

/* --- Trees ------------------------------------------------------------------------------------ */

static unsigned lines_left;

static bool soon(void)
{
    return lines_left-- == 0;
}

static void expect_shown(const void *value, size_t length, bool big_endian, const char *expected)
{
    char text[64];

    devtree_value_text(value, length, big_endian, text, sizeof text);
    assert_string_equal(text, expected);
}

static void test_values(void **state)
{
    char tiny[8];

    (void)state;
    expect_shown("", 0, true, "");
    expect_shown("", 1, true, "\"\"");
    expect_shown("pci", 4, true, "\"pci\"");
    expect_shown("a b\0pci1\0c", 11, true, "\"a b\", \"pci1\", \"c\"");
    expect_shown("a\0\0b", 5, true, "[61 00 00 62 00]"); /* an empty one is no list */
    expect_shown("\0\0\0\1", 4, true, "<00000001>");
    expect_shown("\1\0\0\0\2\0\0\0", 8, false, "<00000001 00000002>");
    expect_shown("abcd", 4, true, "<61626364>"); /* no NUL */
    expect_shown("abc", 3, true, "[61 62 63]");
    expect_shown("\1\2\3", 3, false, "[01 02 03]");
    expect_shown("0123456789012345678901234567890123456789012345678901234567890123456789", 71, true,
                 "\"01234567890123456789012345678901234567890123456789012345678...");
    expect_shown("\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1", 28, true,
                 "<00000001 00000001 00000001 00000001 00000001 00000001...");
    devtree_value_text((const uint8_t *)"abcdefgh", 9, true, tiny, sizeof tiny);
    assert_string_equal(tiny, "\"abc...");
    for (size_t size = 0; size < 8; size++) {
        memset(tiny, '#', sizeof tiny);
        devtree_value_text((const uint8_t *)"abcdefgh", 9, true, tiny, size);
        for (size_t i = size; i < sizeof tiny; i++)
            assert_int_equal(tiny[i], '#');
    }
}

static void test_list_and_node(void **state)
{
    struct devtree tree = golden_tree();

    (void)state;
    lines_left = 1000;
    devtree_list(&tree, soon);
    expect("/\n  aliases\n");
    expect("\n  cpus\n    PowerPC,G4@0\n");
    devtree_show(devtree_find(&tree, "/cpus/PowerPC,G4"), true, soon);
    expect("/cpus/PowerPC,G4");
    expect("  device_type              \"cpu\"\n");
    expect("  timebase-frequency       <");
    devtree_show(devtree_find(&tree, "/cpus"), true, soon);
    expect("  + PowerPC,G4");
    devtree_free(&tree);
}

static void test_list_is_interrupted(void **state)
{
    struct devtree tree = golden_tree();
    unsigned lines = 0;

    (void)state;
    lines_left = 3;
    devtree_list(&tree, soon);
    for (const char *at = host_console(); *at != '\0'; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 3);
    lines_left = 0;
    devtree_show(tree.root, true, soon);
    devtree_free(&tree);
}

/* --- Dumps ------------------------------------------------------------------------------------ */

static bool never(void)
{
    return false;
}

static void test_dump(void **state)
{
    uint8_t bytes[33];

    (void)state;
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 0xF0);
    dump_print("thing", "byte-order=big", bytes, sizeof bytes, never);
    assert_string_equal(
        host_console(),
        "DUMP thing length=33 crc32=09b4d953 byte-order=big\n"
        "00000000 f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9\n"
        "00000020 d0\n"
        "DUMP end\n");
    host_reset(4u << 20);
    dump_print("nothing", "", bytes, 0, never);
    assert_string_equal(host_console(), "DUMP nothing length=0 crc32=00000000\nDUMP end\n");
    host_reset(4u << 20);
    lines_left = 1;
    dump_print("thing", "", bytes, sizeof bytes, soon);
    expect("\n00000000 f0f7");
    assert_null(strstr(host_console(), "00000020"));
    expect("DUMP interrupted\n");
}

/* FIPS 180-4's own examples, and lengths around the padding's edges from sha256sum. */
static void test_sha256(void **state)
{
    static const struct {
        size_t length;
        const char *digest;
    } known[] = {
        {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {1000, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"},
    };
    static uint8_t bytes[1000];

    (void)state;
    memset(bytes, 'a', sizeof bytes);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint8_t digest[SHA256_LENGTH];
        char text[2 * SHA256_LENGTH + 1];

        sha256(bytes, known[i].length, digest);
        for (unsigned k = 0; k < SHA256_LENGTH; k++)
            snprintf(text + 2 * k, 3, "%02x", digest[k]);
        assert_string_equal(text, known[i].digest);
    }
}

/* --- Launches --------------------------------------------------------------------------------- */

/* What launch_read tells before is what lies there afterwards. */
static void test_launch_read(void **state)
{
    static struct launch launch;
    static uint8_t told[0x10000], part[0x100];
    uint8_t *source = platform_claim(0x10000, 4096);
    uint32_t seed = 7;

    (void)state;
    for (unsigned i = 0; i < 0x10000; i++)
        source[i] = (uint8_t)random_next(&seed);
    for (unsigned i = 0; i < 16; i++)
        launch.pieces[launch.piece_count++] = (struct relocator_piece){
            .destination = 0x100000 + 0x1000 * i,
            .source = (uint32_t)platform_physical(source) + 0x1000 * (15 - i),
            .copy = 0x100 * i,
            .size = 0x1000,
        };
    assert_true(launch_read(&launch, 0x100000, told, sizeof told));
    assert_true(launch_read(&launch, 0x10FF80, part, 0x80));
    assert_false(launch_read(&launch, 0x10FF80, part, 0x81));
    assert_false(launch_read(&launch, 0xFFFFF, part, 2));
    launch.dry_run = true;
    assert_int_equal(platform_launch(&launch), OK);
    assert_null(host_launched());
    assert_int_equal(*host_memory(0x100000), 0xA5);
    launch.dry_run = false;
    assert_int_equal(platform_launch(&launch), OK);
    assert_non_null(host_launched());
    assert_memory_equal(host_memory(0x100000), told, sizeof told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_powerpc_fields, start),
        cmocka_unit_test_setup(test_x86_fields, start),
        cmocka_unit_test_setup(test_unknown_boot_args, start),
        cmocka_unit_test_setup(test_values, start),
        cmocka_unit_test_setup(test_list_and_node, start),
        cmocka_unit_test_setup(test_list_is_interrupted, start),
        cmocka_unit_test_setup(test_dump, start),
        cmocka_unit_test_setup(test_sha256, start),
        cmocka_unit_test_setup(test_launch_read, start),
    };

    return cmocka_run_group_tests(tests, golden_read, NULL);
}
