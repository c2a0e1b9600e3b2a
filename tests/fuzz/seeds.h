/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes the inputs that fuzzing starts from: small and valid ones of every kind. A file for each,
 * in a folder for each target.
 */
#ifndef TESTS_FUZZ_SEEDS_H
#define TESTS_FUZZ_SEEDS_H

#include <stddef.h>
#include <stdint.h>

/* Writes a seed of a target. Ends the program if it cannot. */
void seed(const char *target, const char *name, const void *bytes, size_t length);

void seeds_of_images(void);
void seeds_of_archives(void);
void seeds_of_packets(void);
void seeds_of_roms(void);

#endif
