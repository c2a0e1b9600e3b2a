/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's bzImage.
 *
 * Longest input: 8192
 */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    return fuzz_image(bytes, length);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, NULL);
}
