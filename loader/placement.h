/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding room for what a kernel is to be given, on machines whose firmware has a memory map: pure
 * functions over that map and a list of ranges that are taken. A place is RAM that the map calls
 * usable and that is neither the PC's first page (interrupt vectors, BIOS data) nor
 * A0000h to FFFFFh (video memory, ROMs), which some maps leave out and some call usable.
 *
 * Where claimed memory lies plays no part: everything is moved at the launch, so a place may well
 * be one where something of the loader still stands.
 */
#ifndef LOADER_PLACEMENT_H
#define LOADER_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "console/error.h"
#include "lib/place.h"
#include "lib/range_set.h"

#define PLACEMENT_TAKEN_MAXIMUM 128
#define PLACEMENT_1_MB          ((place_t)0x100000)

struct placement {
    size_t map_count;
    struct placement_entry {
        place_t base, length;
        uint32_t type;
    } map[MEMORY_MAP_MAXIMUM];
    size_t taken_count;
    struct address_range taken[PLACEMENT_TAKEN_MAXIMUM];
};

/* Starts with this map (copied; sorted or not, at most MEMORY_MAP_MAXIMUM entries), nothing taken.
 * What is beyond the end of place_t is cut off. */
void placement_start(struct placement *placement, const struct memory_map_entry *map, size_t count);

/* [base, base + length) is taken from now on. Overlaps are allowed. ERROR_IMAGE_PIECES: too many.
 */
error_t placement_take(struct placement *placement, place_t base, place_t length);

/* True if the whole of [base, base + length) is usable and nothing of it is taken. */
bool placement_is_free(const struct placement *placement, place_t base, place_t length);

/*
 * The lowest or highest free place of `length` bytes (not 0) at a multiple of `alignment` (a power
 * of two) inside [minimum, end). False if there is none. Takes nothing.
 */
bool placement_lowest(const struct placement *placement, place_t length, place_t alignment,
                      place_t minimum, place_t end, place_t *address);
bool placement_highest(const struct placement *placement, place_t length, place_t alignment,
                       place_t minimum, place_t end, place_t *address);

/*
 * OK if the whole of [base, base + length) is usable, whether taken or not. ERROR_MEMORY_RANGE:
 * somewhere in it there is no RAM, or it goes on beyond the end of RAM below 4 GB;
 * ERROR_MEMORY_TAKEN: firmware has something there. `what` names the thing in the message.
 */
error_t placement_check(const struct placement *placement, const char *what, place_t base,
                        place_t length);

/* The end of the usable memory that goes on without a hole from `address`; `address` if there is
 * none. */
place_t placement_usable_end(const struct placement *placement, place_t address);

#endif
