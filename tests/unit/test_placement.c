/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/placement.h"

#include "lib/bytes.h"
#include "tests/unit/image_builder.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

static struct placement placement;

/* A PC with 64 MB, ACPI tables at its end, and 1 GB above 4 GB. */
static const struct memory_map_entry pc[] = {
    {0x0, 0x9fc00, MEMORY_USABLE},
    {0x9fc00, 0x400, MEMORY_RESERVED},
    {0xf0000, 0x10000, MEMORY_RESERVED},
    {0x100000, 0x3ee0000, MEMORY_USABLE}, /* to 0x3fe0000 */
    {0x3fe0000, 0x10000, MEMORY_ACPI_RECLAIM},
    {0x3ff0000, 0x10000, MEMORY_ACPI_NVS},
    {0xfffc0000, 0x40000, 9},
    {0x100000000, 0x40000000, MEMORY_USABLE},
};

static int start(void **state)
{
    (void)state;
    placement_start(&placement, pc, sizeof pc / sizeof *pc);
    return 0;
}

static void expect_lowest(uint64_t length, uint64_t alignment, uint64_t minimum, uint64_t end,
                          uint64_t expected)
{
    uint64_t found = 1;

    assert_true(placement_lowest(&placement, length, alignment, minimum, end, &found));
    assert_int_equal(found, expected);
}

static void expect_highest(uint64_t length, uint64_t alignment, uint64_t minimum, uint64_t end,
                           uint64_t expected)
{
    uint64_t found = 1;

    assert_true(placement_highest(&placement, length, alignment, minimum, end, &found));
    assert_int_equal(found, expected);
}

static void expect_none(uint64_t length, uint64_t alignment, uint64_t minimum, uint64_t end)
{
    uint64_t found;

    assert_false(placement_lowest(&placement, length, alignment, minimum, end, &found));
    assert_false(placement_highest(&placement, length, alignment, minimum, end, &found));
}

static void test_lowest(void **state)
{
    (void)state;
    expect_lowest(0x1000, 0x1000, 0, PLACE_END, 0x1000); /* never the first page */
    expect_lowest(1, 1, 0x1234, PLACE_END, 0x1234);
    expect_lowest(0x9ec00, 1, 0, PLACE_END, 0x1000);
    expect_lowest(0x9ec01, 1, 0, PLACE_END, 0x100000);
    expect_lowest(0x1000, 0x200000, 1, PLACE_END, 0x200000);
    expect_lowest(0x1000, 0x1000, 0x9fc00, PLACE_END, 0x100000);
    expect_lowest(0x3ee0000, 0x1000, 0, PLACE_END, 0x100000);
    expect_lowest(0x3ee1000, 0x1000, 0, UINT64_MAX, 0x100000000);
    expect_lowest(0x40000000, 1, 0, UINT64_MAX, 0x100000000);
}

static void test_highest(void **state)
{
    (void)state;
    expect_highest(0x1000, 0x1000, 0, PLACE_END, 0x3fdf000);
    expect_highest(1, 1, 0, PLACE_END, 0x3fdffff);
    expect_highest(0x1000, 0x1000, 0, 0x100000, 0x9e000);
    expect_highest(0x1001, 0x1000, 0, 0x100000, 0x9e000);
    expect_highest(0x1000, 0x1000, 0, UINT64_MAX, 0x13ffff000);
    expect_highest(0x1000, 0x1000, 0, 0x2000800, 0x1fff000);
    expect_highest(0x3ee0000, 0x1000, 0, PLACE_END, 0x100000);
    expect_highest(0x100000, 0x800000, 0, PLACE_END, 0x3800000);
    expect_highest(0x9f000 - 0x1000, 0x1000, 0, 0x100000, 0x1000);
}

static void test_none(void **state)
{
    (void)state;
    expect_none(0, 1, 0, PLACE_END);
    expect_none(0x3ee0001, 1, 0, PLACE_END);
    expect_none(0x40000001, 1, 0, UINT64_MAX);
    expect_none(UINT64_MAX, 1, 0, UINT64_MAX);
    expect_none(0x1000, 0x1000, 0x3fe0000, PLACE_END);
    expect_none(0x1000, 0x1000, 0x1000, 0x1fff);
    expect_none(0x1000, 0x1000, 0x2000, 0x1000);
    expect_none(1, 0x8000000000000000, 1, UINT64_MAX);
    expect_none(1, 0x1000, UINT64_MAX - 1, UINT64_MAX);
    placement_start(&placement, NULL, 0);
    expect_none(1, 1, 0, UINT64_MAX);
}

static void test_taken(void **state)
{
    (void)state;
    assert_int_equal(placement_take(&placement, 0x100000, 0x100000), OK);
    assert_int_equal(placement_take(&placement, 0x180000, 0x81000), OK); /* overlaps */
    assert_int_equal(placement_take(&placement, 0x300000, 0), OK);       /* nothing */
    assert_int_equal(placement_take(&placement, 0x3fdf000, 0x1000), OK);
    expect_lowest(0x1000, 0x1000, 0x100000, PLACE_END, 0x201000);
    expect_lowest(0x1000, 0x100000, 0x100000, PLACE_END, 0x300000);
    expect_highest(0x1000, 0x1000, 0, PLACE_END, 0x3fde000);
    expect_lowest(0x3dde000, 0x1000, 0, PLACE_END, 0x201000);
    expect_none(0x3dde001, 1, 0x100000, PLACE_END);
    assert_true(placement_is_free(&placement, 0x201000, 0x3dde000));
    assert_false(placement_is_free(&placement, 0x200fff, 2));
    assert_false(placement_is_free(&placement, 0x201000, 0x3dde001));
    assert_false(placement_is_free(&placement, 0x9fbff, 2));
    assert_true(placement_is_free(&placement, 0x9fbff, 1));
    assert_false(placement_is_free(&placement, 0xfff, 1));
    assert_false(placement_is_free(&placement, UINT64_MAX, 2));
}

static void test_too_many_are_taken(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACEMENT_TAKEN_MAXIMUM; i++)
        assert_int_equal(placement_take(&placement, 0x100000 + i * 0x1000, 0x1000), OK);
    expect_failure(placement_take(&placement, 0x800000, 1), ERROR_IMAGE_PIECES, "more than 128");
}

static error_t check(uint64_t base, uint64_t length)
{
    return placement_check(&placement, "the kernel", base, length);
}

static void test_check(void **state)
{
    (void)state;
    assert_int_equal(check(0x100000, 0x3ee0000), OK);
    assert_int_equal(check(0x1000, 0x9ec00), OK);
    assert_int_equal(placement_take(&placement, 0x100000, 0x1000), OK);
    assert_int_equal(check(0x100000, 0x1000), OK); /* what is taken does not count */
    assert_int_equal(check(0x100000, 0), OK);
    expect_failure(check(0, 0x1000), ERROR_MEMORY_TAKEN, "the kernel at 0x0, 0x1000 bytes");
    expect_failure(check(0xffe, 4), ERROR_MEMORY_TAKEN, "firmware has 0x0 to 0xfff");
    expect_failure(check(0xb8000, 0x1000), ERROR_MEMORY_TAKEN, "firmware has 0xa0000 to 0xfffff");
    expect_failure(check(0x80000, 0x200000), ERROR_MEMORY_TAKEN, "0xa0000");
    expect_failure(check(0x9f000, 0x1000), ERROR_MEMORY_TAKEN, "0x9fc00 to 0x9ffff is reserved");
    expect_failure(check(0x3fdf000, 0x2000), ERROR_MEMORY_RANGE, "RAM ends at 0x3fe0000");
    expect_failure(check(0x3fe0000, 0x2000), ERROR_MEMORY_TAKEN,
                   "0x3fe0000 to 0x3feffff is ACPI tables");
    expect_failure(check(0x3ff8000, 0x1000), ERROR_MEMORY_TAKEN, "is ACPI's own memory");
    expect_failure(check(0xfffff000, 0x1000), ERROR_MEMORY_TAKEN, "is not usable");
    expect_failure(check(0x4000000, 0x1000), ERROR_MEMORY_RANGE, "no RAM from 0x4000000 on");
    expect_failure(check(0x80000000, 1), ERROR_MEMORY_RANGE, "at 0x80000000, 0x1 bytes");
    expect_failure(check(0x13ffff000, 0x2000), ERROR_MEMORY_RANGE, "no RAM from 0x140000000 on");
    expect_failure(check(UINT64_MAX, 2), ERROR_MEMORY_RANGE, "0x2 bytes");
}

static void test_maps_that_break_the_rules(void **state)
{
    static const struct memory_map_entry map[] = {
        {0x200000, 0x100000, MEMORY_USABLE},
        {0x100000, 0x100000, MEMORY_USABLE}, /* not sorted, not merged */
        {0x180000, 0x1000, MEMORY_BAD},      /* inside another */
        {0, 0x200000, MEMORY_USABLE},        /* over the ROMs, and twice */
        {0x400000, UINT64_MAX, MEMORY_RESERVED},
        {0x300000, 0, MEMORY_USABLE},
    };

    (void)state;
    placement_start(&placement, map, sizeof map / sizeof *map);
    expect_lowest(0x1000, 0x1000, 0xa0000, PLACE_END, 0x100000);
    expect_lowest(0x80001, 1, 0x100000, PLACE_END, 0x181000);
    expect_highest(0x17f000, 1, 0, PLACE_END, 0x181000);
    assert_int_equal(check(0x181000, 0x17f000), OK);
    expect_failure(check(0x100000, 0x200000), ERROR_MEMORY_TAKEN, "is bad memory");
    expect_failure(check(0x181000, 0x180000), ERROR_MEMORY_RANGE, "no RAM from 0x300000 on");
    expect_failure(check(0x1000000, 0x1000), ERROR_MEMORY_TAKEN, "is reserved");
}

static void test_usable_end(void **state)
{
    (void)state;
    assert_int_equal(placement_usable_end(&placement, 0), 0x9fc00);
    assert_int_equal(placement_usable_end(&placement, 0x100000), 0x3fe0000);
    assert_int_equal(placement_usable_end(&placement, 0x3fe0000), 0x3fe0000);
    assert_int_equal(placement_usable_end(&placement, 0xc0000), 0xc0000);
    assert_int_equal(placement_usable_end(&placement, 0x100000000), 0x140000000);
}

/* The plain way: page for page. */
#define PAGES 1024u
static uint8_t page_free[PAGES];

static bool plain_find(unsigned pages, unsigned alignment, unsigned from, unsigned to, bool highest,
                       unsigned *found)
{
    bool any = false;

    for (unsigned at = 0; at + pages <= to; at += alignment) {
        unsigned n = 0;

        while (n < pages && page_free[at + n])
            n++;
        if (at >= from && n == pages) {
            *found = at;
            any = true;
            if (!highest)
                return true;
        }
    }
    return any;
}

static void test_against_the_plain_way(void **state)
{
    uint32_t random = 20240607;
    unsigned hits = 0, rounds = 4000;

    (void)state;
    for (unsigned round = 0; round < rounds; round++) {
        struct memory_map_entry map[16];
        unsigned at = 0, count = 0;
        unsigned pages = 1 + random_next(&random) % 64;
        unsigned alignment = 1u << random_next(&random) % 6;
        unsigned from = random_next(&random) % PAGES, to = random_next(&random) % (PAGES + 1);
        bool highest = random_next(&random) % 2 != 0, plain, found;
        unsigned expected = 0;
        uint64_t address = 0;

        memset(page_free, 0, sizeof page_free);
        while (count < 16 && at < PAGES) {
            unsigned length = 1 + random_next(&random) % 200;
            uint32_t type = 1 + random_next(&random) % 2;

            at += random_next(&random) % 3 * 8;
            if (at + length > PAGES)
                break;
            map[count++] = (struct memory_map_entry){at * 4096ull, length * 4096ull, type};
            memset(page_free + at, type == MEMORY_USABLE, length);
            at += length;
        }
        placement_start(&placement, map, count);
        for (unsigned i = random_next(&random) % 6; i != 0; i--) {
            unsigned base = random_next(&random) % PAGES, length = random_next(&random) % 64;

            if (base + length > PAGES)
                continue;
            assert_int_equal(placement_take(&placement, base * 4096ull, length * 4096ull), OK);
            memset(page_free + base, 0, length);
        }
        page_free[0] = 0;
        memset(page_free + 0xa0, 0, 0x60);
        plain = plain_find(pages, alignment, from, to, highest, &expected);
        found = (highest ? placement_highest
                         : placement_lowest)(&placement, pages * 4096ull, alignment * 4096ull,
                                             from * 4096ull, to * 4096ull, &address);
        assert_int_equal(found, plain);
        if (!found)
            continue;
        hits++;
        assert_int_equal(address, expected * 4096ull);
        assert_true(placement_is_free(&placement, address, pages * 4096ull));
        assert_int_equal(check(address, pages * 4096ull), OK);
    }
    assert_in_range(hits, rounds / 10, rounds - rounds / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lowest, start),
        cmocka_unit_test_setup(test_highest, start),
        cmocka_unit_test_setup(test_none, start),
        cmocka_unit_test_setup(test_taken, start),
        cmocka_unit_test_setup(test_too_many_are_taken, start),
        cmocka_unit_test_setup(test_check, start),
        cmocka_unit_test(test_maps_that_break_the_rules),
        cmocka_unit_test_setup(test_usable_end, start),
        cmocka_unit_test(test_against_the_plain_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
