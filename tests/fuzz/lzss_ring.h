/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LZSS in other words than lib/lzss.c, to compare with: the format as Apple's decoders have it
 * (xnu-handoff section 5.3), a ring of 4096 bytes, all spaces, written from 4078 on.
 */
#ifndef TESTS_FUZZ_LZSS_RING_H
#define TESTS_FUZZ_LZSS_RING_H

#include <stddef.h>
#include <stdint.h>

/* Two bytes become 18 at the best, eight times for each flag byte. */
#define LZSS_RING_MOST(in_size) ((in_size)*9 + 18)

/* Unpacks all of it; `out` has room for LZSS_RING_MOST(in_size) bytes. Returns how many there are.
 */
size_t lzss_ring_unpack(const uint8_t *in, size_t in_size, uint8_t *out);

/*
 * Writes the beginning of a stream: 64 different bytes, then `length` % 61 times 144 bytes that are
 * copied from anywhere in the ring. Returns its length, at most LZSS_BEGINNING.
 */
#define LZSS_BEGINNING (72 + 60 * 17)
size_t lzss_ring_beginning(uint8_t *stream, unsigned length);

#endif
