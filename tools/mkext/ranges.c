/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/ranges.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/bytes.h"
#include "tools/common/tool.h"

void ranges_add(struct ranges *ranges, uint64_t start, uint64_t length, const char *place,
                const char *size)
{
    ranges->items = realloc(ranges->items, (ranges->count + 1) * sizeof *ranges->items);
    if (ranges->items == NULL)
        die("no memory");
    ranges->items[ranges->count++] = (struct range){start, length, place, size};
}

static int by_start(const void *a, const void *b)
{
    const struct range *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->length > y->length) - (x->length < y->length);
}

static bool all_zero(const uint8_t *bytes, uint64_t from, uint64_t to)
{
    for (; from < to; from++)
        if (bytes[from] != 0)
            return false;
    return true;
}

bool ranges_check(struct ranges *ranges, const uint8_t *bytes, size_t length, char *message,
                  size_t message_size)
{
    const struct range *before = NULL;
    uint64_t end = 0;

    for (size_t i = 0; i < ranges->count; i++) {
        const struct range *range = &ranges->items[i];

        if (!bytes_within(length, range->start, range->length)) {
            snprintf(message, message_size, "%s, %s: it ends beyond the %zu bytes", range->place,
                     range->size, length);
            return false;
        }
    }
    qsort(ranges->items, ranges->count, sizeof *ranges->items, by_start);
    for (size_t i = 0; i < ranges->count; i++) {
        const struct range *range = &ranges->items[i];

        if (range->start < end) {
            snprintf(message, message_size, "%s begins before %s, %s, ends at %llu", range->place,
                     before->place, before->size, (unsigned long long)end);
            return false;
        }
        if (!all_zero(bytes, end, range->start)) {
            snprintf(message, message_size,
                     "bytes %llu to %llu belong to nothing: %s%s%s%s%s is wrong",
                     (unsigned long long)end, (unsigned long long)range->start - 1, range->place,
                     before != NULL ? ", or " : "", before != NULL ? before->place : "",
                     before != NULL ? ", " : "", before != NULL ? before->size : "");
            return false;
        }
        end = range->start + range->length;
        before = range;
    }
    if (before != NULL && !all_zero(bytes, end, length)) {
        snprintf(message, message_size, "bytes %llu to %zu belong to nothing: %s, %s is wrong",
                 (unsigned long long)end, length - 1, before->place, before->size);
        return false;
    }
    return true;
}
