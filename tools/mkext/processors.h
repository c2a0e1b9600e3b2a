/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of processors, and fat files: several archives or executables in one (<mach-o/fat.h>). */
#ifndef TOOLS_MKEXT_PROCESSORS_H
#define TOOLS_MKEXT_PROCESSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/common/buffer.h"

#define FAT_ROWS_MAXIMUM 16

struct processor {
    const char *name;
    uint32_t type, subtype; /* <mach/machine.h> */
};

/* Of version 1 archives: for every processor. */
extern const struct processor any_processor;

/* NULL if no processor of that name runs Darwin. */
const struct processor *processor_called(const char *name);
/* "ppc", "any", or the numbers of one that is not known, in memory of its own. */
const char *processor_name(uint32_t type, uint32_t subtype);
/* True if Darwin runs, or ran, on it. */
bool processor_is_known(uint32_t type, uint32_t subtype);

struct fat_row {
    uint32_t type, subtype, offset, size, align; /* align: a power of two */
};
struct fat_table {
    uint32_t count; /* 0: the file is thin */
    struct fat_row rows[FAT_ROWS_MAXIMUM];
};

/* Reads and checks a fat file's table. False, with a message that names the field. */
bool fat_read(const uint8_t *bytes, size_t length, struct fat_table *table, char *message,
              size_t message_size);
/* Begins a fat file of so many slices. */
void fat_begin(struct buffer *out, uint32_t count);
/* Adds the slice of that number, on a page of its own. */
void fat_add(struct buffer *out, uint32_t index, uint32_t type, uint32_t subtype,
             const uint8_t *bytes, size_t length);

/* "ppc i386" for an executable, in memory of its own; "no Mach-O" for something else. */
const char *executable_processors(const uint8_t *bytes, size_t length);

#endif
