/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/memory_map.h"

#include <stdbool.h>

#include "lib/bytes.h"

/* One past an entry's last byte, at most 2^64 - 1. */
static uint64_t end_of(const struct memory_map_entry *entry)
{
    return entry->length > UINT64_MAX - entry->base ? UINT64_MAX : entry->base + entry->length;
}

static unsigned caution(uint32_t type)
{
    switch (type) {
    case MEMORY_USABLE:
        return 0;
    case MEMORY_ACPI_RECLAIM:
        return 1;
    case MEMORY_ACPI_NVS:
        return 2;
    default:
        return 3;
    case MEMORY_RESERVED:
        return 4;
    case MEMORY_BAD:
        return 5;
    }
}

static bool more_cautious(uint32_t type, uint32_t than)
{
    unsigned one = caution(type), other = caution(than);

    return one > other || (one == other && type > than);
}

/*
 * What holds at `at`: false if nothing. `*next` is the first address above `at` where an entry
 * starts or ends; UINT64_MAX if there is none.
 */
static bool type_at(const struct memory_map_entry *in, size_t count, uint64_t at, uint32_t *type,
                    uint64_t *next)
{
    bool covered = false;

    *next = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t base = in[i].base, end = end_of(&in[i]);

        if (base >= end)
            continue;
        if (base > at && base < *next)
            *next = base;
        if (end > at && end < *next)
            *next = end;
        if (base > at || end <= at)
            continue;
        if (!covered || more_cautious(in[i].type, *type))
            *type = in[i].type;
        covered = true;
    }
    return covered;
}

/*
 * Goes from boundary to boundary and asks all entries at each. That is quadratic, but needs no
 * memory, and maps are short.
 */
size_t memory_map_normalise(const struct memory_map_entry *in, size_t count,
                            struct memory_map_entry *out, size_t maximum)
{
    size_t stored = 0;
    uint64_t at = 0, next;

    for (; at != UINT64_MAX; at = next) {
        uint32_t type = 0;

        if (!type_at(in, count, at, &type, &next))
            continue;
        if (stored > 0 && out[stored - 1].type == type &&
            out[stored - 1].base + out[stored - 1].length == at) {
            out[stored - 1].length += next - at;
        } else {
            if (stored == maximum)
                break;
            out[stored++] = (struct memory_map_entry){at, next - at, type};
        }
    }
    return stored;
}

uint32_t memory_map_type(const struct memory_map_entry *map, size_t count, uint64_t base,
                         uint64_t length)
{
    for (size_t i = 0; i < count; i++)
        if (base >= map[i].base && bytes_within(map[i].length, base - map[i].base, length))
            return map[i].type;
    return 0;
}
