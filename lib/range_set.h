/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of addresses as a sorted list of ranges in a fixed array: memory that is free, and the
 * like. Ranges never touch each other; none reaches the end of place_t.
 */
#ifndef LIB_RANGE_SET_H
#define LIB_RANGE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/place.h"

#define RANGE_SET_MAXIMUM 512

struct address_range {
    place_t base, length;
};
struct range_set {
    size_t count;
    struct address_range ranges[RANGE_SET_MAXIMUM];
};

/*
 * Adds [base, base + length), merged with what it touches. False, and nothing changed, if it wraps,
 * if a byte of it is in the set already, or if the array is full.
 */
bool range_set_add(struct range_set *set, place_t base, place_t length);

/*
 * Takes [base, base + length) out, whatever of it is in the set. False, and nothing changed, if it
 * wraps or if a range would have to be cut in two and the array is full.
 */
bool range_set_remove(struct range_set *set, place_t base, place_t length);

/* True if every byte of [base, base + length) is in the set. `length` is not 0. */
bool range_set_contains(const struct range_set *set, place_t base, place_t length);

/*
 * The highest multiple of `alignment` (a power of two) at which `length` bytes, all in the set and
 * all below `limit`, start. False, `*place` unchanged, if there
 * is none.
 */
bool range_set_highest(const struct range_set *set, place_t length, place_t alignment,
                       place_t limit, place_t *place);

/* The length of the longest range; 0 if the set is empty. */
place_t range_set_longest(const struct range_set *set);

#endif
