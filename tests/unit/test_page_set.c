/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of pages against a naive model, an array with one flag for each page. */
#include "lib/page_set.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define PAGES 100

static struct page_set set;
static bool model[PAGES];
static uint32_t random_state = 0x51ed270b;

static uint32_t below(uint32_t limit)
{
    return random_next(&random_state) % limit;
}

static void compare(void)
{
    bool seen[PAGES] = {false};

    for (size_t i = 0; i < set.count; i++) {
        const struct page_range *range = &set.ranges[i];

        assert_true(range->first < range->end && range->end <= PAGES);
        assert_true(i == 0 || set.ranges[i - 1].end < range->first);
        memset(seen + range->first, 1, range->end - range->first);
    }
    assert_memory_equal(seen, model, sizeof model);
}

/* The first run of pages of that kind. */
static bool model_part(uint32_t first, uint32_t end, bool inside, struct page_range *part)
{
    while (first < end && model[first] != inside)
        first++;
    part->first = part->end = first;
    while (part->end < end && model[part->end] == inside)
        part->end++;
    return part->first < part->end;
}

static void same_as_the_model(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t first = below(PAGES + 1), end = below(PAGES + 1);
        bool inside = below(2) != 0;
        struct page_range part = {1, 2}, expected;

        if (end < first && below(4) != 0) {
            uint32_t other = first;

            first = end;
            end = other;
        }
        if (below(2) != 0) {
            end = first + below(6) < PAGES ? first + below(6) : PAGES;
            if (end > PAGES)
                end = PAGES;
        }
        if (inside)
            assert_true(page_set_add(&set, first, end));
        else
            assert_true(page_set_remove(&set, first, end));
        if (first < end)
            memset(model + first, inside, end - first);
        compare();

        first = below(PAGES + 1);
        end = below(PAGES + 1);
        inside = below(2) != 0;
        if (model_part(first, end, inside, &expected)) {
            assert_true(page_set_part(&set, first, end, inside, &part));
            assert_int_equal(part.first, expected.first);
            assert_int_equal(part.end, expected.end);
        } else {
            assert_false(page_set_part(&set, first, end, inside, &part));
            assert_int_equal(part.first, 1);
        }
        assert_int_equal(page_set_touches(&set, first, end),
                         model_part(first, end, true, &expected));
    }
}

static void a_full_set_stays_as_it_is(void **state)
{
    static struct page_set before;

    (void)state;
    set.count = 0;
    for (uint32_t i = 0; i < PAGE_SET_MAXIMUM; i++)
        assert_true(page_set_add(&set, 10 * i, 10 * i + 5));
    before = set;
    assert_false(page_set_add(&set, 10 * PAGE_SET_MAXIMUM, 10 * PAGE_SET_MAXIMUM + 1));
    assert_false(page_set_add(&set, 7, 8));
    assert_false(page_set_remove(&set, 2, 3));
    assert_memory_equal(&set, &before, sizeof set);
    assert_true(page_set_add(&set, 5, 10)); /* closes a gap */
    assert_true(page_set_remove(&set, 2, 3));
    assert_true(page_set_add(&set, 2, 3));
    assert_true(page_set_add(&set, 2, UINT32_MAX));
    assert_int_equal(set.count, 1);
    assert_int_equal(set.ranges[0].first, 0);
    assert_true(set.ranges[0].end == UINT32_MAX);
    assert_true(page_set_remove(&set, 0, UINT32_MAX));
    assert_int_equal(set.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_the_model),
        cmocka_unit_test(a_full_set_stays_as_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
