/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LZSS: unpacks what may be a stream.
 *
 * Longest input: 1024
 */
#include <stdlib.h>
#include <string.h>

#include "lib/lzss.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/lzss_ring.h"

#define LONGEST 4096

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static uint8_t expected[LZSS_RING_MOST(LONGEST)];
    size_t made, some;
    uint8_t *out;

    if (length > LONGEST)
        return -1;
    fuzz_begin(bytes, length);
    made = lzss_ring_unpack(bytes, length, expected);
    FUZZ_CHECK(lzss_unpack(bytes, length, NULL, 0) == made);
    /* Exactly the room that it needs; the sanitizer sees to the bytes around it. */
    out = fuzz_allocate(made);
    FUZZ_CHECK(lzss_unpack(bytes, length, out, made) == made);
    FUZZ_CHECK(memcmp(out, expected, made) == 0);
    free(out);
    /* Less room. */
    some = length == 0 ? 0 : made * bytes[length - 1] / 256;
    out = fuzz_allocate(some);
    FUZZ_CHECK(lzss_unpack(bytes, length, out, some) == made);
    FUZZ_CHECK(memcmp(out, expected, some) == 0);
    free(out);
    fuzz_end();
    return 0;
}
