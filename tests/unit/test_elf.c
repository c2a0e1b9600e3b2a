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

/* --- Kernels for x86 ------------------------------------------------------------------------- */

static int build_32(void **state)
{
    (void)state;
    build_elf_kernel(&file, false);
    return 0;
}

static int build_64(void **state)
{
    (void)state;
    build_elf_kernel(&file, true);
    return 0;
}

static void expect_kernel(enum image_cpu cpu)
{
    assert_int_equal(try_builder(&file), OK);
    assert_string_equal(tried_plan.format, "ELF");
    assert_int_equal(tried_plan.handover, HANDOVER_MULTIBOOT);
    assert_int_equal(tried_plan.cpu, cpu);
    assert_int_equal(tried_plan.entry, KERNEL_ENTRY);
    assert_int_equal(tried_plan.piece_count, 2);
    expect_piece(0, "PT_LOAD 0", KERNEL_TEXT, 0x200, 0x200, 0x200);
    expect_piece(1, "PT_LOAD 1", KERNEL_TEXT + 0x1000, 0x2000, 0x400, 0x40);
    assert_true(tried_plan.pieces[0].executable);
    assert_false(tried_plan.pieces[1].executable);
    assert_int_equal(tried_plan.multiboot.flags, 3);
    assert_int_equal(tried_plan.multiboot.section_offset, KERNEL_SECTIONS);
    assert_int_equal(tried_plan.multiboot.section_count, KERNEL_SECTION_COUNT);
    assert_int_equal(tried_plan.multiboot.section_size, file.bytes[4] == 2 ? 64 : 40);
    assert_int_equal(tried_plan.multiboot.section_names, 4);
}

static void test_kernel_32(void **state)
{
    (void)state;
    expect_kernel(IMAGE_CPU_I386);
    file.cpu = IMAGE_CPU_X86_64;
    expect_kernel(IMAGE_CPU_I386);
    /* A 64-bit kernel in a 32-bit file. */
    builder_set16(&file, 18, 62);
    expect_kernel(IMAGE_CPU_X86_64);
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_I386), ERROR_IMAGE_CPU,
                   "ELF for x86_64, but this processor has no 64-bit mode");
}

static void test_kernel_64(void **state)
{
    (void)state;
    expect_kernel(IMAGE_CPU_X86_64);
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_I386), ERROR_IMAGE_CPU,
                   "no 64-bit mode");
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_POWERPC), ERROR_IMAGE_CPU,
                   "ELF for x86_64, but this machine runs PowerPC");
}

static void test_kernel_entry(void **state)
{
    size_t text = kernel_segment(&file, 0);

    (void)state;
    /* A physical one, which lies in no segment's virtual range. */
    builder_set32(&file, 24, KERNEL_ENTRY + 4);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, KERNEL_ENTRY + 4);
    expect_broken32(&file, 24, KERNEL_TEXT + 0x200, ERROR_IMAGE_HEADER, "entry point 0x100200");
    expect_broken32(&file, 24, 0xc0000000 + KERNEL_TEXT + 0x1040, ERROR_IMAGE_HEADER,
                    "entry point 0x101040");
    expect_broken32(&file, 24, 0, ERROR_IMAGE_HEADER, "entry point 0x0");
    /* Where both addresses are equal, there is nothing to translate. */
    builder_set32(&file, text + 8, KERNEL_TEXT);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, KERNEL_ENTRY + 4);
}

static void test_kernel_header_fields(void **state)
{
    (void)state;
    expect_broken16(&file, 4, 0x0102, ERROR_IMAGE_CPU, "ELF for i386 that is not 32-bit");
    expect_broken16(&file, 4, 0x0100, ERROR_IMAGE_CPU, "EI_CLASS 0");
    expect_broken16(&file, 6, 0, ERROR_IMAGE_HEADER, "EI_VERSION is 0");
    expect_broken16(&file, 16, 3, ERROR_IMAGE_KIND, "a dynamic executable");
    expect_broken16(&file, 16, 1, ERROR_IMAGE_KIND, "an object file");
    expect_broken16(&file, 18, 40, ERROR_IMAGE_CPU, "ELF for ARM");
    expect_broken32(&file, 20, 2, ERROR_IMAGE_HEADER, "e_version 2");
    expect_broken32(&file, 28, 0xffffffff, ERROR_IMAGE_TRUNCATED, "e_phoff 0xffffffff");
    expect_broken16(&file, 42, 31, ERROR_IMAGE_HEADER, "e_phentsize is 31");
    expect_broken16(&file, 44, 0, ERROR_IMAGE_HEADER, "nothing in it is to be loaded");
    expect_broken32(&file, kernel_segment(&file, 2), 3, ERROR_IMAGE_KIND, "PT_INTERP");
    file.bytes[5] = 2; /* big-endian, e_machine too */
    file.bytes[18] = 0;
    file.bytes[19] = 3;
    expect_failure(try_builder(&file), ERROR_IMAGE_CPU, "not little-endian (EI_DATA 2)");
}

static void test_kernel_64_fields(void **state)
{
    size_t text = kernel_segment(&file, 0);

    (void)state;
    expect_broken64(&file, 32, 0x100000040, ERROR_IMAGE_TRUNCATED, "e_phoff 0x100000040");
    expect_broken64(&file, 32, UINT64_MAX, ERROR_IMAGE_TRUNCATED, "e_phoff");
    expect_broken64(&file, 40, 0x1000004c0, ERROR_IMAGE_TRUNCATED, "e_shoff 0x1000004c0");
    expect_broken64(&file, text + 8, 0x100000200, ERROR_IMAGE_TRUNCATED, "file offset");
    expect_broken64(&file, text + 24, 0x100100000, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken64(&file, text + 24, UINT64_MAX, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken64(&file, text + 32, 0x100000200, ERROR_IMAGE_HEADER, "larger than in memory");
    expect_broken64(&file, text + 40, UINT64_MAX, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken64(&file, 24, UINT64_MAX, ERROR_IMAGE_HEADER, "entry point");
    expect_failure(try_image(file.bytes, 63, IMAGE_CPU_X86_64), ERROR_IMAGE_TRUNCATED, "only 63");
    expect_failure(try_image(file.bytes, 51, IMAGE_CPU_X86_64), ERROR_IMAGE_TRUNCATED, "only 51");
}

static void test_kernel_without_multiboot(void **state)
{
    (void)state;
    expect_broken32(&file, KERNEL_HEADER, 0x1badb003, ERROR_IMAGE_KIND,
                    "an ELF file for i386 without a multiboot header");
    expect_broken32(&file, KERNEL_HEADER + 8, 0, ERROR_IMAGE_KIND, "without a multiboot header");
}

static void test_kernel_sections(void **state)
{
    size_t symbols = kernel_section(&file, 2);

    (void)state;
    expect_broken32(&file, 32, 0xffffff00, ERROR_IMAGE_TRUNCATED, "e_shoff 0xffffff00");
    expect_broken16(&file, 46, 39, ERROR_IMAGE_HEADER, "e_shentsize is 39");
    expect_broken16(&file, 46, 0xffff, ERROR_IMAGE_TRUNCATED, "e_shoff");
    expect_broken16(&file, 48, 6, ERROR_IMAGE_TRUNCATED, "e_shnum 6");
    expect_broken32(&file, symbols + 16, 0xffffffff, ERROR_IMAGE_TRUNCATED, "section 2 (symbols)");
    expect_broken32(&file, symbols + 20, 0x10000, ERROR_IMAGE_TRUNCATED, "size 0x10000");
    /* Of sections that nobody reads, nothing has to be right. */
    builder_set32(&file, kernel_section(&file, 1) + 16, 0xffffffff);
    builder_set32(&file, symbols + 4, 8); /* SHT_NOBITS */
    builder_set32(&file, symbols + 20, 0xffffffff);
    builder_set32(&file, kernel_section(&file, 3) + 8, 2); /* SHF_ALLOC: a segment brings it */
    builder_set32(&file, kernel_section(&file, 3) + 16, 0xffffffff);
    builder_set16(&file, 50, 5); /* e_shstrndx beyond the table */
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.multiboot.section_names, 0);
    builder_set16(&file, 48, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.multiboot.section_count, 0);
    assert_int_equal(tried_plan.multiboot.section_offset, 0);
}

static void test_kernel_header_addresses_win(void **state)
{
    (void)state;
    /* The rest of the ELF file may say what it likes then, even that it is a library. */
    builder_set16(&file, 16, 3);
    builder_set32(&file, KERNEL_HEADER + 4, 0x10003);
    builder_set32(&file, KERNEL_HEADER + 8, 0u - 0x1badb002u - 0x10003u);
    builder_set32(&file, KERNEL_HEADER + 12, 0x400000 + KERNEL_HEADER);
    builder_set32(&file, KERNEL_HEADER + 16, 0x400000);
    builder_set32(&file, KERNEL_HEADER + 28, 0x400100);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.handover, HANDOVER_MULTIBOOT);
    assert_int_equal(tried_plan.piece_count, 1);
    expect_piece(0, "image", 0x400000, file.length, 0, file.length);
    assert_int_equal(tried_plan.entry, 0x400100);
    assert_int_equal(tried_plan.multiboot.section_count, 0);
}

static void test_kernel_cut_and_damaged(void **state)
{
    (void)state;
    expect_truncations_refused(&file);
    try_mutations(&file, KERNEL_HEADER + 48, 20000);
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
        cmocka_unit_test_setup(test_kernel_32, build_32),
        cmocka_unit_test_setup(test_kernel_64, build_64),
        cmocka_unit_test_setup(test_kernel_entry, build_32),
        cmocka_unit_test_setup(test_kernel_header_fields, build_32),
        cmocka_unit_test_setup(test_kernel_64_fields, build_64),
        cmocka_unit_test_setup(test_kernel_without_multiboot, build_32),
        cmocka_unit_test_setup(test_kernel_sections, build_32),
        cmocka_unit_test_setup(test_kernel_header_addresses_win, build_32),
        cmocka_unit_test_setup(test_kernel_cut_and_damaged, build_32),
        cmocka_unit_test_setup(test_kernel_cut_and_damaged, build_64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
