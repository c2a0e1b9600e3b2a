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
    bool little; /* byte order of put16 and put32 */
    size_t length;
    uint8_t bytes[BUILDER_ROOM];
};

void builder_start(struct builder *builder, bool little);
void builder_put8(struct builder *builder, uint8_t value);
void builder_put16(struct builder *builder, uint16_t value);
void builder_put32(struct builder *builder, uint32_t value);
/* `size` bytes: the text and zeros behind it. */
void builder_text(struct builder *builder, const char *text, size_t size);
void builder_bytes(struct builder *builder, const uint8_t *bytes, size_t length);
/* Bytes that all differ from their neighbours, up to offset `end`. */
void builder_fill(struct builder *builder, size_t end);
/* Changes what is there already. */
void builder_set16(struct builder *builder, size_t offset, uint16_t value);
void builder_set32(struct builder *builder, size_t offset, uint32_t value);

/* --- Samples: each is accepted as it is
 * ----------------------------------------------------------- */

/* A Mach-O kernel in the shape of Darwin 9's. Offsets of its load commands, for tests that break
 * them. */
struct macho_sample {
    size_t vectors, hib, text, data, prelink, linkedit, symtab, uuid, thread;
};
#define MACHO_ENTRY 0xe010u
void build_macho(struct builder *builder, struct macho_sample *sample);

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
error_t try_builder(const struct builder *builder);
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
/* The failure of an attempt that has just been made. */
void expect_failure(error_t found, error_t error, const char *words);

/* Every shorter file is refused. */
void expect_truncations_refused(const struct builder *builder);
/* Random damage, half of it in the headers (the first `headers` bytes): nothing may go wrong but
 * the parse. */
void try_mutations(const struct builder *builder, size_t headers, unsigned rounds);

#endif
