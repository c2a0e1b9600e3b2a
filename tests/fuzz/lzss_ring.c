/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/lzss_ring.h"

#include <string.h>

#include "tests/unit/random.h"

size_t lzss_ring_unpack(const uint8_t *in, size_t in_size, uint8_t *out)
{
    static uint8_t ring[4096];
    unsigned at = 4078, flags = 0;
    size_t made = 0, read = 0;

    memset(ring, ' ', sizeof ring);
    for (;;) {
        flags >>= 1;
        if ((flags & 0x100) == 0) {
            if (read == in_size)
                return made;
            flags = in[read++] | 0xff00u;
        }
        if ((flags & 1) != 0) {
            if (read == in_size)
                return made;
            ring[at] = out[made++] = in[read++];
            at = (at + 1) % 4096;
        } else {
            unsigned from, length;

            if (in_size - read < 2)
                return made;
            from = in[read] | (in[read + 1] & 0xf0u) << 4;
            length = (in[read + 1] & 0x0fu) + 3;
            read += 2;
            for (unsigned i = 0; i < length; i++) {
                ring[at] = out[made++] = ring[(from + i) % 4096];
                at = (at + 1) % 4096;
            }
        }
    }
}

/* In front of eight bytes, or of eight pairs. */
#define ALL_LITERALS 0xff
#define ALL_PAIRS    0x00
#define LITERALS     72 /* with their flag bytes */
#define PAIRS        17

size_t lzss_ring_beginning(uint8_t *stream, unsigned length)
{
    size_t size = LITERALS + length % 61 * PAIRS;
    uint32_t state = 1;

    for (size_t i = 0; i < LITERALS; i++)
        stream[i] = i % 9 == 0 ? ALL_LITERALS : (uint8_t)random_next(&state);
    for (size_t i = LITERALS; i < size; i++) {
        /* The second byte of a pair has its length in the lower half: 15 is 18 bytes. */
        stream[i] = (uint8_t)random_next(&state);
        if ((i - LITERALS) % PAIRS == 0)
            stream[i] = ALL_PAIRS;
        else if ((i - LITERALS) % PAIRS % 2 == 0)
            stream[i] |= 0x0f;
    }
    return size;
}
