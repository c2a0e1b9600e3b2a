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
    build_xcoff(&file);
    return 0;
}

static void expect_sample_pieces(void)
{
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.piece_count, 3);
    expect_piece(0, ".text", XCOFF_TEXT, 0x200, 0x100, 0x200);
    expect_piece(1, ".data", XCOFF_TEXT + 0x200, 0x80, 0x300, 0x80);
    expect_piece(2, ".bss", XCOFF_TEXT + 0x280, 0x1000, 0, 0);
}

static void test_program(void **state)
{
    (void)state;
    expect_sample_pieces();
    assert_string_equal(tried_plan.format, "XCOFF");
    assert_int_equal(tried_plan.handover, HANDOVER_OPENFIRMWARE_CLIENT);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_POWERPC);
    assert_int_equal(tried_plan.entry, XCOFF_ENTRY);
    assert_int_equal(tried_plan.table_of_contents, XCOFF_TOC);
    assert_int_equal(tried_plan.entry_descriptor, XCOFF_TEXT + 0x210);
    assert_true(tried_plan.pieces[0].executable);
    assert_false(tried_plan.pieces[1].executable);
    assert_false(tried_plan.macho.has_symbols);
}

static void test_flags_do_not_matter(void **state)
{
    (void)state;
    for (unsigned number = 1; number <= 4; number++)
        builder_set32(&file, XCOFF_SECTION(number) + 36, 0x20);
    expect_sample_pieces();
    for (unsigned number = 1; number <= 4; number++)
        builder_set32(&file, XCOFF_SECTION(number) + 36, 0x80);
    expect_sample_pieces();
}

static void test_by_name_alone(void **state)
{
    (void)state;
    builder_set16(&file, 0x36, 0);
    builder_set16(&file, 0x38, 0);
    builder_set16(&file, 0x3e, 0);
    expect_sample_pieces();
}

static void test_by_number_alone(void **state)
{
    (void)state;
    memcpy(file.bytes + XCOFF_SECTION(1), "CODE\0", 6);
    memcpy(file.bytes + XCOFF_SECTION(2), "EIGHTCHR", 8);
    memcpy(file.bytes + XCOFF_SECTION(3), "ZERO", 5);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.piece_count, 3);
    expect_piece(1, "EIGHTCHR", XCOFF_TEXT + 0x200, 0x80, 0x300, 0x80);
    expect_piece(2, "ZERO", XCOFF_TEXT + 0x280, 0x1000, 0, 0);
}

static void test_longer_auxiliary_header(void **state)
{
    (void)state;
    memmove(file.bytes + 0x5c + 8, file.bytes + 0x5c, 160);
    builder_set16(&file, 0x10, 80);
    expect_sample_pieces();
}

static void test_header_fields(void **state)
{
    (void)state;
    expect_broken16(&file, 0x00, 0x01f7, ERROR_IMAGE_CPU, "64-bit XCOFF");
    expect_broken16(&file, 0x00, 0x01ef, ERROR_IMAGE_CPU, "64-bit XCOFF");
    expect_broken16(&file, 0x02, 0xffff, ERROR_IMAGE_TRUNCATED, "f_nscns is 65535");
    expect_broken16(&file, 0x02, 0, ERROR_IMAGE_HEADER, "o_sntext is 1 of 0");
    expect_broken16(&file, 0x10, 0, ERROR_IMAGE_HEADER, "f_opthdr is 0");
    expect_broken16(&file, 0x10, 71, ERROR_IMAGE_HEADER, "f_opthdr is 71");
    expect_broken16(&file, 0x10, 0xffff, ERROR_IMAGE_TRUNCATED, "f_nscns");
    expect_broken16(&file, 0x14, 0x010c, ERROR_IMAGE_HEADER, "o_mflag is 0x010c");
    expect_broken16(&file, 0x36, 5, ERROR_IMAGE_HEADER, "o_sntext is 5 of 4");
    expect_broken16(&file, 0x38, 0xffff, ERROR_IMAGE_HEADER, "o_sndata is 65535");
    expect_broken16(&file, 0x3e, 5, ERROR_IMAGE_HEADER, "o_snbss is 5");
}

static void test_section_fields(void **state)
{
    (void)state;
    expect_broken32(&file, XCOFF_SECTION(1) + 12, 0xffffff00, ERROR_IMAGE_HEADER, ".text: address");
    expect_broken32(&file, XCOFF_SECTION(1) + 16, 0x201, ERROR_IMAGE_OVERLAP, ".text");
    expect_broken32(&file, XCOFF_SECTION(1) + 16, 0xffffffff, ERROR_IMAGE_TRUNCATED, ".text");
    expect_broken32(&file, XCOFF_SECTION(1) + 20, 0x181, ERROR_IMAGE_TRUNCATED,
                    ".text: file offset");
    expect_broken32(&file, XCOFF_SECTION(1) + 20, 0xffffffff, ERROR_IMAGE_TRUNCATED, ".text");
    expect_broken32(&file, XCOFF_SECTION(3) + 16, 0xffffffff, ERROR_IMAGE_HEADER, ".bss: address");
    expect_broken32(&file, XCOFF_SECTION(3) + 12, XCOFF_TEXT + 0x27f, ERROR_IMAGE_OVERLAP, ".bss");
    /* The physical address says nothing. */
    builder_set32(&file, XCOFF_SECTION(1) + 8, 0x1000);
    expect_sample_pieces();
}

static void test_extra_section_is_never_looked_at(void **state)
{
    (void)state;
    builder_set32(&file, XCOFF_SECTION(4) + 16, 0xffffffff);
    builder_set32(&file, XCOFF_SECTION(4) + 20, 0xffffffff);
    expect_sample_pieces();
}

static void test_empty_section(void **state)
{
    (void)state;
    builder_set32(&file, XCOFF_SECTION(3) + 16, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.piece_count, 2);
}

static void test_descriptor(void **state)
{
    (void)state;
    expect_broken32(&file, 0x24, 0, ERROR_IMAGE_HEADER, "o_entry 0x0)");
    expect_broken32(&file, 0x24, XCOFF_TEXT - 1, ERROR_IMAGE_HEADER, "o_entry");
    expect_broken32(&file, 0x24, XCOFF_TEXT + 0x279, ERROR_IMAGE_HEADER, "o_entry");
    expect_broken32(&file, 0x24, XCOFF_TEXT + 0x280, ERROR_IMAGE_HEADER, "o_entry");
    expect_broken32(&file, 0x24, 0xffffffff, ERROR_IMAGE_HEADER, "o_entry");
    expect_broken32(&file, 0x310, 0x1000, ERROR_IMAGE_HEADER, "entry point 0x1000");
    expect_broken32(&file, 0x310, XCOFF_TEXT + 2, ERROR_IMAGE_HEADER, "multiple of 4");
    /* NetBSD's stands in .text; the last place in .data is good as well. */
    builder_set32(&file, 0x24, XCOFF_TEXT + 0x40);
    builder_set32(&file, 0x140, XCOFF_TEXT + 4);
    builder_set32(&file, 0x144, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, XCOFF_TEXT + 4);
    assert_int_equal(tried_plan.table_of_contents, 0);
    builder_set32(&file, 0x24, XCOFF_TEXT + 0x278);
    builder_set32(&file, 0x378, XCOFF_TEXT + 0x10);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, XCOFF_TEXT + 0x10);
}

static void test_on_another_machine(void **state)
{
    (void)state;
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_X86_64), ERROR_IMAGE_CPU,
                   "XCOFF for PowerPC");
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    expect_truncations_refused(&file);
}

static void test_damaged_anywhere(void **state)
{
    (void)state;
    try_mutations(&file, 0x100, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_program, build),
        cmocka_unit_test_setup(test_flags_do_not_matter, build),
        cmocka_unit_test_setup(test_by_name_alone, build),
        cmocka_unit_test_setup(test_by_number_alone, build),
        cmocka_unit_test_setup(test_longer_auxiliary_header, build),
        cmocka_unit_test_setup(test_header_fields, build),
        cmocka_unit_test_setup(test_section_fields, build),
        cmocka_unit_test_setup(test_extra_section_is_never_looked_at, build),
        cmocka_unit_test_setup(test_empty_section, build),
        cmocka_unit_test_setup(test_descriptor, build),
        cmocka_unit_test_setup(test_on_another_machine, build),
        cmocka_unit_test_setup(test_cut_anywhere, build),
        cmocka_unit_test_setup(test_damaged_anywhere, build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
