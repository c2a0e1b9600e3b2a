/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a counter's ticks to microseconds and milliseconds by multiplication. The clock is read
 * several times for each packet, and 32-bit processors divide 64 bits in software: in the loader
 * of a card's ROM, where that is small rather than fast, in thousands of instructions.
 */
#ifndef LIB_TICKS_H
#define LIB_TICKS_H

#include <stdint.h>

/* What a counter slower than this is taken for: 1 MHz and a little. No processor's is slower. */
#define TICKS_SLOWEST_HZ 1000001u

/*
 * Microseconds in a tick, in units of 2^-32, rounded down: 1.2 parts in a million too few at
 * 5 GHz, fewer where the counter is slower.
 */
#define TICKS_SCALE(hz) ((uint32_t)((UINT64_C(1000000) << 32) / (hz)))
uint32_t ticks_scale(uint64_t hz);

/* The microseconds that so many ticks take. */
uint64_t ticks_to_us(uint64_t ticks, uint32_t scale);

/* Whole milliseconds, exactly. */
uint64_t us_to_ms(uint64_t microseconds);

#endif
