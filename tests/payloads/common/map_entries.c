/* SPDX-License-Identifier: BSD-2-Clause */
#include "map_entries.h"

#include "report.h"
#include "strings.h"

struct map_entry entries[MAP_ENTRIES_MAXIMUM];
uint32_t entry_count;

bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

struct map_entry *map_entry_find(const char *name)
{
    for (uint32_t i = 0; i < entry_count; i++) {
        if (strcmp(entries[i].name, name) == 0)
            return &entries[i];
    }
    return NULL;
}

void map_entries_read(tree_node map, uint32_t (*get32)(const void *at))
{
    bool lengths_good = true, unique = true;
    for (uint32_t i = 0; i < tree_property_count(map) && entry_count < MAP_ENTRIES_MAXIMUM; i++) {
        struct tree_value value;
        const char *name = tree_property_at(map, i, &value);
        if (strcmp(name, "name") == 0 || strcmp(name, "AAPL,phandle") == 0)
            continue;
        if (value.length != 8) {
            lengths_good = false;
            say("       entry %s has %u bytes\n", name, value.length);
            continue;
        }
        unique &= map_entry_find(name) == NULL;
        struct map_entry *entry = &entries[entry_count++];
        entry->name = name;
        entry->address = get32(value.bytes);
        entry->length = get32(value.bytes + 4);
    }
    check(lengths_good, "memory-map: every entry has exactly eight bytes");
    check(unique, "memory-map: no name twice");
}
