/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels and kernel caches packed by LZSS ('comp', 'lzss'). */
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    return fuzz_packed_image(bytes, length);
}

/* Sizes and Adler-32 of the header: loader/container/compressed.c says where they are. */
static void repair(uint8_t *bytes, size_t length)
{
    static uint8_t unpacked[1u << 16];
    size_t size;

    if (length < 0x180)
        return;
    size = lzss_unpack(bytes + 0x180, length - 0x180, unpacked, sizeof unpacked);
    if (size > sizeof unpacked)
        return;
    put_be32(bytes + 0x08, adler32(unpacked, size));
    put_be32(bytes + 0x0c, (uint32_t)size);
    put_be32(bytes + 0x10, (uint32_t)(length - 0x180));
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, repair);
}
