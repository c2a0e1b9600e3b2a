/* SPDX-License-Identifier: BSD-2-Clause */
/* The entries of /chosen/memory-map: names with an address and a length. */
#ifndef PAYLOADS_MAP_ENTRIES_H
#define PAYLOADS_MAP_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "tree.h"

#define MAP_ENTRIES_MAXIMUM 64u

struct map_entry {
    const char *name;
    uint32_t address, length;
    bool noted; /* the checks' own */
};
extern struct map_entry entries[MAP_ENTRIES_MAXIMUM];
extern uint32_t entry_count;

/* Reads them, `get32` in the kernel's byte order; checks their sizes and that none is twice. */
void map_entries_read(tree_node map, uint32_t (*get32)(const void *at));
/* The entry of that name or NULL. */
struct map_entry *map_entry_find(const char *name);
bool has_prefix(const char *text, const char *prefix);

#endif
