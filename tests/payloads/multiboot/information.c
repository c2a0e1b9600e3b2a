/* SPDX-License-Identifier: BSD-2-Clause */
#include "information.h"

#include "../common/memory.h"
#include "lib/bytes.h"

#define MODULE_SIZE     16u
#define MAP_ENTRY_LEAST 20u

struct information information;

void information_read(uint32_t address)
{
    const uint8_t *bytes = memory_at(address);
    information = (struct information){
        .address = address,
        .flags = get_le32(bytes),
        .memory_lower = get_le32(bytes + 4),
        .memory_upper = get_le32(bytes + 8),
        .command_line = get_le32(bytes + 16),
        .module_count = get_le32(bytes + 20),
        .modules = get_le32(bytes + 24),
        .map_length = get_le32(bytes + 44),
        .map = get_le32(bytes + 48),
        .loader_name = get_le32(bytes + 64),
        .screen = get_le64(bytes + 88),
        .screen_row = get_le32(bytes + 96),
        .screen_width = get_le32(bytes + 100),
        .screen_height = get_le32(bytes + 104),
        .screen_depth = bytes[108],
        .screen_kind = bytes[109],
    };
}

const char *information_words(void)
{
    if ((information.flags & INFORMATION_COMMAND_LINE) == 0)
        return "";
    return (const char *)memory_at(information.command_line);
}

bool information_map(uint32_t *at, struct map_entry *entry)
{
    if (!bytes_within(information.map_length, *at, 4 + MAP_ENTRY_LEAST))
        return false;
    const uint8_t *bytes = memory_at(information.map + *at);
    uint32_t size = get_le32(bytes);
    if (size < MAP_ENTRY_LEAST || !bytes_within(information.map_length, (uint64_t)*at + 4, size))
        return false;
    entry->first = get_le64(bytes + 4);
    entry->length = get_le64(bytes + 12);
    entry->type = get_le32(bytes + 20);
    *at += 4 + size;
    return true;
}

bool information_is_ram(uint64_t first, uint64_t length)
{
    struct map_entry entry;
    uint64_t end = first + length;
    for (uint32_t at = 0; information_map(&at, &entry) && first < end;) {
        if (entry.type == MAP_USABLE && first >= entry.first && first - entry.first < entry.length)
            first = entry.first + entry.length;
    }
    return first >= end;
}

struct module information_module(uint32_t index)
{
    const uint8_t *bytes = memory_at(information.modules + MODULE_SIZE * index);
    return (struct module){get_le32(bytes), get_le32(bytes + 4), get_le32(bytes + 8)};
}
