/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/random_seed.h"

#include "boot/platform.h"
#include "lib/bytes.h"

#define TICKS            64   /* changes of the clock that are waited for, for each 8 bytes */
#define READINGS_MAXIMUM 4096 /* of a clock that does not move */

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014): spreads every bit over all. */
static uint64_t spread(uint64_t value)
{
    value += 0x9E3779B97F4A7C15ull;
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9ull;
    value = (value ^ value >> 27) * 0x94D049BB133111EBull;
    return value ^ value >> 31;
}

/* How often the clock can be read before it moves depends on caches, interrupts of firmware's
 * management mode and the emulator's host. */
static uint64_t jitter(uint64_t state)
{
    uint64_t last = platform_microseconds();
    unsigned readings = 0;
    for (unsigned ticks = 0; ticks < TICKS && readings < READINGS_MAXIMUM;) {
        uint64_t now = platform_microseconds();
        readings++;
        if (now != last) {
            state = spread(state ^ now ^ (uint64_t)readings << 48);
            last = now;
            ticks++;
        }
    }
    return spread(state ^ readings);
}

void random_seed_write(const uint8_t *salt, size_t salt_length, uint8_t out[RANDOM_SEED_SIZE])
{
    uint64_t state = platform_microseconds();
    for (size_t i = 0; i < salt_length; i++) {
        state = spread(state ^ salt[i]);
    }
    for (size_t i = 0; i < RANDOM_SEED_SIZE; i += 8) {
        state = jitter(state);
        put_le64(out + i, spread(state ^ i));
    }
}
