/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The blocks of hexadecimal digits that the loader's prompt writes on the console, read back out of
 * a log of it (docs/inspect.md has the form):
 *
 *     DUMP devtree length=20524 crc32=1a2b3c4d address=0002e000 byte-order=big
 *     00000000 0000000d00000009...
 *     DUMP end
 *
 * Address and byte order may be left out; "DUMP interrupted" stands at the end of one that was.
 * Lines may end in CR LF, and begin with what a terminal program puts in front of each. Lines of
 * others between those of a block are passed over; what is missing shows by offset, length and sum.
 */
#ifndef TOOLS_INSPECT_DUMP_H
#define TOOLS_INSPECT_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUMP_NAME    32
#define DUMP_PROBLEM 120

struct dump {
    char name[DUMP_NAME];       /* "devtree", "bootargs" */
    char byte_order[DUMP_NAME]; /* "big", "little"; "" if it is not told */
    bool has_address;
    uint64_t address; /* where the bytes lie, or will */
    unsigned line;    /* of its first one, from 1 */
    uint64_t length;  /* as announced */
    uint32_t crc32;   /* as announced */
    uint8_t *bytes;   /* those that are there, from malloc */
    size_t count;
    char problem[DUMP_PROBLEM]; /* "": the whole is there and good */
};

/* True if there is the first line of a block in it. */
bool dump_find(const uint8_t *log, size_t length);

/*
 * The next block from `*at` on, which moves behind it. False if there is none. `dump->bytes` is the
 * caller's to free.
 */
bool dump_next(const uint8_t *log, size_t length, size_t *at, struct dump *dump);

#endif
