/* SPDX-License-Identifier: BSD-2-Clause */
/* boot/unpack/strings.c, the copies of the loader in a card's ROM, beside byte by byte. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#define memmove small_memmove
#define memcpy  small_memcpy
#define memset  small_memset
#define strlen  small_strlen
void *small_memmove(void *to, const void *from, size_t length);
void *small_memcpy(void *restrict to, const void *restrict from, size_t length);
void *small_memset(void *at, int value, size_t length);
size_t small_strlen(const char *text);
#include "boot/unpack/strings.c"
#undef memmove
#undef memcpy
#undef memset
#undef strlen

#define ROOM    160
#define LONGEST 48

static uint8_t got[ROOM], expected[ROOM], before[ROOM];

static void begin(void)
{
    for (unsigned i = 0; i < ROOM; i++)
        got[i] = expected[i] = before[i] = (uint8_t)(i * 7 + 1);
}

/* Whatever overlaps what: all places of both, for all lengths. */
static void moves_from_everywhere_to_everywhere(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LONGEST; length++)
        for (size_t to = 0; to <= ROOM - LONGEST; to += to < 64 ? 1 : 9)
            for (size_t from = 0; from <= ROOM - LONGEST; from += from < 64 ? 1 : 9) {
                begin();
                for (size_t i = 0; i < length; i++)
                    expected[to + i] = before[from + i];
                assert_ptr_equal(small_memmove(got + to, got + from, length), got + to);
                assert_memory_equal(got, expected, ROOM);
            }
}

static void copies(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LONGEST; length++)
        for (size_t to = 0; to < 8; to++)
            for (size_t from = 0; from < 8; from++) {
                begin();
                for (size_t i = 0; i < length; i++)
                    expected[to + i] = before[80 + from + i];
                assert_ptr_equal(small_memcpy(got + to, before + 80 + from, length), got + to);
                assert_memory_equal(got, expected, ROOM);
            }
}

static void sets(void **state)
{
    (void)state;
    for (size_t length = 0; length <= LONGEST; length++) {
        begin();
        for (size_t i = 0; i < length; i++)
            expected[5 + i] = 0xA5;
        assert_ptr_equal(small_memset(got + 5, 0x1A5, length), got + 5);
        assert_memory_equal(got, expected, ROOM);
    }
}

static void measures(void **state)
{
    (void)state;
    assert_int_equal(small_strlen(""), 0);
    assert_int_equal(small_strlen("seven b\0x"), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_from_everywhere_to_everywhere),
        cmocka_unit_test(copies),
        cmocka_unit_test(sets),
        cmocka_unit_test(measures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
