/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LZSS as Apple's mkext version 1 archives and compressed kernels use it: 4096-byte ring preset to
 * spaces, matches of 3 to 18 bytes (specs: xnu-handoff section 5.3).
 */
#ifndef LIB_LZSS_H
#define LIB_LZSS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Unpacks; never writes beyond out_size. Returns the number of bytes that the whole stream yields;
 * more than out_size means that it did not fit.
 */
size_t lzss_unpack(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size);
/* Packs; returns the packed size, or 0 if it does not fit out_size. */
size_t lzss_pack(const uint8_t *in, size_t in_size, uint8_t *out, size_t out_size);
/* The most that lzss_pack can need for in_size bytes. */
size_t lzss_pack_bound(size_t in_size);

#endif
