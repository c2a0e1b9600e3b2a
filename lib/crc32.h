/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32 of IEEE 802.3, reflected, as zlib and the UEFI specification (4.2, table headers) have it.
 */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32_ieee(const uint8_t *bytes, size_t length);

#endif
