/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks that this kernel's own segments arrived: contents by CRC-32, zero fill, and zeros in
 * the gaps between segments.
 */
#ifndef DEMO_DIGEST_H
#define DEMO_DIGEST_H

#include <stdint.h>

/* A record of the table that tools/elf2macho writes; all words big-endian. */
struct digest {
    char segment[16];
    uint32_t address, memory_size, file_size, crc;
};

void check_segments(void);

#endif
