/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/internet_checksum.h beside RFC 1071's own words, byte by byte, and examples by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "lib/bytes.h"
#include "lib/internet_checksum.h"
#include "tests/unit/random.h"

#define LENGTH_MAXIMUM 2000
#define ALIGNMENTS     16

/* As a packet has it: the first byte of each pair is the upper one, each carry goes round at once.
 */
static uint16_t plain_sum(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < length; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
        if (sum > 0xFFFF)
            sum -= 0xFFFF;
    }
    return (uint16_t)sum;
}

/* The bytes of the sum as it lies in memory, which is the packet's order on every processor. */
static uint16_t wire_sum(const uint8_t *bytes, size_t length)
{
    uint16_t sum = internet_sum(bytes, length);
    uint8_t stored[2];

    memcpy(stored, &sum, sizeof stored);
    return get_be16(stored);
}

/*
 * Every length from every alignment. The bytes end where a page does that cannot be read behind, so
 * that one read too many is seen; what stands in front is not zero, so that it is seen in the sum.
 */
static void compare_all(void (*fill)(uint8_t *bytes, size_t length))
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *memory =
        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(memory != MAP_FAILED && page >= LENGTH_MAXIMUM + ALIGNMENTS);
    assert_int_equal(mprotect(memory + page, page, PROT_NONE), 0);
    memset(memory, 0x5A, page);
    for (size_t length = 0; length <= LENGTH_MAXIMUM; length++)
        for (size_t shift = 0; shift < ALIGNMENTS; shift++) {
            uint8_t *bytes = memory + page - length - shift; /* shift 0: as far as it goes */

            fill(bytes, length);
            if (wire_sum(bytes, length) != plain_sum(bytes, length)) {
                print_message("length %u, alignment %u\n", (unsigned)length, (unsigned)shift);
                assert_int_equal(wire_sum(bytes, length), plain_sum(bytes, length));
            }
            memset(bytes, 0x5A, length);
        }
    munmap(memory, 2 * page);
}

static void fill_zero(uint8_t *bytes, size_t length)
{
    memset(bytes, 0, length);
}

static void fill_ones(uint8_t *bytes, size_t length)
{
    memset(bytes, 0xFF, length);
}

static void fill_noise(uint8_t *bytes, size_t length)
{
    static uint32_t state = 20040412;

    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(random_next(&state) >> 11);
}

/* Mostly ones, so that nearly every addition leaves a carry. */
static void fill_carries(uint8_t *bytes, size_t length)
{
    static uint32_t state = 1071;

    for (size_t i = 0; i < length; i++)
        bytes[i] =
            (random_next(&state) >> 9 & 15) != 0 ? 0xFF : (uint8_t)(random_next(&state) >> 8);
}

static void sums_zeros(void **state)
{
    (void)state;
    compare_all(fill_zero);
    assert_int_equal(internet_sum("\0\0\0\0\0", 5), 0);
}

static void sums_ones(void **state)
{
    (void)state;
    compare_all(fill_ones);
}

static void sums_noise(void **state)
{
    (void)state;
    compare_all(fill_noise);
}

static void sums_carries(void **state)
{
    (void)state;
    compare_all(fill_carries);
}

/* RFC 1071 section 3: the four words 0001, f203, f4f5, f6f7 make ddf2. */
static void sums_the_example_of_the_rfc(void **state)
{
    static const uint8_t example[] = {0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7};

    (void)state;
    assert_int_equal(wire_sum(example, sizeof example), 0xDDF2);
}

/* A header with its checksum in it sums to all ones. */
static void sums_a_header_to_ones(void **state)
{
    static const uint8_t header[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                     0xB8, 0x61, 0xC0, 0xA8, 0x00, 0x01, 0xC0, 0xA8, 0x00, 0xC7};

    (void)state;
    assert_int_equal(internet_sum(header, sizeof header), 0xFFFF);
}

/* An odd byte at the end is the upper half of a word. */
static void sums_an_odd_byte(void **state)
{
    (void)state;
    assert_int_equal(wire_sum((const uint8_t *)"\x12\x34\x56", 3), 0x1234 + 0x5600);
    assert_int_equal(wire_sum((const uint8_t *)"\x80", 1), 0x8000);
}

/* The longest that one sum is asked for: all of an IP packet. */
static void sums_the_longest_packet(void **state)
{
    uint8_t *bytes = malloc(65535);

    (void)state;
    assert_non_null(bytes);
    fill_ones(bytes, 65535);
    assert_int_equal(wire_sum(bytes, 65535), plain_sum(bytes, 65535));
    fill_noise(bytes, 65535);
    assert_int_equal(wire_sum(bytes, 65535), plain_sum(bytes, 65535));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_zeros),
        cmocka_unit_test(sums_ones),
        cmocka_unit_test(sums_noise),
        cmocka_unit_test(sums_carries),
        cmocka_unit_test(sums_the_example_of_the_rfc),
        cmocka_unit_test(sums_a_header_to_ones),
        cmocka_unit_test(sums_an_odd_byte),
        cmocka_unit_test(sums_the_longest_packet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
