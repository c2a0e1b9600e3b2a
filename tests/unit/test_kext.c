/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "darwin/kext.h"
#include "lib/bytes.h"

#include <cmocka.h>

#define CPU_I386    7
#define CPU_POWERPC 18
#define CPU_X86_64  0x01000007u

static char name[KEXT_NAME_LENGTH];

static error_t name_in(const char *plist)
{
    memset(name, 'x', sizeof name);
    return kext_executable_name((const uint8_t *)plist, strlen(plist), name);
}

#define EXECUTABLE(text) "<dict><key>CFBundleExecutable</key><string>" text "</string></dict>"

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(name_in("<?xml version='1.0'?><plist>" EXECUTABLE("A &amp; B") "</plist>"),
                     OK);
    assert_string_equal(name, "A & B");
    assert_int_equal(name_in("<plist><dict><key>a</key>" EXECUTABLE("x") "</dict></plist>"), OK);
    assert_string_equal(name, "");
    assert_int_equal(name_in("<dict/>"), OK);
    assert_string_equal(name, "");
}

static void expect_bad_plist(const char *plist, const char *words)
{
    assert_int_equal(name_in(plist), ERROR_KEXT_PLIST);
    if (strstr(error_detail(), words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, error_detail());
}

static void test_bad_names(void **state)
{
    char plist[600], longest[KEXT_NAME_LENGTH + 1];

    (void)state;
    expect_bad_plist("", "no property list");
    expect_bad_plist("bplist00\1\2", "no property list");
    expect_bad_plist("<array/>", "no property list");
    expect_bad_plist("<dict>", "no property list");
    expect_bad_plist(EXECUTABLE(""), "no file name");
    expect_bad_plist(EXECUTABLE("../x"), "no file name");
    expect_bad_plist(EXECUTABLE("a&#47;b"), "no file name");
    expect_bad_plist(EXECUTABLE("&bad;"), "no string");
    expect_bad_plist("<dict><key>CFBundleExecutable</key><true/></dict>", "no string");
    expect_bad_plist("<dict><key>CFBundleExecutable</key><string IDREF='1'/></dict>", "no string");
    memset(longest, 'x', sizeof longest);
    longest[KEXT_NAME_LENGTH - 1] = '\0';
    snprintf(plist, sizeof plist, EXECUTABLE("%s"), longest);
    assert_int_equal(name_in(plist), OK);
    assert_string_equal(name, longest);
    longest[KEXT_NAME_LENGTH - 1] = 'x';
    longest[KEXT_NAME_LENGTH] = '\0';
    snprintf(plist, sizeof plist, EXECUTABLE("%s"), longest);
    expect_bad_plist(plist, "at most 255");
    assert_string_equal(name, "");
}

static uint8_t file[600];

/* struct mach_header: magic, cputype, cpusubtype, filetype */
static void put_header(uint8_t *at, bool big, uint32_t magic, uint32_t cpu, uint32_t type)
{
    void (*put32)(void *, uint32_t) = big ? put_be32 : put_le32;

    put32(at, magic);
    put32(at + 4, cpu);
    put32(at + 8, 3);
    put32(at + 12, type);
}

static error_t slice_of(size_t length, uint32_t cpu, size_t *offset, size_t *size)
{
    uint8_t *copy = malloc(length != 0 ? length : 1);
    const uint8_t *slice = NULL;
    error_t error;

    assert_non_null(copy);
    memcpy(copy, file, length);
    error = kext_executable_slice(copy, length, cpu, &slice, size);
    *offset = (size_t)(slice - copy);
    free(copy);
    return error;
}

static error_t thin(bool big, uint32_t magic, uint32_t cpu, uint32_t type, uint32_t wanted)
{
    size_t offset, size;
    error_t error;

    put_header(file, big, magic, cpu, type);
    error = slice_of(100, wanted, &offset, &size);
    if (error == OK) {
        assert_int_equal(offset, 0);
        assert_int_equal(size, 100);
    }
    return error;
}

static void test_thin(void **state)
{
    size_t offset, size;

    (void)state;
    assert_int_equal(thin(true, 0xFEEDFACE, CPU_POWERPC, 1, CPU_POWERPC), OK);
    assert_int_equal(thin(false, 0xFEEDFACE, CPU_I386, 1, CPU_I386), OK);
    assert_int_equal(thin(false, 0xFEEDFACF, CPU_X86_64, 11, CPU_X86_64), OK);
    assert_int_equal(thin(false, 0xFEEDFACF, CPU_X86_64, 11, CPU_I386), ERROR_MKEXT_CPU);
    assert_int_equal(thin(true, 0xFEEDFACE, CPU_POWERPC, 1, CPU_I386), ERROR_MKEXT_CPU);
    for (uint32_t type = 0; type < 16; type++)
        assert_int_equal(thin(false, 0xFEEDFACE, CPU_I386, type, CPU_I386),
                         type == 1 || type == 11 ? OK : ERROR_IMAGE_KIND);
    assert_int_equal(thin(false, 0xFEEDFAC0, CPU_I386, 1, CPU_I386), ERROR_IMAGE_KIND);
    put_header(file, false, 0xFEEDFACE, CPU_I386, 1);
    for (size_t length = 0; length < 28; length++)
        assert_int_equal(slice_of(length, CPU_I386, &offset, &size),
                         length < 4 ? ERROR_IMAGE_KIND : ERROR_IMAGE_TRUNCATED);
    assert_int_equal(slice_of(28, CPU_I386, &offset, &size), OK);
    put_header(file, false, 0xFEEDFACF, CPU_X86_64, 11);
    assert_int_equal(slice_of(31, CPU_X86_64, &offset, &size), ERROR_IMAGE_TRUNCATED);
    assert_int_equal(slice_of(32, CPU_X86_64, &offset, &size), OK);
}

static void test_fat(void **state)
{
    static const uint32_t rows[][5] = {
        {CPU_POWERPC, 0, 100, 100, 2}, {CPU_I386, 3, 200, 120, 2}, {CPU_X86_64, 3, 400, 200, 2}};
    size_t offset, size;

    (void)state;
    put_be32(file, 0xCAFEBABE);
    put_be32(file + 4, 3);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 5; k++)
            put_be32(file + 8 + 20 * i + 4 * k, rows[i][k]);
    put_header(file + 100, true, 0xFEEDFACE, CPU_POWERPC, 1);
    put_header(file + 200, false, 0xFEEDFACE, CPU_I386, 1);
    put_header(file + 400, false, 0xFEEDFACF, CPU_X86_64, 11);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(slice_of(sizeof file, rows[i][0], &offset, &size), OK);
        assert_int_equal(offset, rows[i][2]);
        assert_int_equal(size, rows[i][3]);
    }
    assert_int_equal(slice_of(sizeof file, 12, &offset, &size), ERROR_MKEXT_CPU);
    assert_int_equal(slice_of(sizeof file - 1, CPU_X86_64, &offset, &size), ERROR_IMAGE_TRUNCATED);
    assert_int_equal(slice_of(67, CPU_POWERPC, &offset, &size), ERROR_IMAGE_TRUNCATED);
    /* What the table says has to be what is there. */
    put_header(file + 200, false, 0xFEEDFACE, CPU_X86_64, 1);
    assert_int_equal(slice_of(sizeof file, CPU_I386, &offset, &size), ERROR_MKEXT_CPU);
    put_be32(file + 8 + 20 + 12, 20);
    put_header(file + 200, false, 0xFEEDFACE, CPU_I386, 1);
    assert_int_equal(slice_of(sizeof file, CPU_I386, &offset, &size), ERROR_IMAGE_TRUNCATED);
    put_be32(file + 4, 0xFFFFFFFF);
    assert_int_equal(slice_of(sizeof file, CPU_I386, &offset, &size), ERROR_IMAGE_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_thin),
        cmocka_unit_test(test_fat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
