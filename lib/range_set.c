/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/range_set.h"

#include <string.h>

#include "lib/bytes.h"

static place_t end_of(const struct address_range *range)
{
    return range->base + range->length;
}

static bool wraps(place_t base, place_t length)
{
    return length > (place_t)-1 - base;
}

/* Index of the first range that ends above `address`; the count if there is none. */
static size_t first_above(const struct range_set *set, place_t address)
{
    size_t at = 0;

    while (at < set->count && end_of(&set->ranges[at]) <= address)
        at++;
    return at;
}

static void delete_at(struct range_set *set, size_t at, size_t count)
{
    memmove(&set->ranges[at], &set->ranges[at + count],
            (set->count - at - count) * sizeof set->ranges[0]);
    set->count -= count;
}

static bool insert_at(struct range_set *set, size_t at, place_t base, place_t length)
{
    if (set->count == RANGE_SET_MAXIMUM)
        return false;
    memmove(&set->ranges[at + 1], &set->ranges[at], (set->count - at) * sizeof set->ranges[0]);
    set->ranges[at] = (struct address_range){base, length};
    set->count++;
    return true;
}

bool range_set_add(struct range_set *set, place_t base, place_t length)
{
    size_t at = first_above(set, base);
    struct address_range *after = at < set->count ? &set->ranges[at] : NULL;
    struct address_range *before = at > 0 ? &set->ranges[at - 1] : NULL;

    if (wraps(base, length))
        return false;
    if (length == 0)
        return true;
    if (after != NULL && after->base < base + length)
        return false;
    if (after != NULL && after->base != base + length)
        after = NULL;
    if (before != NULL && end_of(before) != base)
        before = NULL;
    if (before == NULL && after == NULL)
        return insert_at(set, at, base, length);
    if (before == NULL) {
        after->base = base;
        after->length += length;
        return true;
    }
    before->length += length;
    if (after != NULL) {
        before->length += after->length;
        delete_at(set, at, 1);
    }
    return true;
}

bool range_set_remove(struct range_set *set, place_t base, place_t length)
{
    place_t end = base + length;
    size_t first = first_above(set, base), last = first;

    if (wraps(base, length))
        return false;
    if (length == 0 || first == set->count || set->ranges[first].base >= end)
        return true;
    while (last + 1 < set->count && set->ranges[last + 1].base < end)
        last++;

    /* What stays of the first range touched, and of the last. */
    place_t head_base = set->ranges[first].base, tail_end = end_of(&set->ranges[last]);
    bool head = head_base<base, tail = tail_end> end;

    if (head && tail && first == last) {
        if (!insert_at(set, first + 1, end, tail_end - end))
            return false;
        set->ranges[first].length = base - head_base;
        return true;
    }
    if (head)
        set->ranges[first++].length = base - head_base;
    if (tail)
        set->ranges[last--] = (struct address_range){end, tail_end - end};
    if (last + 1 > first)
        delete_at(set, first, last + 1 - first);
    return true;
}

bool range_set_contains(const struct range_set *set, place_t base, place_t length)
{
    size_t at = first_above(set, base);

    return at < set->count && set->ranges[at].base <= base &&
           bytes_within(set->ranges[at].length, base - set->ranges[at].base, length);
}

bool range_set_highest(const struct range_set *set, place_t length, place_t alignment,
                       place_t limit, place_t *place)
{
    for (size_t i = set->count; i-- > 0;) {
        place_t base = set->ranges[i].base, end = end_of(&set->ranges[i]);

        if (end > limit)
            end = limit;
        if (length == 0 || end <= base || end - base < length)
            continue;
        place_t start = (end - length) & ~(alignment - 1);
        if (start >= base) {
            *place = start;
            return true;
        }
    }
    return false;
}

place_t range_set_longest(const struct range_set *set)
{
    place_t longest = 0;

    for (size_t i = 0; i < set->count; i++)
        if (set->ranges[i].length > longest)
            longest = set->ranges[i].length;
    return longest;
}
