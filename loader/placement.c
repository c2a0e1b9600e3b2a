/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/placement.h"

#include <string.h>

#include "lib/bytes.h"

typedef unsigned long long ull;

/* What no map has to say of a PC: firmware is there. */
static const struct address_range firmware[] = {{0, 0x1000}, {0xa0000, 0x60000}};

#define FIRMWARE_COUNT (sizeof firmware / sizeof *firmware)

/* Something that a wanted range runs into. */
struct obstacle {
    place_t start, end;
};

static place_t end_of(place_t base, place_t length)
{
    return length > PLACE_MAXIMUM - base ? PLACE_MAXIMUM : base + length;
}

void placement_start(struct placement *placement, const struct memory_map_entry *map, size_t count)
{
    placement->map_count = 0;
    placement->taken_count = 0;
    for (size_t i = 0; i < count && i < MEMORY_MAP_MAXIMUM; i++) {
        uint64_t room = PLACE_MAXIMUM - map[i].base;

        if (map[i].base <= PLACE_MAXIMUM)
            placement->map[placement->map_count++] = (struct placement_entry){
                .base = (place_t)map[i].base,
                .length = (place_t)(map[i].length < room ? map[i].length : room),
                .type = map[i].type,
            };
    }
}

error_t placement_take(struct placement *placement, place_t base, place_t length)
{
    if (length == 0)
        return OK;
    if (placement->taken_count == PLACEMENT_TAKEN_MAXIMUM)
        return fail(ERROR_IMAGE_PIECES, "more than %d things to be placed in memory",
                    PLACEMENT_TAKEN_MAXIMUM);
    placement->taken[placement->taken_count++] =
        (struct address_range){base, end_of(base, length) - base};
    return OK;
}

static bool holds(place_t base, place_t length, place_t address)
{
    return address >= base && address - base < length;
}

static const struct placement_entry *entry_at(const struct placement *placement, place_t address)
{
    const struct placement_entry *found = NULL;

    /* Where entries overlap against the rules, one that is not usable counts. */
    for (size_t i = 0; i < placement->map_count; i++) {
        const struct placement_entry *entry = &placement->map[i];

        if (holds(entry->base, entry->length, address) &&
            (found == NULL || entry->type != MEMORY_USABLE))
            found = entry;
    }
    return found;
}

/*
 * The stretch around `address` in which every address has the same entry (or none). Its ends are
 * found from all entries' ends, so that the map's order and overlaps do not matter.
 */
static struct obstacle stretch_around(const struct placement *placement, place_t address)
{
    struct obstacle stretch = {0, PLACE_MAXIMUM};

    for (size_t i = 0; i < placement->map_count; i++) {
        const struct placement_entry *entry = &placement->map[i];
        const place_t edges[] = {entry->base, entry->base + entry->length};

        for (size_t e = 0; e < sizeof edges / sizeof *edges; e++) {
            if (edges[e] <= address && edges[e] > stretch.start)
                stretch.start = edges[e];
            if (edges[e] > address && edges[e] < stretch.end)
                stretch.end = edges[e];
        }
    }
    return stretch;
}

static bool is_usable(const struct placement *placement, place_t address)
{
    const struct placement_entry *entry = entry_at(placement, address);

    return entry != NULL && entry->type == MEMORY_USABLE;
}

/* The first stretch in [base, end) that the map does not call usable. */
static bool find_unusable(const struct placement *placement, place_t base, place_t end,
                          struct obstacle *found)
{
    for (place_t at = base; at < end; at = found->end) {
        *found = stretch_around(placement, at);
        if (!is_usable(placement, at))
            return true;
    }
    return false;
}

static bool find_among(const struct address_range *regions, size_t count, place_t base,
                       place_t length, struct obstacle *found)
{
    for (size_t i = 0; i < count; i++)
        if (ranges_overlap(regions[i].base, regions[i].length, base, length)) {
            *found = (struct obstacle){regions[i].base, end_of(regions[i].base, regions[i].length)};
            return true;
        }
    return false;
}

/* Some obstacle to a range; the range does not wrap. */
static bool find_obstacle(const struct placement *placement, place_t base, place_t length,
                          struct obstacle *found)
{
    return find_among(firmware, FIRMWARE_COUNT, base, length, found) ||
           find_among(placement->taken, placement->taken_count, base, length, found) ||
           find_unusable(placement, base, base + length, found);
}

bool placement_is_free(const struct placement *placement, place_t base, place_t length)
{
    struct obstacle unused;

    return length <= PLACE_MAXIMUM - base && !find_obstacle(placement, base, length, &unused);
}

bool placement_lowest(const struct placement *placement, place_t length, place_t alignment,
                      place_t minimum, place_t end, place_t *address)
{
    struct obstacle obstacle;
    place_t at = minimum;

    for (;;) {
        if (at > PLACE_MAXIMUM - (alignment - 1))
            return false;
        at = round_up(at, alignment);
        if (length == 0 || at > end || length > end - at)
            return false;
        if (!find_obstacle(placement, at, length, &obstacle)) {
            *address = at;
            return true;
        }
        at = obstacle.end; /* behind `at`, as the two overlap: this comes to an end */
    }
}

bool placement_highest(const struct placement *placement, place_t length, place_t alignment,
                       place_t minimum, place_t end, place_t *address)
{
    struct obstacle obstacle;
    place_t top = end;

    for (;;) {
        place_t at;

        if (length == 0 || length > top)
            return false;
        at = (top - length) & ~(alignment - 1);
        if (at < minimum)
            return false;
        if (!find_obstacle(placement, at, length, &obstacle)) {
            *address = at;
            return true;
        }
        top = obstacle.start; /* below at + length: this comes to an end */
    }
}

static const char *type_words(uint32_t type)
{
    switch (type) {
    case MEMORY_RESERVED:
        return "reserved";
    case MEMORY_ACPI_RECLAIM:
        return "ACPI tables";
    case MEMORY_ACPI_NVS:
        return "ACPI's own memory";
    case MEMORY_BAD:
        return "bad memory";
    default:
        return "not usable";
    }
}

/*
 * Firmware keeps its tables at the end of RAM, so something that is too large for the machine runs
 * into them: it is RAM that is missing then.
 */
static bool has_ram_above(const struct placement *placement, place_t address)
{
    for (size_t i = 0; i < placement->map_count; i++) {
        const struct placement_entry *entry = &placement->map[i];

        if (entry->type == MEMORY_USABLE && entry->base < PLACE_END &&
            entry->base + entry->length > address)
            return true;
    }
    return false;
}

error_t placement_check(const struct placement *placement, const char *what, place_t base,
                        place_t length)
{
    const struct placement_entry *entry;
    struct obstacle obstacle;

    if (length > PLACE_MAXIMUM - base)
        return fail(ERROR_MEMORY_RANGE, "%s: 0x%llx bytes at 0x%llx", what, (ull)length, (ull)base);
    if (find_among(firmware, FIRMWARE_COUNT, base, length, &obstacle))
        return fail(ERROR_MEMORY_TAKEN,
                    "%s at 0x%llx, 0x%llx bytes: a PC's firmware has 0x%llx to 0x%llx", what,
                    (ull)base, (ull)length, (ull)obstacle.start, (ull)obstacle.end - 1);
    if (!find_unusable(placement, base, base + length, &obstacle))
        return OK;
    entry = entry_at(placement, obstacle.start > base ? obstacle.start : base);
    if (entry == NULL)
        return fail(ERROR_MEMORY_RANGE,
                    "%s at 0x%llx, 0x%llx bytes: there is no RAM from 0x%llx on", what, (ull)base,
                    (ull)length, (ull)obstacle.start);
    if (obstacle.start > base && !has_ram_above(placement, obstacle.end))
        return fail(ERROR_MEMORY_RANGE, "%s at 0x%llx, 0x%llx bytes: RAM ends at 0x%llx", what,
                    (ull)base, (ull)length, (ull)obstacle.start);
    return fail(ERROR_MEMORY_TAKEN, "%s at 0x%llx, 0x%llx bytes: 0x%llx to 0x%llx is %s", what,
                (ull)base, (ull)length, (ull)obstacle.start, (ull)obstacle.end - 1,
                type_words(entry->type));
}

place_t placement_usable_end(const struct placement *placement, place_t address)
{
    struct obstacle obstacle;

    if (!find_unusable(placement, address, PLACE_MAXIMUM, &obstacle))
        return PLACE_MAXIMUM;
    return obstacle.start > address ? obstacle.start : address;
}
