/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LZSS: unpacks what may be a stream. Every fourth input stands behind a beginning that fills the
 * ring once or twice, which hardly any of them does by itself.
 *
 * Longest input: 1024
 */
#include <stdlib.h>
#include <string.h>

#include "lib/lzss.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/lzss_ring.h"

#define LONGEST 4096

static void try_stream(const uint8_t *bytes, size_t length)
{
    static uint8_t expected[LZSS_RING_MOST(LZSS_BEGINNING + LONGEST)];
    size_t made = lzss_ring_unpack(bytes, length, expected), some;
    uint8_t *out;

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
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static uint8_t stream[LZSS_BEGINNING + LONGEST];
    uint8_t *copy;
    size_t size;

    if (length > LONGEST)
        return -1;
    fuzz_begin(bytes, length);
    if (length % 4 == 1) {
        size = lzss_ring_beginning(stream, bytes[0]);
        memcpy(stream + size, bytes, length);
        /* Where it ends, memory ends. */
        copy = fuzz_allocate(size + length);
        memcpy(copy, stream, size + length);
        try_stream(copy, size + length);
        free(copy);
    } else {
        try_stream(bytes, length);
    }
    fuzz_end();
    return 0;
}
