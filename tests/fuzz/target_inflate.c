/* SPDX-License-Identifier: BSD-2-Clause */
/* zlib streams: what they unpack to is the same with a buffer, without, and with too small a one.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/inflate.h"
#include "tests/fuzz/fuzz.h"

#define MOST (1u << 16)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct inflate_counts counts, again;
    enum inflate_result result;
    uint8_t *out;

    fuzz_begin(bytes, length);
    result = inflate_zlib(bytes, length, NULL, MOST, &counts);
    FUZZ_CHECK(counts.used <= length);
    FUZZ_CHECK(result != INFLATE_NO_MEMORY || fuzz_heap_is_empty());
    if (result == INFLATE_DONE) {
        FUZZ_CHECK(counts.made <= MOST);
        fuzz_heap_fill();
        out = fuzz_allocate(counts.made);
        FUZZ_CHECK(inflate_zlib(bytes, length, out, counts.made, &again) == INFLATE_DONE);
        FUZZ_CHECK(again.made == counts.made && again.used == counts.used);
        if (counts.made != 0) {
            FUZZ_CHECK(inflate_zlib(bytes, length, out, counts.made - 1, &again) ==
                       INFLATE_TOO_LARGE);
            FUZZ_CHECK(again.made == counts.made - 1);
        }
        free(out);
    }
    fuzz_end();
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, fuzz_repair_zlib);
}
