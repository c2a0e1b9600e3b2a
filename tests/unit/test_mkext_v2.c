/* SPDX-License-Identifier: BSD-2-Clause */
/* Version 2 archives, packed and not, good and bad. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "console/console.h"
#include "darwin/mkext.h"
#include "darwin/mkext_v2.h"
#include "lib/bytes.h"
#include "packed.h"
#include "random.h"

#include <cmocka.h>

#define CPU_I386 7
#define HEADER   44
#define ROOM     0x20000
/* Room for "0x12345678" in the list. */
#define ENTRY_COUNT 3

static uint8_t archive[ROOM];
static size_t length;
static uint32_t entries[ENTRY_COUNT]; /* stored module, packed module, stored resource */
static char list[ROOM / 2];

static void seal(void)
{
    put_be32(archive + 8, (uint32_t)length);
    put_be32(archive + 12, packed_adler32(archive + 16, length - 16));
}

static void add_entry(uint32_t *offset, uint32_t stored_size, uint32_t real_size,
                      const uint8_t *bytes, size_t size)
{
    *offset = (uint32_t)length;
    put_be32(archive + length, stored_size);
    put_be32(archive + length + 4, real_size);
    memcpy(archive + length + 8, bytes, size);
    length += 8 + size;
}

static void make_entries(void)
{
    static uint8_t bytes[ROOM];
    size_t packed;

    length = HEADER;
    packed_words.make(bytes);
    add_entry(&entries[0], 0, 2000, bytes, 2000);
    packed = packed_zlib(bytes, &packed_steps);
    add_entry(&entries[1], (uint32_t)packed, 70000, bytes, packed);
    add_entry(&entries[2], 0, 5, (const uint8_t *)"hello", 5);
}

static void add_list(const char *text, bool packed)
{
    size_t size = strlen(text) + 1; /* with its NUL */
    size_t stored = size;

    put_be32(archive + 0x20, (uint32_t)length);
    if (packed)
        stored = packed_stored_zlib(archive + length, (const uint8_t *)text, size);
    else
        memcpy(archive + length, text, size);
    put_be32(archive + 0x24, packed ? (uint32_t)stored : 0);
    put_be32(archive + 0x28, (uint32_t)size);
    length += stored;
}

static void make_header(void)
{
    put_be32(archive, 0x4D4B5854);
    put_be32(archive + 4, 0x4D4F5358);
    put_be32(archive + 16, MKEXT_VERSION_2);
    put_be32(archive + 20, 2);
    put_be32(archive + 24, CPU_I386);
    put_be32(archive + 28, 3);
}

#define LIST(kexts)                                                                         \
    "<?xml version=\"1.0\"?><!DOCTYPE plist><plist><dict><key>_MKEXTInfoDictionaries</key>" \
    "<array>" kexts "</array></dict></plist>"
#define KEXT(members) \
    "<dict><key>CFBundleIdentifier</key><string>org.example</string>" members "</dict>"
#define EXECUTABLE(value) \
    "<key>_MKEXTExecutable</key><integer size=\"32\" ID=\"4\">" value "</integer>"

/* An archive whose list has one kext with these members. */
static void make_with(const char *format, unsigned long long value, bool packed)
{
    make_header();
    make_entries();
    snprintf(list, sizeof list, format, value);
    add_list(list, packed);
    seal();
}

static void make_good(bool packed)
{
    char *at = list;

    make_header();
    make_entries();
    at += sprintf(at, LIST(KEXT(EXECUTABLE("0x%x")) KEXT(EXECUTABLE("%u")) KEXT("")), entries[0],
                  entries[1]);
    /* The last kext has a resource. */
    at -= strlen("</dict></array></dict></plist>");
    sprintf(at,
            "<key>_MKEXTResources</key><dict><key>a.txt</key><integer>%u</integer></dict>"
            "</dict></array></dict></plist>",
            entries[2]);
    add_list(list, packed);
    seal();
}

static error_t check(void)
{
    struct mkext_info info;
    uint8_t *copy = malloc(length);
    error_t error;

    assert_non_null(copy);
    memcpy(copy, archive, length);
    error = mkext_check(copy, length, &info);
    if (error == OK) {
        assert_int_equal(info.version, MKEXT_VERSION_2);
        assert_int_equal(info.length, length);
        assert_int_equal(info.cpu_type, CPU_I386);
    }
    free(copy);
    return error;
}

static void expect_refusal(const char *words)
{
    error_t error = check();

    if (error != ERROR_MKEXT_ENTRY || strstr(error_detail(), words) == NULL)
        fail_msg("%s (%s) instead of \"%s\"", error_code(error), error_detail(), words);
}

static int set_up(void **state)
{
    (void)state;
    host_reset(4u << 20);
    console_verbose = false;
    error_clear();
    return 0;
}

static void test_good(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        make_good(packed);
        if (check() != OK)
            fail_msg("%s", error_detail());
        assert_int_equal(mkext_check_cpu(archive, length, CPU_I386), OK);
        assert_int_equal(mkext_check_cpu(archive, length, 18), ERROR_MKEXT_CPU);
        assert_int_equal(mkext_check_version_1(archive, length), ERROR_MKEXT_VERSION);
        assert_non_null(strstr(error_detail(), "version 2"));
    }
    assert_int_equal(mkext_check_version_1(archive, 31), ERROR_MKEXT_LENGTH);
}

static void test_header(void **state)
{
    static const struct {
        unsigned at;
        uint32_t value;
        const char *words;
    } changes[] = {
        {0x20, 43, "plist_offset 43"},     {0x20, 0, "plist_offset 0"},
        {0x20, ROOM, "plist_offset"},      {0x20, 0xFFFFFFFF, "plist_offset"},
        {0x28, 0, "plist_full_size is 0"},
    };

    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            make_good(packed);
            put_be32(archive + changes[i].at, changes[i].value);
            seal();
            expect_refusal(changes[i].words);
        }
        make_good(packed);
        put_be32(archive + 0x28, 0xFFFFFFFF);
        seal();
        expect_refusal(packed ? "full size" : "plist_offset");
    }
    put_be32(archive + 0x24, 0xFFFFFFFF);
    seal();
    expect_refusal("plist_offset");
    make_good(true);
    put_be32(archive + 0x28, get_be32(archive + 0x28) + 1);
    seal();
    expect_refusal("its full size is");
    make_good(true);
    put_be32(archive + 0x28, get_be32(archive + 0x28) - 1);
    seal();
    expect_refusal("does not unpack to its full size");
    make_good(true);
    archive[length - 1] ^= 1; /* the stream's own Adler-32 */
    seal();
    expect_refusal("does not unpack to its full size");
    /* The checksum of the whole comes first. */
    archive[length - 1] ^= 1;
    assert_int_equal(check(), ERROR_MKEXT_CHECKSUM);
    make_header();
    length = HEADER - 1;
    seal();
    assert_int_equal(check(), ERROR_MKEXT_LENGTH);
    make_good(false);
    put_be32(archive + 16, MKEXT_VERSION_2 + 1);
    seal();
    assert_int_equal(check(), ERROR_MKEXT_VERSION);
    assert_int_equal(mkext_check_version_1(archive, length), ERROR_MKEXT_VERSION);
    assert_non_null(strstr(error_detail(), "unknown"));
}

static void test_lists(void **state)
{
    static const struct {
        const char *list, *words;
    } bad[] = {
        {"", "_MKEXTInfoDictionaries"},
        {"<dict/>", "_MKEXTInfoDictionaries"},
        {"<array/>", "_MKEXTInfoDictionaries"},
        {"<dict><key>_MKEXTInfoDictionaries</key><dict/></dict>", "_MKEXTInfoDictionaries"},
        {"<dict><key>_MKEXTInfoDictionaries</key><array>", "_MKEXTInfoDictionaries"},
        {LIST(""), "is empty"},
        {LIST(KEXT("") "<string/>"), "kext 1 is no dictionary"},
        {LIST(KEXT("<key>_MKEXTExecutable</key><string>44</string>")), "is no number"},
        {LIST(KEXT(EXECUTABLE("-44"))), "is no number"},
        {LIST(KEXT(EXECUTABLE("43"))), "executable: its offset 43"},
        {LIST(KEXT(EXECUTABLE("0xFFFFFFFF"))), "executable: its offset 4294967295"},
        {LIST(KEXT(EXECUTABLE("0x100000030"))), "executable: its offset 4294967344"},
        {LIST(KEXT(EXECUTABLE("0xFFFFFFFFFFFFFFFF"))),
         "executable: its offset 18446744073709551615"},
        {LIST(KEXT("<key>_MKEXTResources</key><dict><key>a</key><true/></dict>")),
         "resource: its offset is no number"},
        {LIST(KEXT("<key>_MKEXTResources</key><dict><key>a</key><integer>3</integer></dict>")),
         "resource: its offset 3"},
    };

    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
            make_with(bad[i].list, 0, packed);
            expect_refusal(bad[i].words);
        }
        /* A kext of properties only; an offset that is the same as an earlier one. */
        make_with(LIST(KEXT("")), 0, packed);
        assert_int_equal(check(), OK);
        make_with(LIST(KEXT("<key>A</key><integer ID=\"1\">44</integer>"
                            "<key>_MKEXTExecutable</key><integer IDREF=\"1\"/>")),
                  0, packed);
        assert_int_equal(check(), OK);
        /* It is what is checked. */
        make_with(LIST(KEXT("<key>A</key><integer ID=\"1\">43</integer>"
                            "<key>_MKEXTExecutable</key><integer IDREF=\"1\"/>")),
                  0, packed);
        expect_refusal("executable: its offset 43");
        /* The kernel gives the list up for a reference to nothing. */
        make_with(LIST(KEXT("<key>_MKEXTExecutable</key><integer IDREF=\"1\"/>")), 0, packed);
        expect_refusal("executable: its offset is no number");
    }
    /* An entry's first word inside, the second half outside. */
    make_with(LIST(KEXT(EXECUTABLE("%llu"))), 9999, false);
    make_with(LIST(KEXT(EXECUTABLE("%llu"))), length - 7, false);
    expect_refusal("executable: its offset");
}

static void test_entries(void **state)
{
    static const struct {
        unsigned entry, at;
        int change;
        const char *words;
    } bad[] = {
        {0, 4, -2000, "full size is 0"},      {0, 4, 100000, "full size"},
        {0, 0, 1999, "does not unpack"},      {1, 0, -1, "does not unpack"},
        {1, 4, 1, "unpacks to 70000 bytes"},  {1, 4, -1, "does not unpack"},
        {1, 0, 0x7000000, "compressed size"}, {2, 4, -5, "resource: its full size is 0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t *field;

        make_good(i % 2);
        field = archive + entries[bad[i].entry] + bad[i].at;
        put_be32(field, get_be32(field) + (uint32_t)bad[i].change);
        seal();
        expect_refusal(bad[i].words);
    }
}

/* Many kexts that name the same file would take long to unpack. */
static void test_files_do_not_share(void **state)
{
    size_t at = 0;

    (void)state;
    make_header();
    make_entries();
    at += (size_t)sprintf(list + at, "<dict><key>_MKEXTInfoDictionaries</key><array>");
    for (unsigned i = 0; i < 300; i++)
        at += (size_t)sprintf(list + at, KEXT(EXECUTABLE("%u")), entries[0]);
    sprintf(list + at, "</array></dict>");
    add_list(list, false);
    seal();
    expect_refusal("overlaps");
}

/* A list larger than 1 MB is unpacked to see that it does, but not looked into. */
static void test_large_list(void **state)
{
    static uint8_t bytes[(1u << 20) + 1];
    static uint8_t whole[sizeof bytes + 1000];
    struct mkext_info info;
    size_t stored;

    (void)state;
    memset(bytes, ' ', sizeof bytes);
    for (int more = 0; more < 2; more++) {
        size_t size = sizeof bytes - 1 + (size_t)more;

        make_header();
        memcpy(whole, archive, HEADER);
        stored = packed_stored_zlib(whole + HEADER, bytes, size);
        put_be32(whole + 8, (uint32_t)(HEADER + stored));
        put_be32(whole + 0x20, HEADER);
        put_be32(whole + 0x24, (uint32_t)stored);
        put_be32(whole + 0x28, (uint32_t)size);
        put_be32(whole + 12, packed_adler32(whole + 16, HEADER + stored - 16));
        console_verbose = true;
        assert_int_equal(mkext_check(whole, HEADER + stored, &info), more ? OK : ERROR_MKEXT_ENTRY);
        assert_int_equal(strstr(host_console(), "too large to be looked into") != NULL, more);
    }
    whole[HEADER + stored - 1] ^= 1;
    put_be32(whole + 12, packed_adler32(whole + 16, HEADER + stored - 16));
    assert_int_equal(mkext_check(whole, HEADER + stored, &info), ERROR_MKEXT_ENTRY);
}

/* The reader finds what was put in, by its number or by a reference to it. */
static void test_reader(void **state)
{
    static uint8_t words[70000], steps[70000], unpacked[70000];
    const uint8_t *const contents[] = {words, steps};
    const size_t sizes[] = {2000, 70000};
    struct mkext_v2_list reader;
    struct plist_value info, value, name;
    struct plist_cursor resources;
    struct mkext_file file;

    (void)state;
    packed_words.make(words);
    packed_steps.make(steps);
    for (int packed = 0; packed < 2; packed++) {
        make_good(packed);
        assert_int_equal(mkext_v2_open(archive, length, &reader), OK);
        assert_int_equal(reader.unpacked != NULL, packed);
        for (unsigned i = 0; i < 2; i++) {
            assert_true(mkext_v2_next(&reader, &info));
            assert_true(mkext_v2_find(&reader, &info, "_MKEXTExecutable", &value));
            assert_int_equal(mkext_v2_file(&reader, archive, length, &value, &file), OK);
            assert_int_equal(file.offset, entries[i] + 8);
            assert_int_equal(file.real_size, sizes[i]);
            assert_int_equal(mkext_v2_unpack(archive, length, &file, unpacked, sizes[i]), OK);
            assert_memory_equal(unpacked, contents[i], sizes[i]);
            assert_int_equal(mkext_v2_unpack(archive, length, &file, unpacked, sizes[i] - 1),
                             ERROR_MKEXT_ENTRY);
        }
        assert_true(mkext_v2_next(&reader, &info));
        assert_false(mkext_v2_find(&reader, &info, "_MKEXTExecutable", &value));
        assert_true(mkext_v2_find(&reader, &info, "_MKEXTResources", &value));
        resources = plist_members(&value);
        assert_true(plist_next(&resources, &name, &value));
        assert_int_equal(mkext_v2_file(&reader, archive, length, &value, &file), OK);
        assert_memory_equal(archive + file.offset, "hello", 5);
        assert_false(mkext_v2_next(&reader, &info));
        mkext_v2_close(&reader);
    }
    make_with("<dict><key>_MKEXTInfoDictionaries</key><array>"
              "<dict><key>A</key><integer ID=\"9\">%llu</integer></dict>"
              "<dict ID=\"2\"><key>_MKEXTExecutable</key><integer IDREF=\"9\"/></dict>"
              "<dict IDREF=\"2\"/><dict IDREF=\"3\"/></array></dict>",
              44, false);
    assert_int_equal(mkext_v2_open(archive, length, &reader), OK);
    assert_true(mkext_v2_next(&reader, &info));
    for (unsigned i = 0; i < 2; i++) {
        assert_true(mkext_v2_next(&reader, &info));
        assert_true(mkext_v2_find(&reader, &info, "_MKEXTExecutable", &value));
        assert_int_equal(mkext_v2_file(&reader, archive, length, &value, &file), OK);
        assert_int_equal(file.offset, entries[0] + 8);
    }
    assert_true(mkext_v2_next(&reader, &info));
    assert_int_equal(info.kind, PLIST_REFERENCE);
    assert_false(mkext_v2_next(&reader, &info));
    mkext_v2_close(&reader);
}

/* As many references as nobody has would take long to look up. */
static void test_many_references(void **state)
{
    size_t at = 0;

    (void)state;
    make_header();
    make_entries();
    at += (size_t)sprintf(list + at, "<dict><key>_MKEXTInfoDictionaries</key><array>");
    at += (size_t)sprintf(list + at, "<dict ID=\"5\"/>");
    for (unsigned i = 0; i < 300; i++)
        at += (size_t)sprintf(list + at, "<dict IDREF=\"5\"/>");
    sprintf(list + at, "</array></dict>");
    add_list(list, false);
    seal();
    expect_refusal("kext 65 is no dictionary");
}

static void test_mutations(void **state)
{
    uint32_t seed = 21;
    unsigned good = 0;

    (void)state;
    for (unsigned round = 0; round < 1500; round++) {
        size_t whole;

        make_good(round % 2);
        whole = length;
        for (unsigned change = 0; change <= round % 3; change++) {
            /* Half of them in the header and the entries' sizes. */
            size_t at = random_next(&seed) % 2
                            ? 16 + random_next(&seed) % (whole - 16)
                            : entries[random_next(&seed) % 3] + random_next(&seed) % 8;

            archive[at] = (uint8_t)(random_next(&seed) >> 24);
        }
        put_be32(archive + 16, MKEXT_VERSION_2);
        put_be32(archive + 24, CPU_I386);
        seal();
        good += check() == OK;
    }
    assert_in_range(good, 50, 1400);
}

static void test_fat(void **state)
{
    static uint8_t fat[64 + ROOM];
    static const uint32_t words[] = {0xCAFEBABE, 1, 7, 3, 64, 0, 2};
    const uint8_t *slice;
    size_t slice_length;

    (void)state;
    make_good(true);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put_be32(fat + 4 * i, words[i]);
    put_be32(fat + 20, (uint32_t)length);
    memcpy(fat + 64, archive, length);
    assert_true(mkext_recognise_any(archive, length));
    assert_true(mkext_recognise_any(fat, 64 + length));
    assert_false(mkext_recognise_any(fat, 63 + length));
    assert_int_equal(mkext_slice(fat, 64 + length, CPU_I386, &slice, &slice_length), OK);
    assert_ptr_equal(slice, fat + 64);
    assert_int_equal(slice_length, length);
    put_be32(fat + 4, 0);
    assert_false(mkext_recognise_any(fat, 64 + length));
    put_be32(fat + 4, 1);
    fat[64] = 'm';
    assert_false(mkext_recognise_any(fat, 64 + length));
    assert_false(mkext_recognise_any(fat, 3));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(test_good),
        TEST(test_header),
        TEST(test_lists),
        TEST(test_entries),
        TEST(test_files_do_not_share),
        TEST(test_large_list),
        TEST(test_reader),
        TEST(test_many_references),
        TEST(test_mutations),
        TEST(test_fat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
