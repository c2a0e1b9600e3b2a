/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compressed kernels and kernel caches: a big-endian header of 0x180 bytes ('comp', kind, Adler-32
 * and size of what comes out, size of what follows, platform name, root path), then the packed
 * bytes.
 *
 * BootX also compares the platform name and the root path, to find a stale cache on a disk. Here
 * the user has named the file, so they are not looked at.
 */
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"
#include "loader/image.h"

#define MAGIC       0x636f6d70u /* 'comp' */
#define KIND_LZSS   0x6c7a7373u /* 'lzss' */
#define KIND_LZVN   0x6c7a766eu /* 'lzvn' */
#define HEADER_SIZE 0x180
/* The best case of LZSS: one flag byte and eight pairs (17 bytes) become eight matches of 18 bytes.
 */
#define RATIO_LIMIT 9

static bool compressed_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 4 && get_be32(bytes) == MAGIC;
}

static error_t check_header(const uint8_t *bytes, size_t length)
{
    uint32_t kind, unpacked, packed;

    if (length < HEADER_SIZE)
        return fail(ERROR_IMAGE_TRUNCATED, "compressed kernel: only %u bytes", (unsigned)length);
    kind = get_be32(bytes + 0x04);
    unpacked = get_be32(bytes + 0x0c);
    packed = get_be32(bytes + 0x10);
    if (kind == KIND_LZVN)
        return fail(ERROR_IMAGE_DECOMPRESS,
                    "compressed kernel: packed as 'lzvn', which is not supported");
    if (kind != KIND_LZSS)
        return fail(ERROR_IMAGE_DECOMPRESS, "compressed kernel: packed in the unknown way 0x%08x",
                    (unsigned)kind);
    if (!bytes_within(length, HEADER_SIZE, packed))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "compressed kernel: compressed size %u, the file has %llu bytes",
                    (unsigned)packed, (unsigned long long)length);
    if (unpacked == 0 || unpacked / RATIO_LIMIT > packed)
        return fail(ERROR_IMAGE_HEADER,
                    "compressed kernel: uncompressed size %u, compressed size %u",
                    (unsigned)unpacked, (unsigned)packed);
    return OK;
}

static error_t unpack(const uint8_t *bytes, uint8_t *out, uint32_t unpacked)
{
    uint32_t expected = get_be32(bytes + 0x08), found;
    size_t yields = lzss_unpack(bytes + HEADER_SIZE, get_be32(bytes + 0x10), out, unpacked);

    if (yields != unpacked)
        return fail(ERROR_IMAGE_DECOMPRESS,
                    "compressed kernel: yields %llu bytes, its header says %u",
                    (unsigned long long)yields, (unsigned)unpacked);
    found = adler32(out, unpacked);
    if (found != expected)
        return fail(ERROR_IMAGE_CHECKSUM,
                    "compressed kernel: Adler-32 is 0x%08x, its header says 0x%08x",
                    (unsigned)found, (unsigned)expected);
    return OK;
}

static error_t compressed_unwrap(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                                 struct image_memory *memory, struct image_bytes *inner)
{
    error_t error = check_header(bytes, length);
    uint32_t unpacked;
    uint8_t *out;

    (void)cpu;
    if (error != OK)
        return error;
    unpacked = get_be32(bytes + 0x0c);
    out = memory->allocate(memory, unpacked);
    if (out == NULL)
        return fail(ERROR_MEMORY_CLAIM, "compressed kernel: %u bytes to unpack it",
                    (unsigned)unpacked);
    error = unpack(bytes, out, unpacked);
    if (error != OK) {
        memory->release(memory, out, unpacked);
        return error;
    }
    inner->bytes = out;
    inner->length = unpacked;
    inner->owned = true;
    return OK;
}

IMAGE_CONTAINER(compressed_container) = {
    .name = "compressed kernel",
    .recognise = compressed_recognise,
    .unwrap = compressed_unwrap,
};
