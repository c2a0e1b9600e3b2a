/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI memory map that is made from firmware's. */
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
#include "darwin/efi_memory_map.h"
#include "lib/bytes.h"
#include "tests/unit/random.h"

#define PAGE 4096u
#define MB   (1ull << 20)
#define GB   (1ull << 30)

static uint8_t out[EFI_MEMORY_MAP_ENTRIES * EFI_DESCRIPTOR_SIZE];

struct row {
    uint32_t type;
    uint64_t base, end;
};

static struct efi_memory_map_source source_of(const struct memory_map_entry *entries, size_t count,
                                              uint64_t kernel_base, uint64_t kernel_end)
{
    return (struct efi_memory_map_source){entries, count, kernel_base, kernel_end, 126};
}

static struct row read_row(size_t index)
{
    const uint8_t *at = out + index * 40;
    assert_int_equal(get_le32(at + 4), 0);
    assert_int_equal(get_le64(at + 16), 0);
    assert_int_equal(get_le64(at + 32), 0);
    assert_int_equal(get_le64(at + 8) % PAGE, 0);
    return (struct row){get_le32(at), get_le64(at + 8),
                        get_le64(at + 8) + get_le64(at + 24) * PAGE};
}

static void expect_rows(const struct efi_memory_map_source *source, const struct row *rows,
                        size_t count)
{
    assert_int_equal(efi_memory_map_write(source, out), count * EFI_DESCRIPTOR_SIZE);
    for (size_t i = 0; i < count; i++) {
        struct row row = read_row(i);
        if (row.type != rows[i].type || row.base != rows[i].base || row.end != rows[i].end)
            print_error("row %u: %u %llx-%llx\n", (unsigned)i, row.type,
                        (unsigned long long)row.base, (unsigned long long)row.end);
        assert_int_equal(row.type, rows[i].type);
        assert_int_equal(row.base, rows[i].base);
        assert_int_equal(row.end, rows[i].end);
    }
}
#define EXPECT_ROWS(source, rows) expect_rows(source, rows, sizeof(rows) / sizeof((rows)[0]))

/* What SeaBIOS says on QEMU's pc with 6 GB. */
static void test_six_gigabytes(void **state)
{
    const struct memory_map_entry entries[] = {
        {0x0, 0x9FC00, 1},        {0x9FC00, 0x400, 2},
        {0xF0000, 0x10000, 2},    {0x100000, 0xBFFE0000 - 0x100000, 1},
        {0xBFFE0000, 0x20000, 2}, {0xFEFFC000, 0x4000, 2},
        {0xFFFC0000, 0x40000, 2}, {4 * GB, 3 * GB, 1},
    };
    const struct row rows[] = {
        {7, 0, 0x9F000},
        {0, 0x9F000, 0xA0000},
        {0, 0xF0000, 0x100000},
        {2, 0x100000, 0x900000},
        {7, 0x900000, 0xBFFE0000},
        {0, 0xBFFE0000, 0xC0000000},
        {0, 0xFEFFC000, 0xFF000000},
        {0, 0xFFFC0000, 4 * GB},
        {7, 4 * GB, 7 * GB},
    };
    struct efi_memory_map_source source = source_of(entries, 8, 0x100000, 0x900000);
    (void)state;
    EXPECT_ROWS(&source, rows);
    assert_int_equal(efi_memory_map_installed(entries, 8), 6 * GB);
}

static void test_types_and_merging(void **state)
{
    const struct memory_map_entry entries[] = {
        {0, 16 * MB, 1},  {16 * MB, MB, 3},  {17 * MB, MB, 4}, {18 * MB, MB, 5},
        {19 * MB, MB, 2}, {20 * MB, MB, 12}, {21 * MB, MB, 1},
    };
    const struct row rows[] = {
        {7, 0, 2 * MB},         {2, 2 * MB, 4 * MB},   {7, 4 * MB, 16 * MB},  {9, 16 * MB, 17 * MB},
        {10, 17 * MB, 18 * MB}, {0, 18 * MB, 21 * MB}, {7, 21 * MB, 22 * MB},
    };
    struct efi_memory_map_source source = source_of(entries, 7, 2 * MB, 4 * MB);
    (void)state;
    EXPECT_ROWS(&source, rows);
    assert_int_equal(efi_memory_map_installed(entries, 7), 19 * MB);
}

/* Rounding: usable memory loses, everything else wins, nobody gets a page twice. */
static void test_partial_pages(void **state)
{
    const struct memory_map_entry entries[] = {
        {0x800, 0x1000, 1},     /* no whole page */
        {0x2000, 0x2800, 1},    /* 2000 to 4000: 4800 is shared */
        {0x4800, 0x100, 3},     /* takes 4000 */
        {0x4900, 0x100, 2},     /* its page is taken already */
        {0x4A00, 0x3600, 1},    /* 5000 to 8000 */
        {0x9000, 0x800, 1},     /* nothing */
        {0x9800, 0x10, 2},      /* 9000 to A000 */
        {0xA000, 0x1000, 1},    /* whole */
        {0xA800 + 0x800, 1, 4}, /* B000 to C000 */
    };
    const struct row rows[] = {
        {7, 0x2000, 0x4000}, {9, 0x4000, 0x5000}, {2, 0x5000, 0x6000},  {7, 0x6000, 0x8000},
        {0, 0x9000, 0xA000}, {7, 0xA000, 0xB000}, {10, 0xB000, 0xC000},
    };
    struct efi_memory_map_source source =
        source_of(entries, sizeof entries / sizeof entries[0], 0x5000, 0x6000);
    (void)state;
    EXPECT_ROWS(&source, rows);
}

/* A reserved byte in the last page of usable memory takes that page, or all there was. */
static void test_reserved_takes_the_page_below(void **state)
{
    const struct memory_map_entry entries[] = {
        {0x1000, 0x1000, 1}, {0x1800, 0x10, 2}, {0x10000, 0x3000, 1}, {0x12FFF, 0x10, 2}};
    const struct row rows[] = {{0, 0x1000, 0x2000}, {7, 0x10000, 0x12000}, {0, 0x12000, 0x14000}};
    struct efi_memory_map_source source = source_of(entries, 4, 0, 0);
    (void)state;
    EXPECT_ROWS(&source, rows);
}

static void test_end_of_the_address_space(void **state)
{
    const struct memory_map_entry entries[] = {
        {0, 16 * MB, 1}, {0xFFFFFFFFFFFF0000ull, UINT64_MAX, 2}, {0xFFFFFFFFFFFFF800ull, 0x7FF, 1}};
    const struct row rows[] = {
        {2, 0, 2 * MB}, {7, 2 * MB, 16 * MB}, {0, 0xFFFFFFFFFFFF0000ull, 0xFFFFFFFFFFFFF000ull}};
    struct efi_memory_map_source source = source_of(entries, 3, 0, 2 * MB);
    (void)state;
    EXPECT_ROWS(&source, rows);
}

/* Old kernels have room for few usable regions: the smallest of those above go. */
static void test_too_many_regions(void **state)
{
    struct memory_map_entry entries[12];
    (void)state;
    for (size_t i = 0; i < 12; i++)
        entries[i] = (struct memory_map_entry){i * 16 * MB, (i == 5 ? 1 : i + 2) * MB, 1};
    struct efi_memory_map_source source = source_of(entries, 12, MB, 2 * MB);
    source.usable_maximum = 10;
    size_t count = efi_memory_map_write(&source, out) / EFI_DESCRIPTOR_SIZE, usable = 0;
    assert_int_equal(count, 13); /* the kernel's was cut from the first and ends with it */
    for (size_t i = 0; i < count; i++) {
        struct row row = read_row(i);
        bool gone = row.base == 5 * 16 * MB || row.base == 16 * MB || row.base == 2 * 16 * MB;
        assert_int_equal(row.type, gone ? 0 : row.base == MB ? 2 : 7);
        usable += row.type != 0;
    }
    assert_int_equal(usable, 10);

    /* Nothing above the kernel is left to give up. */
    source = source_of(entries, 1, MB, 2 * MB);
    source.usable_maximum = 1;
    assert_int_equal(efi_memory_map_write(&source, out), 2 * EFI_DESCRIPTOR_SIZE);
}

static void test_full_map_fits(void **state)
{
    static struct memory_map_entry entries[MEMORY_MAP_MAXIMUM];
    (void)state;
    for (size_t i = 0; i < MEMORY_MAP_MAXIMUM; i++)
        entries[i] = (struct memory_map_entry){i * MB, MB, i % 2 == 0 ? 1 : 2};
    struct efi_memory_map_source source =
        source_of(entries, MEMORY_MAP_MAXIMUM, 2 * MB + 0x1000, 2 * MB + 0x2000);
    source.usable_maximum = 1000;
    assert_int_equal(efi_memory_map_write(&source, out), sizeof out);
    assert_int_equal(read_row(2).end, read_row(3).base);
    assert_int_equal(read_row(3).type, EFI_LOADER_DATA);
    assert_int_equal(read_row(4).end, 3 * MB);
}

/* The type of one address in a firmware map; 0 where it has none. */
static uint32_t type_at(const struct memory_map_entry *entries, size_t count, uint64_t address)
{
    for (size_t i = 0; i < count; i++)
        if (address >= entries[i].base && address - entries[i].base < entries[i].length)
            return entries[i].type;
    return 0;
}

/* Random maps: ascending, no overlap, no byte that is not usable is called so, and none is lost. */
static void test_random_maps(void **state)
{
    static struct memory_map_entry entries[40];
    uint32_t seed = 20240601;
    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        uint64_t at = 0, end = 0;
        size_t count = 0;
        while (count < 40) {
            at += random_next(&seed) % 3 == 0 ? random_next(&seed) % 0x3000 : 0;
            uint64_t length = 1 + random_next(&seed) % 0x5000;
            entries[count++] = (struct memory_map_entry){at, length, 1 + random_next(&seed) % 5};
            at += length;
        }
        struct efi_memory_map_source source = source_of(entries, count, 0, 0);
        size_t rows = efi_memory_map_write(&source, out) / EFI_DESCRIPTOR_SIZE;
        uint64_t usable = 0, expected = 0;
        for (size_t i = 0; i < rows; i++) {
            struct row row = read_row(i);
            assert_true(row.base >= end && row.end > row.base);
            assert_true(i == 0 || row.base != end || row.type != read_row(i - 1).type);
            end = row.end;
            if (row.type != EFI_CONVENTIONAL)
                continue;
            usable += row.end - row.base;
            for (uint64_t byte = row.base; byte < row.end; byte += 64)
                assert_int_equal(type_at(entries, count, byte), 1);
        }
        /* Adjoining usable entries are not merged by this map's maker, so pages may be lost at
         * their seams; but no more than one for each seam. */
        for (uint64_t page = 0; page < at; page += PAGE) {
            bool whole = true;
            for (uint64_t byte = page; byte < page + PAGE && whole; byte += 1)
                whole = type_at(entries, count, byte) == 1;
            expected += whole ? PAGE : 0;
        }
        assert_true(usable <= expected && expected - usable <= 40 * PAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_six_gigabytes),
        cmocka_unit_test(test_types_and_merging),
        cmocka_unit_test(test_partial_pages),
        cmocka_unit_test(test_reserved_takes_the_page_below),
        cmocka_unit_test(test_end_of_the_address_space),
        cmocka_unit_test(test_too_many_regions),
        cmocka_unit_test(test_full_map_fits),
        cmocka_unit_test(test_random_maps),
    };
    return cmocka_run_group_tests_name("EFI memory map", tests, NULL, NULL);
}
