/* SPDX-License-Identifier: BSD-2-Clause */
/* The sum of the Internet's checksums (RFC 1071), which lwIP takes over headers and payload. */
#ifndef LIB_INTERNET_CHECKSUM_H
#define LIB_INTERNET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * The one's complement sum of the bytes as 16-bit words in the processor's order, a last odd byte
 * with a zero behind it. It is not complemented. Stored as it is, in the processor's order, it is
 * what RFC 1071 has in the packet. Any length and any alignment. 0 only if all bytes are 0.
 */
uint16_t internet_sum(const void *bytes, size_t length);

#endif
