/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/lzss_ring.h"

#include <string.h>

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
