/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware's memory maps as they come (unsorted, overlapping, with empty entries) and as everybody
 * else wants them.
 */
#ifndef LIB_MEMORY_MAP_H
#define LIB_MEMORY_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"

/*
 * Writes to `out` the map that `in` means: ascending, without overlap, without empty entries,
 * adjoining entries of a type merged. Where entries overlap, the more cautious type holds:
 * anything over usable; then, rising, ACPI reclaimable, ACPI NVS, types that are not known (the
 * higher number), reserved, bad.
 *
 * `base + length` of what is written never wraps: the very last byte of the 64-bit space is left
 * out. Returns how many entries were stored; if `maximum` is too small, the highest are missing.
 * `out` and `in` are different arrays. A map of n entries never needs more than 2n - 1.
 */
size_t memory_map_normalise(const struct memory_map_entry *in, size_t count,
                            struct memory_map_entry *out, size_t maximum);

/*
 * The type of [base, base + length) if all of it is of one type in a normalised map; 0 if it is
 * not, or partly nowhere, or wraps. `length` is not 0.
 */
uint32_t memory_map_type(const struct memory_map_entry *map, size_t count, uint64_t base,
                         uint64_t length);

#endif
