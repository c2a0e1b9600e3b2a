/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/image_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

static struct builder inner, file, middle;
static struct macho_sample sample;

/* A fat file: `magic` and the words in the byte order of the builder; slices from offset 0x100 on.
 */
static void build_fat(struct builder *fat, bool little, const uint32_t *types, unsigned count,
                      const struct builder *slice)
{
    uint32_t offset = 0x100;

    builder_start(fat, little);
    builder_put32(fat, 0xcafebabe);
    builder_put32(fat, count);
    for (unsigned i = 0; i < count; i++) {
        builder_put32(fat, types[i]);
        builder_put32(fat, i); /* cpusubtype */
        builder_put32(fat, offset);
        builder_put32(fat, (uint32_t)slice->length);
        builder_put32(fat, 12);
        offset += (uint32_t)slice->length;
    }
    builder_fill(fat, 0x100);
    for (unsigned i = 0; i < count; i++)
        builder_bytes(fat, slice->bytes, slice->length);
}

static const uint32_t intel_and_powerpc[] = {7, 18, 18};

static int build_fat_kernel(void **state)
{
    (void)state;
    build_macho(&inner, &sample);
    build_fat(&file, false, intel_and_powerpc, 3, &inner);
    return 0;
}

static void expect_inner_image(void)
{
    assert_int_equal(try_builder(&file), OK);
    assert_int_equal(tried_length, inner.length);
    assert_memory_equal(tried_image, inner.bytes, inner.length);
}

static void test_fat(void **state)
{
    (void)state;
    expect_inner_image();
    assert_string_equal(tried_plan.format, "Mach-O");
    assert_int_equal(tried_plan.entry, MACHO_ENTRY);
    build_fat(&file, true, intel_and_powerpc, 3, &inner);
    expect_inner_image();
}

static void test_fat_takes_the_first_that_fits(void **state)
{
    (void)state;
    /* The third slice, PowerPC too, would be refused. */
    builder_set32(&file, 0x100 + 2 * (uint32_t)inner.length, 0);
    expect_inner_image();
}

static void test_fat_fields(void **state)
{
    (void)state;
    expect_broken32(&file, 4, 0, ERROR_IMAGE_CPU,
                    "none of its 0 slices is for PowerPC; it has: nothing");
    expect_broken32(&file, 4, 1, ERROR_IMAGE_CPU,
                    "none of its 1 slices is for PowerPC; it has: i386");
    expect_broken32(&file, 4, 45, ERROR_IMAGE_KIND, "Java class file");
    expect_broken32(&file, 4, 0xffffffff, ERROR_IMAGE_KIND, "Java class file");
    expect_broken32(&file, 8 + 20 + 8, 0xffffff00, ERROR_IMAGE_TRUNCATED, "slice 1 has offset");
    expect_broken32(&file, 8 + 20 + 12, 0xffffffff, ERROR_IMAGE_TRUNCATED, "slice 1");
    expect_broken32(&file, 8 + 20 + 12, 0, ERROR_IMAGE_HEADER, "slice 1 has size 0");
    expect_broken32(&file, 8 + 20 + 12, 0x7a0 - 1, ERROR_IMAGE_TRUNCATED, "the file has 0x79f");
    /* What says it is for PowerPC, but is not. */
    builder_set32(&file, 0x100, 0x12345678);
    expect_broken32(&file, 8, 18, ERROR_IMAGE_UNKNOWN, "it starts with 12 34 56 78");
}

static void test_fat_for_other_processors(void **state)
{
    (void)state;
    /* The slice is found by the machine's type; what is inside is then refused by its own. */
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_I386), ERROR_IMAGE_CPU,
                   "Mach-O for PowerPC");
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_X86_64), ERROR_IMAGE_CPU,
                   "Mach-O for PowerPC");
}

static void test_fat_lists_what_it_has(void **state)
{
    static const uint32_t many[] = {18, 0x01000012, 12, 0x0100000c, 0x63, 0x1234567};

    (void)state;
    build_fat(&file, false, many, 6, &inner);
    expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_X86_64), ERROR_IMAGE_CPU,
                   "none of its 6 slices is for x86_64; it has: PowerPC PowerPC64 ARM ARM64 0x63 "
                   "0x1234567");
}

/* A fat file of these two, in this order. */
static void build_fat_pair(uint32_t first_type, const struct builder *first, uint32_t second_type,
                           const struct builder *second)
{
    const struct {
        uint32_t type;
        const struct builder *slice;
    } slices[] = {{first_type, first}, {second_type, second}};
    uint32_t offset = 0x100;

    builder_start(&file, false);
    builder_put32(&file, 0xcafebabe);
    builder_put32(&file, 2);
    for (size_t i = 0; i < 2; i++) {
        builder_put32(&file, slices[i].type);
        builder_put32(&file, 3);
        builder_put32(&file, offset);
        builder_put32(&file, (uint32_t)slices[i].slice->length);
        builder_put32(&file, 12);
        offset += (uint32_t)slices[i].slice->length;
    }
    builder_fill(&file, 0x100);
    builder_bytes(&file, first->bytes, first->length);
    builder_bytes(&file, second->bytes, second->length);
}

static void test_fat_for_x86(void **state)
{
    static struct builder narrow, wide;
    struct macho_x86_sample x86;

    (void)state;
    build_macho_x86(&narrow, false, &x86);
    build_macho_x86(&wide, true, &x86);
    build_fat_pair(7, &narrow, 0x01000007, &wide);
    for (int swapped = 0; swapped < 2; swapped++) {
        /* The most capable, wherever it stands; less where arch= says less. */
        assert_int_equal(try_image(file.bytes, file.length, IMAGE_CPU_X86_64), OK);
        assert_int_equal(tried_plan.cpu, IMAGE_CPU_X86_64);
        assert_int_equal(try_image(file.bytes, file.length, IMAGE_CPU_I386), OK);
        assert_int_equal(tried_plan.cpu, IMAGE_CPU_I386);
        expect_failure(try_image(file.bytes, file.length, IMAGE_CPU_POWERPC), ERROR_IMAGE_CPU,
                       "is for PowerPC; it has: ");
        build_fat_pair(0x01000007, &wide, 7, &narrow);
    }
    /* 10.4 and 10.5: PowerPC and i386. */
    build_fat_pair(18, &inner, 7, &narrow);
    assert_int_equal(try_image(file.bytes, file.length, IMAGE_CPU_X86_64), OK);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_I386);
    assert_int_equal(try_image(file.bytes, file.length, IMAGE_CPU_POWERPC), OK);
    assert_int_equal(tried_plan.cpu, IMAGE_CPU_POWERPC);
}

static void test_fat_cut_and_damaged(void **state)
{
    static const uint32_t only_powerpc[] = {18};

    (void)state;
    build_fat(&file, false, only_powerpc, 1, &inner);
    expect_truncations_refused(&file);
    try_mutations(&file, 28, 10000);
}

static void test_fat_short_table(void **state)
{
    (void)state;
    expect_failure(try_image(file.bytes, 8 + 59, IMAGE_CPU_POWERPC), ERROR_IMAGE_TRUNCATED,
                   "nfat_arch is 3");
    expect_failure(try_image(file.bytes, 7, IMAGE_CPU_POWERPC), ERROR_IMAGE_TRUNCATED, "only 7");
}

static void test_java_class(void **state)
{
    static const uint8_t java[] = {0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, 0, 30, 10, 0, 6};

    (void)state;
    expect_failure(try_image(java, sizeof java, IMAGE_CPU_POWERPC), ERROR_IMAGE_KIND,
                   "Java class file");
}

/* --- CHRP
 * ------------------------------------------------------------------------------------------ */

static const char script[] = "<CHRP-BOOT>\n<COMPATIBLE>MacRISC</COMPATIBLE>\n<BOOT-SCRIPT>\n"
                             "\" </CHRP-BOOT>\" search\n</BOOT-SCRIPT>\n</CHRP-BOOT>";

static void build_chrp(const char *gap, size_t gap_length, const struct builder *program)
{
    builder_start(&file, false);
    builder_text(&file, script, strlen(script));
    builder_bytes(&file, (const uint8_t *)gap, gap_length);
    if (program != NULL)
        builder_bytes(&file, program->bytes, program->length);
}

static void test_chrp(void **state)
{
    (void)state;
    build_xcoff(&inner);
    build_chrp("\n\4", 2, &inner);
    expect_inner_image();
    assert_string_equal(tried_plan.format, "XCOFF");
    build_elf(&inner);
    build_chrp("\n\4", 2, &inner);
    expect_inner_image();
    assert_string_equal(tried_plan.format, "ELF");
}

static void test_chrp_other_gaps(void **state)
{
    (void)state;
    build_xcoff(&inner);
    build_chrp("", 0, &inner);
    expect_inner_image();
    build_chrp("\r\n\r\n\4", 5, &inner);
    expect_inner_image();
    build_chrp("\r\n \r\n\4\0\n", 8, &inner);
    expect_inner_image();
    build_chrp("\n\n\n\n\n\n\n\n\n", 9, &inner);
    expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "without a program");
}

static void test_chrp_without_program(void **state)
{
    (void)state;
    build_chrp("\n", 1, NULL);
    expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "CHRP script without a program");
    build_macho(&inner, &sample);
    build_chrp("\n\4", 2, &inner);
    expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "without a program");
    builder_start(&file, false);
    builder_text(&file, "<CHRP-BOOT> no end", 18);
    expect_failure(try_builder(&file), ERROR_IMAGE_TRUNCATED, "no end tag");
}

static void test_chrp_cut_and_damaged(void **state)
{
    (void)state;
    build_xcoff(&inner);
    build_chrp("\n\4", 2, &inner);
    expect_truncations_refused(&file);
    try_mutations(&file, sizeof script + 0x100, 10000);
}

/* --- Compressed kernels
 * ------------------------------------------------------------------------------ */

static int build_compressed_kernel(void **state)
{
    (void)state;
    build_macho(&inner, &sample);
    build_compressed(&file, inner.bytes, inner.length);
    return 0;
}

static void test_compressed(void **state)
{
    (void)state;
    expect_inner_image();
    assert_int_equal(tried_plan.entry, MACHO_ENTRY);
}

static void test_compressed_fields(void **state)
{
    (void)state;
    expect_broken32(&file, 0x04, 0x6c7a766e, ERROR_IMAGE_DECOMPRESS, "'lzvn'");
    expect_broken32(&file, 0x04, 0, ERROR_IMAGE_DECOMPRESS, "unknown way 0x00000000");
    expect_broken32(&file, 0x08, 1, ERROR_IMAGE_CHECKSUM, "its header says 0x00000001");
    expect_broken32(&file, 0x0c, 0, ERROR_IMAGE_HEADER, "uncompressed size 0");
    expect_broken32(&file, 0x0c, 0xffffffff, ERROR_IMAGE_HEADER, "uncompressed size");
    expect_broken32(&file, 0x0c, 0x7a1, ERROR_IMAGE_DECOMPRESS, "yields 1952 bytes");
    expect_broken32(&file, 0x0c, 0x79f, ERROR_IMAGE_DECOMPRESS, "its header says 1951");
    expect_broken32(&file, 0x10, 0xffffffff, ERROR_IMAGE_TRUNCATED, "compressed size");
    expect_broken32(&file, 0x10, 0x200, ERROR_IMAGE_DECOMPRESS, "yields");
    expect_broken32(&file, 0x10, 0, ERROR_IMAGE_HEADER, "compressed size 0");
    file.bytes[file.length - 1] ^= 0x10;
    assert_int_not_equal(try_builder(&file), OK);
}

static void test_compressed_checksum_over_the_data(void **state)
{
    (void)state;
    /* One literal differs: everything else, the sizes too, stays right. */
    file.bytes[0x180 + 2] ^= 1;
    expect_failure(try_builder(&file), ERROR_IMAGE_CHECKSUM, "Adler-32");
}

static void test_compressed_with_names(void **state)
{
    (void)state;
    memcpy(file.bytes + 0x40, "PowerMac3,1", 11);
    memcpy(file.bytes + 0x80, "/some/where", 11);
    expect_inner_image();
}

static void test_compressed_without_memory(void **state)
{
    (void)state;
    try_allocations(0);
    expect_failure(try_builder(&file), ERROR_MEMORY_CLAIM, "1952 bytes to unpack");
    /* Enough to unpack, but not to keep the slice of what was unpacked. */
    build_fat(&middle, false, intel_and_powerpc, 2, &inner);
    build_compressed(&file, middle.bytes, middle.length);
    try_allocations(1);
    expect_failure(try_builder(&file), ERROR_MEMORY_CLAIM, "1952 bytes for what is inside");
    try_allocations(SIZE_MAX);
    expect_inner_image();
}

static void test_compressed_cut_and_damaged(void **state)
{
    (void)state;
    expect_truncations_refused(&file);
    try_mutations(&file, 0x20, 10000);
}

/* --- Containers in containers
 * ---------------------------------------------------------------------- */

static void test_compressed_in_fat(void **state)
{
    (void)state;
    middle = file;
    build_fat(&file, false, intel_and_powerpc, 3, &middle);
    expect_inner_image();
}

static void test_fat_in_compressed(void **state)
{
    (void)state;
    build_fat(&middle, false, intel_and_powerpc, 2, &inner);
    build_compressed(&file, middle.bytes, middle.length);
    expect_inner_image();
}

static void test_compressed_in_compressed(void **state)
{
    (void)state;
    middle = file;
    build_compressed(&file, middle.bytes, middle.length);
    expect_inner_image();
}

static void test_junk_in_compressed(void **state)
{
    (void)state;
    builder_set32(&inner, 0, 0x12345678);
    build_compressed(&file, inner.bytes, inner.length);
    expect_failure(try_builder(&file), ERROR_IMAGE_UNKNOWN, "12 34 56 78");
    build_macho(&inner, &sample);
    builder_set32(&inner, 12, 6);
    build_compressed(&file, inner.bytes, inner.length);
    expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "dynamic library");
}

static void test_depth(void **state)
{
    static const uint32_t only_powerpc[] = {18};

    (void)state;
    middle = inner;
    for (int depth = 1; depth <= 5; depth++) {
        build_fat(&file, false, only_powerpc, 1, &middle);
        if (depth < 5)
            expect_inner_image();
        else
            expect_failure(try_builder(&file), ERROR_IMAGE_KIND, "more than 4 deep");
        middle = file;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_fat, build_fat_kernel),
        cmocka_unit_test_setup(test_fat_takes_the_first_that_fits, build_fat_kernel),
        cmocka_unit_test_setup(test_fat_fields, build_fat_kernel),
        cmocka_unit_test_setup(test_fat_for_other_processors, build_fat_kernel),
        cmocka_unit_test_setup(test_fat_lists_what_it_has, build_fat_kernel),
        cmocka_unit_test_setup(test_fat_for_x86, build_fat_kernel),
        cmocka_unit_test_setup(test_fat_cut_and_damaged, build_fat_kernel),
        cmocka_unit_test_setup(test_fat_short_table, build_fat_kernel),
        cmocka_unit_test(test_java_class),
        cmocka_unit_test(test_chrp),
        cmocka_unit_test(test_chrp_other_gaps),
        cmocka_unit_test(test_chrp_without_program),
        cmocka_unit_test(test_chrp_cut_and_damaged),
        cmocka_unit_test_setup(test_compressed, build_compressed_kernel),
        cmocka_unit_test_setup(test_compressed_fields, build_compressed_kernel),
        cmocka_unit_test_setup(test_compressed_checksum_over_the_data, build_compressed_kernel),
        cmocka_unit_test_setup(test_compressed_with_names, build_compressed_kernel),
        cmocka_unit_test_setup(test_compressed_without_memory, build_compressed_kernel),
        cmocka_unit_test_setup(test_compressed_cut_and_damaged, build_compressed_kernel),
        cmocka_unit_test_setup(test_compressed_in_fat, build_compressed_kernel),
        cmocka_unit_test_setup(test_fat_in_compressed, build_compressed_kernel),
        cmocka_unit_test_setup(test_compressed_in_compressed, build_compressed_kernel),
        cmocka_unit_test_setup(test_junk_in_compressed, build_compressed_kernel),
        cmocka_unit_test_setup(test_depth, build_compressed_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
