/* SPDX-License-Identifier: BSD-2-Clause */
/* The information that a multiboot loader leaves (Multiboot Specification 0.6.96, section 3.3). */
#ifndef MULTIBOOT_INFORMATION_H
#define MULTIBOOT_INFORMATION_H

#include <stdbool.h>
#include <stdint.h>

/* `flags`: which parts are there. */
#define INFORMATION_MEMORY       0x0001u
#define INFORMATION_COMMAND_LINE 0x0004u
#define INFORMATION_MODULES      0x0008u
#define INFORMATION_MAP          0x0040u
#define INFORMATION_LOADER_NAME  0x0200u
#define INFORMATION_FRAME_BUFFER 0x1000u
#define INFORMATION_SIZE         116u

struct information {
    uint32_t address, flags;
    uint32_t memory_lower, memory_upper; /* KB */
    uint32_t command_line;
    uint32_t module_count, modules;
    uint32_t map_length, map;
    uint32_t loader_name;
    uint64_t screen;
    uint32_t screen_row, screen_width, screen_height, screen_depth, screen_kind;
};
extern struct information information;

void information_read(uint32_t address);
/* The kernel's words, "" if there are none. */
const char *information_words(void);

struct map_entry {
    uint64_t first, length;
    uint32_t type;
};
#define MAP_USABLE 1u

/* Moves `*at`, 0 at first, to the next entry; false behind the last or if the rest is no entry. */
bool information_map(uint32_t *at, struct map_entry *entry);
/* True if [first, first + length) is usable RAM. */
bool information_is_ram(uint64_t first, uint64_t length);

struct module {
    uint32_t start, end, words;
};
struct module information_module(uint32_t index);

#endif
