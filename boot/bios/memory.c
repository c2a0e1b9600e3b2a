/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: firmware's map, and claims on what is usable between 1 MB and 4 GB. Without paging a
 * pointer is the physical address. Nobody else claims anything, so what is free is one set.
 */
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/heap.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "lib/memory_map.h"
#include "lib/range_set.h"

#define PAGE 4096u
/* Below are the BIOS's data, real mode's memory and the video memory; above no pointer reaches. */
#define CLAIM_FLOOR 0x100000u
#define CLAIM_LIMIT PLACE_END

static struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
static size_t map_count;
static struct range_set managed;   /* what claims are made from */
static struct range_set unclaimed; /* the part of it that is free now */

/* --- The map ------------------------------------------------------------------------------ */

size_t platform_memory_map(struct memory_map_entry *entries, size_t maximum)
{
    size_t count = map_count < maximum ? map_count : maximum;
    memcpy(entries, map, count * sizeof map[0]);
    return count;
}

/* The map is normal, so usable entries never touch each other. */
size_t platform_memory_banks(struct memory_region *banks, size_t maximum)
{
    size_t count = 0;
    for (size_t i = 0; i < map_count && count < maximum; i++)
        if (map[i].type == MEMORY_USABLE)
            banks[count++] = (struct memory_region){map[i].base, map[i].length};
    return count;
}

enum memory_use memory_use(uint64_t base, uint64_t length)
{
    if (memory_map_type(map, map_count, base, length) == MEMORY_USABLE)
        return MEMORY_IS_USABLE;
    for (size_t i = 0; i < map_count; i++)
        if (map[i].type != MEMORY_USABLE &&
            ranges_overlap(base, length, map[i].base, map[i].length))
            return MEMORY_IS_FIRMWARES;
    return MEMORY_IS_NOWHERE;
}

/* --- Claims ------------------------------------------------------------------------------- */

bool memory_highest_free(place_t length, place_t alignment, place_t limit, place_t *place)
{
    if (length > CLAIM_LIMIT)
        return false;
    return range_set_highest(&unclaimed, round_up(length, PAGE),
                             alignment < PAGE ? PAGE : alignment, limit & ~(place_t)(PAGE - 1),
                             place);
}

void *platform_claim(size_t length, size_t alignment)
{
    place_t place;
    if (length == 0 || !memory_highest_free(length, alignment, CLAIM_LIMIT, &place) ||
        !range_set_remove(&unclaimed, place, round_up(length, PAGE)))
        return NULL;
    return platform_virtual(place);
}

bool platform_claim_at(physical_address base, size_t length)
{
    if (length == 0 || !bytes_within(CLAIM_LIMIT, base, length))
        return false;
    place_t start = base & ~(place_t)(PAGE - 1), end = round_up(base + length, PAGE);
    return range_set_contains(&unclaimed, start, end - start) &&
           range_set_remove(&unclaimed, start, end - start);
}

void platform_release(void *memory, size_t length)
{
    place_t base = (uintptr_t)memory, end = round_up(base + length, PAGE);
    if (memory == NULL || length == 0)
        return;
    /* A page of which only a part is given back is still in use. */
    base = round_up(base, PAGE);
    if (base < end && (!range_set_contains(&managed, base, end - base) ||
                       !range_set_add(&unclaimed, base, end - base)))
        print_verbose("memory: %08x-%08x cannot be given back\n", (unsigned)base, (unsigned)end);
}

void *platform_claim_heap(size_t length)
{
    return platform_claim(length, PAGE);
}

void platform_release_heap(void *memory, size_t length)
{
    platform_release(memory, length);
}

size_t platform_largest_free(void)
{
    return (size_t)range_set_longest(&unclaimed);
}

size_t platform_memory_claims(struct memory_region *claims, size_t maximum)
{
    static struct range_set taken;
    size_t count;

    taken = managed;
    for (size_t i = 0; i < unclaimed.count; i++)
        range_set_remove(&taken, unclaimed.ranges[i].base, unclaimed.ranges[i].length);
    for (count = 0; count < taken.count && count < maximum; count++)
        claims[count] =
            (struct memory_region){taken.ranges[count].base, taken.ranges[count].length};
    return count;
}

physical_address platform_physical(const void *memory)
{
    return (uintptr_t)memory;
}

void *platform_virtual(physical_address physical)
{
    return physical <= UINTPTR_MAX ? (void *)(uintptr_t)physical : NULL;
}

/* --- Start-up ----------------------------------------------------------------------------- */

/* The map as somebody told it, not yet normal. */
static size_t ask_for_map(struct memory_map_entry *entries, size_t maximum, const char **source)
{
    *source = "multiboot";
    size_t count = multiboot_memory_map(entries, maximum);
    if (count == 0) {
        *source = "the BIOS";
        count = e820_read(entries, maximum);
    }
    if (count == 0) {
        uint32_t lower, upper;
        *source = "multiboot's sizes";
        multiboot_memory_sizes(&lower, &upper);
        count = memory_map_from_sizes(lower, upper, entries, maximum);
    }
    /* Where entries overlap, the reserved one holds. */
    return count != 0 ? count + pxe_memory(entries + count, maximum - count) : 0;
}

/* Takes every page out of what is managed that [base, base + length) touches. */
static bool keep_out(place_t base, place_t length)
{
    place_t start = base & ~(place_t)(PAGE - 1);
    return range_set_remove(&managed, start, round_up(base + length, PAGE) - start);
}

static error_t find_managed(void)
{
    bool complete = true;
    for (size_t i = 0; i < map_count; i++) {
        uint64_t base = map[i].base, end = base + map[i].length;
        if (map[i].type != MEMORY_USABLE || end <= CLAIM_FLOOR || base >= CLAIM_LIMIT)
            continue;
        base = round_up(base < CLAIM_FLOOR ? CLAIM_FLOOR : base, PAGE);
        end = (end > CLAIM_LIMIT ? CLAIM_LIMIT : end) & ~(uint64_t)(PAGE - 1);
        if (base < end)
            complete = range_set_add(&managed, (place_t)base, (place_t)(end - base)) && complete;
    }
    place_t start = (uintptr_t)image_start, end = (uintptr_t)image_end;
    complete = keep_out(start, end - start) && complete;

    struct platform_module modules[MODULES_MAXIMUM];
    size_t count = multiboot_modules(modules, MODULES_MAXIMUM);
    for (size_t i = 0; i < count; i++)
        complete = keep_out((uintptr_t)modules[i].bytes, modules[i].length) && complete;
    if (!complete)
        return fail(ERROR_PC_MEMORY_MAP, "it has more pieces than can be kept account of");
    unclaimed = managed;
    return OK;
}

static error_t make_heap(void)
{
    place_t total = 0;
    for (size_t i = 0; i < managed.count; i++)
        total += managed.ranges[i].length;
    return heap_make(total);
}

error_t memory_initialise(void)
{
    static struct memory_map_entry raw[MEMORY_MAP_MAXIMUM];
    const char *source;
    size_t count = ask_for_map(raw, MEMORY_MAP_MAXIMUM, &source);
    map_count = memory_map_normalise(raw, count, map, MEMORY_MAP_MAXIMUM);
    if (map_count == 0)
        return fail(ERROR_PC_MEMORY_MAP,
                    "neither the multiboot loader nor INT 15h (E820h, E801h, 88h) has one");
    print_verbose("memory: %u entries from %s\n", (unsigned)map_count, source);
    error_t error = find_managed();
    return error == OK ? make_heap() : error;
}
