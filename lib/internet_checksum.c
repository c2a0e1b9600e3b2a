/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Summed in words as wide as the processor's own and folded at the end (RFC 1071 section 2): a
 * one's complement sum does not care how wide the words are, nor in which order their bytes. All
 * payload goes through this loop, so that it is unrolled by hand: images are built for size.
 */
#include "lib/internet_checksum.h"

/* At any address, in the processor's order. */
struct __attribute__((packed, may_alias)) word {
    uintptr_t value;
};
struct __attribute__((packed, may_alias)) half_word {
    uint16_t value;
};

/* What leaves the sum at its top is counted: x86 adds it with the carry flag. */
#define ADD(value)                     \
    do {                               \
        const uintptr_t term = value;  \
                                       \
        sum += term;                   \
        carries += sum < term ? 1 : 0; \
    } while (0)
#define AT_ONCE 4

uint16_t internet_sum(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    const struct word *words;
    uintptr_t sum = 0, carries = 0;

    for (; length >= AT_ONCE * sizeof *words; length -= AT_ONCE * sizeof *words) {
        words = (const struct word *)at;
        ADD(words[0].value);
        ADD(words[1].value);
        ADD(words[2].value);
        ADD(words[3].value);
        at += AT_ONCE * sizeof *words;
    }
    for (; length >= sizeof *words; length -= sizeof *words, at += sizeof *words)
        ADD(((const struct word *)at)->value);
    for (; length >= 2; length -= 2, at += 2)
        ADD(((const struct half_word *)at)->value);
    if (length != 0) {
        const uint8_t last[2] = {*at, 0};

        ADD(((const struct half_word *)last)->value);
    }
    sum = (sum >> 16) + (sum & 0xFFFF) + carries;
    while (sum >> 16 != 0) /* a few times: each brings it 16 bits closer */
        sum = (sum >> 16) + (sum & 0xFFFF);
    return (uint16_t)sum;
}
