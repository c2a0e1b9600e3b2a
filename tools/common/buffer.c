/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/common/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/common/tool.h"

void append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    if (buffer->length + length > buffer->capacity) {
        buffer->capacity = 2 * (buffer->length + length);
        buffer->bytes = realloc(buffer->bytes, buffer->capacity);
        if (buffer->bytes == NULL)
            die("out of memory");
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

void append_16(struct buffer *buffer, uint16_t value)
{
    uint8_t bytes[2];

    (buffer->big ? put_be16 : put_le16)(bytes, value);
    append(buffer, bytes, sizeof(bytes));
}

void append_32(struct buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];

    (buffer->big ? put_be32 : put_le32)(bytes, value);
    append(buffer, bytes, sizeof(bytes));
}

void append_64(struct buffer *buffer, uint64_t value)
{
    uint8_t bytes[8];

    (buffer->big ? put_be64 : put_le64)(bytes, value);
    append(buffer, bytes, sizeof(bytes));
}

void append_padding(struct buffer *buffer, size_t alignment)
{
    while (buffer->length % alignment != 0)
        append(buffer, "", 1);
}
