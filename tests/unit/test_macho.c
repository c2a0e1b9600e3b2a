/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/image_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

static struct builder file;
static struct macho_sample at;

static int build(void **state)
{
    (void)state;
    build_macho(&file, &at);
    return 0;
}

static void test_kernel(void **state)
{
    (void)state;
    assert_int_equal(try_builder(&file), OK);
    assert_string_equal(tried_plan.format, "Mach-O");
    assert_int_equal(tried_plan.handover, HANDOVER_XNU_POWERPC);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_POWERPC);
    assert_int_equal(tried_plan.entry, MACHO_ENTRY);
    assert_int_equal(tried_plan.table_of_contents, 0);
    assert_int_equal(tried_plan.entry_descriptor, 0);
    assert_int_equal(tried_plan.piece_count, 5);
    expect_piece(0, "__VECTORS", 0, 0x7000, 0x400, 0x180);
    expect_piece(1, "__HIB", 0x7000, 0x2000, 0x580, 0x40);
    expect_piece(2, "__TEXT", 0xe000, 0x2000, 0x5c0, 0x100);
    expect_piece(3, "__DATA", 0x10000, 0x3000, 0x6c0, 0x80);
    expect_piece(4, "__LINKEDIT", 0x13000, 0x1000, 0x740, 0x60);
    assert_true(tried_plan.pieces[2].executable);
    assert_false(tried_plan.pieces[3].executable);
    assert_int_equal(image_plan_start(&tried_plan), 0);
    assert_int_equal(image_plan_end(&tried_plan), 0x14000);
    assert_int_equal(tried_plan.macho.header_size, at.thread + 176);
    assert_true(tried_plan.macho.has_symbols);
    assert_int_equal(tried_plan.macho.symbol_offset, 0x740);
    assert_int_equal(tried_plan.macho.symbol_count, 4);
    assert_int_equal(tried_plan.macho.string_offset, 0x770);
    assert_int_equal(tried_plan.macho.string_size, 0x30);
    assert_false(tried_plan.macho.prelinked);
    assert_int_equal(tried_length, file.length);
}

static void test_segments_in_any_order_are_sorted(void **state)
{
    uint8_t first[56 + 68];

    (void)state;
    /* __VECTORS (one section) and __DATA (one section) change places in the file. */
    memcpy(first, file.bytes + at.vectors, sizeof first);
    memcpy(file.bytes + at.vectors, file.bytes + at.data, sizeof first);
    memcpy(file.bytes + at.data, first, sizeof first);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(0, "__VECTORS", 0, 0x7000, 0x400, 0x180);
    expect_piece(3, "__DATA", 0x10000, 0x3000, 0x6c0, 0x80);
}

static void test_prelinked(void **state)
{
    (void)state;
    builder_set32(&file, at.prelink + 0x18, 0x20000);
    builder_set32(&file, at.prelink + 0x1c, 0x1000);
    assert_int_equal(try_builder(&file), OK);
    assert_true(tried_plan.macho.prelinked);
    assert_int_equal(tried_plan.piece_count, 6);
}

static void test_memory_only_segment(void **state)
{
    (void)state;
    /* Some linkers leave an offset beyond the file where there is nothing to read. */
    builder_set32(&file, at.hib + 0x20, 0xfffff000);
    builder_set32(&file, at.hib + 0x24, 0);
    assert_int_equal(try_builder(&file), OK);
    expect_piece(1, "__HIB", 0x7000, 0x2000, 0, 0);
}

static void test_segment_without_memory_is_not_loaded(void **state)
{
    (void)state;
    /* So is __CTF of 10.5's kernels: bytes in the file, none in memory. */
    builder_set32(&file, at.hib + 0x1c, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.piece_count, 4);
    expect_piece(1, "__TEXT", 0xe000, 0x2000, 0x5c0, 0x100);
}

static void test_stripped(void **state)
{
    (void)state;
    builder_set32(&file, at.symtab + 0x0c, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_false(tried_plan.macho.has_symbols);
    builder_set32(&file, at.symtab, 0x1b);
    assert_int_equal(try_builder(&file), OK);
    assert_false(tried_plan.macho.has_symbols);
}

static void test_name_of_sixteen_characters(void **state)
{
    (void)state;
    memcpy(file.bytes + at.data + 8, "__SIXTEEN_LETTER", 16);
    file.bytes[at.data + 8] = 0x1b; /* an escape character does not reach the console */
    assert_int_equal(try_builder(&file), OK);
    assert_string_equal(tried_plan.pieces[3].name, "?_SIXTEEN_LETTER");
}

static void test_entry_in_plain_thread_command(void **state)
{
    (void)state;
    builder_set32(&file, at.thread, 4); /* LC_THREAD */
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, MACHO_ENTRY);
}

static void test_entry_behind_another_flavor(void **state)
{
    (void)state;
    builder_set32(&file, at.thread + 8, 2); /* PPC_FLOAT_STATE */
    builder_set32(&file, at.thread + 12, 2);
    builder_set32(&file, at.thread + 24, 1);
    builder_set32(&file, at.thread + 28, 30);
    builder_set32(&file, at.thread + 32, 0x10004);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, 0x10004);
}

static void test_header_fields(void **state)
{
    (void)state;
    expect_broken32(&file, 0, 0xfeedfacf, ERROR_IMAGE_CPU, "magic");
    expect_broken32(&file, 4, 0x01000012, ERROR_IMAGE_CPU, "64-bit PowerPC");
    expect_broken32(&file, 4, 7, ERROR_IMAGE_CPU, "i386");
    expect_broken32(&file, 4, 0x01000007, ERROR_IMAGE_CPU, "x86_64");
    expect_broken32(&file, 4, 6, ERROR_IMAGE_CPU, "68000");
    expect_broken32(&file, 4, 12, ERROR_IMAGE_CPU, "ARM");
    expect_broken32(&file, 4, 0x0100000c, ERROR_IMAGE_CPU, "ARM64");
    expect_broken32(&file, 4, 99, ERROR_IMAGE_CPU,
                    "unknown processor (magic 0xfeedface, cputype 0x63)");
    expect_broken32(&file, 12, 1, ERROR_IMAGE_KIND, "an object file (Mach-O filetype 1)");
    /* Apple's loader looks at the magic only; a standalone kernel may be called preloaded. */
    builder_set32(&file, 12, 5);
    assert_int_equal(try_builder(&file), OK);
    builder_set32(&file, 12, 2);
    expect_broken32(&file, 12, 6, ERROR_IMAGE_KIND, "a dynamic library");
    expect_broken32(&file, 12, 0, ERROR_IMAGE_KIND, "unknown kind");
    expect_broken32(&file, 12, 0xffffffff, ERROR_IMAGE_KIND, "unknown kind");
    expect_broken32(&file, 16, 10, ERROR_IMAGE_HEADER, "ncmds is 10");
    expect_broken32(&file, 16, 8, ERROR_IMAGE_HEADER, "no entry point");
    expect_broken32(&file, 16, 0, ERROR_IMAGE_HEADER, "no entry point");
    expect_broken32(&file, 20, 0xffffffff, ERROR_IMAGE_TRUNCATED, "sizeofcmds");
    expect_broken32(&file, 20, 0, ERROR_IMAGE_HEADER, "ncmds");
    expect_broken32(&file, 20, 60, ERROR_IMAGE_HEADER, "cmdsize");
}

static void test_little_endian_kernel_is_for_others(void **state)
{
    (void)state;
    builder_start(&file, true);
    builder_put32(&file, 0xfeedface);
    builder_put32(&file, 7);
    builder_text(&file, "", 20);
    expect_failure(try_builder(&file), ERROR_IMAGE_CPU, "Mach-O for i386");
    builder_set32(&file, 0, 0xfeedfacf);
    builder_set32(&file, 4, 0x01000007);
    expect_failure(try_builder(&file), ERROR_IMAGE_CPU, "Mach-O for x86_64");
}

static void test_kernel_on_another_machine(void **state)
{
    (void)state;
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_I386), ERROR_IMAGE_CPU,
                   "Mach-O for PowerPC");
}

static void test_load_command_fields(void **state)
{
    (void)state;
    expect_broken32(&file, at.uuid + 4, 0, ERROR_IMAGE_HEADER,
                    "load command 7 (0x1b): cmdsize is 0");
    expect_broken32(&file, at.uuid + 4, 7, ERROR_IMAGE_HEADER, "cmdsize is 7");
    expect_broken32(&file, at.uuid + 4, 22, ERROR_IMAGE_HEADER, "cmdsize is 22");
    expect_broken32(&file, at.uuid + 4, 0xfffffffc, ERROR_IMAGE_HEADER, "cmdsize");
    expect_broken32(&file, at.thread + 4, 180, ERROR_IMAGE_HEADER, "cmdsize is 180");
    expect_broken32(&file, at.uuid, 0xe, ERROR_IMAGE_KIND, "dynamic Mach-O program");
    expect_broken32(&file, at.uuid, 0xc, ERROR_IMAGE_KIND, "dynamic Mach-O program");
    expect_broken32(&file, at.uuid, 0x19, ERROR_IMAGE_HEADER, "LC_SEGMENT_64 in a 32-bit file");
    expect_broken32(&file, at.uuid, 0x80000028, ERROR_IMAGE_KIND, "LC_MAIN");
    expect_broken32(&file, at.uuid, 1, ERROR_IMAGE_HEADER, "LC_SEGMENT: cmdsize is 24");
    expect_broken32(&file, at.uuid, 2, ERROR_IMAGE_HEADER, "two symbol tables");
    expect_broken32(&file, at.thread, 0x1b, ERROR_IMAGE_HEADER, "no entry point");
}

static void test_segment_fields(void **state)
{
    (void)state;
    expect_broken32(&file, at.text + 0x18, 0xfffff000, ERROR_IMAGE_HEADER,
                    "__TEXT: address 0xfffff000");
    expect_broken32(&file, at.text + 0x1c, 0xffffffff, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken32(&file, at.text + 0x1c, 0x2001, ERROR_IMAGE_OVERLAP, "__TEXT");
    expect_broken32(&file, at.text + 0x18, 0x8fff, ERROR_IMAGE_OVERLAP, "__HIB");
    expect_broken32(&file, at.text + 0x1c, 0xff, ERROR_IMAGE_HEADER, "larger than in memory");
    expect_broken32(&file, at.text + 0x20, 0x7a1, ERROR_IMAGE_TRUNCATED,
                    "__TEXT: file offset 0x7a1");
    expect_broken32(&file, at.text + 0x20, 0xffffff80, ERROR_IMAGE_TRUNCATED, "__TEXT");
    expect_broken32(&file, at.text + 0x24, 0x1fff, ERROR_IMAGE_TRUNCATED, "__TEXT");
    expect_broken32(&file, at.text + 0x30, 3, ERROR_IMAGE_HEADER, "nsects is 3");
    expect_broken32(&file, at.text + 0x30, 0xffffffff, ERROR_IMAGE_HEADER, "nsects");
    expect_broken32(&file, at.text + 4, 52, ERROR_IMAGE_HEADER, "cmdsize is 52");
}

static void test_symbol_fields(void **state)
{
    (void)state;
    expect_broken32(&file, at.symtab + 4, 20, ERROR_IMAGE_HEADER, "LC_SYMTAB: cmdsize is 20");
    expect_broken32(&file, at.symtab + 0x08, 0x7a0, ERROR_IMAGE_TRUNCATED, "symoff 0x7a0");
    expect_broken32(&file, at.symtab + 0x0c, 0x15555556, ERROR_IMAGE_TRUNCATED, "nsyms");
    expect_broken32(&file, at.symtab + 0x10, 0xfffffff0, ERROR_IMAGE_TRUNCATED, "stroff");
    expect_broken32(&file, at.symtab + 0x14, 0x31, ERROR_IMAGE_TRUNCATED, "strsize 0x31");
}

static void test_thread_fields(void **state)
{
    (void)state;
    expect_broken32(&file, at.thread + 8, 3, ERROR_IMAGE_HEADER, "no state of flavor 1");
    expect_broken32(&file, at.thread + 12, 41, ERROR_IMAGE_HEADER, "count is 41");
    expect_broken32(&file, at.thread + 12, 0xffffffff, ERROR_IMAGE_HEADER, "count");
    expect_broken32(&file, at.thread + 12, 0, ERROR_IMAGE_HEADER, "no state of flavor 1");
    expect_broken32(&file, at.thread + 16, 0xa000, ERROR_IMAGE_HEADER, "entry point 0xa000");
    /* In a segment, but where only zeros will be. */
    expect_broken32(&file, at.thread + 16, 0xe100, ERROR_IMAGE_HEADER, "entry point 0xe100");
    expect_broken32(&file, at.thread + 16, 0xe0fe, ERROR_IMAGE_HEADER, "entry point");
    expect_broken32(&file, at.thread + 16, 0xe012, ERROR_IMAGE_HEADER, "no multiple of 4");
    builder_set32(&file, at.uuid, 5);
    builder_set32(&file, at.uuid + 8, 1);
    builder_set32(&file, at.uuid + 12, 2);
    expect_failure(try_builder(&file), ERROR_IMAGE_HEADER, "two entry points");
}

/* A file anew: a kernel's header for this many load commands, `size` bytes of them to come. */
static void start_header(unsigned count, unsigned size)
{
    builder_start(&file, false);
    builder_put32(&file, 0xfeedface);
    builder_put32(&file, 18);
    builder_put32(&file, 0);
    builder_put32(&file, 2);
    builder_put32(&file, count);
    builder_put32(&file, size);
    builder_put32(&file, 0);
}

static void test_too_many_segments(void **state)
{
    const unsigned count = IMAGE_PIECES_MAXIMUM + 1;

    (void)state;
    start_header(count, count * 56);
    for (unsigned i = 0; i < count; i++) {
        builder_put32(&file, 1);
        builder_put32(&file, 56);
        builder_text(&file, "__MANY", 16);
        builder_put32(&file, i * 0x1000);
        builder_put32(&file, 0x1000);
        builder_text(&file, "", 24);
    }
    expect_failure(try_builder(&file), ERROR_IMAGE_PIECES, "more than 64");
}

static void test_nothing_to_load(void **state)
{
    (void)state;
    start_header(1, 20);
    builder_put32(&file, 5);
    builder_put32(&file, 20);
    builder_put32(&file, 1);
    builder_put32(&file, 1);
    builder_put32(&file, 0x1000);
    expect_failure(try_builder(&file), ERROR_IMAGE_HEADER, "nothing in it is to be loaded");
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    expect_truncations_refused(&file);
}

static void test_damaged_anywhere(void **state)
{
    (void)state;
    try_mutations(&file, at.thread + 176, 20000);
}

/* --- x86 ------------------------------------------------------------------------------------- */

static struct macho_x86_sample x86;

static int build_i386(void **state)
{
    (void)state;
    build_macho_x86(&file, false, &x86);
    return 0;
}

static int build_x86_64(void **state)
{
    (void)state;
    build_macho_x86(&file, true, &x86);
    return 0;
}

/* Both kinds, at their physical addresses. */
static void expect_x86_kernel(enum image_cpu cpu, uint64_t virtual_base, uint32_t header_size)
{
    assert_int_equal(try_builder(&file), OK);
    assert_string_equal(tried_plan.format, "Mach-O");
    assert_int_equal(tried_plan.handover, HANDOVER_XNU_X86);
    assert_int_equal(tried_plan.cpu, cpu);
    assert_int_equal(tried_plan.entry, MACHO_X86_ENTRY);
    assert_int_equal(tried_plan.macho.virtual_base, virtual_base);
    assert_int_equal(tried_plan.piece_count, 5);
    expect_piece(0, "__HIB", 0x100000, 0x11000, 0x600, 0x40);
    expect_piece(1, "__TEXT", 0x111000, 0x2000, 0x640, 0x100);
    expect_piece(2, "__DATA", 0x113000, 0x3000, 0x740, 0x80);
    expect_piece(3, "__PRELINK_INFO", 0x116000, 0x1000, 0, 0);
    expect_piece(4, "__LINKEDIT", 0x117000, 0x1000, 0x800, 0x80);
    assert_true(tried_plan.pieces[1].executable);
    assert_false(tried_plan.pieces[2].executable);
    assert_int_equal(tried_plan.macho.header_size, header_size);
    assert_true(tried_plan.macho.has_symbols);
    assert_int_equal(tried_plan.macho.symbol_offset, 0x800);
    assert_int_equal(tried_plan.macho.symbol_count, 4);
    assert_int_equal(tried_plan.macho.string_offset + tried_plan.macho.string_size, 0x880);
    assert_false(tried_plan.macho.prelinked);
}

static void test_i386_kernel(void **state)
{
    (void)state;
    expect_x86_kernel(IMAGE_CPU_I386, 0, (uint32_t)x86.thread + 16 + 64);
    /* A 64-bit processor runs it too, and it stays what it is. */
    file.cpu = IMAGE_CPU_X86_64;
    expect_x86_kernel(IMAGE_CPU_I386, 0, (uint32_t)x86.thread + 16 + 64);
}

static void test_x86_64_kernel(void **state)
{
    (void)state;
    expect_x86_kernel(IMAGE_CPU_X86_64, MACHO_X86_BASE, (uint32_t)x86.thread + 16 + 168);
}

static void test_i386_kernel_linked_high(void **state)
{
    const size_t segments[] = {x86.hib, x86.text, x86.data, x86.prelink_info, x86.linkedit};

    (void)state;
    /* The i386 half of PowerPC releases was linked at 0xC0100000. */
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
        file.bytes[segments[i] + 0x18 + 3] |= 0xc0;
    builder_set32(&file, x86.thread + 16 + 40, 0xc0000000 + MACHO_X86_ENTRY);
    expect_x86_kernel(IMAGE_CPU_I386, 0xc0000000, (uint32_t)x86.thread + 16 + 64);
    file.bytes[x86.data + 0x18 + 3] = 0x80;
    expect_failure(try_builder(&file), ERROR_IMAGE_HEADER,
                   "__DATA: vmaddr 0x80113000 is in another gigabyte");
}

static void test_x86_segments_of_one_mapping(void **state)
{
    (void)state;
    expect_broken64(&file, x86.text + 0x18, 0x111000, ERROR_IMAGE_HEADER,
                    "__TEXT: vmaddr 0x111000 is in another gigabyte");
    expect_broken64(&file, x86.linkedit + 0x18, 0xffffff7f80117000, ERROR_IMAGE_HEADER,
                    "__LINKEDIT: vmaddr 0xffffff7f80117000");
    /* Where nothing is loaded, the address counts for nothing: __CTF has 0. */
    builder_set64(&file, x86.ctf + 0x18, 0x123456789);
    expect_x86_kernel(IMAGE_CPU_X86_64, MACHO_X86_BASE, (uint32_t)x86.thread + 16 + 168);
}

static void test_x86_other_machines(void **state)
{
    (void)state;
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_I386), ERROR_IMAGE_CPU,
                   "Mach-O for x86_64, but this processor has no 64-bit mode");
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_POWERPC), ERROR_IMAGE_CPU,
                   "Mach-O for x86_64, but this machine runs PowerPC");
    build_macho(&file, &at);
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_X86_64), ERROR_IMAGE_CPU,
                   "Mach-O for PowerPC, but this machine runs x86_64");
    build_macho_x86(&file, false, &x86);
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_POWERPC), ERROR_IMAGE_CPU,
                   "Mach-O for i386");
}

static void test_x86_header_fields(void **state)
{
    (void)state;
    /* The magic and the processor have to go together. */
    expect_broken32(&file, 0, 0xfeedface, ERROR_IMAGE_CPU, "Mach-O for x86_64 (magic 0xcefaedfe");
    expect_broken32(&file, 4, 7, ERROR_IMAGE_CPU, "Mach-O for i386 (magic 0xcffaedfe");
    expect_broken32(&file, 4, 0x0100000c, ERROR_IMAGE_CPU, "Mach-O for ARM64");
    expect_broken32(&file, 12, 11, ERROR_IMAGE_KIND, "a kernel extension");
    expect_broken32(&file, 12, 1, ERROR_IMAGE_KIND, "an object file");
    expect_broken32(&file, 16, 9, ERROR_IMAGE_HEADER, "ncmds is 9");
    expect_broken32(&file, 16, 7, ERROR_IMAGE_HEADER, "no entry point");
    expect_broken32(&file, 20, 0xffffffff, ERROR_IMAGE_TRUNCATED, "sizeofcmds");
    expect_broken32(&file, x86.hib, 1, ERROR_IMAGE_HEADER, "LC_SEGMENT in a 64-bit file");
    expect_broken32(&file, x86.symtab, 0x80000028, ERROR_IMAGE_KIND, "LC_MAIN");
    expect_broken32(&file, x86.symtab, 0xc, ERROR_IMAGE_KIND, "dynamic Mach-O program");
    expect_failure(try_image(file.bytes, 31, IMAGE_CPU_X86_64), ERROR_IMAGE_TRUNCATED, "only 31");
}

static void test_x86_segment_fields(void **state)
{
    const size_t text = x86.text;

    (void)state;
    expect_broken64(&file, text + 0x20, 0x100000000, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken64(&file, text + 0x20, UINT64_MAX, ERROR_IMAGE_HEADER, "above 4 GB");
    expect_broken64(&file, text + 0x20, 0x2001, ERROR_IMAGE_OVERLAP, "__TEXT");
    expect_broken64(&file, text + 0x20, 0xff, ERROR_IMAGE_HEADER, "larger than in memory");
    expect_broken64(&file, text + 0x28, UINT64_MAX, ERROR_IMAGE_TRUNCATED, "__TEXT: file offset");
    expect_broken64(&file, text + 0x28, 0x100000640, ERROR_IMAGE_TRUNCATED, "0x100000640");
    expect_broken64(&file, text + 0x30, 0x100000100, ERROR_IMAGE_HEADER, "larger than in memory");
    expect_broken64(&file, text + 0x30, 0x1fff, ERROR_IMAGE_TRUNCATED, "__TEXT");
    expect_broken32(&file, text + 0x40, 3, ERROR_IMAGE_HEADER, "nsects is 3");
    expect_broken32(&file, text + 0x40, 0xffffffff, ERROR_IMAGE_HEADER, "nsects");
    expect_broken32(&file, text + 4, 68, ERROR_IMAGE_HEADER, "cmdsize is 68");
    expect_broken32(&file, x86.symtab + 0x0c, 9, ERROR_IMAGE_TRUNCATED, "nsyms 9");
}

static void test_x86_thread_fields(void **state)
{
    const size_t thread = x86.thread;

    (void)state;
    expect_broken32(&file, thread + 8, 1, ERROR_IMAGE_HEADER, "no state of flavor 4");
    expect_broken32(&file, thread + 12, 33, ERROR_IMAGE_HEADER, "no state of flavor 4");
    expect_broken32(&file, thread + 12, 43, ERROR_IMAGE_HEADER, "count is 43");
    expect_broken64(&file, thread + 0x90, MACHO_X86_BASE + 0x113080, ERROR_IMAGE_HEADER,
                    "entry point 0x113080");
    /* Some kernels name their entry physically. */
    builder_set64(&file, thread + 0x90, MACHO_X86_ENTRY);
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_plan.entry, MACHO_X86_ENTRY);
    build_macho_x86(&file, false, &x86);
    expect_broken32(&file, x86.thread + 8, 4, ERROR_IMAGE_HEADER, "no state of flavor 1");
    expect_broken32(&file, x86.thread + 12, 10, ERROR_IMAGE_HEADER, "flavor 1");
}

static void test_x86_prelinked(void **state)
{
    const size_t section = x86.prelink_info + 72;

    (void)state;
    builder_set64(&file, section + 0x28, 0x800);
    assert_int_equal(try_builder(&file), OK);
    assert_true(tried_plan.macho.prelinked);
    memcpy(file.bytes + section, "__inf\0", 6);
    assert_int_equal(try_builder(&file), OK);
    assert_false(tried_plan.macho.prelinked);
    build_macho_x86(&file, false, &x86);
    builder_set32(&file, x86.prelink_info + 56 + 0x24, 1);
    assert_int_equal(try_builder(&file), OK);
    assert_true(tried_plan.macho.prelinked);
    /* 10.4 and 10.5: by the segment. */
    build_macho_x86(&file, false, &x86);
    memset(file.bytes + x86.prelink_info + 8, 0, 16);
    memcpy(file.bytes + x86.prelink_info + 8, "__PRELINK", 9);
    assert_int_equal(try_builder(&file), OK);
    assert_true(tried_plan.macho.prelinked);
    builder_set32(&file, x86.prelink_info + 0x1c, 0);
    assert_int_equal(try_builder(&file), OK);
    assert_false(tried_plan.macho.prelinked);
}

static void test_x86_cut_and_damaged(void **state)
{
    (void)state;
    expect_truncations_refused(&file);
    try_mutations(&file, x86.thread + 16 + (file.cpu == IMAGE_CPU_X86_64 ? 168 : 64), 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_kernel, build),
        cmocka_unit_test_setup(test_segments_in_any_order_are_sorted, build),
        cmocka_unit_test_setup(test_prelinked, build),
        cmocka_unit_test_setup(test_memory_only_segment, build),
        cmocka_unit_test_setup(test_segment_without_memory_is_not_loaded, build),
        cmocka_unit_test_setup(test_stripped, build),
        cmocka_unit_test_setup(test_name_of_sixteen_characters, build),
        cmocka_unit_test_setup(test_entry_in_plain_thread_command, build),
        cmocka_unit_test_setup(test_entry_behind_another_flavor, build),
        cmocka_unit_test_setup(test_header_fields, build),
        cmocka_unit_test_setup(test_little_endian_kernel_is_for_others, build),
        cmocka_unit_test_setup(test_kernel_on_another_machine, build),
        cmocka_unit_test_setup(test_load_command_fields, build),
        cmocka_unit_test_setup(test_segment_fields, build),
        cmocka_unit_test_setup(test_symbol_fields, build),
        cmocka_unit_test_setup(test_thread_fields, build),
        cmocka_unit_test_setup(test_too_many_segments, build),
        cmocka_unit_test_setup(test_nothing_to_load, build),
        cmocka_unit_test_setup(test_cut_anywhere, build),
        cmocka_unit_test_setup(test_damaged_anywhere, build),
        cmocka_unit_test_setup(test_i386_kernel, build_i386),
        cmocka_unit_test_setup(test_x86_64_kernel, build_x86_64),
        cmocka_unit_test_setup(test_i386_kernel_linked_high, build_i386),
        cmocka_unit_test_setup(test_x86_segments_of_one_mapping, build_x86_64),
        cmocka_unit_test_setup(test_x86_other_machines, build_x86_64),
        cmocka_unit_test_setup(test_x86_header_fields, build_x86_64),
        cmocka_unit_test_setup(test_x86_segment_fields, build_x86_64),
        cmocka_unit_test_setup(test_x86_thread_fields, build_x86_64),
        cmocka_unit_test_setup(test_x86_prelinked, build_x86_64),
        cmocka_unit_test_setup(test_x86_cut_and_damaged, build_i386),
        cmocka_unit_test_setup(test_x86_cut_and_damaged, build_x86_64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
