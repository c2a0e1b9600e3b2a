/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4, section 6.2), as sha256sum prints it. */
#ifndef LIB_SHA256_H
#define LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_LENGTH 32

void sha256(const uint8_t *bytes, size_t length, uint8_t digest[SHA256_LENGTH]);

#endif
