/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tools/inspect: a plan is what the loader launches on the same machine, made here by hand; and
 * boot_args are read back as they were written. What it shows of files is for tests/fast/inspect.t.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/main.h"
#include "darwin/boot_args_powerpc.h"
#include "darwin/boot_args_x86.h"
#include "darwin/devtree.h"
#include "golden.h"
#include "image_builder.h"
#include "lib/bytes.h"
#include "tools/common/tool.h"
#include "tools/inspect/describe.h"
#include "tools/inspect/machine.h"
#include "tools/inspect/plan.h"

#include <cmocka.h>

#define MB            0x100000u
#define INITRD_LENGTH 100003u
#define STATIC        "net=static:10.0.2.15/24,,10.0.2.2 "
#define SEED          "random-seed"

const char tool_name[] = "test_inspect";

static const uint8_t station[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
static struct machine machine;
static struct plan plan;
static struct builder kernel;
static uint8_t initrd[INITRD_LENGTH];

/* What a launch left behind, to be compared with the next one. */
static struct launch before;
static uint8_t *memory_before;

static void keep_launch(void)
{
    assert_non_null(host_launched());
    before = *host_launched();
    memory_before = realloc(memory_before, host_memory_size());
    assert_non_null(memory_before);
    memcpy(memory_before, host_memory(0), host_memory_size());
}

static void expect_same_launch(const struct launch *launch)
{
    assert_int_equal(launch->handover, before.handover);
    assert_int_equal(launch->entry, before.entry);
    assert_int_equal(launch->boot_args, before.boot_args);
    assert_memory_equal(&launch->x86, &before.x86, sizeof before.x86);
    assert_int_equal(launch->piece_count, before.piece_count);
    for (size_t i = 0; i < before.piece_count; i++) {
        assert_int_equal(launch->pieces[i].destination, before.pieces[i].destination);
        assert_int_equal(launch->pieces[i].copy, before.pieces[i].copy);
        assert_int_equal(launch->pieces[i].size, before.pieces[i].size);
    }
}

/* Each byte that is moved or zeroed lies in exactly one row, and no row has others. */
static void expect_rows_are_pieces(void)
{
    const struct launch *launch = host_launched();
    uint64_t moved = 0, told = 0;

    for (size_t i = 0; i < launch->piece_count; i++) {
        uint64_t at = launch->pieces[i].destination, end = at + launch->pieces[i].size;

        moved += launch->pieces[i].size;
        for (size_t k = 0; k < plan.report.count && at < end; k++) {
            const struct launch_row *row = &plan.report.rows[k];
            uint64_t row_end = row->address + row->length + row->padding;

            if (at >= row->address && at < row_end && row->content != LAUNCH_SCREEN)
                at = row_end;
        }
        if (at < end)
            fail_msg("piece %u: %08llx is in no row", (unsigned)i, (unsigned long long)at);
    }
    for (size_t k = 0; k < plan.report.count; k++) {
        const struct launch_row *row = &plan.report.rows[k];

        if (row->content == LAUNCH_SCREEN)
            continue;
        told += row->length + row->padding;
        assert_true(k == 0 || row->address >= row[-1].address + row[-1].length + row[-1].padding);
    }
    assert_int_equal(told, moved);
    assert_int_equal(plan.report.entry, launch->entry);
}

/* --- A Power Mac ------------------------------------------------------------------------------ */

static void add_mac_files(void)
{
    host_add_module("mach_kernel", kernel.bytes, kernel.length);
}

static const char mac_words[] = STATIC "file=module:0 args=-v debug=8";

/* The one that tools/inspect/machines/mac99-256 describes. */
static void boot_mac_by_hand(void)
{
    struct pci_device card = {.vendor = 0x10EC,
                              .device = 0x8139,
                              .class_code = 0x020000,
                              .slot = 0xF,
                              .path = "/pci@f2000000/rtl8139@f"};

    host_reset(256 * MB);
    host_set_tree(golden, GOLDEN_LENGTH);
    host_add_scripted_card_as(&card, station, NULL, NULL);
    add_mac_files();
    assert_int_equal(loader_boot(mac_words), OK);
    keep_launch();
}

static uint32_t tree_length(void)
{
    return get_be32(host_memory(host_launched()->boot_args) + 0x1F4);
}

/* Both trees, property by property, but for the seed, which is another each time. */
static void expect_same_tree(const uint8_t *first, const uint8_t *second, uint32_t length)
{
    struct devtree a, b;
    const struct devtree_node *n, *m;

    assert_int_equal(devtree_unflatten(&a, true, first, length), OK);
    assert_int_equal(devtree_unflatten(&b, true, second, length), OK);
    for (n = a.root, m = b.root; n != NULL && m != NULL; n = devtree_next(n), m = devtree_next(m)) {
        const struct devtree_property *p = n->first_property, *q = m->first_property;

        for (; p != NULL && q != NULL; p = p->next, q = q->next) {
            assert_string_equal(p->name, q->name);
            assert_int_equal(p->length, q->length);
            if (p->length != 0 && strcmp(p->name, SEED) != 0)
                assert_memory_equal(p->value, q->value, p->length);
        }
        assert_true(p == NULL && q == NULL);
    }
    assert_true(n == NULL && m == NULL);
    devtree_free(&a);
    devtree_free(&b);
}

static void test_mac(void **state)
{
    struct macho_sample sample;
    const struct launch_row *row;
    uint32_t tree;

    (void)state;
    assert_int_equal(golden_read(NULL), 0);
    build_macho(&kernel, &sample);
    boot_mac_by_hand();

    machine_read("tools/inspect/machines/mac99-256", &machine);
    machine_start(&machine);
    add_mac_files();
    plan_run(mac_words, &plan);
    if (plan.error != OK)
        fail_msg("%s: %s", error_code(plan.error), error_detail());
    expect_same_launch(&plan.launch);
    expect_same_launch(host_launched());
    expect_rows_are_pieces();
    row = plan_find(&plan, LAUNCH_DEVICE_TREE);
    assert_non_null(row);
    assert_int_equal(row->length, tree_length());
    tree = (uint32_t)row->address;
    assert_int_equal(tree, get_be32(host_memory(host_launched()->boot_args) + 0x1F0));
    expect_same_tree(host_memory(tree), memory_before + tree, tree_length());
    row = plan_find(&plan, LAUNCH_BOOT_ARGS);
    assert_non_null(row);
    assert_int_equal(row->address, before.boot_args);
    assert_memory_equal(host_memory(row->address), memory_before + row->address, row->length);
    for (size_t i = 0; i < plan.report.count; i++) {
        row = &plan.report.rows[i];
        if (row->content == LAUNCH_KERNEL)
            assert_memory_equal(host_memory(row->address), memory_before + row->address,
                                row->length);
    }
    machine_free(&machine);
}

/* --- A PC ------------------------------------------------------------------------------------- */

static const char pc_words[] = STATIC "file=module:0 initrd=module:1 args=quiet";

static void add_pc_files(void)
{
    host_add_module("vmlinuz", kernel.bytes, kernel.length);
    host_add_module("initrd", initrd, sizeof initrd);
}

/* The one that tools/inspect/machines/pc-256 describes, with what its firmware told Linux. */
static void boot_pc_by_hand(void)
{
    static const struct memory_map_entry map[] = {
        {0, 0x9FC00, MEMORY_USABLE},
        {0x9FC00, 0x400, MEMORY_RESERVED},
        {0xF0000, 0x10000, MEMORY_RESERVED},
        {0x100000, 0xFEE0000, MEMORY_USABLE},
        {0xFFE0000, 0x20000, MEMORY_RESERVED},
        {0xFFFC0000, 0x40000, MEMORY_RESERVED},
        {0xFD00000000, 0x300000000, MEMORY_RESERVED},
    };
    struct pci_device card = {
        .vendor = 0x8086, .device = 0x100E, .class_code = 0x020000, .slot = 3, .path = "0:3.0"};
    struct pc_information pc = {.rsdp = 0xF59D0,
                                .smbios = 0xF5A80,
                                .tsc_hz = 2400000000u,
                                .cpu_hz = 2400000000u,
                                .fsb_hz = 1000000000,
                                .vendor = "GenuineIntel",
                                .family = 6,
                                .model = 15,
                                .stepping = 11,
                                .long_mode = true};

    host_reset(256 * MB);
    host_set_cpu(IMAGE_CPU_X86_64);
    host_set_memory_map(map, sizeof map / sizeof *map);
    host_set_pc(&pc);
    host_add_scripted_card_as(&card, station, NULL, NULL);
    add_pc_files();
    assert_int_equal(loader_boot(pc_words), OK);
    keep_launch();
}

static void test_pc(void **state)
{
    (void)state;
    build_bzimage(&kernel);
    for (size_t i = 0; i < sizeof initrd; i++)
        initrd[i] = (uint8_t)(i * 7 + (i >> 8));
    boot_pc_by_hand();

    machine_read("tools/inspect/machines/pc-256", &machine);
    machine_start(&machine);
    add_pc_files();
    plan_run(pc_words, &plan);
    assert_int_equal(plan.error, OK);
    expect_same_launch(&plan.launch);
    expect_rows_are_pieces();
    for (size_t i = 0; i < plan.report.count; i++) {
        const struct launch_row *row = &plan.report.rows[i];

        assert_memory_equal(host_memory(row->address), memory_before + row->address, row->length);
        if (row->content == LAUNCH_INITRD) {
            assert_int_equal(row->length, INITRD_LENGTH);
            assert_memory_equal(host_memory(row->address), initrd, INITRD_LENGTH);
        }
    }
    assert_non_null(plan_find(&plan, LAUNCH_INITRD));
    assert_null(plan_find(&plan, LAUNCH_BOOT_ARGS));
    machine_free(&machine);
}

/* Every description can be read, and its machine starts something or says why not. */
static void test_machines(void **state)
{
    static const char *const names[] = {"mac99-256", "g3beige", "pc-256", "q35-4g"};
    /* A process of 32 bits has no room for the last one's memory; the tool has 64. */
    size_t count = sizeof(void *) == 8 ? 4 : 3;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char path[64];

        snprintf(path, sizeof path, "tools/inspect/machines/%s", names[i]);
        machine_read(path, &machine);
        assert_string_not_equal(machine.name, "");
        machine_start(&machine);
        host_add_module("kernel", (const uint8_t *)"no kernel", 9);
        plan_run("net=dhcp file=module:0", &plan);
        assert_int_equal(plan.error, ERROR_IMAGE_UNKNOWN);
        assert_non_null(strstr(host_console(), "address 10.0.2.15"));
        assert_null(host_launched());
        machine_free(&machine);
    }
}

/* --- boot_args -------------------------------------------------------------------------------- */

static struct value *described;

static void describe_bytes(const uint8_t *bytes, size_t length)
{
    struct subject subject = {.bytes = bytes, .length = length};

    described = document_create();
    assert_true(describe_boot_args(&subject, described));
}

static void expect_number(const char *name, uint64_t number)
{
    const struct value *value = document_find(described, name);

    assert_non_null(value);
    if (value->number != number)
        fail_msg("%s is %llu, not %llu", name, (unsigned long long)value->number,
                 (unsigned long long)number);
}

static void expect_text(const char *name, const char *text)
{
    const struct value *value = document_find(described, name);

    assert_non_null(value);
    assert_string_equal(value->text, text);
}

static const struct boot_video video = {0x81020300, 4096, 1023, 767, 32};

static void expect_video(uint64_t display)
{
    expect_number("Video.v_baseAddr", video.address);
    expect_number("Video.v_display", display);
    expect_number("Video.v_rowBytes", video.row_bytes);
    expect_number("Video.v_width", video.width);
    expect_number("Video.v_height", video.height);
    expect_number("Video.v_depth", video.depth);
}

static void test_boot_args_powerpc(void **state)
{
    const struct memory_region banks[] = {{0, 64 * MB}, {128 * MB, 32 * MB}};
    uint8_t bytes[BOOT_ARGS_POWERPC_SIZE];

    (void)state;
    for (uint16_t version = 1; version <= 2; version++) {
        struct boot_args_powerpc arguments = {
            .version = version,
            .command_line = "debug=8 <&\">",
            .banks = banks,
            .bank_count = 2,
            .video = video,
            .device_tree = 0x123000,
            .device_tree_length = 20524,
            .top_of_kernel_data = 0x456000,
        };
        const struct value *bank;

        assert_int_equal(boot_args_powerpc_write(&arguments, bytes), OK);
        describe_bytes(bytes, sizeof bytes);
        expect_text("processor", "PowerPC");
        expect_number("Version", version);
        expect_number("Revision", 1);
        expect_text("CommandLine", arguments.command_line);
        expect_video(1);
        expect_number("deviceTreeP", 0x123000);
        expect_number("deviceTreeLength", 20524);
        expect_number("topOfKernelData", 0x456000);
        bank = document_find(described, "PhysicalDRAM")->first;
        assert_int_equal(document_find(bank, "size")->number, 64 * MB);
        assert_int_equal(document_find(bank->next, "base")->number, 128 * MB);
        assert_int_equal(document_find(bank->next, "size")->number, 32 * MB);
        assert_null(bank->next->next);
        document_free(described);
    }
}

static void test_boot_args_x86(void **state)
{
    static const struct boot_args_version versions[] = {{1, 4}, {1, 6}, {2, 0}};
    uint8_t bytes[BOOT_ARGS_X86_ROOM];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct boot_args_x86 arguments = {
            .version = versions[i],
            .command_line = "-v serial=3",
            .memory_map = 0x224000,
            .memory_map_size = 440,
            .descriptor_size = 40,
            .descriptor_version = 1,
            .display = BOOT_DISPLAY_TEXT,
            .video = video,
            .device_tree = 0x39A000,
            .device_tree_length = 2584,
            .kernel_address = 0x100000,
            .kernel_size = 2732032,
            .efi_system_table = 0x222000,
            .efi_mode = 64,
            .physical_memory = 0x123456789000,
            .fsb_hz = 5000000000,
            .pci_base = 0xB0000000,
            .pci_first_bus = 1,
            .pci_last_bus = 255,
        };

        assert_int_equal(boot_args_x86_write(&arguments, bytes), OK);
        describe_bytes(bytes, boot_args_x86_size(versions[i]));
        expect_text("processor", "x86");
        expect_number("Version", versions[i].version);
        expect_number("Revision", versions[i].revision);
        expect_text("CommandLine", arguments.command_line);
        expect_number("MemoryMap", 0x224000);
        expect_number("MemoryMapSize", 440);
        expect_number("MemoryMapDescriptorSize", 40);
        expect_number("MemoryMapDescriptorVersion", 1);
        expect_video(BOOT_DISPLAY_TEXT);
        expect_number("deviceTreeP", 0x39A000);
        expect_number("deviceTreeLength", 2584);
        expect_number("kaddr", 0x100000);
        expect_number("ksize", 2732032);
        expect_number("efiSystemTable", 0x222000);
        expect_number("efiMode", 64);
        if (versions[i].version == 2) {
            expect_number("PhysicalMemorySize", 0x123456789000);
            expect_number("FSBFrequency", 5000000000);
            expect_number("pciConfigSpaceBaseAddress", 0xB0000000);
            expect_number("pciConfigSpaceStartBusNumber", 1);
            expect_number("pciConfigSpaceEndBusNumber", 255);
        }
        document_free(described);
    }
}

static int tear_down(void **state)
{
    (void)state;
    free(memory_before);
    host_reset(4 * MB);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mac),           cmocka_unit_test(test_pc),
        cmocka_unit_test(test_machines),      cmocka_unit_test(test_boot_args_powerpc),
        cmocka_unit_test(test_boot_args_x86),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
