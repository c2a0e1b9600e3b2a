/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of memory pages as a sorted list of ranges in a fixed array. Pages are numbered: a page's
 * number is its address over the page size, so that no end of a range wraps. A range is the pages
 * first ... end - 1; there is none in it if end is not above first. Ranges of a set never touch
 * each other.
 */
#ifndef LIB_PAGE_SET_H
#define LIB_PAGE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SET_MAXIMUM 256

struct page_range {
    uint32_t first, end;
};
struct page_set {
    size_t count;
    struct page_range ranges[PAGE_SET_MAXIMUM];
};

/* Adds pages, some of which may be in the set already. False, and nothing changed: no room. */
bool page_set_add(struct page_set *set, uint32_t first, uint32_t end);
/* Takes pages out, whichever of them are in the set. False, and nothing changed: no room. */
bool page_set_remove(struct page_set *set, uint32_t first, uint32_t end);
/*
 * The first of these pages that are in the set (`inside`) or that are not, as far as they go.
 * False,
 * `*part` unchanged, if there is none.
 */
bool page_set_part(const struct page_set *set, uint32_t first, uint32_t end, bool inside,
                   struct page_range *part);
/* True if one of the pages is in the set. */
bool page_set_touches(const struct page_set *set, uint32_t first, uint32_t end);

#endif
