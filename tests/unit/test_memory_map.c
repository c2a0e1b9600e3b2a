/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory maps against a naive model: random entries, whatever overlaps what, are put on an array
 * with one cell for each unit of address, and the normalised map has to say the same of every cell.
 */
#include "lib/memory_map.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define CELLS 256
#define MOST  24

static uint32_t random_state = 0x1b56c4e9;

static uint32_t below(uint32_t limit)
{
    return random_next(&random_state) % limit;
}

/* The types from weakest to strongest, as the header says. */
static const uint32_t strength[] = {MEMORY_USABLE,   MEMORY_ACPI_RECLAIM, MEMORY_ACPI_NVS, 0, 7, 12,
                                    MEMORY_RESERVED, MEMORY_BAD};
#define TYPES (sizeof strength / sizeof strength[0])

static unsigned rank_of(uint32_t type)
{
    for (unsigned i = 0; i < TYPES; i++)
        if (strength[i] == type)
            return i + 1;
    return 0;
}

/* Sorted, no overlap, no empty entry, none that wraps, nothing left to merge. */
static void assert_normal(const struct memory_map_entry *map, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(map[i].length != 0);
        assert_true(map[i].base + map[i].length > map[i].base);
        if (i > 0) {
            uint64_t end = map[i - 1].base + map[i - 1].length;

            assert_true(end <= map[i].base);
            assert_true(end != map[i].base || map[i].type != map[i - 1].type);
        }
    }
}

/* Random maps of cells of `unit` bytes from `origin` on, where the last cells may end at 2^64. */
static void random_maps(uint64_t origin, uint64_t unit, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++) {
        struct memory_map_entry in[MOST], out[2 * MOST];
        unsigned cells[CELLS] = {0};
        size_t count = below(MOST + 1), made;

        for (size_t i = 0; i < count; i++) {
            uint32_t first = below(CELLS), length = below(3) == 0 ? below(4) : below(CELLS);
            unsigned rank = 1 + below(TYPES);

            in[i] =
                (struct memory_map_entry){origin + first * unit, length * unit, strength[rank - 1]};
            for (uint32_t cell = first; cell < CELLS && cell < first + length; cell++)
                if (cells[cell] < rank)
                    cells[cell] = rank;
            if (first + length > CELLS && origin + CELLS * unit != 0)
                in[i].length = (CELLS - first) * unit;
        }
        made = memory_map_normalise(in, count, out, 2 * MOST);
        assert_true(made <= (count == 0 ? 0 : 2 * count - 1));
        assert_normal(out, made);
        for (uint32_t cell = 0; cell < CELLS; cell++) {
            uint64_t at = origin + cell * unit;
            unsigned rank = 0;

            for (size_t i = 0; i < made; i++)
                if (at >= out[i].base && at - out[i].base < out[i].length)
                    rank = rank_of(out[i].type);
            assert_int_equal(rank, cells[cell]);
        }

        /* With too little room it is the same map, cut short. */
        if (made > 1) {
            struct memory_map_entry less[2 * MOST];
            size_t room = below((uint32_t)made);

            memset(less, 0x5A, sizeof less);
            assert_int_equal(memory_map_normalise(in, count, less, room), room);
            for (size_t i = 0; i < room; i++) {
                assert_true(less[i].base == out[i].base && less[i].type == out[i].type);
                assert_true(less[i].length == out[i].length ||
                            (i == room - 1 && less[i].length < out[i].length));
            }
            assert_true(less[room].base == 0x5A5A5A5A5A5A5A5Au);
        }
    }
}

static void test_random(void **state)
{
    (void)state;
    random_maps(0, 1, 3000);
    random_maps(0xFFFFFF80u, 1, 1000); /* across 4 GB */
    random_maps(0x9FC00, 0x1000, 1000);
}

static void test_random_at_the_end(void **state)
{
    (void)state;
    /* The last cell's last byte is 2^64 - 1. */
    random_maps((uint64_t)0 - CELLS * (uint64_t)0x1000, 0x1000, 2000);
}

static void test_the_whole_space(void **state)
{
    struct memory_map_entry in[] = {{0, UINT64_MAX, MEMORY_USABLE},
                                    {UINT64_MAX, 1, MEMORY_RESERVED},
                                    {UINT64_MAX - 1, UINT64_MAX, MEMORY_BAD},
                                    {5, 0, MEMORY_BAD}};
    struct memory_map_entry out[8];

    (void)state;
    assert_int_equal(memory_map_normalise(in, 4, out, 8), 2);
    assert_true(out[0].base == 0 && out[0].length == UINT64_MAX - 1);
    assert_int_equal(out[0].type, MEMORY_USABLE);
    assert_true(out[1].base == UINT64_MAX - 1 && out[1].length == 1);
    assert_int_equal(out[1].type, MEMORY_BAD);
    assert_int_equal(memory_map_normalise(in, 0, out, 8), 0);
    assert_int_equal(memory_map_normalise(in, 4, out, 0), 0);
}

/* What SeaBIOS says with 6 GB, and the disorder that a BIOS might add. */
static void test_pc(void **state)
{
    static const struct memory_map_entry in[] = {
        {0x100000000u, 0xC0000000u, MEMORY_USABLE},
        {0xFFFC0000u, 0x40000, MEMORY_RESERVED},
        {0, 0x9FC00, MEMORY_USABLE},
        {0x9FC00, 0x400, MEMORY_RESERVED},
        {0xF0000, 0x10000, MEMORY_RESERVED},
        {0x100000, 0xBFF00000u, MEMORY_USABLE},
        {0xBFFE0000u, 0x20000, MEMORY_RESERVED}, /* over usable RAM */
        {0xBFFE0000u, 0x1000, MEMORY_ACPI_RECLAIM},
        {0x1C0000000u, 0, MEMORY_RESERVED},
    };
    static const struct memory_map_entry expected[] = {
        {0, 0x9FC00, MEMORY_USABLE},
        {0x9FC00, 0x400, MEMORY_RESERVED},
        {0xF0000, 0x10000, MEMORY_RESERVED},
        {0x100000, 0xBFEE0000u, MEMORY_USABLE},
        {0xBFFE0000u, 0x20000, MEMORY_RESERVED},
        {0xFFFC0000u, 0x40000, MEMORY_RESERVED},
        {0x100000000u, 0xC0000000u, MEMORY_USABLE},
    };
    struct memory_map_entry out[MEMORY_MAP_MAXIMUM];
    size_t count = memory_map_normalise(in, sizeof in / sizeof in[0], out, MEMORY_MAP_MAXIMUM);

    (void)state;
    assert_int_equal(count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < count; i++) {
        assert_true(out[i].base == expected[i].base && out[i].length == expected[i].length);
        assert_int_equal(out[i].type, expected[i].type);
    }
    assert_int_equal(memory_map_type(out, count, 0, 0x9FC00), MEMORY_USABLE);
    assert_int_equal(memory_map_type(out, count, 0x9FBFF, 2), 0);
    assert_int_equal(memory_map_type(out, count, 0xA0000, 1), 0);
    assert_int_equal(memory_map_type(out, count, 0xFFFFF, 1), MEMORY_RESERVED);
    assert_int_equal(memory_map_type(out, count, 0x1BFFFFFFFu, 1), MEMORY_USABLE);
    assert_int_equal(memory_map_type(out, count, 0x1BFFFFFFFu, 2), 0);
    assert_int_equal(memory_map_type(out, count, 0x1BFFFFFFFu, UINT64_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_random_at_the_end),
        cmocka_unit_test(test_the_whole_space),
        cmocka_unit_test(test_pc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
