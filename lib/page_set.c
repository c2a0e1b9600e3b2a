/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/page_set.h"

#include <string.h>

/* Index of the first range that ends behind `page`. */
static size_t first_behind(const struct page_set *set, uint32_t page)
{
    size_t at = 0;

    while (at < set->count && set->ranges[at].end <= page)
        at++;
    return at;
}

/*
 * Makes the pages a range of their own, or none of any (`inside` false). What other ranges have
 * of them goes, and what touches them becomes one with them.
 */
static bool change(struct page_set *set, uint32_t first, uint32_t end, bool inside)
{
    /* A range that ends where these begin is the same one then; page 0 has none before it. */
    size_t at = first_behind(set, first - (inside && first != 0)), last = at, count = 0;
    struct page_range rest[2];

    if (first >= end)
        return true;
    rest[0] = (struct page_range){first, end};
    for (; last < set->count; last++) {
        struct page_range range = set->ranges[last];

        if (range.first > end || (range.first == end && !inside))
            break;
        if (inside) {
            if (range.first < rest[0].first)
                rest[0].first = range.first;
            if (range.end > rest[0].end)
                rest[0].end = range.end;
            continue;
        }
        if (range.first < first)
            rest[count++] = (struct page_range){range.first, first};
        if (range.end > end)
            rest[count++] = (struct page_range){end, range.end};
    }
    count += inside;
    if (set->count - (last - at) + count > PAGE_SET_MAXIMUM)
        return false;
    memmove(&set->ranges[at + count], &set->ranges[last],
            (set->count - last) * sizeof set->ranges[0]);
    memcpy(&set->ranges[at], rest, count * sizeof rest[0]);
    set->count = set->count - (last - at) + count;
    return true;
}

bool page_set_add(struct page_set *set, uint32_t first, uint32_t end)
{
    return change(set, first, end, true);
}

bool page_set_remove(struct page_set *set, uint32_t first, uint32_t end)
{
    return change(set, first, end, false);
}

bool page_set_part(const struct page_set *set, uint32_t first, uint32_t end, bool inside,
                   struct page_range *part)
{
    size_t at = first_behind(set, first);

    while (first < end) {
        bool here = at < set->count && set->ranges[at].first <= first;
        uint32_t next = end; /* where the set's range begins, or ends */

        if (at < set->count)
            next = here ? set->ranges[at].end : set->ranges[at].first;
        if (next > end)
            next = end;
        if (here == inside) {
            *part = (struct page_range){first, next};
            return true;
        }
        first = next;
        at += here;
    }
    return false;
}

bool page_set_touches(const struct page_set *set, uint32_t first, uint32_t end)
{
    size_t at = first_behind(set, first);

    return first < end && at < set->count && set->ranges[at].first < end;
}
