/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LZSS: packs any bytes, which come back by both decoders. Every eighth input is a stream first,
 * what that unpacks to is packed: texts longer than the ring, with much in them that is far apart.
 *
 * Longest input: 1024
 * Inputs in the fast test: 5000
 */
#include <stdlib.h>
#include <string.h>

#include "lib/lzss.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/lzss_ring.h"

#define LONGEST_STREAM 1024
#define LONGEST        LZSS_RING_MOST(LZSS_BEGINNING + LONGEST_STREAM)

/* Into a buffer that has exactly so many bytes. */
static size_t pack_into(const uint8_t *bytes, size_t length, size_t room)
{
    uint8_t *out = fuzz_allocate(room);
    size_t size = lzss_pack(bytes, length, out, room);

    free(out);
    return size;
}

static void there_and_back(const uint8_t *bytes, size_t length)
{
    static uint8_t packed[LONGEST * 2], unpacked[LZSS_RING_MOST(LONGEST * 2)];
    size_t size = lzss_pack(bytes, length, packed, sizeof packed);

    FUZZ_CHECK(size <= lzss_pack_bound(length) && (size != 0 || length == 0));
    FUZZ_CHECK(lzss_unpack(packed, size, unpacked, length) == length);
    FUZZ_CHECK(memcmp(unpacked, bytes, length) == 0);
    FUZZ_CHECK(lzss_ring_unpack(packed, size, unpacked) == length);
    FUZZ_CHECK(memcmp(unpacked, bytes, length) == 0);
    /* With exactly the room that it needs, or a byte less: one of the two, as packing is slow. */
    if (size != 0 && (size & 1) != 0)
        FUZZ_CHECK(pack_into(bytes, length, size) == size);
    else if (size != 0)
        FUZZ_CHECK(pack_into(bytes, length, size - 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static uint8_t stream[LZSS_BEGINNING + LONGEST_STREAM], text[LONGEST];
    size_t size;

    if (length > LONGEST)
        return -1;
    fuzz_begin(bytes, length);
    if (length != 0 && length % 8 == 0 && length <= LONGEST_STREAM) {
        size = lzss_ring_beginning(stream, bytes[0]);
        memcpy(stream + size, bytes, length);
        there_and_back(text, lzss_ring_unpack(stream, size + length, text));
    } else {
        there_and_back(bytes, length);
    }
    fuzz_end();
    return 0;
}
