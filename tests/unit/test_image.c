/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/image_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

/* What the formats have in common: unknown files, and the checks of image_plan_add and _finish. */

static uint8_t file[0x8010];

/* Tries `length` bytes that are zero but for `text` (of `n` bytes) at `offset`. */
static error_t try_text(size_t offset, const char *text, size_t n, size_t length)
{
    memset(file, 0, sizeof file);
    memcpy(file + offset, text, n);
    return try_image(file, length, IMAGE_CPU_POWERPC);
}

static void test_unknown_bytes_are_shown(void **state)
{
    (void)state;
    expect_failure(try_text(0, "Hello, \1\377orld of kernels", 25, 25), ERROR_IMAGE_UNKNOWN,
                   "48 65 6c 6c 6f 2c 20 01 ff 6f 72 6c 64 20 6f 66 (\"Hello, ..orld of\")");
    expect_failure(try_text(0, "ab", 2, 2), ERROR_IMAGE_UNKNOWN, "it starts with 61 62 (\"ab\")");
    expect_failure(try_text(0, "", 0, 0), ERROR_IMAGE_UNKNOWN, "the file is empty");
}

static void test_known_kinds_are_named(void **state)
{
    static const struct {
        size_t offset, length;
        const char *text;
        error_t error;
        const char *words;
    } kinds[] = {
        {0, 8, "Joy!peff", ERROR_IMAGE_KIND, "PEF"},
        {0, 8, "MKXTMOSX", ERROR_IMAGE_KIND, "mkext="},
        {0, 8, "!<arch>\n", ERROR_IMAGE_KIND, "library archive"},
        {0, 6, "\3757zXZ\0", ERROR_IMAGE_KIND, "xz-compressed"},
        {0, 4, "PK\3\4", ERROR_IMAGE_KIND, "ZIP"},
        {0, 4, "\312\376\272\277", ERROR_IMAGE_KIND, "64-bit offsets"},
        {0, 4, "\47\5\31\126", ERROR_IMAGE_KIND, "U-Boot"},
        {0, 4, "\320\15\376\355", ERROR_IMAGE_KIND, "device tree"},
        {0, 3, "BZh", ERROR_IMAGE_KIND, "bzip2"},
        {0x202, 4, "HdrS", ERROR_IMAGE_CPU, "bzImage"},
        {0, 2, "MZ", ERROR_IMAGE_KIND, "PE or DOS"},
        {0, 2, "\1\367", ERROR_IMAGE_CPU, "64-bit XCOFF"},
        {0, 2, "\114\1", ERROR_IMAGE_CPU, "COFF program for i386"},
        {0, 2, "#!", ERROR_IMAGE_KIND, "a script"},
        {0, 5, "<?xml", ERROR_IMAGE_KIND, "XML"},
        {257, 5, "ustar", ERROR_IMAGE_KIND, "tar"},
        {0x8001, 5, "CD001", ERROR_IMAGE_KIND, "CD image"},
        {0, 14, "<!DOCTYPE HTML", ERROR_IMAGE_KIND, "HTML page"},
        {0, 9, "\n\t <html>", ERROR_IMAGE_KIND, "HTML page"},
        {0, 6, "<Head>", ERROR_IMAGE_KIND, "HTML page"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t end = kinds[i].offset + kinds[i].length;

        expect_failure(try_text(kinds[i].offset, kinds[i].text, kinds[i].length, end),
                       kinds[i].error, kinds[i].words);
        expect_failure(try_text(kinds[i].offset, kinds[i].text, kinds[i].length, sizeof file),
                       kinds[i].error, kinds[i].words);
        /* One byte short, it is not that kind any more. */
        assert_int_equal(try_text(kinds[i].offset, kinds[i].text, kinds[i].length,
                                  end - 1 - (kinds[i].words[0] == 'H' ? 3 : 0)),
                         ERROR_IMAGE_UNKNOWN);
    }
}

static struct image_plan plan;

static int start_plan(void **state)
{
    (void)state;
    memset(&plan, 0, sizeof plan);
    plan.format = "test";
    plan.cpu = IMAGE_CPU_POWERPC;
    return 0;
}

static error_t add(uint64_t address, uint64_t memory_size, uint64_t file_offset, uint64_t file_size)
{
    struct image_piece piece = {
        .name = "piece",
        .address = address,
        .memory_size = memory_size,
        .file_offset = file_offset,
        .file_size = file_size,
    };

    return image_plan_add(&plan, 0x1000, &piece);
}

static void test_add_bounds(void **state)
{
    (void)state;
    assert_int_equal(add(0, 0x1000, 0, 0x1000), OK);
    assert_int_equal(add(0xffffffff, 1, 0xfff, 1), OK);
    assert_int_equal(add(0x2000, 0, 5, 0), OK); /* nothing: no piece */
    assert_int_equal(plan.piece_count, 2);
    assert_int_equal(add(0, 0x1000, 0, 0x1001), ERROR_IMAGE_HEADER);
    assert_int_equal(add(0, 0x1001, 0, 0x1001), ERROR_IMAGE_TRUNCATED);
    assert_int_equal(add(0, 0x1001, 1, 0x1000), ERROR_IMAGE_TRUNCATED);
    assert_int_equal(add(0, 2, UINT64_MAX, 2), ERROR_IMAGE_TRUNCATED);
    assert_int_equal(add(0xffffffff, 2, 0, 0), ERROR_IMAGE_HEADER);
    assert_int_equal(add(0x100000000, 1, 0, 0), ERROR_IMAGE_HEADER);
    assert_int_equal(add(0, 0x100000000, 0, 0), ERROR_IMAGE_HEADER);
    assert_int_equal(add(UINT64_MAX, 2, 0, 0), ERROR_IMAGE_HEADER);
    assert_int_equal(add(2, UINT64_MAX, 0, 0), ERROR_IMAGE_HEADER);
    assert_int_equal(plan.piece_count, 2);
}

static void test_start_and_end(void **state)
{
    (void)state;
    assert_int_equal(image_plan_start(&plan), 0);
    assert_int_equal(image_plan_end(&plan), 0);
    assert_int_equal(add(0x9000, 0x1000, 0, 4), OK);
    assert_int_equal(add(0x5000, 0x10, 0, 4), OK);
    assert_int_equal(add(0x7000, 0x2000, 0, 4), OK);
    plan.entry = 0x7000;
    assert_int_equal(image_plan_finish(&plan), OK);
    assert_int_equal(image_plan_start(&plan), 0x5000);
    assert_int_equal(image_plan_end(&plan), 0xa000);
    assert_int_equal(plan.pieces[1].address, 0x7000);
}

static void test_finish_refusals(void **state)
{
    (void)state;
    expect_failure(image_plan_finish(&plan), ERROR_IMAGE_HEADER, "nothing in it");
    assert_int_equal(add(0x1000, 0x100, 0, 0x80), OK);
    plan.entry = 0x107c;
    assert_int_equal(image_plan_finish(&plan), OK);
    plan.entry = 0x107d;
    expect_failure(image_plan_finish(&plan), ERROR_IMAGE_HEADER, "entry point 0x107d");
    plan.entry = 0xffc;
    expect_failure(image_plan_finish(&plan), ERROR_IMAGE_HEADER, "entry point");
    plan.entry = 0x1002;
    expect_failure(image_plan_finish(&plan), ERROR_IMAGE_HEADER, "multiple of 4");
    plan.cpu = IMAGE_CPU_I386; /* may start at any byte */
    assert_int_equal(image_plan_finish(&plan), OK);
    assert_int_equal(add(0x10ff, 1, 0, 0), OK);
    expect_failure(image_plan_finish(&plan), ERROR_IMAGE_OVERLAP, "piece (0x1000, size 0x100)");
}

static void test_equal_places_overlap(void **state)
{
    (void)state;
    assert_int_equal(add(0x1000, 0x10, 0, 0x10), OK);
    assert_int_equal(add(0x1000, 0x10, 0, 0x10), OK);
    plan.entry = 0x1000;
    assert_int_equal(image_plan_finish(&plan), ERROR_IMAGE_OVERLAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_bytes_are_shown),
        cmocka_unit_test(test_known_kinds_are_named),
        cmocka_unit_test_setup(test_add_bounds, start_plan),
        cmocka_unit_test_setup(test_start_and_end, start_plan),
        cmocka_unit_test_setup(test_finish_refusals, start_plan),
        cmocka_unit_test_setup(test_equal_places_overlap, start_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
