/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/mkext_write.h"

#include <string.h>

#include "darwin/mkext.h"
#include "darwin/mkext_format.h"
#include "lib/adler32.h"
#include "lib/bytes.h"
#include "lib/lzss.h"

static size_t file_bound(size_t length)
{
    size_t packed = lzss_pack_bound(length);
    return packed > length ? packed : length;
}

size_t mkext_write_bound(const struct mkext_source *sources, uint32_t count)
{
    size_t bound = MKEXT_HEADER_SIZE + (size_t)count * MKEXT_ENTRY_SIZE;
    for (uint32_t i = 0; i < count; i++) {
        bound += file_bound(sources[i].plist_length) + file_bound(sources[i].module_length);
    }
    return bound;
}

struct writer {
    uint8_t *out;
    size_t size, at;
    bool stored;
};

static error_t no_room(const struct writer *writer)
{
    return fail(ERROR_MKEXT_LENGTH, "the archive needs more than %llu bytes",
                (unsigned long long)writer->size);
}

/* Appends a file and fills in its four words of the table. */
static error_t add_file(struct writer *writer, const uint8_t *bytes, size_t length,
                        uint32_t modified, uint8_t *words)
{
    uint8_t *to = writer->out + writer->at;
    size_t room = writer->size - writer->at;
    size_t packed = length;
    if (writer->stored) {
        if (length > room) {
            return no_room(writer);
        }
        memcpy(to, bytes, length);
    } else {
        packed = lzss_pack(bytes, length, to, room);
        if (packed == 0) {
            return no_room(writer);
        }
    }
    if (length > UINT32_MAX || writer->at + packed > UINT32_MAX) {
        return no_room(writer);
    }
    put_be32(words + MKEXT_AT_OFFSET, (uint32_t)writer->at);
    put_be32(words + MKEXT_AT_STORED_SIZE, writer->stored ? 0 : (uint32_t)packed);
    put_be32(words + MKEXT_AT_REAL_SIZE, (uint32_t)length);
    put_be32(words + MKEXT_AT_MODIFIED, modified);
    writer->at += packed;
    return OK;
}

error_t mkext_write(const struct mkext_source *sources, uint32_t count, bool stored, uint8_t *out,
                    size_t size, size_t *length)
{
    struct writer writer = {.out = out, .size = size, .stored = stored};
    if (size < MKEXT_HEADER_SIZE || (size - MKEXT_HEADER_SIZE) / MKEXT_ENTRY_SIZE < count) {
        return no_room(&writer);
    }
    writer.at = MKEXT_HEADER_SIZE + (size_t)count * MKEXT_ENTRY_SIZE;
    memset(out, 0, writer.at);
    for (uint32_t i = 0; i < count; i++) {
        const struct mkext_source *source = &sources[i];
        uint8_t *words = out + MKEXT_HEADER_SIZE + (size_t)i * MKEXT_ENTRY_SIZE;
        error_t error = add_file(&writer, source->plist, source->plist_length,
                                 source->plist_modified, words + MKEXT_AT_PLIST);
        if (error == OK && source->module_length != 0) {
            error = add_file(&writer, source->module, source->module_length,
                             source->module_modified, words + MKEXT_AT_MODULE);
        }
        if (error != OK) {
            return error;
        }
    }
    put_be32(out + MKEXT_AT_MAGIC, MKEXT_MAGIC);
    put_be32(out + MKEXT_AT_SIGNATURE, MKEXT_SIGNATURE);
    put_be32(out + MKEXT_AT_LENGTH, (uint32_t)writer.at);
    put_be32(out + MKEXT_AT_VERSION, MKEXT_VERSION_1);
    put_be32(out + MKEXT_AT_COUNT, count);
    mkext_write_processor(out, writer.at, UINT32_MAX, UINT32_MAX);
    *length = writer.at;
    return OK;
}

void mkext_write_processor(uint8_t *archive, size_t length, uint32_t type, uint32_t subtype)
{
    put_be32(archive + MKEXT_AT_CPU_TYPE, type);
    put_be32(archive + MKEXT_AT_CPU_SUBTYPE, subtype);
    put_be32(archive + MKEXT_AT_ADLER32,
             adler32(archive + MKEXT_AT_VERSION, length - MKEXT_AT_VERSION));
}
