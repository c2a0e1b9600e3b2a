/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Summed in wide words and folded at the end (RFC 1071 section 2): a one's complement sum does not
 * care how wide the words are, nor in which order their bytes. All payload goes through the first
 * loop, so that it is unrolled by hand: images are built for size.
 */
#include "lib/internet_checksum.h"

#define AT_ONCE 4

#if defined __i386__ || defined __x86_64__

typedef uintptr_t word_t;
typedef uintptr_t sum_t;

#else

typedef uint32_t word_t;
typedef uint64_t sum_t; /* no frame is long enough to fill the upper half with carries */

#endif

/* At any address, in the processor's order. */
struct __attribute__((packed, may_alias)) word {
    word_t value;
};
struct __attribute__((packed, may_alias)) half_word {
    uint16_t value;
};

static inline sum_t add(sum_t sum, const struct word words[AT_ONCE])
{
#if defined __i386__ || defined __x86_64__
    /* A chain of carries, for which C has no words; the last one comes in at the bottom. */
    __asm__("add %1,%0\n\tadc %2,%0\n\tadc %3,%0\n\tadc %4,%0\n\tadc $0,%0"
            : "+&r"(sum)
            : "m"(words[0]), "m"(words[1]), "m"(words[2]), "m"(words[3])
            : "cc");
#else
    sum += words[0].value;
    sum += words[1].value;
    sum += words[2].value;
    sum += words[3].value;
#endif
    return sum;
}

uint16_t internet_sum(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    sum_t sum = 0;

    for (; length >= AT_ONCE * sizeof(struct word); length -= AT_ONCE * sizeof(struct word)) {
        sum = add(sum, (const struct word *)at);
        at += AT_ONCE * sizeof(struct word);
    }
    sum = (sum >> 16) + (sum & 0xFFFF); /* makes room for what is left */
    for (; length >= 2; length -= 2, at += 2)
        sum += ((const struct half_word *)at)->value;
    if (length != 0) {
        const uint8_t last[2] = {*at, 0};

        sum += ((const struct half_word *)last)->value;
    }
    while (sum >> 16 != 0) /* a few times: each brings it up to 16 bits closer */
        sum = (sum >> 16) + (sum & 0xFFFF);
    return (uint16_t)sum;
}
