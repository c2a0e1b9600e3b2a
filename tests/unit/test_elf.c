/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/image_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

static struct builder file;

static int build(void **state)
{
    (void)state;
    build_elf(&file);
    return 0;
}

static void test_program(void **state)
{
    (void)state;
    assert_int_equal(try_builder(&file), OK);
    assert_string_equal(tried_plan.format, "ELF");
    assert_int_equal(tried_plan.handover, HANDOVER_OPENFIRMWARE_CLIENT);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_POWERPC);
    assert_int_equal(tried_plan.entry, ELF_TEXT + 0x10);
    assert_int_equal(tried_plan.table_of_contents, 0);
    assert_int_equal(tried_plan.entry_descriptor, 0);
    assert_int_equal(tried_plan.piece_count, 2);
    expect_piece(0, "PT_LOAD 0", ELF_TEXT, 0x100, 0x100, 0x100);
    expect_piece(1, "PT_LOAD 1", ELF_TEXT + 0x1000, 0x2000, 0x200, 0x40);
    assert_true(tried_plan.pieces[0].executable);
    assert_false(tried_plan.pieces[1].executable);
}

static void test_zeros_only(void **state)
{
    (void)state;
    builder_set32(&file, ELF_SEGMENT(1) + 4, 0xffff0000);
    builder_set32(&file, ELF_SEGMENT(1) + 16, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.pieces[1].file_size, 0);
    assert_int_equal(tried_plan.pieces[1].memory_size, 0x2000);
    builder_set32(&file, ELF_SEGMENT(1) + 20, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.piece_count, 1);
}

static void test_header_fields(void **state)
{
    (void)state;
    expect_broken16(&file, 4, 0x0202, ERROR_IMAGE_CPU, "EI_CLASS 2");
    expect_broken16(&file, 4, 0x0100, ERROR_IMAGE_CPU, "EI_DATA 0");
    expect_broken16(&file, 6, 0x0000, ERROR_IMAGE_HEADER, "EI_VERSION is 0");
    expect_broken32(&file, 20, 2, ERROR_IMAGE_HEADER, "e_version 2");
    expect_broken16(&file, 16, 1, ERROR_IMAGE_KIND, "an object file (ELF e_type 1)");
    expect_broken16(&file, 16, 3, ERROR_IMAGE_KIND, "a dynamic executable");
    expect_broken16(&file, 16, 4, ERROR_IMAGE_KIND, "a core dump");
    expect_broken16(&file, 16, 0xff00, ERROR_IMAGE_KIND, "unknown kind");
    expect_broken32(&file, 24, ELF_TEXT + 0x100, ERROR_IMAGE_HEADER, "entry point 0x400100");
    expect_broken32(&file, 24, ELF_TEXT + 0x1040, ERROR_IMAGE_HEADER, "entry point");
    expect_broken32(&file, 24, ELF_TEXT + 1, ERROR_IMAGE_HEADER, "multiple of 4");
    expect_broken32(&file, 28, 0xffffffff, ERROR_IMAGE_TRUNCATED, "e_phoff 0xffffffff");
    expect_broken16(&file, 42, 31, ERROR_IMAGE_HEADER, "e_phentsize is 31");
    expect_broken16(&file, 42, 0xffff, ERROR_IMAGE_TRUNCATED, "e_phoff");
    expect_broken16(&file, 44, 0xffff, ERROR_IMAGE_TRUNCATED, "e_phnum 65535");
    expect_broken16(&file, 44, 0, ERROR_IMAGE_HEADER, "nothing in it is to be loaded");
}

static void test_processors(void **state)
{
    static const struct {
        uint16_t machine;
        const char *name;
    } machines[] = {
        {2, "SPARC"},
        {3, "i386"},
        {4, "68000"},
        {8, "MIPS"},
        {21, "64-bit PowerPC"},
        {40, "ARM"},
        {62, "x86_64"},
        {183, "ARM64"},
        {243, "an unknown processor (e_machine 243)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        expect_broken16(&file, 18, machines[i].machine, ERROR_IMAGE_CPU, machines[i].name);
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_I386), ERROR_IMAGE_CPU,
                   "ELF for PowerPC");
    /* Named by its own byte order: a PC's program, and a little-endian PowerPC one. */
    file.bytes[5] = 1;
    file.bytes[18] = 62;
    file.bytes[19] = 0;
    expect_failure(try_builder(&file), ERROR_IMAGE_CPU, "ELF for x86_64");
    file.bytes[18] = 20;
    expect_failure(try_builder(&file), ERROR_IMAGE_CPU, "not big-endian (EI_DATA 1)");
}

static void test_segment_fields(void **state)
{
    (void)state;
    expect_broken32(&file, ELF_SEGMENT(2), 3, ERROR_IMAGE_KIND, "PT_INTERP");
    expect_broken32(&file, ELF_SEGMENT(0) + 4, 0x141, ERROR_IMAGE_TRUNCATED,
                    "PT_LOAD 0: file offset");
    expect_broken32(&file, ELF_SEGMENT(0) + 4, 0xffffffff, ERROR_IMAGE_TRUNCATED, "PT_LOAD 0");
    expect_broken32(&file, ELF_SEGMENT(0) + 8, 0xffffff80, ERROR_IMAGE_HEADER,
                    "PT_LOAD 0: address");
    expect_broken32(&file, ELF_SEGMENT(0) + 8, ELF_TEXT + 0xfff, ERROR_IMAGE_OVERLAP, "PT_LOAD 1");
    expect_broken32(&file, ELF_SEGMENT(0) + 16, 0x101, ERROR_IMAGE_HEADER, "larger than in memory");
    expect_broken32(&file, ELF_SEGMENT(1) + 20, 0xffffffff, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken32(&file, ELF_SEGMENT(0) + 20, 0x1001, ERROR_IMAGE_OVERLAP, "PT_LOAD 0");
}

static void test_longer_program_headers(void **state)
{
    (void)state;
    /* Entries of 36 bytes: 32 that are known, 4 that later versions may add. */
    memmove(file.bytes + 52 + 72, file.bytes + 52 + 64, 32);
    memmove(file.bytes + 52 + 36, file.bytes + 52 + 32, 32);
    builder_set16(&file, 42, 36);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.piece_count, 2);
    assert_int_equal(tried_plan.pieces[1].address, ELF_TEXT + 0x1000);
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    expect_truncations_refused(&file);
}

static void test_damaged_anywhere(void **state)
{
    (void)state;
    try_mutations(&file, 52 + 96, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_program, build),
        cmocka_unit_test_setup(test_zeros_only, build),
        cmocka_unit_test_setup(test_header_fields, build),
        cmocka_unit_test_setup(test_processors, build),
        cmocka_unit_test_setup(test_segment_fields, build),
        cmocka_unit_test_setup(test_longer_program_headers, build),
        cmocka_unit_test_setup(test_cut_anywhere, build),
        cmocka_unit_test_setup(test_damaged_anywhere, build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
