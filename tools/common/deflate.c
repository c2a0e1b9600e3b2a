/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/common/deflate.h"

#include <stdlib.h>

#include <zlib.h>

#include "tools/common/tool.h"

static voidpf take(voidpf opaque, uInt items, uInt size)
{
    (void)opaque;
    return calloc(items, size);
}

static void give_back(voidpf opaque, voidpf memory)
{
    (void)opaque;
    free(memory);
}

size_t append_zlib(struct buffer *buffer, const uint8_t *bytes, size_t length)
{
    z_stream stream = {.zalloc = take, .zfree = give_back};
    uint8_t piece[16384];
    size_t made = 0;
    int status;

    if (length > UINT32_MAX || deflateInit(&stream, Z_BEST_COMPRESSION) != Z_OK)
        die("%zu bytes cannot be packed", length);
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)length;
    do {
        stream.next_out = piece;
        stream.avail_out = sizeof piece;
        status = deflate(&stream, Z_FINISH);
        if (status != Z_OK && status != Z_STREAM_END)
            die("%zu bytes cannot be packed", length);
        append(buffer, piece, sizeof piece - stream.avail_out);
        made += sizeof piece - stream.avail_out;
    } while (status != Z_STREAM_END);
    deflateEnd(&stream);
    return made;
}
