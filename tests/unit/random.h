/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that look random and are the same in every run (xorshift32 of Marsaglia). */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include <stdint.h>

/* `state` starts with anything but 0. */
static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

#endif
