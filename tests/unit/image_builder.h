/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes image files for the parsers' tests, and tries them: every attempt runs on a copy that
 * is exactly as long as the file, so that a sanitizer sees each byte read beyond it.
 */
#ifndef TESTS_UNIT_IMAGE_BUILDER_H
#define TESTS_UNIT_IMAGE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/image.h"

#define BUILDER_ROOM 0x10000

struct builder {
    bool little;        /* byte order of put16, put32 and put64 */
    enum image_cpu cpu; /* the machine on which try_builder tries it; PowerPC from the start on */
    size_t length;
    uint8_t bytes[BUILDER_ROOM];
};

void builder_start(struct builder *builder, bool little);
void builder_put8(struct builder *builder, uint8_t value);
void builder_put16(struct builder *builder, uint16_t value);
void builder_put32(struct builder *builder, uint32_t value);
void builder_put64(struct builder *builder, uint64_t value);
/* 64 bits if `wide`, else the lower 32. */
void builder_put_wide(struct builder *builder, bool wide, uint64_t value);
/* `size` bytes: the text and zeros behind it. */
void builder_text(struct builder *builder, const char *text, size_t size);
void builder_bytes(struct builder *builder, const uint8_t *bytes, size_t length);
/* Bytes that all differ from their neighbours, up to offset `end`. */
void builder_fill(struct builder *builder, size_t end);
/* Changes what is there already. */
void builder_set16(struct builder *builder, size_t offset, uint16_t value);
void builder_set32(struct builder *builder, size_t offset, uint32_t value);
void builder_set64(struct builder *builder, size_t offset, uint64_t value);

/* --- Samples: each is accepted as it is
 * ----------------------------------------------------------- */

/* A Mach-O kernel in the shape of Darwin 9's. Offsets of its load commands, for tests that break
 * them. */
struct macho_sample {
    size_t vectors, hib, text, data, prelink, linkedit, symtab, uuid, thread;
};
#define MACHO_ENTRY 0xe010u
void build_macho(struct builder *builder, struct macho_sample *sample);

/*
 * Darwin kernels for x86: 10.5's for i386 (linked at physical addresses), 10.6's for x86_64 (in
 * the last 512 GB). __CTF is in the file only, __PRELINK_INFO's section is empty.
 */
struct macho_x86_sample {
    size_t hib, text, data, prelink_info, ctf, linkedit, symtab, thread;
};
#define MACHO_X86_ENTRY 0x111010u
#define MACHO_X86_BASE  0xffffff8000000000ull /* of the x86_64 one */
void build_macho_x86(struct builder *builder, bool wide, struct macho_x86_sample *sample);

/* BootX's shape: flags zero, entry descriptor in .data. Sections 1 to 3, then an extra one at
 * address 0. */
#define XCOFF_TEXT            0x05600000u
#define XCOFF_ENTRY           (XCOFF_TEXT + 8)
#define XCOFF_TOC             0x1234u
#define XCOFF_SECTION(number) (0x5cu + ((number)-1u) * 40u) /* offset of a section header */
void build_xcoff(struct builder *builder);

/* Two PT_LOAD (the second with zeros behind it), a PT_NOTE. */
#define ELF_TEXT            0x00400000u
#define ELF_SEGMENT(number) (52u + (number)*32u) /* offset of a program header, from 0 */
void build_elf(struct builder *builder);

/*
 * A multiboot kernel as ELF32 or ELF64, linked high and loaded to 1 MB: two PT_LOAD, a PT_NOTE, a
 * multiboot header, a symbol table with its strings, section headers at the end.
 */
#define KERNEL_TEXT          0x00100000u
#define KERNEL_ENTRY         (KERNEL_TEXT + 0x40u)
#define KERNEL_BASE(wide)    ((wide) ? 0xffffffff80000000ull : 0xc0000000ull)
#define KERNEL_HEADER        0x210u /* offset of the multiboot header */
#define KERNEL_SYMBOLS       0x440u /* 0x40 bytes */
#define KERNEL_STRINGS       0x480u /* 0x20 bytes */
#define KERNEL_SECTION_NAMES 0x4a0u /* 0x20 bytes */
#define KERNEL_SECTIONS      0x4c0u
#define KERNEL_SECTION_COUNT 5u /* null, .text, .symtab, .strtab, .shstrtab */
void build_elf_kernel(struct builder *builder, bool wide);
/* Offsets of a program header and of a section header. */
size_t kernel_segment(const struct builder *builder, unsigned number);
size_t kernel_section(const struct builder *builder, unsigned number);

/* A multiboot kernel in no format: all by its header's addresses. */
#define KLUDGE_HEADER 0x40u
#define KLUDGE_TEXT   0x00200000u
#define KLUDGE_LENGTH 0x300u
#define KLUDGE_ENTRY  (KLUDGE_TEXT + 0x80u)
#define KLUDGE_END    (KLUDGE_TEXT + 0x5000u)
void build_kludge(struct builder *builder);
/* A multiboot header, with the checksum that fits; the fields behind it are 0. */
void put_multiboot_header(struct builder *builder, uint32_t flags);

/* A relocatable 64-bit Linux of protocol 2.15. Its code is BZIMAGE_CODE bytes. */
#define BZIMAGE_SETUP     0x600u
#define BZIMAGE_CODE      0x1000u
#define BZIMAGE_PREFERRED 0x01000000u
#define BZIMAGE_ALIGNMENT 0x00200000u
#define BZIMAGE_INIT_SIZE 0x00300000u
#define BZIMAGE_HIGHEST   0x7fffffffu
void build_bzimage(struct builder *builder);

/* 'comp'/'lzss' around `inner`. */
void build_compressed(struct builder *builder, const uint8_t *inner, size_t length);

/* --- Trying
 * --------------------------------------------------------------------------------------- */

/* What the last image_open planned: the plan and a copy of the image's first bytes. */
extern struct image_plan tried_plan;
extern uint8_t tried_image[BUILDER_ROOM];
extern size_t tried_length;

/*
 * image_open on a copy. Checks what a caller may rely on: an accepted plan is sorted, free of
 * overlaps and inside the image, a refusal has words, and all memory is given back.
 */
error_t try_image(const uint8_t *bytes, size_t length, enum image_cpu cpu);
error_t try_builder(const struct builder *builder); /* on the machine builder->cpu */
/* Asserts what the piece `index` of the last plan is. */
void expect_piece(size_t index, const char *name, uint64_t address, uint64_t memory_size,
                  uint64_t file_offset, uint64_t file_size);
/* Of the allocations that an attempt makes, only the first `number` succeed (SIZE_MAX: all). */
void try_allocations(size_t number);

/* Changes one field, expects this failure with `words` in its detail, and puts the field back. */
void expect_broken16(struct builder *builder, size_t offset, uint16_t value, error_t error,
                     const char *words);
void expect_broken32(struct builder *builder, size_t offset, uint32_t value, error_t error,
                     const char *words);
void expect_broken64(struct builder *builder, size_t offset, uint64_t value, error_t error,
                     const char *words);
/* The failure of an attempt that has just been made. */
void expect_failure(error_t found, error_t error, const char *words);

/* Every shorter file is refused. */
void expect_truncations_refused(const struct builder *builder);
/* Random damage, half of it in the headers (the first `headers` bytes): nothing may go wrong but
 * the parse. */
void try_mutations(const struct builder *builder, size_t headers, unsigned rounds);

#endif
