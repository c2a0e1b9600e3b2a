/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The relocator: given pieces of memory that have to go to other places, whatever overlaps what,
 * it makes an ordered list of steps (memmove or fill with zeros) that does it. A small stub, which
 * is outside of everything that is touched, then carries the steps out when nothing else runs any
 * more.
 */
#ifndef LOADER_RELOCATOR_H
#define LOADER_RELOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/* Source and destination are physical addresses below 4 GB. Destinations never overlap each other.
 */
struct relocator_piece {
    uint32_t destination;
    uint32_t source; /* meaningless when copy is 0 */
    uint32_t copy;   /* bytes to copy from source */
    uint32_t size;   /* bytes at the destination; those beyond `copy` become zero */
};

/* One step: memmove(to, from, length), or memset(to, 0, length) when `zero`. */
struct relocator_step {
    uint32_t to, from, length;
    uint32_t zero; /* 0 or 1 */
};

/*
 * Orders the pieces into at most `maximum` steps. `scratch` is memory outside of all sources and
 * destinations that breaks cycles (any size from 4 KB on works: larger pieces are cut). Fails
 * (ERROR_RELOCATE_...) if destinations overlap, a range wraps, or steps run out.
 */
error_t relocator_plan(const struct relocator_piece *pieces, size_t count, uint32_t scratch,
                       uint32_t scratch_length, struct relocator_step *steps, size_t maximum,
                       size_t *step_count);

/*
 * True if [base, base+length) shares no byte with any source or destination.
 */
bool relocator_is_clear(const struct relocator_piece *pieces, size_t count, uint32_t base,
                        uint32_t length);

#endif
