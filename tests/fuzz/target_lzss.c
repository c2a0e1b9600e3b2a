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
#include "tests/unit/random.h"

#define LONGEST 4096

/* A flag byte and eight pairs, each of which means 18 bytes from anywhere in the ring. */
#define GROUP         17
#define GROUPS        60 /* 8640 bytes */
#define LITERAL_GROUP 9
#define LITERALS      (8 * LITERAL_GROUP)
#define BEGINNING     (LITERALS + GROUPS * GROUP)

static void make_beginning(uint8_t *stream)
{
    uint32_t state = 1;

    for (size_t i = 0; i < BEGINNING; i++)
        stream[i] = (uint8_t)(random_next(&state) | 0x0f); /* all pairs are 18 bytes long */
    for (size_t i = 0; i < LITERALS; i += LITERAL_GROUP)
        stream[i] = 0xff;
    for (size_t i = LITERALS; i < BEGINNING; i += GROUP)
        stream[i] = 0;
}

static void try_stream(const uint8_t *bytes, size_t length)
{
    static uint8_t expected[LZSS_RING_MOST(BEGINNING + LONGEST)];
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
    static uint8_t beginning[BEGINNING];
    size_t groups;
    uint8_t *stream;

    if (length > LONGEST)
        return -1;
    if (beginning[0] == 0)
        make_beginning(beginning);
    fuzz_begin(bytes, length);
    if (length % 4 == 1) {
        groups = bytes[0] % (GROUPS + 1);
        stream = fuzz_allocate(LITERALS + groups * GROUP + length);
        memcpy(stream, beginning, LITERALS + groups * GROUP);
        memcpy(stream + LITERALS + groups * GROUP, bytes, length);
        try_stream(stream, LITERALS + groups * GROUP + length);
        free(stream);
    } else {
        try_stream(bytes, length);
    }
    fuzz_end();
    return 0;
}
