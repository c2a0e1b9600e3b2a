/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deflate streams for tests: real ones (made with zlib's deflate at level 9, dynamic codes, with
 * matches far back) of bytes that anyone can make again, and stored ones around any bytes.
 */
#ifndef TESTS_UNIT_PACKED_H
#define TESTS_UNIT_PACKED_H

#include <stddef.h>
#include <stdint.h>

struct packed {
    const uint8_t *deflate; /* RFC 1951, without wrapper */
    size_t deflate_length;
    size_t length; /* of what it unpacks to */
    void (*make)(uint8_t *bytes);
};
extern const struct packed packed_words; /* 2000 bytes of words in an irregular order */
extern const struct packed packed_steps; /* 70000 bytes: more than the window */

/* CRC-32 of RFC 1952 section 8 and Adler-32 of RFC 1950, from their definitions. */
uint32_t packed_crc32(const uint8_t *bytes, size_t length);
uint32_t packed_adler32(const uint8_t *bytes, size_t length);

/* A gzip member or zlib stream of one of the above. Return its length; `out` has room. */
size_t packed_gzip(uint8_t *out, const struct packed *packed);
size_t packed_zlib(uint8_t *out, const struct packed *packed);

/* The same with the bytes stored; the most that they need besides the bytes. */
#define PACKED_EXTRA(length) (18 + 5 * ((length) / 0xFFFF + 1))
size_t packed_stored_gzip(uint8_t *out, const uint8_t *bytes, size_t length);
size_t packed_stored_zlib(uint8_t *out, const uint8_t *bytes, size_t length);

#endif
