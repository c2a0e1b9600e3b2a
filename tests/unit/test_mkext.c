/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* error.h has one */

#include "darwin/mkext.h"
#include "darwin/mkext_write.h"
#include "lib/bytes.h"

#define CPU_POWERPC 18
#define CPU_I386    7

static const char plist_text[] = "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>"
                                 "<key>CFBundleIdentifier</key><string>org.example.a</string>"
                                 "</dict></plist>";
#define PLIST_LENGTH (sizeof plist_text - 1)

static uint8_t module[5000];
static uint8_t archive[20000], bad[20000];

static void make_module(void)
{
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof module; i++) {
        seed = seed * 1664525u + 1013904223u;
        module[i] = i % 29 == 0 ? (uint8_t)(seed >> 24) : (uint8_t)(i / 100);
    }
}

/* The checksum written anew from its definition (RFC 1950 section 8.2), byte by byte. */
static uint32_t sum(const uint8_t *bytes, size_t length)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < length; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void seal(uint8_t *bytes, size_t length)
{
    put_be32(bytes + 12, sum(bytes + 16, length - 16));
}

/* Two extensions: one with a module, one (a container of plug-ins) without. */
static size_t make_archive(bool stored)
{
    const struct mkext_source sources[] = {
        {(const uint8_t *)plist_text, PLIST_LENGTH, 1000000000, module, sizeof module, 1000000001},
        {(const uint8_t *)plist_text, PLIST_LENGTH, 1000000002, NULL, 0, 0},
    };
    size_t length = 0;
    make_module();
    assert_true(mkext_write_bound(sources, 2) <= sizeof archive);
    assert_int_equal(mkext_write(sources, 2, stored, archive, sizeof archive, &length), OK);
    assert_true(length <= mkext_write_bound(sources, 2));
    return length;
}

static void test_stored_layout(void **state)
{
    (void)state;
    size_t length = make_archive(true);
    size_t data = 32 + 2 * 32;
    assert_int_equal(length, data + 2 * PLIST_LENGTH + sizeof module);
    assert_memory_equal(archive, "MKXTMOSX", 8);
    assert_int_equal(get_be32(archive + 8), length);
    assert_int_equal(get_be32(archive + 12), sum(archive + 16, length - 16));
    assert_memory_equal(archive + 16, "\x01\x00\x80\x00\0\0\0\2\xff\xff\xff\xff\xff\xff\xff\xff",
                        16);
    const uint32_t words[16] = {data,
                                0,
                                PLIST_LENGTH,
                                1000000000,
                                data + PLIST_LENGTH,
                                0,
                                sizeof module,
                                1000000001,
                                data + PLIST_LENGTH + sizeof module,
                                0,
                                PLIST_LENGTH,
                                1000000002};
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(get_be32(archive + 32 + 4 * i), words[i]);
    assert_memory_equal(archive + data, plist_text, PLIST_LENGTH);
    assert_memory_equal(archive + data + PLIST_LENGTH, module, sizeof module);
}

static void check_contents(size_t length, bool stored)
{
    struct mkext_info info;
    struct mkext_entry entry;
    static uint8_t out[sizeof module + 1];
    assert_int_equal(mkext_check(archive, length, &info), OK);
    assert_int_equal(info.length, length);
    assert_int_equal(info.version, MKEXT_VERSION_1);
    assert_int_equal(info.count, 2);
    assert_int_equal(info.cpu_type, -1);
    assert_int_equal(info.cpu_subtype, -1);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(mkext_entry(archive, length, i, &entry), OK);
        assert_int_equal(entry.plist.real_size, PLIST_LENGTH);
        assert_int_equal(entry.plist.stored_size == 0, stored);
        assert_int_equal(mkext_unpack(archive, length, &entry.plist, out, PLIST_LENGTH), OK);
        assert_memory_equal(out, plist_text, PLIST_LENGTH);
    }
    assert_int_equal(entry.module.offset, 0);
    assert_int_equal(entry.module.real_size, 0);
    assert_int_equal(mkext_entry(archive, length, 0, &entry), OK);
    assert_int_equal(entry.module.modified, 1000000001);
    assert_int_equal(mkext_unpack(archive, length, &entry.module, out, sizeof module), OK);
    assert_memory_equal(out, module, sizeof module);
    assert_int_equal(mkext_unpack(archive, length, &entry.module, out, sizeof module - 1),
                     ERROR_MKEXT_ENTRY);
    assert_int_equal(mkext_entry(archive, length, 1000000, &entry), ERROR_MKEXT_ENTRY);
    assert_int_equal(mkext_entry(archive, length, UINT32_MAX, &entry), ERROR_MKEXT_ENTRY);
}

static void test_round_trips(void **state)
{
    (void)state;
    check_contents(make_archive(true), true);
    size_t packed = make_archive(false);
    check_contents(packed, false);
    assert_true(packed < sizeof module + 2 * PLIST_LENGTH);
    /* The same input gives the same bytes. */
    memcpy(bad, archive, packed);
    assert_int_equal(make_archive(false), packed);
    assert_memory_equal(archive, bad, packed);
}

static void test_no_room(void **state)
{
    (void)state;
    const struct mkext_source source = {
        (const uint8_t *)plist_text, PLIST_LENGTH, 0, module, sizeof module, 0};
    size_t need, length;
    assert_int_equal(mkext_write(&source, 1, true, archive, sizeof archive, &need), OK);
    for (size_t room = 0; room < need; room += 13)
        assert_int_equal(mkext_write(&source, 1, true, archive, room, &length), ERROR_MKEXT_LENGTH);
    assert_int_equal(mkext_write(&source, 1, true, archive, need, &length), OK);
    assert_int_equal(mkext_write(&source, 1, false, archive, sizeof archive, &need), OK);
    for (size_t room = 0; room < need; room += 7)
        assert_int_equal(mkext_write(&source, 1, false, archive, room, &length),
                         ERROR_MKEXT_LENGTH);
}

static void test_truncated(void **state)
{
    (void)state;
    struct mkext_info info;
    size_t length = make_archive(false);
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *copy = malloc(cut != 0 ? cut : 1);
        memcpy(copy, archive, cut);
        error_t error = mkext_check(copy, cut, &info);
        assert_int_equal(error, cut < 4 ? ERROR_MKEXT_MAGIC : ERROR_MKEXT_LENGTH);
        free(copy);
    }
    assert_int_equal(mkext_check(archive, length + 1, &info), ERROR_MKEXT_LENGTH);
}

/* Every byte matters: what the checksum does not cover is checked by itself. */
static void test_every_bit(void **state)
{
    (void)state;
    struct mkext_info info;
    size_t length = make_archive(false);
    for (size_t i = 0; i < length; i++) {
        archive[i] ^= 0x10;
        error_t error = mkext_check(archive, length, &info);
        assert_int_equal(error, i < 8    ? ERROR_MKEXT_MAGIC
                                : i < 12 ? ERROR_MKEXT_LENGTH
                                         : ERROR_MKEXT_CHECKSUM);
        archive[i] ^= 0x10;
    }
    assert_int_equal(mkext_check(archive, length, &info), OK);
}

static error_t check_with(size_t length, size_t at, uint32_t value)
{
    struct mkext_info info;
    memcpy(bad, archive, length);
    put_be32(bad + at, value);
    seal(bad, length);
    return mkext_check(bad, length, &info);
}

static void test_fields(void **state)
{
    (void)state;
    size_t length = make_archive(false);
    struct mkext_entry entry;
    mkext_entry(archive, length, 0, &entry);
    /* Read as version 2 (test_mkext_v2.c), the table is a list's place that makes no sense. */
    assert_int_equal(check_with(length, 16, MKEXT_VERSION_2), ERROR_MKEXT_ENTRY);
    assert_int_equal(mkext_check_version_1(archive, length), OK);
    assert_int_equal(check_with(length, 16, 0), ERROR_MKEXT_VERSION);
    assert_int_equal(check_with(length, 20, 0), ERROR_MKEXT_ENTRY);
    assert_int_equal(check_with(length, 20, 0xFFFFFFFF), ERROR_MKEXT_ENTRY);
    assert_int_equal(check_with(length, 20, 0x08000001), ERROR_MKEXT_ENTRY);
    assert_int_equal(check_with(length, 20, 3), ERROR_MKEXT_ENTRY);

    /* plist and module of the first entry: offset, compsize, realsize */
    for (size_t file = 32; file <= 48; file += 16) {
        uint32_t real = get_be32(archive + file + 8);
        assert_int_equal(check_with(length, file, 95), ERROR_MKEXT_ENTRY); /* in the table */
        assert_int_equal(check_with(length, file, (uint32_t)length), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file, 0xFFFFFFFF), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file + 4, (uint32_t)length), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file + 4, 0xFFFFFFFF), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file + 8, 0), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file + 8, real + 1), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file + 8, real - 1), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file + 8, 0xFFFFFFFF), ERROR_MKEXT_ENTRY);
        assert_int_equal(check_with(length, file + 12, 0), OK); /* any date will do */
    }
    assert_non_null(strstr(error_detail(), "entry 0: module"));

    /* The second entry's plist is the first one's again: files may not share bytes. */
    memcpy(bad, archive, length);
    memcpy(bad + 64 + 16, bad + 32 + 16, 16);
    seal(bad, length);
    struct mkext_info info;
    assert_int_equal(mkext_check(bad, length, &info), ERROR_MKEXT_ENTRY);
    assert_non_null(strstr(error_detail(), "overlap"));

    /* No plist at all */
    memcpy(bad, archive, length);
    memset(bad + 64, 0, 16);
    seal(bad, length);
    assert_int_equal(mkext_check(bad, length, &info), ERROR_MKEXT_ENTRY);
    assert_non_null(strstr(error_detail(), "entry 1: plist.realsize"));
}

static void test_unpack_bounds(void **state)
{
    (void)state;
    size_t length = make_archive(false);
    static uint8_t out[sizeof module];
    struct mkext_file file = {.offset = (uint32_t)length, .real_size = 1};
    assert_int_equal(mkext_unpack(archive, length, &file, out, 1), ERROR_MKEXT_ENTRY);
    struct mkext_entry entry;
    mkext_entry(archive, length, 0, &entry);
    entry.module.real_size = 100;
    assert_int_equal(mkext_unpack(archive, length, &entry.module, out, 100), ERROR_MKEXT_ENTRY);
}

static void test_cpu(void **state)
{
    (void)state;
    size_t length = make_archive(false);
    assert_int_equal(mkext_check_cpu(archive, length, CPU_POWERPC), OK);
    /* "Any" is for version 1 only. */
    put_be32(archive + 16, MKEXT_VERSION_2);
    assert_int_equal(mkext_check_cpu(archive, length, CPU_POWERPC), ERROR_MKEXT_CPU);
    put_be32(archive + 24, CPU_I386);
    assert_int_equal(mkext_check_cpu(archive, length, CPU_I386), OK);
    length = make_archive(false);
    put_be32(archive + 28, 0);
    assert_int_equal(mkext_check_cpu(archive, length, CPU_POWERPC), ERROR_MKEXT_CPU);
    put_be32(archive + 24, CPU_POWERPC);
    assert_int_equal(mkext_check_cpu(archive, length, CPU_POWERPC), OK);
    assert_int_equal(mkext_check_cpu(archive, length, CPU_I386), ERROR_MKEXT_CPU);
    assert_int_equal(mkext_check_cpu(archive, 31, CPU_POWERPC), ERROR_MKEXT_LENGTH);
    assert_true(mkext_recognise(archive, length));
    assert_false(mkext_recognise(archive, 3));
    assert_false(mkext_recognise((const uint8_t *)"MKXO", 4));
}

/* What Mac OS X 10.0 and 10.1 need. */
static void test_packed(void **state)
{
    (void)state;
    assert_int_equal(mkext_check_packed(archive, make_archive(false)), OK);
    size_t length = make_archive(true);
    assert_int_equal(mkext_check_packed(archive, length), ERROR_MKEXT_STORED);
    assert_string_equal(error_detail(), "entry 0");
    length = make_archive(false);
    put_be32(archive + 32 + 32 + 4, 0); /* the second one's plist */
    assert_int_equal(mkext_check_packed(archive, length), ERROR_MKEXT_STORED);
    assert_string_equal(error_detail(), "entry 1");
    length = make_archive(false);
    put_be32(archive + 32 + 16 + 4, 0); /* the first one's module */
    assert_int_equal(mkext_check_packed(archive, length), ERROR_MKEXT_STORED);
}

static void test_processor(void **state)
{
    (void)state;
    struct mkext_info info;
    size_t length = make_archive(false);
    mkext_write_processor(archive, length, CPU_POWERPC, 9);
    assert_int_equal(mkext_check(archive, length, &info), OK);
    assert_int_equal(info.cpu_type, CPU_POWERPC);
    assert_int_equal(info.cpu_subtype, 9);
    assert_int_equal(mkext_check_cpu(archive, length, CPU_I386), ERROR_MKEXT_CPU);
}

static void put_word(uint8_t *at, bool swapped, uint32_t value)
{
    if (swapped)
        put_le32(at, value);
    else
        put_be32(at, value);
}

static void test_slices(void **state)
{
    (void)state;
    const uint8_t *slice;
    size_t slice_length;
    size_t length = make_archive(false);
    assert_int_equal(mkext_slice(archive, length, CPU_POWERPC, &slice, &slice_length), OK);
    assert_ptr_equal(slice, archive);
    assert_int_equal(slice_length, length);
    for (int swapped = 0; swapped < 2; swapped++) {
        uint8_t fat[200] = {0};
        const uint32_t words[] = {0xCAFEBABE, 2,           CPU_I386, 3,   100, 20,
                                  2,          CPU_POWERPC, 0,        120, 80,  2};
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            put_word(fat + 4 * i, swapped, words[i]);
        assert_int_equal(mkext_slice(fat, sizeof fat, CPU_POWERPC, &slice, &slice_length), OK);
        assert_ptr_equal(slice, fat + 120);
        assert_int_equal(slice_length, 80);
        assert_int_equal(mkext_slice(fat, sizeof fat, CPU_I386, &slice, &slice_length), OK);
        assert_ptr_equal(slice, fat + 100);
        assert_int_equal(mkext_slice(fat, sizeof fat, 12, &slice, &slice_length), ERROR_MKEXT_CPU);
        assert_int_equal(mkext_slice(fat, sizeof fat - 1, CPU_POWERPC, &slice, &slice_length),
                         ERROR_MKEXT_LENGTH);
        assert_int_equal(mkext_slice(fat, 47, CPU_POWERPC, &slice, &slice_length),
                         ERROR_MKEXT_LENGTH);
        put_word(fat + 4, swapped, 0xFFFFFFFF);
        assert_int_equal(mkext_slice(fat, sizeof fat, CPU_POWERPC, &slice, &slice_length),
                         ERROR_MKEXT_LENGTH);
        /* Too short for a fat header: left for the check to refuse. */
        assert_int_equal(mkext_slice(fat, 7, CPU_POWERPC, &slice, &slice_length), OK);
        assert_int_equal(slice_length, 7);
    }
}

static void test_mutations(void **state)
{
    (void)state;
    size_t length = make_archive(false);
    uint32_t seed = 5;
    static uint8_t out[sizeof module];
    for (unsigned round = 0; round < 2000; round++) {
        struct mkext_info info;
        struct mkext_entry entry;
        memcpy(bad, archive, length);
        for (unsigned change = 0; change <= round % 3; change++) {
            seed = seed * 1664525u + 1013904223u;
            bad[16 + (seed >> 8) % (round % 2 ? 80 : length - 16)] = (uint8_t)(seed >> 24);
        }
        seal(bad, length);
        if (mkext_check(bad, length, &info) != OK)
            continue;
        for (uint32_t i = 0; i < info.count; i++) {
            assert_int_equal(mkext_entry(bad, length, i, &entry), OK);
            if (entry.module.real_size != 0 && entry.module.real_size <= sizeof out)
                assert_int_equal(
                    mkext_unpack(bad, length, &entry.module, out, entry.module.real_size), OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_layout), cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_no_room),       cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_every_bit),     cmocka_unit_test(test_fields),
        cmocka_unit_test(test_unpack_bounds), cmocka_unit_test(test_cpu),
        cmocka_unit_test(test_slices),        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_processor),     cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
