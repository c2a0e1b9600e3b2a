/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32 of IEEE 802.3, reflected: tools/elf2macho notes it, the demonstration kernel checks it. */
#ifndef TOOLS_COMMON_CRC32_H
#define TOOLS_COMMON_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32(const uint8_t *bytes, size_t length);

#endif
