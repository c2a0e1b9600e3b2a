/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/inflate.h by itself, then gzip files as the loader unwraps them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image_builder.h"
#include "lib/bytes.h"
#include "lib/inflate.h"
#include "loader/image.h"
#include "packed.h"
#include "random.h"

#include <cmocka.h>

#define ROOM 0x40000

static uint8_t file[ROOM], expected[ROOM];
static size_t length;

/* --- lib/inflate.h
 * ------------------------------------------------------------------------------ */

/* Exactly as long as it says, so that a sanitizer sees each byte read or written beyond it. */
static uint8_t *exact(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);

    assert_non_null(copy);
    if (bytes != NULL)
        memcpy(copy, bytes, size);
    return copy;
}

typedef enum inflate_result (*inflater)(const uint8_t *, size_t, uint8_t *, size_t,
                                        struct inflate_counts *);

static enum inflate_result try_inflate(inflater inflate, size_t in_length, size_t out_size,
                                       bool count_only, struct inflate_counts *counts)
{
    uint8_t *in = exact(file, in_length), *out = count_only ? NULL : exact(NULL, out_size);
    enum inflate_result result = inflate(in, in_length, out, out_size, counts);

    if (result == INFLATE_DONE && !count_only)
        assert_memory_equal(out, expected, counts->made);
    free(in);
    free(out);
    return result;
}

static void check_stream(inflater inflate, const struct packed *packed)
{
    struct inflate_counts counts;

    packed->make(expected);
    for (int count_only = 0; count_only < 2; count_only++) {
        assert_int_equal(try_inflate(inflate, length, packed->length, count_only, &counts),
                         INFLATE_DONE);
        assert_int_equal(counts.made, packed->length);
        assert_int_equal(counts.used, length);
        /* What follows is not touched; more room does not matter. */
        assert_int_equal(try_inflate(inflate, length + 7, packed->length + 5, count_only, &counts),
                         INFLATE_DONE);
        assert_int_equal(counts.made, packed->length);
        assert_int_equal(counts.used, length);
        assert_int_equal(try_inflate(inflate, length, packed->length - 1, count_only, &counts),
                         INFLATE_TOO_LARGE);
        assert_int_equal(try_inflate(inflate, length, 0, count_only, &counts), INFLATE_TOO_LARGE);
        for (size_t cut = 0; cut < length; cut++)
            assert_int_equal(try_inflate(inflate, cut, packed->length, count_only, &counts),
                             INFLATE_TRUNCATED);
        for (size_t back = 1; back <= 4; back++) {
            file[length - back] ^= 1;
            assert_int_equal(try_inflate(inflate, length, packed->length, count_only, &counts),
                             INFLATE_CHECKSUM);
            file[length - back] ^= 1;
        }
        file[0] ^= 1;
        assert_int_equal(try_inflate(inflate, length, packed->length, count_only, &counts),
                         INFLATE_DAMAGED);
        file[0] ^= 1;
    }
}

static void test_streams(void **state)
{
    const struct packed *both[] = {&packed_words, &packed_steps};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        length = packed_gzip(file, both[i]);
        check_stream(inflate_gzip, both[i]);
        file[length - 5] ^= 1; /* the CRC */
        assert_int_equal(
            try_inflate(inflate_gzip, length, both[i]->length, false, &(struct inflate_counts){0}),
            INFLATE_CHECKSUM);
        length = packed_zlib(file, both[i]);
        check_stream(inflate_zlib, both[i]);
    }
}

/* One is not taken for the other, and preset dictionaries (RFC 1950 FDICT) are not there. */
static void test_wrong_wrapper(void **state)
{
    struct inflate_counts counts;

    (void)state;
    length = packed_gzip(file, &packed_words);
    assert_int_equal(try_inflate(inflate_zlib, length, 2000, false, &counts), INFLATE_DAMAGED);
    length = packed_zlib(file, &packed_words);
    assert_int_equal(try_inflate(inflate_gzip, length, 2000, false, &counts), INFLATE_DAMAGED);
    memcpy(file, "\x78\xf9\0\0\0\1", 6);
    assert_int_equal(try_inflate(inflate_zlib, length, 2000, false, &counts), INFLATE_DAMAGED);
}

static void test_inflate_mutations(void **state)
{
    uint32_t seed = 3;

    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        struct inflate_counts counts;

        length = packed_gzip(file, round % 2 ? &packed_words : &packed_steps);
        for (unsigned change = 0; change <= round % 3; change++)
            file[10 + random_next(&seed) % (length - 10)] = (uint8_t)(random_next(&seed) >> 24);
        (round % 2 ? packed_words : packed_steps).make(expected);
        assert_in_range(try_inflate(inflate_gzip, length, 1 + random_next(&seed) % 70000,
                                    round % 5 == 0, &counts),
                        INFLATE_DONE, INFLATE_CHECKSUM);
    }
}

/* --- The container
 * ------------------------------------------------------------------------------ */

static struct builder kernel;
static struct image_plan plan;
static struct image_bytes image;
static size_t allocated, limit, allocations;

static void *allocate(struct image_memory *memory, size_t size)
{
    (void)memory;
    if (size > limit)
        return NULL;
    allocations++;
    allocated += size;
    return exact(NULL, size);
}

static void release(struct image_memory *memory, void *bytes, size_t size)
{
    (void)memory;
    allocated -= size;
    free(bytes);
}

static struct image_memory memory = {.allocate = allocate, .release = release};

static error_t open_file(void)
{
    uint8_t *bytes = exact(file, length);
    error_t error;

    error_clear();
    allocated = allocations = 0;
    error = image_open(bytes, length, IMAGE_CPU_POWERPC, &memory, &image, &plan);
    if (error == OK) {
        assert_true(image.owned);
        assert_int_equal(allocated, image.length);
        assert_int_equal(image.length, kernel.length);
        assert_memory_equal(image.bytes, kernel.bytes, kernel.length);
        assert_string_equal(plan.format, "ELF");
        release(&memory, (void *)(uintptr_t)image.bytes, image.length);
    }
    assert_int_equal(allocated, 0);
    free(bytes);
    return error;
}

static void expect_refusal(error_t wanted, const char *words)
{
    error_t error = open_file();

    if (error != wanted || strstr(error_detail(), words) == NULL)
        fail_msg("%s (%s) instead of %s (%s)", error_code(error), error_detail(),
                 error_code(wanted), words);
}

/* A file with the kernel in `count` members. */
static void make_file(size_t count)
{
    size_t part = kernel.length / count, from = 0;

    length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = i + 1 == count ? kernel.length - from : part;

        length += packed_stored_gzip(file + length, kernel.bytes + from, size);
        from += size;
    }
}

static int set_up(void **state)
{
    (void)state;
    build_elf(&kernel);
    make_file(1);
    limit = SIZE_MAX;
    return 0;
}

static void test_kernel(void **state)
{
    (void)state;
    assert_int_equal(open_file(), OK);
    assert_int_equal(allocations, 1);
}

/* Extra field, name, comment and header CRC: RFC 1952 section 2.3. */
static void test_header_fields(void **state)
{
    static const uint8_t fields[] = "\x1f\x8b\x08\x1e\1\2\3\4\0\xff\5\0abcdename\0comment";
    uint8_t header[sizeof fields + 2];
    size_t size = sizeof fields; /* with the comment's NUL */

    (void)state;
    memcpy(header, fields, size);
    put_le16(header + size, (uint16_t)packed_crc32(header, size));
    memmove(file + size + 2, file + 10, length - 10);
    memcpy(file, header, size + 2);
    length += size + 2 - 10;
    assert_int_equal(open_file(), OK);
    file[size] ^= 1;
    expect_refusal(ERROR_IMAGE_DECOMPRESS, "member at 0");
}

static void test_members_and_padding(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 5; count++)
        for (size_t padding = 0; padding < 12; padding++) {
            make_file(count);
            memset(file + length, 0, padding);
            length += padding;
            if (open_file() != OK)
                fail_msg("%u members, %u zeros: %s", (unsigned)count, (unsigned)padding,
                         error_detail());
        }
    make_file(2);
    memset(file + length, 0, 5000);
    length += 5000;
    assert_int_equal(open_file(), OK);
    /* An empty member is a member. */
    make_file(1);
    length += packed_stored_gzip(file + length, file, 0);
    assert_int_equal(open_file(), OK);
}

static void test_garbage_behind(void **state)
{
    (void)state;
    memcpy(file + length, "\0\0x", 3);
    length += 3;
    expect_refusal(ERROR_IMAGE_DECOMPRESS, "no gzip member");
    make_file(2);
    memcpy(file + length, "\x1f\x8b\x08", 3);
    length += 3;
    expect_refusal(ERROR_IMAGE_TRUNCATED, "ends within");
}

static void test_wrong_check_values(void **state)
{
    (void)state;
    for (size_t back = 5; back <= 8; back++) {
        file[length - back] ^= 0x40;
        expect_refusal(ERROR_IMAGE_CHECKSUM, "member at 0");
        file[length - back] ^= 0x40;
    }
    /* A size that lies, in both directions. */
    put_le32(file + length - 4, (uint32_t)kernel.length + 1);
    expect_refusal(ERROR_IMAGE_CHECKSUM, "member at 0");
    put_le32(file + length - 4, (uint32_t)kernel.length - 1);
    expect_refusal(ERROR_IMAGE_CHECKSUM, "member at 0");
    put_le32(file + length - 4, 1);
    expect_refusal(ERROR_IMAGE_CHECKSUM, "member at 0");
    put_le32(file + length - 4, 0);
    expect_refusal(ERROR_IMAGE_CHECKSUM, "member at 0");
    /* What no deflate stream of this length can yield is not asked memory for. */
    put_le32(file + length - 4, (uint32_t)(length * 1033 + 1033));
    expect_refusal(ERROR_IMAGE_CHECKSUM, "member at 0");
    put_le32(file + length - 4, 0xFFFFFFFF);
    expect_refusal(ERROR_IMAGE_CHECKSUM, "member at 0");
    assert_int_equal(allocations, 0);
    /* The second member's. */
    make_file(2);
    file[length - 6] ^= 1;
    expect_refusal(ERROR_IMAGE_CHECKSUM, "member at ");
    assert_null(strstr(error_detail(), "member at 0"));
}

static void test_no_memory(void **state)
{
    (void)state;
    limit = kernel.length - 1;
    expect_refusal(ERROR_MEMORY_CLAIM, "to unpack it");
    make_file(3);
    expect_refusal(ERROR_MEMORY_CLAIM, "to unpack it");
    limit = kernel.length;
    assert_int_equal(open_file(), OK);
}

/* Beyond 1 GB nothing is tried; 2 MB could be so much. */
static void test_too_large(void **state)
{
    static uint8_t large[2u << 20];

    (void)state;
    memcpy(large, file, 10);
    put_le32(large + sizeof large - 4, 0x40000001);
    assert_int_equal(image_open(large, sizeof large, IMAGE_CPU_POWERPC, &memory, &image, &plan),
                     ERROR_MEMORY_CLAIM);
    assert_non_null(strstr(error_detail(), "announces 1073741825 bytes"));
}

static void test_cut(void **state)
{
    size_t whole = length;

    (void)state;
    for (length = 3; length < whole; length += length < 40 || length + 40 > whole ? 1 : 97) {
        error_t error = open_file();

        /* The last bytes then are not the trailer and may announce anything. */
        if (error != ERROR_IMAGE_TRUNCATED && error != ERROR_MEMORY_CLAIM &&
            error != ERROR_IMAGE_DECOMPRESS)
            fail_msg("cut at %u: %s", (unsigned)length, error_code(error));
        assert_true(length >= 18 || error == ERROR_IMAGE_TRUNCATED);
    }
}

static void test_nothing_inside(void **state)
{
    (void)state;
    length = packed_stored_gzip(file, file, 0);
    expect_refusal(ERROR_IMAGE_DECOMPRESS, "nothing in it");
    /* Something, but no kernel. */
    length = packed_gzip(file, &packed_words);
    expect_refusal(ERROR_IMAGE_UNKNOWN, "");
    assert_int_equal(allocations, 1);
}

static void test_damage(void **state)
{
    (void)state;
    file[10] = 7; /* block type 3 does not exist */
    expect_refusal(ERROR_IMAGE_DECOMPRESS, "member at 0");
    set_up(state);
    file[3] = 0xE0; /* reserved flags */
    expect_refusal(ERROR_IMAGE_DECOMPRESS, "member at 0");
    set_up(state);
    file[2] = 7; /* no gzip file then */
    expect_refusal(ERROR_IMAGE_UNKNOWN, "1f 8b 07");
}

/* gzip around gzip, as deep as containers may go. */
static void test_nested(void **state)
{
    static uint8_t inner[ROOM];

    (void)state;
    for (int depth = 1; depth < 5; depth++) {
        assert_int_equal(open_file(), OK);
        memcpy(inner, file, length);
        length = packed_stored_gzip(file, inner, length);
    }
    expect_refusal(ERROR_IMAGE_KIND, "deep");
}

static void test_mutations(void **state)
{
    uint32_t seed = 9;

    (void)state;
    limit = 1u << 20;
    for (unsigned round = 0; round < 1000; round++) {
        make_file(1 + round % 3);
        for (unsigned change = 0; change <= round % 2; change++)
            file[random_next(&seed) % length] ^= (uint8_t)(1u << (random_next(&seed) % 8));
        open_file(); /* right or refused: what came out is compared there */
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_streams),
        TEST(test_wrong_wrapper),
        TEST(test_inflate_mutations),
        TEST(test_kernel),
        TEST(test_header_fields),
        TEST(test_members_and_padding),
        TEST(test_garbage_behind),
        TEST(test_wrong_check_values),
        TEST(test_no_memory),
        TEST(test_too_large),
        TEST(test_cut),
        TEST(test_nothing_inside),
        TEST(test_damage),
        TEST(test_nested),
        TEST(test_mutations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
