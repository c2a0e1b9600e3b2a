/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/lzss.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint32_t random_state = 0x1234567;

static uint32_t below(uint32_t limit)
{
    return random_next(&random_state) % limit;
}

/*
 * A decoder as kernels have it, with a real ring. Remembers whether the stream ever asked for a
 * place that a kernel's decoder has not set yet (4078 to 4095 at the start).
 */
static bool read_unset;

static size_t ring_unpack(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size)
{
    uint8_t ring[4096];
    bool set[4096];
    size_t at = 0, made = 0, r = 4078;
    unsigned flags = 0, left = 0;

    memset(ring, ' ', sizeof ring);
    memset(set, true, sizeof set);
    memset(set + 4078, false, 18);
    read_unset = false;
    for (;; flags >>= 1, left--) {
        if (left == 0) {
            if (at == in_size)
                return made;
            flags = in[at++];
            left = 8;
        }
        if (at == in_size)
            return made;
        if (flags & 1) {
            if (made < out_size)
                out[made] = in[at];
            made++;
            ring[r] = in[at++];
            set[r] = true;
            r = (r + 1) % 4096;
        } else {
            unsigned position, count;

            if (at + 1 == in_size)
                return made;
            position = in[at] | (in[at + 1] & 0xf0u) << 4;
            count = (in[at + 1] & 0xfu) + 3;
            at += 2;
            while (count-- != 0) {
                uint8_t c = ring[position];

                read_unset |= !set[position];
                position = (position + 1) % 4096;
                if (made < out_size)
                    out[made] = c;
                made++;
                ring[r] = c;
                set[r] = true;
                r = (r + 1) % 4096;
            }
        }
    }
}

static void expect_unpacked(const char *packed, size_t packed_size, const char *text)
{
    uint8_t out[128];
    size_t length = strlen(text);

    assert_int_equal(lzss_unpack((const uint8_t *)packed, packed_size, out, sizeof out), length);
    assert_memory_equal(out, text, length);
}

static void test_streams_made_by_hand(void **state)
{
    (void)state;
    expect_unpacked("", 0, "");
    expect_unpacked("\xff", 1, "");
    expect_unpacked("\xff"
                    "ABCDEFGH",
                    9, "ABCDEFGH");
    expect_unpacked("\xff"
                    "ABCDEFGH"
                    "\x01"
                    "I",
                    11, "ABCDEFGHI");
    /* A literal, then 18 bytes from its place on: a match may run into what it makes. */
    expect_unpacked("\x01"
                    "a"
                    "\xee\xff",
                    4, "aaaaaaaaaaaaaaaaaaa");
    /* The shortest match; bit 1 of the flags stands for the second item. */
    expect_unpacked("\x05"
                    "a"
                    "\xee\xf0"
                    "b",
                    5, "aaaab");
    /* What was there before anything was written: spaces, up to the place before the first byte. */
    expect_unpacked(("\x00"
                     "\x00\x00"),
                    3, "   ");
    expect_unpacked(("\x01"
                     "x"
                     "\xec\xf2"),
                    4, "x  x  ");
    /* A pair that is cut ends the stream. */
    expect_unpacked("\x01"
                    "a"
                    "\xee",
                    3, "a");
    expect_unpacked("\x01"
                    "a",
                    2, "a");
}

static void test_output_limit(void **state)
{
    uint8_t *out = malloc(10);

    (void)state;
    assert_int_equal(lzss_unpack((const uint8_t *)"\x01"
                                                  "a"
                                                  "\xee\xff",
                                 4, out, 10),
                     19);
    assert_memory_equal(out, "aaaaaaaaaa", 10);
    assert_int_equal(lzss_unpack((const uint8_t *)"\xff"
                                                  "ABCDEFGH",
                                 9, out, 3),
                     8);
    assert_memory_equal(out, "ABCaaaaaaa", 10);
    assert_int_equal(lzss_unpack((const uint8_t *)"\xff"
                                                  "ABCDEFGH",
                                 9, NULL, 0),
                     8);
    free(out);
}

/* Any bytes at all are some stream; both decoders must agree on it. */
static void test_random_streams(void **state)
{
    static uint8_t ours[0x8000], theirs[0x8000];
    unsigned compared = 0;

    (void)state;
    for (int round = 0; round < 1500; round++) {
        size_t in_size = below(round % 10 == 0 ? 3500 : 60), size;
        uint8_t *in = malloc(in_size + 1);

        for (size_t i = 0; i < in_size; i++)
            in[i] = (uint8_t)below(256);
        size = ring_unpack(in, in_size, theirs, sizeof theirs);
        assert_true(size <= sizeof ours);
        assert_int_equal(lzss_unpack(in, in_size, ours, sizeof ours), size);
        if (!read_unset) {
            compared++;
            assert_memory_equal(ours, theirs, size);
        }
        free(in);
    }
    assert_true(compared > 500);
}

/* Packs into a buffer that is exactly as long as needed, and unpacks with both decoders. */
static size_t round_trip(const uint8_t *in, size_t size)
{
    size_t bound = lzss_pack_bound(size), packed;
    uint8_t *out = malloc(bound + 1), *back = malloc(size + 1), *exact;

    packed = lzss_pack(in, size, out, bound);
    assert_true(packed <= bound);
    assert_true((packed == 0) == (size == 0));
    exact = malloc(packed + 1);
    assert_int_equal(lzss_pack(in, size, exact, packed), packed);
    assert_memory_equal(exact, out, packed);
    assert_int_equal(lzss_unpack(out, packed, back, size), size);
    assert_memory_equal(back, in, size);
    assert_int_equal(ring_unpack(out, packed, back, size), size);
    assert_memory_equal(back, in, size);
    assert_false(read_unset);
    free(exact);
    if (packed != 0) {
        exact = malloc(packed);
        assert_int_equal(lzss_pack(in, size, exact, packed - 1), 0);
        free(exact);
    }
    free(out);
    free(back);
    return packed;
}

static void test_round_trips_of_every_length(void **state)
{
    uint8_t in[300];

    (void)state;
    for (unsigned letters = 1; letters <= 256; letters *= 4)
        for (size_t size = 0; size <= sizeof in; size += 1 + letters / 16) {
            for (size_t i = 0; i < size; i++)
                in[i] = (uint8_t)below(letters);
            round_trip(in, size);
        }
}

#define LONG 200000u

static void test_long_round_trips(void **state)
{
    uint8_t *in = malloc(LONG);

    (void)state;
    memset(in, 0, LONG);
    assert_true(round_trip(in, LONG) < LONG / 8 + 20); /* 17 bytes for 144 */
    for (size_t i = 0; i < LONG; i++)
        in[i] = (uint8_t)below(256);
    assert_true(round_trip(in, LONG) > LONG);
    for (size_t i = 0; i < LONG; i++)
        in[i] = (uint8_t)("the kernel and its drivers "[below(27)]);
    assert_true(round_trip(in, LONG) < LONG);
    /* A period near the ring's length: matches at the greatest distance and just beyond it. */
    for (size_t period = 4070; period <= 4100; period += 3) {
        for (size_t i = 0; i < LONG; i++)
            in[i] = i < period ? (uint8_t)below(256) : in[i - period];
        if (period <= 4078)
            assert_true(round_trip(in, LONG) < LONG / 4);
        else
            assert_true(round_trip(in, LONG) > LONG / 2);
    }
    free(in);
}

static void test_bound(void **state)
{
    (void)state;
    assert_int_equal(lzss_pack_bound(0), 0);
    assert_int_equal(lzss_pack_bound(1), 2);
    assert_int_equal(lzss_pack_bound(8), 9);
    assert_int_equal(lzss_pack_bound(9), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_made_by_hand),
        cmocka_unit_test(test_output_limit),
        cmocka_unit_test(test_random_streams),
        cmocka_unit_test(test_round_trips_of_every_length),
        cmocka_unit_test(test_long_round_trips),
        cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
