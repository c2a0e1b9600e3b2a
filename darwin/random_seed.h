/* SPDX-License-Identifier: BSD-2-Clause */
/* The seed that Darwin 13 and later want in /chosen (random-seed) before they start at all. */
#ifndef DARWIN_RANDOM_SEED_H
#define DARWIN_RANDOM_SEED_H

#include <stddef.h>
#include <stdint.h>

#define RANDOM_SEED_SIZE 64

/*
 * Differs from boot to boot: made from the clock's jitter and from `salt` (the boot server's reply,
 * the card's address). It is NOT fit for cryptography: nobody measured how much of it can be
 * guessed. Takes a bounded number of clock readings.
 */
void random_seed_write(const uint8_t *salt, size_t salt_length, uint8_t out[RANDOM_SEED_SIZE]);

#endif
