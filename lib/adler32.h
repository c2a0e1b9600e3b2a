/* SPDX-License-Identifier: BSD-2-Clause */
/* Adler-32, RFC 1950 section 8.2. */
#ifndef LIB_ADLER32_H
#define LIB_ADLER32_H

#include <stddef.h>
#include <stdint.h>

/* Checksum of the bytes, starting from 1. */
uint32_t adler32(const uint8_t *bytes, size_t length);

#endif
