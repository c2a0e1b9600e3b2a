/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of addresses against a naive model, an array with one flag for each address. */
#include "lib/range_set.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define CELLS 400

static struct range_set set;
static bool model[CELLS];
static uint32_t random_state = 0x7f4a7c15;

static uint32_t below(uint32_t limit)
{
    return random_next(&random_state) % limit;
}

static void compare(void)
{
    bool seen[CELLS] = {false};
    uint64_t longest = 0;

    for (size_t i = 0; i < set.count; i++) {
        const struct address_range *range = &set.ranges[i];

        assert_true(range->length != 0 && range->base + range->length <= CELLS);
        assert_true(i == 0 || set.ranges[i - 1].base + set.ranges[i - 1].length < range->base);
        memset(seen + range->base, 1, (size_t)range->length);
        if (range->length > longest)
            longest = range->length;
    }
    assert_memory_equal(seen, model, sizeof model);
    assert_true(range_set_longest(&set) == longest);
}

static bool all(uint32_t base, uint32_t length, bool value)
{
    for (uint32_t at = base; at < base + length; at++)
        if (model[at] != value)
            return false;
    return true;
}

static bool model_highest(uint32_t length, uint32_t alignment, uint32_t limit, uint64_t *place)
{
    for (uint32_t at = limit - length + 1; limit >= length && at-- > 0;)
        if (at % alignment == 0 && all(at, length, true)) {
            *place = at;
            return true;
        }
    return false;
}

static void test_random(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        memset(&set, 0, sizeof set);
        memset(model, 0, sizeof model);
        for (int step = 0; step < 200; step++) {
            uint32_t base = below(CELLS), length = below(below(4) == 0 ? CELLS : 12);
            uint32_t alignment = 1u << below(5), limit = below(CELLS + 1);
            uint64_t place = 0, expected = 0;

            if (length > CELLS - base)
                length = CELLS - base;
            if (below(2) == 0) {
                bool none = all(base, length, false);

                assert_int_equal(range_set_add(&set, base, length), none);
                if (none)
                    memset(model + base, 1, length);
            } else {
                assert_true(range_set_remove(&set, base, length));
                memset(model + base, 0, length);
            }
            compare();
            length = 1 + below(20);
            assert_int_equal(range_set_highest(&set, length, alignment, limit, &place),
                             model_highest(length, alignment, limit, &expected));
            assert_true(place == expected);
            base = below(CELLS - length + 1);
            assert_int_equal(range_set_contains(&set, base, length), all(base, length, true));
        }
    }
}

static void test_full(void **state)
{
    (void)state;
    memset(&set, 0, sizeof set);
    for (uint64_t i = 0; i < RANGE_SET_MAXIMUM; i++)
        assert_true(range_set_add(&set, i * 16, 8));
    assert_false(range_set_add(&set, RANGE_SET_MAXIMUM * 16, 8));
    assert_false(range_set_remove(&set, 2, 2)); /* would need one more */
    assert_true(range_set_contains(&set, 0, 8));
    assert_int_equal(set.count, RANGE_SET_MAXIMUM);
    assert_true(range_set_remove(&set, 6, 4));
    assert_true(range_set_add(&set, 24, 8)); /* closes a gap */
    assert_int_equal(set.count, RANGE_SET_MAXIMUM - 1);
    assert_true(range_set_remove(&set, 2, 2));
    assert_int_equal(set.count, RANGE_SET_MAXIMUM);
    assert_true(range_set_remove(&set, 0, UINT64_MAX));
    assert_int_equal(set.count, 0);
}

static void test_ends(void **state)
{
    uint64_t place;

    (void)state;
    memset(&set, 0, sizeof set);
    assert_false(range_set_add(&set, UINT64_MAX, 2));
    assert_false(range_set_remove(&set, 2, UINT64_MAX));
    assert_true(range_set_add(&set, UINT64_MAX - 0x1000, 0x1000));
    assert_false(range_set_contains(&set, UINT64_MAX - 1, UINT64_MAX));
    assert_true(range_set_contains(&set, UINT64_MAX - 1, 1));
    assert_true(range_set_highest(&set, 0x10, 0x10, UINT64_MAX, &place));
    assert_true(place == UINT64_MAX - 0x1F);
    assert_false(range_set_highest(&set, 0x1001, 1, UINT64_MAX, &place));
    assert_false(range_set_highest(&set, 0, 1, UINT64_MAX, &place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
