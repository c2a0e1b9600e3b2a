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

/* What leaves the sum at its top comes in again at its bottom. */
static inline uintptr_t plus(uintptr_t sum, uintptr_t value)
{
    sum += value;
    return sum + (sum < value);
}

uint16_t internet_sum(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    uintptr_t sum = 0;

    for (; length >= 4 * sizeof sum; length -= 4 * sizeof sum, at += 4 * sizeof sum) {
        const struct word *words = (const struct word *)at;

        sum = plus(sum, words[0].value);
        sum = plus(sum, words[1].value);
        sum = plus(sum, words[2].value);
        sum = plus(sum, words[3].value);
    }
    for (; length >= 2; length -= 2, at += 2)
        sum = plus(sum, ((const struct half_word *)at)->value);
    if (length != 0) {
        const uint8_t last[2] = {*at, 0};

        sum = plus(sum, ((const struct half_word *)last)->value);
    }
    while (sum >> 16 != 0) /* a few times: each brings the sum 16 bits closer */
        sum = (sum >> 16) + (sum & 0xFFFF);
    return (uint16_t)sum;
}
