/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacking of "deflate" data (RFC 1951) with zlib, in the two wrappers that files come in. Nothing
 * is written beyond `out_size`, nothing read beyond `in_length`. Working memory comes from malloc:
 * about 10 KB, and 32 KB more where there is no `out`; it is freed before the return.
 */
#ifndef LIB_INFLATE_H
#define LIB_INFLATE_H

#include <stddef.h>
#include <stdint.h>

enum inflate_result {
    INFLATE_DONE,      /* the stream ended and its check values are right */
    INFLATE_TRUNCATED, /* the input ends before the stream does */
    INFLATE_TOO_LARGE, /* more than out_size bytes come out */
    INFLATE_DAMAGED,   /* no such stream, or one that makes no sense */
    INFLATE_CHECKSUM,  /* its CRC-32, Adler-32 or size is not that of what came out */
    INFLATE_NO_MEMORY,
};

struct inflate_counts {
    size_t used; /* of the input: where the next stream may begin, if this one is done */
    size_t made; /* bytes that came out, never more than out_size when it is done */
};

/*
 * One member of a gzip file (RFC 1952) into `out`. `out` NULL: only counts and checks; out_size is
 * then the most that it counts up to. Of input and output at most 4 GB - 1 are looked at.
 */
enum inflate_result inflate_gzip(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                                 struct inflate_counts *counts);
/* The same for a zlib stream (RFC 1950). */
enum inflate_result inflate_zlib(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                                 struct inflate_counts *counts);

#endif
