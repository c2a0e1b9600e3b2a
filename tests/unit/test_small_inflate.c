/* SPDX-License-Identifier: BSD-2-Clause */
/* The unpacking of the loader in a card's ROM against zlib, which every other image has. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include "lib/inflate.h"
#include "packed.h"
#include "random.h"

/* Both have the same names for the same promise. */
#define inflate_gzip small_gzip
#define inflate_zlib small_zlib
enum inflate_result small_gzip(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                               struct inflate_counts *counts);
enum inflate_result small_zlib(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                               struct inflate_counts *counts);
#include "boot/unpack/small_inflate.c"
#undef inflate_gzip
#undef inflate_zlib

#include <cmocka.h>

#define ROOM 0x40000

static uint8_t file[ROOM];
static unsigned done_count;

static uint8_t *exact(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);

    assert_non_null(copy);
    if (bytes != NULL)
        memcpy(copy, bytes, size);
    return copy;
}

/*
 * Unpacks the file with both, into bytes and only to count. They have to agree whether it is good
 * and what is in it; `same_reason`: on whether it is cut or damaged, too.
 */
static void compare(bool gzip, size_t length, size_t room, bool same_reason)
{
    uint8_t *in = exact(file, length);

    for (unsigned count_only = 0; count_only < 2; count_only++) {
        uint8_t *large = count_only != 0 ? NULL : exact(NULL, room);
        uint8_t *small = count_only != 0 ? NULL : exact(NULL, room);
        struct inflate_counts large_counts, small_counts;
        enum inflate_result wanted, got;

        wanted = (gzip ? inflate_gzip : inflate_zlib)(in, length, large, room, &large_counts);
        got = (gzip ? small_gzip : small_zlib)(in, length, small, room, &small_counts);
        assert_int_equal(got == INFLATE_DONE, wanted == INFLATE_DONE);
        /* zlib, counting, goes some way beyond the room before it looks. */
        if (large_counts.made <= room) {
            assert_int_equal(got == INFLATE_CHECKSUM, wanted == INFLATE_CHECKSUM);
            assert_int_equal(got == INFLATE_TOO_LARGE, wanted == INFLATE_TOO_LARGE);
            if (same_reason)
                assert_int_equal(got, wanted);
        }
        if (wanted == INFLATE_DONE) {
            done_count++;
            assert_int_equal(small_counts.used, large_counts.used);
            assert_int_equal(small_counts.made, large_counts.made);
            if (count_only == 0)
                assert_memory_equal(small, large, small_counts.made);
        }
        free(large);
        free(small);
    }
    free(in);
}

/* A stream as it is, cut everywhere, with too little room, damaged in front and at the end. */
static void compare_all(bool gzip, size_t length, size_t made)
{
    done_count = 0;
    compare(gzip, length, made, true);
    compare(gzip, length + 7, made + 5, true);
    assert_int_equal(done_count, 4);
    compare(gzip, length, made - 1, true);
    compare(gzip, length, 0, true);
    for (size_t cut = 0; cut < length; cut += length < 3000 ? 1 : 61)
        compare(gzip, cut, made, true);
    for (size_t back = 1; back <= 8; back++) {
        file[length - back] ^= 1;
        compare(gzip, length, made, back <= 4);
        file[length - back] ^= 1;
    }
    for (size_t bit = 0; bit < 16; bit++) {
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
        compare(gzip, length, made, true);
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static const struct packed *const both[] = {&packed_words, &packed_steps};

static void test_streams(void **state)
{
    static uint8_t bytes[0x20000];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        compare_all(true, packed_gzip(file, both[i]), both[i]->length);
        compare_all(false, packed_zlib(file, both[i]), both[i]->length);
        both[i]->make(bytes);
        compare_all(true, packed_stored_gzip(file, bytes, both[i]->length), both[i]->length);
        compare_all(false, packed_stored_zlib(file, bytes, both[i]->length), both[i]->length);
    }
}

/* A block with fixed codes (RFC 1951, 3.2.6), by zlib at level 9: "abcabcabcabc..." */
static void test_fixed_codes(void **state)
{
    static const uint8_t fixed[] = {0x78, 0xda, 0x4b, 0x4c, 0x4a, 0x4e, 0xa4,
                                    0x35, 0x02, 0x00, 0x8d, 0xbe, 0x26, 0x48};

    (void)state;
    memcpy(file, fixed, sizeof fixed);
    for (size_t i = 0; i < sizeof fixed * 8; i++) {
        done_count = 0;
        compare(false, sizeof fixed, 100, true);
        assert_int_equal(done_count, 2);
        file[i / 8] ^= (uint8_t)(1 << i % 8);
        compare(false, sizeof fixed, 100, false);
        file[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

/* Extra field, name, comment and the header's CRC (RFC 1952, 2.3), right and wrong. */
static void test_header_fields(void **state)
{
    static uint8_t plain[ROOM];
    size_t plain_length = packed_gzip(plain, &packed_words);

    (void)state;
    for (unsigned flags = 0; flags < 256; flags++) {
        size_t at = 10;

        memcpy(file, plain, 10);
        file[3] = (uint8_t)flags;
        if (flags & GZIP_EXTRA) {
            memcpy(file + at, "\3\0abc", 5);
            at += 5;
        }
        if (flags & GZIP_NAME) {
            memcpy(file + at, "name", 5);
            at += 5;
        }
        if (flags & GZIP_COMMENT)
            file[at++] = '\0';
        if (flags & GZIP_CRC) {
            uint32_t crc = packed_crc32(file, at);

            file[at++] = (uint8_t)crc;
            file[at++] = (uint8_t)(crc >> 8);
        }
        memcpy(file + at, plain + 10, plain_length - 10);
        done_count = 0;
        compare(true, at + plain_length - 10, packed_words.length, true);
        assert_int_equal(done_count, (flags & GZIP_RESERVED) != 0 ? 0 : 2);
        for (size_t cut = 0; cut < at; cut++)
            compare(true, cut, packed_words.length, true);
        if (flags & GZIP_CRC) {
            file[at - 1] ^= 1;
            compare(true, at + plain_length - 10, packed_words.length, true);
        }
    }
}

/* Any damage. A wrong check value alone means that all before it made sense, to both. */
static void test_mutations(void **state)
{
    uint32_t seed = 7;

    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        const struct packed *packed = both[round % 8 == 0];
        bool gzip = round % 2 == 0;
        size_t length = gzip ? packed_gzip(file, packed) : packed_zlib(file, packed);

        for (unsigned change = 0; change <= round % 3; change++)
            file[2 + random_next(&seed) % (round % 4 == 0 ? 60 : length - 2)] ^=
                (uint8_t)(1 << (random_next(&seed) >> 29));
        compare(gzip, length, packed->length + 100, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_fixed_codes),
        cmocka_unit_test(test_header_fields),
        cmocka_unit_test(test_mutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
