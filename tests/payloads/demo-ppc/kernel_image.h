/* SPDX-License-Identifier: BSD-2-Clause */
/* This kernel's own Mach-O header in memory, which is how XNU finds its segments. */
#ifndef DEMO_KERNEL_IMAGE_H
#define DEMO_KERNEL_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

struct kernel_segment {
    char name[17];
    uint32_t address, memory_size, file_size;
};

/* The n-th LC_SEGMENT; false behind the last. */
bool kernel_segment(uint32_t index, struct kernel_segment *segment);
/* The greatest vmaddr + vmsize, as XNU's getlastaddr. */
uint32_t kernel_end(void);
/* Bytes of mach_header and load commands. */
uint32_t kernel_header_size(void);
const uint8_t *kernel_header(void);
/* Symbols and strings in __LINKEDIT. */
struct kernel_symbols {
    const uint8_t *symbols, *strings;
    uint32_t count, string_size;
};
bool kernel_symbols(struct kernel_symbols *symbols);

#endif
