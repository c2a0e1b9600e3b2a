/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/ticks.h"

uint32_t ticks_scale(uint64_t hz)
{
    return TICKS_SCALE(hz < TICKS_SLOWEST_HZ ? TICKS_SLOWEST_HZ : hz);
}

uint64_t ticks_to_us(uint64_t ticks, uint32_t scale)
{
    uint32_t high = (uint32_t)(ticks >> 32), low = (uint32_t)ticks;

    return (uint64_t)high * scale + ((uint64_t)low * scale >> 32);
}

/* Long division in digits of 16 bits: what remains of one is below 1000, so that 32 bits do. */
uint64_t us_to_ms(uint64_t microseconds)
{
    uint32_t high = (uint32_t)(microseconds >> 32), low = (uint32_t)microseconds;
    uint32_t middle = high % 1000 << 16 | low >> 16;
    uint32_t last = middle % 1000 << 16 | (low & 0xFFFF);

    return (uint64_t)(high / 1000) << 32 | ((middle / 1000 << 16) + last / 1000);
}
