/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which bytes of a file belong to what. A loader only asks that nothing lies outside; here every
 * byte that is not zero has to belong to something, and to one thing only. That finds a wrong
 * offset or size even where what it leads to makes sense.
 */
#ifndef TOOLS_MKEXT_RANGES_H
#define TOOLS_MKEXT_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
    uint64_t start, length;
    const char *place; /* "entry 2: plist.offset 96", for messages */
    const char *size;  /* "plist.compsize 10 with plist.realsize 20" */
};

struct ranges {
    struct range *items;
    size_t count;
};

/* The texts stay the caller's. */
void ranges_add(struct ranges *ranges, uint64_t start, uint64_t length, const char *place,
                const char *size);
/* False, with a message that names the fields of the first fault. Sorts the ranges. */
bool ranges_check(struct ranges *ranges, const uint8_t *bytes, size_t length, char *message,
                  size_t message_size);

#endif
