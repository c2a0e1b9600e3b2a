/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap: what it takes from the machine, what it gives back, and that no two blocks overlap. */
#include "boot/heap.h"
#include "boot/host/host.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define MEBIBYTE 0x100000u
#define MACHINE  (16 * MEBIBYTE)
#define BLOCKS   200
#define ROUNDS   20000

static int set_up(void **state)
{
    (void)state;
    host_reset(MACHINE);
    assert_int_equal(heap_make(MACHINE), OK);
    return 0;
}

/* What is not asked for is not taken. */
static void test_first_chunk(void **state)
{
    (void)state;
    assert_int_equal(host_claimed(), HEAP_CHUNK);
    void *bytes = heap_take(HEAP_CHUNK / 2);
    assert_non_null(bytes);
    assert_int_equal(host_claimed(), HEAP_CHUNK);
    heap_give(bytes);
    assert_int_equal(host_claimed(), HEAP_CHUNK);
}

static void test_grows_and_shrinks(void **state)
{
    void *blocks[6];

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        blocks[i] = heap_take(40000);
        assert_non_null(blocks[i]);
        assert_int_equal(host_claimed(), (i + 1) * HEAP_CHUNK);
    }
    /* In an order that is neither of the two. */
    static const uint8_t order[] = {2, 0, 5, 1, 4, 3};
    for (size_t i = 0; i < 6; i++)
        heap_give(blocks[order[i]]);
    assert_int_equal(host_claimed(), HEAP_CHUNK);
}

/* Something large has a chunk of its own, of no more pages than it needs. */
static void test_large(void **state)
{
    (void)state;
    void *bytes = heap_take(300000);
    assert_non_null(bytes);
    assert_int_equal(host_claimed(), HEAP_CHUNK + 0x4A000);
    memset(bytes, 0x5A, 300000);
    heap_give(bytes);
    assert_int_equal(host_claimed(), HEAP_CHUNK);
}

/* All of it together is bounded by the machine's memory; a sixteenth, but 1 MB at the least. */
static void test_limit(void **state)
{
    static const struct {
        size_t machine, most;
    } cases[] = {{8 * MEBIBYTE, MEBIBYTE},
                 {16 * MEBIBYTE, MEBIBYTE},
                 {32 * MEBIBYTE, 2 * MEBIBYTE},
                 {64 * MEBIBYTE, 4 * MEBIBYTE},
                 {96 * MEBIBYTE, 4 * MEBIBYTE}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        host_reset(cases[i].machine);
        assert_int_equal(heap_make(cases[i].machine), OK);
        while (heap_take(10000) != NULL)
            ;
        assert_int_equal(host_claimed(), cases[i].most);
        assert_null(heap_take(cases[i].most));
    }
    assert_null(heap_take(SIZE_MAX));
    assert_null(heap_take(SIZE_MAX - 100));
    assert_null(heap_take(SIZE_MAX / 2));
}

/* With too little for a whole chunk, what is asked for is still given. */
static void test_little_is_left(void **state)
{
    (void)state;
    assert_non_null(heap_take(HEAP_CHUNK - 1000));
    host_limit_claims(HEAP_CHUNK + 0x3000);
    assert_non_null(heap_take(0x2000));
    assert_int_equal(host_claimed(), HEAP_CHUNK + 0x3000);
    assert_null(heap_take(0x2000));
}

static void test_no_memory_at_all(void **state)
{
    (void)state;
    host_reset(MACHINE);
    host_limit_claims(HEAP_CHUNK - 0x1000);
    error_clear();
    assert_int_equal(heap_make(MACHINE), ERROR_MEMORY_CLAIM);
    assert_null(heap_take(1));
}

/* A client program's loader: what is there is used, and nothing else. */
static void test_frozen(void **state)
{
    (void)state;
    void *first = heap_take(40000), *second = heap_take(40000);
    heap_freeze();
    assert_null(heap_take(40000));
    heap_give(second);
    assert_int_equal(host_claimed(), 2 * HEAP_CHUNK);
    assert_ptr_equal(heap_take(40000), second);
    heap_give(first);
    heap_give(NULL);
}

/* Blocks of any size in any order: each keeps what was written into it. */
static void test_random(void **state)
{
    static struct {
        uint8_t *bytes;
        size_t length;
        uint8_t mark;
    } blocks[BLOCKS];
    uint32_t seed = 20260101;
    unsigned served = 0;

    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t i = random_next(&seed) % BLOCKS;

        if (blocks[i].bytes != NULL) {
            for (size_t at = 0; at < blocks[i].length; at++)
                assert_int_equal(blocks[i].bytes[at], blocks[i].mark);
            heap_give(blocks[i].bytes);
            blocks[i].bytes = NULL;
            continue;
        }
        size_t length = random_next(&seed) % (random_next(&seed) % 8 == 0 ? 20000 : 300);
        blocks[i].bytes = heap_take(length);
        if (blocks[i].bytes == NULL)
            continue;
        assert_int_equal((uintptr_t)blocks[i].bytes % 8, 0);
        blocks[i].length = length;
        blocks[i].mark = (uint8_t)round;
        memset(blocks[i].bytes, blocks[i].mark, length);
        served++;
    }
    assert_true(served > ROUNDS / 3);
    for (size_t i = 0; i < BLOCKS; i++)
        heap_give(blocks[i].bytes);
    assert_int_equal(host_claimed(), HEAP_CHUNK);
    void *whole = heap_take(HEAP_CHUNK - 64);
    assert_non_null(whole);
    assert_int_equal(host_claimed(), HEAP_CHUNK);
    heap_give(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_first_chunk, set_up),
        cmocka_unit_test_setup(test_grows_and_shrinks, set_up),
        cmocka_unit_test_setup(test_large, set_up),
        cmocka_unit_test_setup(test_limit, set_up),
        cmocka_unit_test_setup(test_little_is_left, set_up),
        cmocka_unit_test_setup(test_no_memory_at_all, set_up),
        cmocka_unit_test_setup(test_frozen, set_up),
        cmocka_unit_test_setup(test_random, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
