/* SPDX-License-Identifier: BSD-2-Clause */
/* The marked words at the end of a stack: every one of them counts, and what is above them does
 * not. */
#include "boot/stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define WORDS (STACK_MARKED_WORDS + 16)

static uint32_t stack[WORDS];

static void test_marks(void **state)
{
    (void)state;
    assert_true(stack_is_whole()); /* nothing is marked yet */
    stack_begin(stack, 1);
    assert_true(stack_is_whole());
    stack_check();
    for (size_t i = 0; i < WORDS; i++) {
        uint32_t word = stack[i];

        /* A word, a byte at either end, and what an array of the same values would leave. */
        static const uint32_t changes[] = {0xFFFFFFFFu, 0x01000000u, 0x80u};
        for (size_t c = 0; c < sizeof changes / sizeof *changes; c++) {
            stack[i] = word ^ changes[c];
            assert_int_equal(stack_is_whole(), i >= STACK_MARKED_WORDS);
            stack[i] = word;
            assert_true(stack_is_whole());
        }
    }
}

/* A frame that lies a few words off leaves the marks of its neighbours. */
static void test_marks_differ(void **state)
{
    (void)state;
    stack_begin(stack, 1);
    for (size_t i = STACK_MARKED_WORDS - 1; i > 0; i--)
        stack[i] = stack[i - 1];
    assert_false(stack_is_whole());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_marks_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
