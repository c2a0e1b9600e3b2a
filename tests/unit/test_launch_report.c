/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of what a launch brings into memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boot/host/host.h"
#include "loader/launch_report.h"
#include "random.h"

#include <cmocka.h>

static struct launch launch;
static struct launch_report report;

static int start(void **state)
{
    (void)state;
    host_reset(4u << 20);
    memset(&launch, 0, sizeof launch);
    return 0;
}

static void add_piece(uint32_t destination, uint32_t copy, uint32_t size)
{
    launch.pieces[launch.piece_count++] = (struct relocator_piece){
        .destination = destination, .source = 0x300000, .copy = copy, .size = size};
}

static void expect_row(size_t index, enum launch_content content, uint64_t address, uint64_t length,
                       uint64_t copied, uint64_t padding)
{
    const struct launch_row *row = &report.rows[index];

    assert_true(index < report.count);
    assert_int_equal(row->content, content);
    assert_int_equal(row->address, address);
    assert_int_equal(row->length, length);
    assert_int_equal(row->copied, copied);
    assert_int_equal(row->padding, padding);
}

static void test_rows_are_sorted_and_complete(void **state)
{
    (void)state;
    launch.handover = HANDOVER_XNU_POWERPC;
    launch.entry = 0x1234;
    add_piece(0x8000, 0x1fc, 0x1000); /* boot_args and the rest of the page */
    add_piece(0x1000, 0x800, 0x7000); /* a segment whose BSS is two pages, then a hole */
    add_piece(0x0000, 0, 0x1000);     /* low memory */
    launch_label(&launch, LAUNCH_BOOT_ARGS, "", 0x8000, 0x1fc);
    launch_label(&launch, LAUNCH_KERNEL, "__TEXT", 0x1000, 0x2000);
    launch_label(&launch, LAUNCH_KERNEL, "__EMPTY", 0x3000, 0);
    launch_label(&launch, LAUNCH_SCREEN, "", 0x90000000, 0x1000);
    launch_report_make(&launch, &report);
    assert_int_equal(report.handover, HANDOVER_XNU_POWERPC);
    assert_int_equal(report.entry, 0x1234);
    assert_int_equal(report.count, 5);
    expect_row(0, LAUNCH_ZEROS, 0x0000, 0x1000, 0, 0);
    expect_row(1, LAUNCH_KERNEL, 0x1000, 0x2000, 0x800, 0);
    expect_row(2, LAUNCH_ZEROS, 0x3000, 0x5000, 0, 0);
    expect_row(3, LAUNCH_BOOT_ARGS, 0x8000, 0x1fc, 0x1fc, 0xe04);
    expect_row(4, LAUNCH_SCREEN, 0x90000000, 0x1000, 0, 0);
    assert_string_equal(report.rows[1].name, "__TEXT");
}

/* One piece with several labels, and one label over several pieces. */
static void test_labels_and_pieces_differ(void **state)
{
    (void)state;
    add_piece(0x10000, 0x4000, 0x4000);
    add_piece(0x20000, 0x10, 0x10);
    add_piece(0x20010, 0x64, 0x70);
    add_piece(0x20080, 0x900, 0xf80);
    launch_label(&launch, LAUNCH_STACK, "", 0x12000, 0x1000);
    launch_label(&launch, LAUNCH_BOOT_ARGS, "", 0x10000, 0x468);
    launch_label(&launch, LAUNCH_EXTENSION, "a.kext", 0x20000, 0x980);
    launch_report_make(&launch, &report);
    assert_int_equal(report.count, 5);
    expect_row(0, LAUNCH_BOOT_ARGS, 0x10000, 0x468, 0x468, 0);
    expect_row(1, LAUNCH_UNNAMED, 0x10468, 0x2000 - 0x468, 0x2000 - 0x468, 0);
    expect_row(2, LAUNCH_STACK, 0x12000, 0x1000, 0x1000, 0);
    expect_row(3, LAUNCH_UNNAMED, 0x13000, 0x1000, 0x1000, 0);
    expect_row(4, LAUNCH_EXTENSION, 0x20000, 0x980, 0x980 - 0xc, 0x680);
}

static void test_no_labels_at_all(void **state)
{
    (void)state;
    add_piece(0xfffff000, 0x800, 0x1000);
    launch.set_video = true;
    launch.video.video = (struct boot_video){0xe0000000, 4096, 1024, 768, 32};
    launch_report_make(&launch, &report);
    assert_int_equal(report.count, 2);
    expect_row(0, LAUNCH_SCREEN, 0xe0000000, 4096 * 768, 0, 0);
    expect_row(1, LAUNCH_UNNAMED, 0xfffff000, 0x800, 0x800, 0x800);
}

static void test_more_labels_than_fit(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LAUNCH_PIECES_MAXIMUM; i++)
        add_piece(0x100000 - i * 0x1000, 0x20, 0x1000);
    for (uint32_t i = 0; i < 2 * LAUNCH_LABELS_MAXIMUM; i++)
        launch_label(&launch, LAUNCH_KERNEL, "k", 0x100000 - i * 0x1000, 0x10);
    launch_report_make(&launch, &report);
    assert_int_equal(launch.label_count, LAUNCH_LABELS_MAXIMUM);
    assert_true(report.count <= LAUNCH_REPORT_ROWS);
    for (size_t i = 1; i < report.count; i++)
        assert_true(report.rows[i - 1].address < report.rows[i].address);
}

static uint32_t random_state = 2463534242u;

static uint32_t random_below(uint32_t limit)
{
    return random_next(&random_state) % limit;
}

/* Whatever the labels are: each byte of each piece is in exactly one row or its padding. */
static void test_random(void **state)
{
    enum { PAGES = 64, UNIT = 0x100 };
    static uint8_t wanted[PAGES * 16], found[PAGES * 16];

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        uint32_t at = 0;

        memset(&launch, 0, sizeof launch);
        memset(wanted, 0, sizeof wanted);
        memset(found, 0, sizeof found);
        while (launch.piece_count < 10) {
            uint32_t gap = random_below(3), size = 1 + random_below(40);

            add_piece((at + gap) * UNIT, random_below(size + 1) * UNIT, size * UNIT);
            for (uint32_t i = 0; i < size; i++)
                wanted[at + gap + i] = 1;
            if (random_below(2) == 0) {
                uint32_t skip = random_below(size);

                launch_label(&launch, LAUNCH_KERNEL, "x", (at + gap + skip) * UNIT,
                             (1 + random_below(size - skip)) * UNIT);
            }
            at += gap + size;
        }
        launch_report_make(&launch, &report);
        for (size_t i = 0; i < report.count; i++) {
            const struct launch_row *row = &report.rows[i];

            for (uint64_t k = 0; k < row->length + row->padding; k += UNIT)
                found[(row->address + k) / UNIT]++;
        }
        assert_memory_equal(found, wanted, sizeof wanted);
    }
}

static void test_image(void **state)
{
    static struct image_plan plan = {
        .handover = HANDOVER_MULTIBOOT,
        .entry = 0x100020,
        .piece_count = 2,
        .pieces = {{.name = "b", .address = 0x200000, .memory_size = 8192, .file_size = 100},
                   {.name = "a", .address = 0x100000, .memory_size = 4096, .file_size = 4096}},
    };

    (void)state;
    launch_report_image(&plan, &report);
    assert_int_equal(report.handover, HANDOVER_MULTIBOOT);
    assert_int_equal(report.entry, 0x100020);
    assert_int_equal(report.count, 2);
    expect_row(0, LAUNCH_KERNEL, 0x100000, 4096, 4096, 0);
    expect_row(1, LAUNCH_KERNEL, 0x200000, 8192, 100, 0);
}

static void test_text(void **state)
{
    struct launch_row row = {0x1000, 0x2000, 0x800, 0, LAUNCH_KERNEL, "__DATA"};
    char text[100], tiny[12];

    (void)state;
    launch_row_text(&row, text, sizeof text);
    assert_string_equal(text, "00001000-00002fff       8192  kernel __DATA (2048, then zeros)");
    launch_row_text(&row, tiny, sizeof tiny);
    assert_string_equal(tiny, "00001000-00");
    row.content = LAUNCH_ZEROS;
    row.name[0] = '\0';
    launch_row_text(&row, text, sizeof text);
    assert_string_equal(text, "00001000-00002fff       8192  zeros");
    for (int i = 0; i < LAUNCH_CONTENTS; i++)
        assert_string_not_equal(launch_content_name((enum launch_content)i), "?");
}

static void test_print(void **state)
{
    (void)state;
    launch.handover = HANDOVER_LINUX_X86;
    launch.entry = 0x100000;
    add_piece(0x100000, 0x1000, 0x1000);
    launch_label(&launch, LAUNCH_KERNEL, "", 0x100000, 0x1000);
    launch_report_make(&launch, &report);
    launch_report_print(&report);
    assert_non_null(strstr(host_console(), "Linux on x86, entry 00100000"));
    assert_non_null(strstr(host_console(), "  00100000-00100fff       4096  kernel\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rows_are_sorted_and_complete, start),
        cmocka_unit_test_setup(test_labels_and_pieces_differ, start),
        cmocka_unit_test_setup(test_no_labels_at_all, start),
        cmocka_unit_test_setup(test_more_labels_than_fit, start),
        cmocka_unit_test_setup(test_random, start),
        cmocka_unit_test_setup(test_image, start),
        cmocka_unit_test_setup(test_text, start),
        cmocka_unit_test_setup(test_print, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
