/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gzip files (RFC 1952): members one behind the other, each with its CRC-32 and, in its last four
 * bytes, its size modulo 4 GB. Zero bytes may follow (files padded to whole blocks).
 */
#include "lib/bytes.h"
#include "lib/inflate.h"
#include "loader/image.h"

#define MEMBER_SMALLEST 18 /* header 10, trailer 8 */
/* Nothing that is started here is larger; a small file can pretend to hold up to 4 GB. */
#define SIZE_LIMIT (1u << 30)
/* RFC 1951: at best, two bits (a length and a distance of one bit each) stand for 258 bytes. */
#define RATIO_LIMIT 1032

static bool gzip_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

static bool all_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* What a failure is called; it is neither INFLATE_DONE nor INFLATE_TOO_LARGE. */
static error_t explain(enum inflate_result result, size_t at)
{
    switch (result) {
    case INFLATE_TRUNCATED:
        return fail(ERROR_IMAGE_TRUNCATED, "gzip file: it ends within its compressed data");
    case INFLATE_CHECKSUM:
        return fail(ERROR_IMAGE_CHECKSUM, "gzip file: CRC-32 or size of the member at %llu",
                    (unsigned long long)at);
    case INFLATE_NO_MEMORY:
        return fail(ERROR_MEMORY_HEAP, "gzip file: for unpacking it");
    default:
        return fail(ERROR_IMAGE_DECOMPRESS, "gzip file: the member at %llu is damaged",
                    (unsigned long long)at);
    }
}

/*
 * Unpacks all members into `out`, or only counts and checks them where that is NULL. `*fits` is
 * false if more than `room` bytes came out (and the result OK): the rest is then not looked at.
 */
static error_t unpack_members(const uint8_t *bytes, size_t length, uint8_t *out, size_t room,
                              size_t *made, bool *fits)
{
    size_t at = 0;

    *made = 0;
    *fits = true;
    do {
        struct inflate_counts counts;
        enum inflate_result result = inflate_gzip(
            bytes + at, length - at, out != NULL ? out + *made : NULL, room - *made, &counts);

        *fits = result != INFLATE_TOO_LARGE;
        if (!*fits)
            return OK;
        if (result != INFLATE_DONE)
            return explain(result, at);
        at += counts.used;
        *made += counts.made;
    } while (gzip_recognise(bytes + at, length - at));
    if (!all_zero(bytes + at, length - at))
        return fail(ERROR_IMAGE_DECOMPRESS,
                    "gzip file: what follows the compressed data at %llu is no gzip member",
                    (unsigned long long)at);
    return OK;
}

/* Unpacks into exactly `size` bytes of memory; `*fits` as above, false too if less came out. */
static error_t unpack_to(const uint8_t *bytes, size_t length, size_t size,
                         struct image_memory *memory, struct image_bytes *inner, bool *fits)
{
    uint8_t *out = memory->allocate(memory, size);
    size_t made;
    error_t error;

    if (out == NULL)
        return fail(ERROR_MEMORY_CLAIM, "gzip file: %llu bytes to unpack it",
                    (unsigned long long)size);
    error = unpack_members(bytes, length, out, size, &made, fits);
    *fits = *fits && made == size;
    if (error == OK && *fits)
        *inner = (struct image_bytes){.bytes = out, .length = size, .owned = true};
    else
        memory->release(memory, out, size);
    return error;
}

/* How much comes out of a file that is not just one member. */
static error_t measure(const uint8_t *bytes, size_t length, size_t *size)
{
    bool fits;
    error_t error = unpack_members(bytes, length, NULL, SIZE_LIMIT, size, &fits);

    if (error == OK && !fits)
        return fail(ERROR_MEMORY_CLAIM, "gzip file: it unpacks to more than %u bytes", SIZE_LIMIT);
    if (error == OK && *size == 0)
        return fail(ERROR_IMAGE_DECOMPRESS, "gzip file: there is nothing in it");
    return error;
}

/*
 * The last four bytes tell the size of nearly every file. If that is not it, there are several
 * members or padding (or it lies): then the file is unpacked once more just to measure it.
 */
static error_t gzip_unwrap(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                           struct image_memory *memory, struct image_bytes *inner)
{
    uint32_t announced;
    size_t size;
    bool possible, fits = false;
    error_t error = OK;

    (void)cpu;
    if (length < MEMBER_SMALLEST)
        return fail(ERROR_IMAGE_TRUNCATED, "gzip file: only %u bytes", (unsigned)length);
    announced = get_le32(bytes + length - 4);
    possible = announced != 0 && announced / RATIO_LIMIT <= length;
    if (possible && announced > SIZE_LIMIT)
        return fail(ERROR_MEMORY_CLAIM, "gzip file: it announces %u bytes, %u are the most",
                    (unsigned)announced, SIZE_LIMIT);
    if (possible)
        error = unpack_to(bytes, length, announced, memory, inner, &fits);
    if (error != OK || fits)
        return error;
    error = measure(bytes, length, &size);
    return error == OK ? unpack_to(bytes, length, size, memory, inner, &fits) : error;
}

IMAGE_CONTAINER(gzip_container) = {
    .name = "gzip file",
    .recognise = gzip_recognise,
    .unwrap = gzip_unwrap,
};
