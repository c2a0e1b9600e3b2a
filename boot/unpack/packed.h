/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packed form of a program, as tools/pack makes it:
 *
 *   0   length of the program in the file
 *   4   memory that it takes, the cleared part behind it included
 *   8   one byte: the processor, CONTEXTS_POWERPC or CONTEXTS_X86
 *   9   three bytes: how much of the program, from its beginning, is instructions
 *   12  CRC-32 (IEEE 802.3) of the program
 *   16  the program, its relative calls made absolute, as bits that an arithmetic coder has
 *       written by the guesses of predictor.h
 *
 * All numbers are big-endian.
 */
#ifndef BOOT_UNPACK_PACKED_H
#define BOOT_UNPACK_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/unpack/predictor.h"

#define PACKED_HEADER 16

/* The numbers at the beginning of `packed`, which is at least PACKED_HEADER long. */
uint32_t packed_length(const uint8_t *packed);
uint32_t packed_memory(const uint8_t *packed);

/*
 * Unpacks into packed_length() bytes at `out`, and nothing beyond. False if the packed bytes are
 * damaged, or for another processor than an unpacking program is: what is at `out` is of no use
 * then. Takes about 6000 instructions for each byte.
 */
bool packed_unpack(const uint8_t *packed, size_t length, struct predictor *predictor, uint8_t *out);

/*
 * Calls hold how far away their target is. Where a function is called from does not matter to an
 * absolute address, so that two calls of it look alike. For packing, and the way back.
 */
void packed_calls_absolute(unsigned processor, uint8_t *code, uint32_t length);
void packed_calls_relative(unsigned processor, uint8_t *code, uint32_t length);

/* The arithmetic coder's state: the numbers that all that follows may lead to, both included. */
struct packed_range {
    uint32_t low, high;
};
/* Where the range is divided: a 1 stands for what is not above. `guess` is of the predictor. */
uint32_t packed_middle(const struct packed_range *range, uint32_t guess);
/* The bit is known. Returns how many bytes at the front are settled, and drops them. */
unsigned packed_narrow(struct packed_range *range, uint32_t middle, unsigned bit);

#endif
