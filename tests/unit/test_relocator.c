/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The planner against a naive model: random pieces, whatever overlaps what, are moved on an array
 * of bytes by the steps and, as if all at once, by the model. Both must agree on every byte of
 * memory.
 */
#include "loader/relocator.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define ROOM  0x3000u /* the memory that pieces use; scratch memory follows */
#define MOST  12
#define STEPS 8192

static uint8_t memory[ROOM + 0x1000], before[ROOM + 0x1000], expected[ROOM + 0x1000];
static struct relocator_step steps[STEPS];

static uint32_t random_state = 0x2545f491;

static uint32_t below(uint32_t limit)
{
    return random_next(&random_state) % limit;
}

static void run(const struct relocator_step *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(list[i].length != 0);
        assert_true((uint64_t)list[i].to + list[i].length <= sizeof memory);
        if (list[i].zero) {
            memset(memory + list[i].to, 0, list[i].length);
        } else {
            assert_true((uint64_t)list[i].from + list[i].length <= sizeof memory);
            memmove(memory + list[i].to, memory + list[i].from, list[i].length);
        }
    }
}

/* Plans, carries out and compares. Returns the number of steps. */
static size_t check(const struct relocator_piece *pieces, size_t count, uint32_t scratch_length)
{
    size_t made = 0;

    for (size_t i = 0; i < sizeof memory; i++)
        before[i] = memory[i] = expected[i] = (uint8_t)(1 + below(255));
    for (size_t i = 0; i < count; i++) {
        memcpy(expected + pieces[i].destination, before + pieces[i].source, pieces[i].copy);
        memset(expected + pieces[i].destination + pieces[i].copy, 0,
               pieces[i].size - pieces[i].copy);
    }
    assert_int_equal(relocator_plan(pieces, count, ROOM, scratch_length, steps, STEPS, &made), OK);
    assert_true(made <= STEPS);
    run(steps, made);
    assert_memory_equal(memory, expected, ROOM);
    assert_memory_equal(memory + ROOM + scratch_length, before + ROOM + scratch_length,
                        sizeof memory - ROOM - scratch_length);
    return made;
}

/* Destinations in random places that do not overlap; sizes add up to at most `limit`. */
static size_t random_destinations(struct relocator_piece *pieces, uint32_t limit)
{
    size_t count = 1 + below(MOST);
    uint32_t at = below(limit / 4);

    for (size_t i = 0; i < count; i++) {
        uint32_t left = limit - at, size = below(left / (uint32_t)(count - i) + 1);

        pieces[i].destination = at;
        pieces[i].size = size;
        at += size;
        if (below(2) != 0 && at < limit)
            at += below((limit - at) / 4 + 1);
    }
    return count;
}

static void test_random_sources(void **state)
{
    struct relocator_piece pieces[MOST];

    (void)state;
    for (int round = 0; round < 4000; round++) {
        uint32_t limit = 16u << below(8); /* 16 bytes to 2 KB: small ones collide more */
        size_t count = random_destinations(pieces, limit);

        for (size_t i = 0; i < count; i++) {
            pieces[i].copy = below(3) == 0 ? pieces[i].size : below(pieces[i].size + 1);
            pieces[i].source = below(limit - pieces[i].copy + 1);
        }
        check(pieces, count, 1 + below(limit / 2));
    }
}

/* Sources are a permutation of the destinations' places: circles, of which every one must be
 * broken. */
static void test_circles(void **state)
{
    struct relocator_piece pieces[MOST];

    (void)state;
    for (int round = 0; round < 1000; round++) {
        uint32_t order[MOST], limit = 32u << below(5), at = 0;
        size_t count = random_destinations(pieces, limit);

        for (size_t i = 0; i < count; i++)
            order[i] = (uint32_t)i;
        for (size_t i = count; i > 1; i--) {
            uint32_t other = below((uint32_t)i), kept = order[i - 1];

            order[i - 1] = order[other];
            order[other] = kept;
        }
        /* Without gaps on both sides. */
        for (size_t i = 0; i < count; i++) {
            pieces[i].destination = at;
            pieces[i].copy = pieces[i].size;
            at += pieces[i].size;
        }
        at = 0;
        for (size_t i = 0; i < count; i++) {
            pieces[order[i]].source = at;
            at += pieces[order[i]].size;
        }
        check(pieces, count, 1 + below(limit / 2));
    }
}

static void test_self_overlap(void **state)
{
    struct relocator_piece up = {.destination = 0x10, .source = 0, .copy = 0x1000, .size = 0x2000};
    struct relocator_piece down = {
        .destination = 0, .source = 0x10, .copy = 0x1000, .size = 0x1000};

    (void)state;
    assert_int_equal(check(&up, 1, 16), 2);
    assert_int_equal(check(&down, 1, 16), 1);
}

static void test_already_in_place(void **state)
{
    struct relocator_piece piece = {.destination = 8, .source = 8, .copy = 100, .size = 100};
    struct relocator_piece tail = {.destination = 8, .source = 8, .copy = 100, .size = 101};

    (void)state;
    assert_int_equal(check(&piece, 1, 16), 0);
    assert_int_equal(check(&tail, 1, 16), 1);
    assert_int_equal(check(&piece, 0, 16), 0);
}

static void test_exchange_takes_three_steps(void **state)
{
    struct relocator_piece pieces[] = {
        {.destination = 0, .source = 0x800, .copy = 0x800, .size = 0x800},
        {.destination = 0x800, .source = 0, .copy = 0x800, .size = 0x800},
    };

    (void)state;
    assert_int_equal(check(pieces, 2, 0x800), 3);
    assert_int_equal(check(pieces, 2, 0x1000), 3);
    assert_int_equal(check(pieces, 2, 0x400), 6); /* in two halves */
    assert_int_equal(check(pieces, 2, 0x100), 24);
}

/*
 * Two moves by 16 bytes, each in the other's way. The end that a memmove of the first one would
 * begin with is free and goes in one step; taken apart into what does not overlap, it would need
 * hundreds of them.
 */
static void test_free_end_of_a_short_shift(void **state)
{
    struct relocator_piece up[] = {
        {.destination = 0x10, .source = 0, .copy = 0x1000, .size = 0x1000},
        {.destination = 0, .source = 0x10, .copy = 0x10, .size = 0x10},
    };
    struct relocator_piece down[] = {
        {.destination = 0, .source = 0x10, .copy = 0x1000, .size = 0x1000},
        {.destination = 0x1000, .source = 0xff0, .copy = 0x10, .size = 0x10},
    };

    (void)state;
    assert_in_range(check(up, 2, 0x10), 2, 4);
    assert_in_range(check(down, 2, 0x10), 2, 4);
}

static void test_zeros_on_a_source(void **state)
{
    /* The first piece's zeros lie where the second one is read, and the second one's where the
     * first is. */
    struct relocator_piece pieces[] = {
        {.destination = 0x000, .source = 0x900, .copy = 0x100, .size = 0x800},
        {.destination = 0x800, .source = 0x200, .copy = 0x100, .size = 0x800},
    };

    (void)state;
    assert_int_equal(check(pieces, 2, 16), 4);
}

static void test_one_source_for_many(void **state)
{
    struct relocator_piece pieces[] = {
        {.destination = 0x000, .source = 0x400, .copy = 0x400, .size = 0x400},
        {.destination = 0x400, .source = 0x500, .copy = 0x400, .size = 0x400},
        {.destination = 0x800, .source = 0x400, .copy = 0x400, .size = 0x400},
        {.destination = 0xc00, .source = 0x400, .copy = 0x400, .size = 0x400},
    };

    (void)state;
    assert_in_range(check(pieces, 4, 0x100), 4, 6);
}

/* A kernel of 40 MB, fetched where a part of it has to go: nothing is cut, no scratch is used. */
static void test_kernel_over_its_own_file(void **state)
{
    static const struct relocator_piece pieces[] = {
        {.destination = 0x0, .source = 0x01001000, .copy = 0x7000, .size = 0x7000},
        {.destination = 0xe000, .source = 0x01008000, .copy = 0x02000000, .size = 0x02000000},
        {.destination = 0x0200e000, .source = 0x03008000, .copy = 0x800000, .size = 0x900000},
        {.destination = 0x0290e000, .source = 0x07000000, .copy = 0x100000, .size = 0x100000},
    };
    size_t count;

    (void)state;
    assert_int_equal(relocator_plan(pieces, 4, 0x08000000, 0x10000, steps, STEPS, &count), OK);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_true(steps[i].to < 0x08000000);
}

/* Whatever room there is: the result is right, or the steps are said to run out, and nothing is
 * written beyond. */
static void test_few_steps(void **state)
{
    struct relocator_piece pieces[] = {
        {.destination = 0, .source = 0x300, .copy = 0x300, .size = 0x380},
        {.destination = 0x400, .source = 0, .copy = 0x300, .size = 0x300},
        {.destination = 0x800, .source = 0x500, .copy = 0x80, .size = 0x400},
    };
    size_t needed = check(pieces, 3, 0x80), made;

    (void)state;
    for (size_t room = 0; room < needed + 3; room++) {
        struct relocator_step *exact = malloc((room + 1) * sizeof *exact);
        error_t error;

        memset(&exact[room], 0xaa, sizeof *exact);
        error = relocator_plan(pieces, 3, ROOM, 0x80, exact, room, &made);
        assert_int_equal(error, room < needed ? ERROR_RELOCATE_STEPS : OK);
        for (size_t i = 0; i < sizeof *exact; i++)
            assert_int_equal(((uint8_t *)&exact[room])[i], 0xaa);
        if (error == OK) {
            memcpy(memory, before, sizeof memory);
            run(exact, made);
            assert_memory_equal(memory, expected, ROOM);
        }
        free(exact);
    }
}

static error_t plan(const struct relocator_piece *pieces, size_t count, uint32_t scratch,
                    uint32_t scratch_length)
{
    size_t made;

    return relocator_plan(pieces, count, scratch, scratch_length, steps, STEPS, &made);
}

static void test_circle_without_scratch(void **state)
{
    struct relocator_piece pieces[] = {
        {.destination = 0, .source = 0x10, .copy = 0x10, .size = 0x10},
        {.destination = 0x10, .source = 0, .copy = 0x10, .size = 0x10},
    };

    (void)state;
    assert_int_equal(plan(pieces, 2, 0x100, 0), ERROR_RELOCATE_STEPS);
    assert_int_equal(plan(pieces, 2, 0x100, 1), OK);
}

static void test_refusals(void **state)
{
    struct relocator_piece pieces[2] = {
        {.destination = 0x1000, .source = 0x9000, .copy = 0x100, .size = 0x200},
        {.destination = 0x1200, .source = 0xa000, .copy = 0x100, .size = 0x200},
    };

    (void)state;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), OK);
    pieces[1].destination = 0x11ff;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), ERROR_RELOCATE_OVERLAP);
    pieces[1].destination = 0x0e01;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), ERROR_RELOCATE_OVERLAP);
    pieces[1].destination = 0xfffffe00;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), OK); /* ends with memory */
    pieces[1].destination = 0xfffffe01;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), ERROR_RELOCATE_RANGE);
    pieces[1].destination = 0x1200;
    pieces[1].source = 0xffffff00;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), OK);
    pieces[1].source = 0xffffff01;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), ERROR_RELOCATE_RANGE);
    pieces[1].copy = 0; /* the source means nothing then */
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), OK);
    pieces[1].copy = 0x201;
    assert_int_equal(plan(pieces, 2, 0x20000, 0x1000), ERROR_RELOCATE_RANGE);
}

static void test_scratch_must_be_clear(void **state)
{
    struct relocator_piece piece = {
        .destination = 0x1000, .source = 0x9000, .copy = 0x100, .size = 0x200};

    (void)state;
    assert_int_equal(plan(&piece, 1, 0x11ff, 0x1000), ERROR_RELOCATE_OVERLAP);
    assert_int_equal(plan(&piece, 1, 0x1200, 0x1000), OK);
    assert_int_equal(plan(&piece, 1, 0x8f00, 0x101), ERROR_RELOCATE_OVERLAP);
    assert_int_equal(plan(&piece, 1, 0x8f00, 0x100), OK);
    assert_int_equal(plan(&piece, 1, 0xfffff000, 0x1000), OK);
    assert_int_equal(plan(&piece, 1, 0xfffff001, 0x1000), ERROR_RELOCATE_RANGE);
    assert_true(relocator_is_clear(&piece, 1, 0x9100, 0xffff6f00));
    assert_true(relocator_is_clear(&piece, 1, 0, 0x1000));
    assert_false(relocator_is_clear(&piece, 1, 0, 0x1001));
    assert_false(relocator_is_clear(&piece, 1, 0x90ff, 1));
    assert_true(relocator_is_clear(&piece, 1, 0x9000, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_sources),
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_self_overlap),
        cmocka_unit_test(test_already_in_place),
        cmocka_unit_test(test_exchange_takes_three_steps),
        cmocka_unit_test(test_free_end_of_a_short_shift),
        cmocka_unit_test(test_zeros_on_a_source),
        cmocka_unit_test(test_one_source_for_many),
        cmocka_unit_test(test_kernel_over_its_own_file),
        cmocka_unit_test(test_few_steps),
        cmocka_unit_test(test_circle_without_scratch),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_scratch_must_be_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
