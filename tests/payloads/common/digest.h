/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks that a kernel's own segments arrived: contents by CRC-32, and zero fill. The table is
 * the kernel's segment __DIGEST, filled in by tools/elf2macho: a count, then a record for each
 * other segment. All words are big-endian; addresses are the low 32 bits.
 */
#ifndef PAYLOADS_DIGEST_H
#define PAYLOADS_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#define DIGEST_SEGMENTS_MAXIMUM 15u

struct digest_table {
    const uint8_t *bytes;
    uint32_t bss_start, bss_end; /* in use by now; looked at on entry */
    uint32_t bss_dirty;          /* what was found then: address of a word that was not 0, or 0 */
};

/* Prints the verdicts. False if there is no table. */
bool check_digests(const struct digest_table *table);

/* Address of the first byte in [from, to) that is not zero, our BSS left out, or 0. */
uint32_t digest_first_set(const struct digest_table *table, uint32_t from, uint32_t to);

#endif
