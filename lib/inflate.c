/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/inflate.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define WINDOW_BITS  15         /* 32 KB: every window that the format has */
#define GZIP_WRAPPER 16         /* added to the window bits, zlib.h at inflateInit2 */
#define MOST         UINT32_MAX /* zlib counts in 32 bits */
#define SCRATCH_SIZE 2048

static voidpf allocate(voidpf opaque, uInt items, uInt size)
{
    (void)opaque;
    return calloc(items, size);
}

static void release(voidpf opaque, voidpf memory)
{
    (void)opaque;
    free(memory);
}

/* zlib has one number for all damage; its words tell a wrong check value from the rest. */
static enum inflate_result explain_damage(const char *words)
{
    if (words != NULL && (strcmp(words, "incorrect data check") == 0 ||
                          strcmp(words, "incorrect length check") == 0))
        return INFLATE_CHECKSUM;
    return INFLATE_DAMAGED;
}

static enum inflate_result explain(int status, const z_stream *stream)
{
    switch (status) {
    case Z_STREAM_END:
        return INFLATE_DONE;
    case Z_BUF_ERROR:
        /* A check value always follows the data, so a complete stream has input left here. */
        return stream->avail_in == 0 ? INFLATE_TRUNCATED : INFLATE_TOO_LARGE;
    case Z_MEM_ERROR:
        return INFLATE_NO_MEMORY;
    default:
        return explain_damage(stream->msg);
    }
}

/* Z_FINISH at once into `out`: zlib then needs no window of its own. */
static int unpack(z_stream *stream, uint8_t *out, size_t out_size, struct inflate_counts *counts)
{
    int status;

    stream->next_out = out;
    stream->avail_out = out_size < MOST ? (uInt)out_size : MOST;
    counts->made = stream->avail_out;
    status = inflate(stream, Z_FINISH);
    counts->made -= stream->avail_out;
    return status;
}

static int count(z_stream *stream, size_t most, struct inflate_counts *counts)
{
    uint8_t scratch[SCRATCH_SIZE];
    int status;

    do {
        stream->next_out = scratch;
        stream->avail_out = sizeof scratch;
        status = inflate(stream, Z_FINISH);
        counts->made += sizeof scratch - stream->avail_out;
    } while (status == Z_BUF_ERROR && stream->avail_out == 0 && counts->made <= most);
    return status;
}

static enum inflate_result run(int window_bits, const uint8_t *in, size_t in_length, uint8_t *out,
                               size_t out_size, struct inflate_counts *counts)
{
    z_stream stream = {.zalloc = allocate, .zfree = release};
    uInt given = in_length < MOST ? (uInt)in_length : MOST;
    enum inflate_result result;

    memset(counts, 0, sizeof *counts);
    stream.next_in = (z_const Bytef *)in;
    stream.avail_in = given;
    if (inflateInit2(&stream, window_bits) != Z_OK)
        return INFLATE_NO_MEMORY;
    result = explain(out != NULL ? unpack(&stream, out, out_size, counts)
                                 : count(&stream, out_size, counts),
                     &stream);
    if (counts->made > out_size && (result == INFLATE_DONE || result == INFLATE_TRUNCATED))
        result = INFLATE_TOO_LARGE;
    counts->used = given - stream.avail_in;
    inflateEnd(&stream);
    return result;
}

enum inflate_result inflate_gzip(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                                 struct inflate_counts *counts)
{
    return run(WINDOW_BITS + GZIP_WRAPPER, in, in_length, out, out_size, counts);
}

enum inflate_result inflate_zlib(const uint8_t *in, size_t in_length, uint8_t *out, size_t out_size,
                                 struct inflate_counts *counts)
{
    return run(WINDOW_BITS, in, in_length, out, out_size, counts);
}
