/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/image_builder.h"

#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

void builder_start(struct builder *builder, bool little)
{
    memset(builder, 0, sizeof *builder);
    builder->little = little;
}

void builder_bytes(struct builder *builder, const uint8_t *bytes, size_t length)
{
    assert_true(length <= BUILDER_ROOM - builder->length);
    if (length != 0)
        memcpy(builder->bytes + builder->length, bytes, length);
    builder->length += length;
}

void builder_put8(struct builder *builder, uint8_t value)
{
    builder_bytes(builder, &value, 1);
}

void builder_put16(struct builder *builder, uint16_t value)
{
    uint8_t bytes[2];

    if (builder->little)
        put_le16(bytes, value);
    else
        put_be16(bytes, value);
    builder_bytes(builder, bytes, sizeof bytes);
}

void builder_put32(struct builder *builder, uint32_t value)
{
    uint8_t bytes[4];

    if (builder->little)
        put_le32(bytes, value);
    else
        put_be32(bytes, value);
    builder_bytes(builder, bytes, sizeof bytes);
}

void builder_put64(struct builder *builder, uint64_t value)
{
    uint8_t bytes[8];

    if (builder->little)
        put_le64(bytes, value);
    else
        put_be64(bytes, value);
    builder_bytes(builder, bytes, sizeof bytes);
}

void builder_put_wide(struct builder *builder, bool wide, uint64_t value)
{
    if (wide)
        builder_put64(builder, value);
    else
        builder_put32(builder, (uint32_t)value);
}

void builder_text(struct builder *builder, const char *text, size_t size)
{
    size_t n = strlen(text);

    assert_true(n <= size);
    builder_bytes(builder, (const uint8_t *)text, n);
    for (; n < size; n++)
        builder_put8(builder, 0);
}

void builder_fill(struct builder *builder, size_t end)
{
    assert_true(builder->length <= end);
    while (builder->length < end)
        builder_put8(builder, (uint8_t)(builder->length * 7 + (builder->length >> 8) + 1));
}

void builder_set16(struct builder *builder, size_t offset, uint16_t value)
{
    size_t length = builder->length;

    builder->length = offset;
    builder_put16(builder, value);
    builder->length = length;
}

void builder_set32(struct builder *builder, size_t offset, uint32_t value)
{
    size_t length = builder->length;

    builder->length = offset;
    builder_put32(builder, value);
    builder->length = length;
}

void builder_set64(struct builder *builder, size_t offset, uint64_t value)
{
    size_t length = builder->length;

    builder->length = offset;
    builder_put64(builder, value);
    builder->length = length;
}

/* --- Mach-O
 * --------------------------------------------------------------------------------------- */

struct segment {
    const char *name;
    uint64_t address, memory;
    uint32_t offset, file, protection, sections;
};

/* Sections are called __info and have neither address nor size. */
static size_t put_segment(struct builder *builder, const struct segment *segment, bool wide,
                          uint64_t base)
{
    size_t at = builder->length, section_size = wide ? 80 : 68;

    builder_put32(builder, wide ? 0x19 : 1); /* LC_SEGMENT_64, LC_SEGMENT */
    builder_put32(builder, (uint32_t)((wide ? 72 : 56) + segment->sections * section_size));
    builder_text(builder, segment->name, 16);
    builder_put_wide(builder, wide, segment->address + base);
    builder_put_wide(builder, wide, segment->memory);
    builder_put_wide(builder, wide, segment->offset);
    builder_put_wide(builder, wide, segment->file);
    builder_put32(builder, 7);
    builder_put32(builder, segment->protection);
    builder_put32(builder, segment->sections);
    builder_put32(builder, 0);
    for (uint32_t i = 0; i < segment->sections; i++)
        builder_text(builder, "__info", section_size);
    return at;
}

#define MACHO_COMMANDS 9

void build_macho(struct builder *builder, struct macho_sample *sample)
{
    static const struct segment segments[] = {
        {"__VECTORS", 0x0, 0x7000, 0x400, 0x180, 7, 1},
        {"__HIB", 0x7000, 0x2000, 0x580, 0x40, 3, 0},
        {"__TEXT", 0xe000, 0x2000, 0x5c0, 0x100, 5, 2},
        {"__DATA", 0x10000, 0x3000, 0x6c0, 0x80, 3, 1},
        {"__PRELINK", 0x13000, 0, 0, 0, 3, 3},
        {"__LINKEDIT", 0x13000, 0x1000, 0x740, 0x60, 1, 0},
    };
    size_t *const places[] = {&sample->vectors, &sample->hib,     &sample->text,
                              &sample->data,    &sample->prelink, &sample->linkedit};

    builder_start(builder, false);
    builder_put32(builder, 0xfeedface);
    builder_put32(builder, 18);
    builder_put32(builder, 0);
    builder_put32(builder, 2); /* MH_EXECUTE */
    builder_put32(builder, MACHO_COMMANDS);
    builder_put32(builder, 0); /* sizeofcmds, see below */
    builder_put32(builder, 1); /* MH_NOUNDEFS */
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
        *places[i] = put_segment(builder, &segments[i], false, 0);
    sample->symtab = builder->length;
    builder_put32(builder, 2);
    builder_put32(builder, 24);
    builder_put32(builder, 0x740);
    builder_put32(builder, 4); /* 4 * 12 bytes */
    builder_put32(builder, 0x770);
    builder_put32(builder, 0x30);
    sample->uuid = builder->length;
    builder_put32(builder, 0x1b);
    builder_put32(builder, 24);
    builder_text(builder, "0123456789abcdef", 16);
    sample->thread = builder->length;
    builder_put32(builder, 5);
    builder_put32(builder, 16 + 160);
    builder_put32(builder, 1);
    builder_put32(builder, 40);
    builder_put32(builder, MACHO_ENTRY);
    builder_text(builder, "", 156);
    builder_set32(builder, 20, (uint32_t)(builder->length - 28));
    builder_fill(builder, 0x7a0);
}

void build_macho_x86(struct builder *builder, bool wide, struct macho_x86_sample *sample)
{
    static const struct segment segments[] = {
        {"__HIB", 0x100000, 0x11000, 0x600, 0x40, 7, 1},
        {"__TEXT", 0x111000, 0x2000, 0x640, 0x100, 5, 2},
        {"__DATA", 0x113000, 0x3000, 0x740, 0x80, 3, 1},
        {"__PRELINK_INFO", 0x116000, 0x1000, 0, 0, 3, 1},
        {"__CTF", 0, 0, 0x7c0, 0x40, 1, 1},
        {"__LINKEDIT", 0x117000, 0x1000, 0x800, 0x80, 1, 0},
    };
    size_t *const places[] = {&sample->hib,          &sample->text, &sample->data,
                              &sample->prelink_info, &sample->ctf,  &sample->linkedit};
    uint32_t header = wide ? 32 : 28, state = wide ? 42 : 16, symbol = wide ? 16 : 12;

    builder_start(builder, true);
    builder->cpu = wide ? IMAGE_CPU_X86_64 : IMAGE_CPU_I386;
    builder_put32(builder, wide ? 0xfeedfacf : 0xfeedface);
    builder_put32(builder, wide ? 0x01000007 : 7);
    builder_put32(builder, 3);
    builder_put32(builder, 2); /* MH_EXECUTE */
    builder_put32(builder, 8);
    builder_put32(builder, 0); /* sizeofcmds, see below */
    builder_put32(builder, 1); /* MH_NOUNDEFS */
    if (wide)
        builder_put32(builder, 0);
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
        *places[i] = put_segment(builder, &segments[i], wide,
                                 wide && segments[i].memory != 0 ? MACHO_X86_BASE : 0);
    sample->symtab = builder->length;
    builder_put32(builder, 2);
    builder_put32(builder, 24);
    builder_put32(builder, 0x800);
    builder_put32(builder, 4);
    builder_put32(builder, 0x800 + 4 * symbol);
    builder_put32(builder, 0x80 - 4 * symbol);
    sample->thread = builder->length;
    builder_put32(builder, 5);
    builder_put32(builder, 16 + state * 4);
    builder_put32(builder, wide ? 4 : 1); /* x86_THREAD_STATE64, x86_THREAD_STATE32 */
    builder_put32(builder, state);
    builder_text(builder, "", state * 4);
    if (wide) /* rip is quad 16, eip is word 10 */
        builder_set64(builder, sample->thread + 16 + 16 * 8, MACHO_X86_BASE + MACHO_X86_ENTRY);
    else
        builder_set32(builder, sample->thread + 16 + 10 * 4, MACHO_X86_ENTRY);
    builder_set32(builder, 20, (uint32_t)(builder->length - header));
    builder_fill(builder, 0x880);
}

/* --- XCOFF
 * ---------------------------------------------------------------------------------------- */

static void put_section(struct builder *builder, const char *name, uint32_t address, uint32_t size,
                        uint32_t offset)
{
    builder_text(builder, name, 8);
    builder_put32(builder, address);
    builder_put32(builder, address);
    builder_put32(builder, size);
    builder_put32(builder, offset);
    builder_text(builder, "", 16); /* relocations, lines, flags */
}

void build_xcoff(struct builder *builder)
{
    builder_start(builder, false);
    builder_put16(builder, 0x01df);
    builder_put16(builder, 4);
    builder_text(builder, "", 12);
    builder_put16(builder, 72);
    builder_put16(builder, 0);
    builder_put16(builder, 0x010b);
    builder_put16(builder, 0);
    builder_text(builder, "", 12);
    builder_put32(builder, XCOFF_TEXT + 0x210); /* o_entry */
    builder_text(builder, "", 12);
    builder_put16(builder, 1); /* o_snentry */
    builder_put16(builder, 1);
    builder_put16(builder, 2);
    builder_put16(builder, 0);
    builder_put16(builder, 0);
    builder_put16(builder, 3);
    builder_text(builder, "", 28);
    put_section(builder, ".text", XCOFF_TEXT, 0x200, 0x100);
    put_section(builder, ".data", XCOFF_TEXT + 0x200, 0x80, 0x300);
    put_section(builder, ".bss", XCOFF_TEXT + 0x280, 0x1000, 0);
    put_section(builder, ".extra", 0, 0x100, 0x100);
    builder_fill(builder, 0x310);
    builder_put32(builder, XCOFF_ENTRY);
    builder_put32(builder, XCOFF_TOC);
    builder_fill(builder, 0x380);
}

/* --- ELF
 * ------------------------------------------------------------------------------------------ */

static void put_program_header(struct builder *builder, uint32_t type, uint32_t offset,
                               uint32_t address, uint32_t file, uint32_t memory, uint32_t flags)
{
    builder_put32(builder, type);
    builder_put32(builder, offset);
    builder_put32(builder, address);
    builder_put32(builder, 0x77777000); /* p_paddr: not to be used */
    builder_put32(builder, file);
    builder_put32(builder, memory);
    builder_put32(builder, flags);
    builder_put32(builder, 0x1000);
}

void build_elf(struct builder *builder)
{
    builder_start(builder, false);
    builder_text(builder, "\177ELF\1\2\1", 16);
    builder_put16(builder, 2);
    builder_put16(builder, 20);
    builder_put32(builder, 1);
    builder_put32(builder, ELF_TEXT + 0x10);
    builder_put32(builder, 52);
    builder_put32(builder, 0);
    builder_put32(builder, 0);
    builder_put16(builder, 52);
    builder_put16(builder, 32);
    builder_put16(builder, 3);
    builder_text(builder, "", 6);
    put_program_header(builder, 1, 0x100, ELF_TEXT, 0x100, 0x100, 5);
    put_program_header(builder, 1, 0x200, ELF_TEXT + 0x1000, 0x40, 0x2000, 6);
    put_program_header(builder, 4, 0xc0, 0, 0x20, 0, 4);
    builder_fill(builder, 0x240);
}

/* --- Multiboot ------------------------------------------------------------------------------- */

void put_multiboot_header(struct builder *builder, uint32_t flags)
{
    builder_put32(builder, 0x1badb002);
    builder_put32(builder, flags);
    builder_put32(builder, 0u - 0x1badb002u - flags);
    builder_text(builder, "", 36);
}

static void put_kernel_segment(struct builder *builder, bool wide, uint32_t type, uint32_t offset,
                               uint32_t place, uint32_t file, uint32_t memory, uint32_t flags)
{
    builder_put32(builder, type);
    if (wide)
        builder_put32(builder, flags);
    builder_put_wide(builder, wide, offset);
    builder_put_wide(builder, wide, KERNEL_BASE(wide) + place);
    builder_put_wide(builder, wide, place);
    builder_put_wide(builder, wide, file);
    builder_put_wide(builder, wide, memory);
    if (!wide)
        builder_put32(builder, flags);
    builder_put_wide(builder, wide, 0x1000);
}

static void put_kernel_section(struct builder *builder, bool wide, uint32_t type, uint32_t flags,
                               uint64_t address, uint32_t offset, uint32_t size, uint32_t link)
{
    builder_put32(builder, 1); /* sh_name */
    builder_put32(builder, type);
    builder_put_wide(builder, wide, flags);
    builder_put_wide(builder, wide, address);
    builder_put_wide(builder, wide, offset);
    builder_put_wide(builder, wide, size);
    builder_put32(builder, link);
    builder_put32(builder, 0);
    builder_put_wide(builder, wide, 4); /* sh_addralign */
    builder_put_wide(builder, wide, 0);
}

void build_elf_kernel(struct builder *builder, bool wide)
{
    builder_start(builder, true);
    builder->cpu = wide ? IMAGE_CPU_X86_64 : IMAGE_CPU_I386;
    builder_text(builder, wide ? "\177ELF\2\1\1" : "\177ELF\1\1\1", 16);
    builder_put16(builder, 2);
    builder_put16(builder, wide ? 62 : 3);
    builder_put32(builder, 1);
    builder_put_wide(builder, wide, KERNEL_BASE(wide) + KERNEL_ENTRY);
    builder_put_wide(builder, wide, wide ? 64 : 52);
    builder_put_wide(builder, wide, KERNEL_SECTIONS);
    builder_put32(builder, 0);
    builder_put16(builder, wide ? 64 : 52);
    builder_put16(builder, wide ? 56 : 32);
    builder_put16(builder, 3);
    builder_put16(builder, wide ? 64 : 40);
    builder_put16(builder, KERNEL_SECTION_COUNT);
    builder_put16(builder, 4);
    put_kernel_segment(builder, wide, 1, 0x200, KERNEL_TEXT, 0x200, 0x200, 5);
    put_kernel_segment(builder, wide, 1, 0x400, KERNEL_TEXT + 0x1000, 0x40, 0x2000, 6);
    put_kernel_segment(builder, wide, 4, 0x400, 0, 0x20, 0, 4);
    builder_fill(builder, KERNEL_HEADER);
    put_multiboot_header(builder, 3);
    builder_fill(builder, KERNEL_SECTIONS);
    put_kernel_section(builder, wide, 0, 0, 0, 0, 0, 0);
    put_kernel_section(builder, wide, 1, 6, KERNEL_BASE(wide) + KERNEL_TEXT, 0x200, 0x200, 0);
    put_kernel_section(builder, wide, 2, 0, 0, KERNEL_SYMBOLS, 0x40, 3);
    put_kernel_section(builder, wide, 3, 0, 0, KERNEL_STRINGS, 0x20, 0);
    put_kernel_section(builder, wide, 3, 0, 0, KERNEL_SECTION_NAMES, 0x20, 0);
}

size_t kernel_segment(const struct builder *builder, unsigned number)
{
    return builder->bytes[4] == 2 ? 64 + number * 56 : 52 + number * 32;
}

size_t kernel_section(const struct builder *builder, unsigned number)
{
    return KERNEL_SECTIONS + number * (builder->bytes[4] == 2 ? 64 : 40);
}

void build_kludge(struct builder *builder)
{
    builder_start(builder, true);
    builder->cpu = IMAGE_CPU_I386;
    builder_fill(builder, KLUDGE_HEADER);
    put_multiboot_header(builder, 0x10003);
    builder_set32(builder, KLUDGE_HEADER + 12, KLUDGE_TEXT + KLUDGE_HEADER);
    builder_set32(builder, KLUDGE_HEADER + 16, KLUDGE_TEXT);
    builder_set32(builder, KLUDGE_HEADER + 20, KLUDGE_TEXT + KLUDGE_LENGTH);
    builder_set32(builder, KLUDGE_HEADER + 24, KLUDGE_END);
    builder_set32(builder, KLUDGE_HEADER + 28, KLUDGE_ENTRY);
    builder_fill(builder, KLUDGE_LENGTH);
}

/* --- Linux ----------------------------------------------------------------------------------- */

void build_bzimage(struct builder *builder)
{
    builder_start(builder, true);
    builder->cpu = IMAGE_CPU_X86_64;
    builder_text(builder, "MZ", 0x1f1); /* as kernels that are EFI programs too begin */
    builder_text(builder, "", 0x600 - 0x1f1);
    builder->bytes[0x1f1] = 2;
    builder_set32(builder, 0x1f4, BZIMAGE_CODE / 16);
    builder_set16(builder, 0x1fe, 0xaa55);
    builder_set16(builder, 0x200, 0x6aeb); /* the header ends at 0x26c */
    memcpy(builder->bytes + 0x202, "HdrS", 4);
    builder_set16(builder, 0x206, 0x020f);
    builder->bytes[0x211] = 0xc1; /* loaded high; two bits that are the loader's */
    builder_set32(builder, 0x214, 0x100000);
    builder_set32(builder, 0x22c, BZIMAGE_HIGHEST);
    builder_set32(builder, 0x230, BZIMAGE_ALIGNMENT);
    builder->bytes[0x234] = 1;
    builder_set16(builder, 0x236, 1);
    builder_set32(builder, 0x238, 40);
    builder_set64(builder, 0x250, 0x1122334455667788);
    builder_set64(builder, 0x258, BZIMAGE_PREFERRED);
    builder_set32(builder, 0x260, BZIMAGE_INIT_SIZE);
    builder_set32(builder, 0x26c, 0xdeadbeef); /* not the header's any more */
    builder_fill(builder, BZIMAGE_SETUP + BZIMAGE_CODE);
}

void build_compressed(struct builder *builder, const uint8_t *inner, size_t length)
{
    builder_start(builder, false);
    builder_text(builder, "complzss", 8);
    builder_put32(builder, adler32(inner, length));
    builder_put32(builder, (uint32_t)length);
    builder_put32(builder, 0);
    builder_text(builder, "", 0x180 - 20);
    builder->length += lzss_pack(inner, length, builder->bytes + 0x180, BUILDER_ROOM - 0x180);
    assert_true(builder->length > 0x180);
    builder_set32(builder, 0x10, (uint32_t)(builder->length - 0x180));
}

/* --- Trying
 * --------------------------------------------------------------------------------------- */

struct image_plan tried_plan;
uint8_t tried_image[BUILDER_ROOM];
size_t tried_length;

static size_t allocations, allocations_left = SIZE_MAX;

void try_allocations(size_t number)
{
    allocations_left = number;
}

static void *allocate(struct image_memory *memory, size_t length)
{
    (void)memory;
    if (allocations_left == 0 || length > 16u << 20)
        return NULL;
    if (allocations_left != SIZE_MAX)
        allocations_left--;
    allocations++;
    return malloc(length);
}

static void release(struct image_memory *memory, void *bytes, size_t length)
{
    (void)memory;
    assert_true(allocations > 0);
    /* Whoever gives back a wrong address or length is found out here. */
    memset(bytes, 0xee, length);
    allocations--;
    free(bytes);
}

static void check_accepted(const struct image_bytes *image)
{
    const struct image_plan *plan = &tried_plan;

    assert_non_null(plan->format);
    assert_in_range(plan->piece_count, 1, IMAGE_PIECES_MAXIMUM);
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];

        assert_true(bytes_within(image->length, piece->file_offset, piece->file_size));
        assert_true(piece->file_size <= piece->memory_size);
        assert_true(piece->memory_size != 0);
        assert_true(piece->address + piece->memory_size <= 0x100000000ull);
        assert_true(memchr(piece->name, '\0', sizeof piece->name) != NULL);
        if (i > 0)
            assert_true(plan->pieces[i - 1].address + plan->pieces[i - 1].memory_size <=
                        piece->address);
    }
    assert_true(image_plan_start(plan) == plan->pieces[0].address);
    assert_true(plan->entry >= image_plan_start(plan) && plan->entry < image_plan_end(plan));
    if (plan->handover == HANDOVER_LINUX_X86)
        assert_true(plan->linux_x86.setup_size < image->length);
    assert_true(
        bytes_within(image->length, plan->multiboot.section_offset,
                     (uint64_t)plan->multiboot.section_count * plan->multiboot.section_size));
    if (plan->macho.has_symbols) {
        assert_true(bytes_within(image->length, plan->macho.symbol_offset,
                                 (uint64_t)plan->macho.symbol_count *
                                     (plan->cpu == IMAGE_CPU_X86_64 ? 16 : 12)));
        assert_true(
            bytes_within(image->length, plan->macho.string_offset, plan->macho.string_size));
    }
}

error_t try_image(const uint8_t *bytes, size_t length, enum image_cpu cpu)
{
    struct image_memory memory = {allocate, release};
    struct image_bytes image;
    uint8_t *copy = malloc(length != 0 ? length : 1);
    error_t error;

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    error_clear();
    memset(&tried_plan, 0xa5, sizeof tried_plan);
    memset(&image, 0xa5, sizeof image);
    error = image_open(copy, length, cpu, &memory, &image, &tried_plan);
    if (error == OK) {
        check_accepted(&image);
        tried_length = image.length;
        memcpy(tried_image, image.bytes, image.length < BUILDER_ROOM ? image.length : BUILDER_ROOM);
        if (image.owned)
            release(&memory, (void *)(uintptr_t)image.bytes, image.length);
    } else {
        assert_true(strlen(error_detail()) > 0);
        assert_null(image.bytes);
        assert_false(image.owned);
    }
    assert_int_equal(allocations, 0);
    free(copy);
    return error;
}

error_t try_builder(const struct builder *builder)
{
    return try_image(builder->bytes, builder->length, builder->cpu);
}

void expect_piece(size_t index, const char *name, uint64_t address, uint64_t memory_size,
                  uint64_t file_offset, uint64_t file_size)
{
    const struct image_piece *piece = &tried_plan.pieces[index];

    assert_string_equal(piece->name, name);
    assert_int_equal(piece->address, address);
    assert_int_equal(piece->memory_size, memory_size);
    assert_int_equal(piece->file_offset, file_offset);
    assert_int_equal(piece->file_size, file_size);
}

void expect_failure(error_t found, error_t error, const char *words)
{
    if (found != error || strstr(error_detail(), words) == NULL)
        fail_msg("expected %s with \"%s\", found %s: %s", error_code(error), words,
                 found == OK ? "success" : error_code(found), error_detail());
}

void expect_broken16(struct builder *builder, size_t offset, uint16_t value, error_t error,
                     const char *words)
{
    uint8_t before[2];

    memcpy(before, builder->bytes + offset, 2);
    builder_set16(builder, offset, value);
    expect_failure(try_builder(builder), error, words);
    memcpy(builder->bytes + offset, before, 2);
}

void expect_broken32(struct builder *builder, size_t offset, uint32_t value, error_t error,
                     const char *words)
{
    uint8_t before[4];

    memcpy(before, builder->bytes + offset, 4);
    builder_set32(builder, offset, value);
    expect_failure(try_builder(builder), error, words);
    memcpy(builder->bytes + offset, before, 4);
}

void expect_broken64(struct builder *builder, size_t offset, uint64_t value, error_t error,
                     const char *words)
{
    uint8_t before[8];

    memcpy(before, builder->bytes + offset, 8);
    builder_set64(builder, offset, value);
    expect_failure(try_builder(builder), error, words);
    memcpy(builder->bytes + offset, before, 8);
}

void expect_truncations_refused(const struct builder *builder)
{
    for (size_t length = 0; length < builder->length; length++)
        if (try_image(builder->bytes, length, builder->cpu) == OK)
            fail_msg("accepted when cut to %u of %u bytes", (unsigned)length,
                     (unsigned)builder->length);
}

void try_mutations(const struct builder *builder, size_t headers, unsigned rounds)
{
    static const uint32_t nasty[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x1000};
    static struct builder damaged;
    uint32_t state = 0x5eed5eed;
    unsigned accepted = 0;

    for (unsigned round = 0; round < rounds; round++) {
        unsigned changes = 1 + random_next(&state) % 4;

        damaged = *builder;
        while (changes-- != 0) {
            size_t range = random_next(&state) % 2 != 0 ? headers : builder->length;
            size_t at = random_next(&state) % range;

            if (random_next(&state) % 2 != 0 && at + 4 <= range)
                builder_set32(&damaged, at & ~(size_t)3,
                              nasty[random_next(&state) % (sizeof nasty / sizeof *nasty)]);
            else
                damaged.bytes[at] ^= (uint8_t)(1u << random_next(&state) % 8);
        }
        if (random_next(&state) % 8 == 0)
            damaged.length = random_next(&state) % (builder->length + 1);
        accepted += try_builder(&damaged) == OK;
    }
    /* Neither end would be a test: some damage is harmless, and some must be noticed. */
    assert_in_range(accepted, 1, rounds - 1);
}
