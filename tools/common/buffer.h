/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes that grow at their end, for the tools that write files; numbers in one byte order. */
#ifndef TOOLS_COMMON_BUFFER_H
#define TOOLS_COMMON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    uint8_t *bytes; /* from malloc */
    size_t length, capacity;
    bool big; /* what append_16 and the others write is big-endian */
};

/* They never fail: without memory the tool ends. */
void append(struct buffer *buffer, const void *bytes, size_t length);
void append_16(struct buffer *buffer, uint16_t value);
void append_32(struct buffer *buffer, uint32_t value);
void append_64(struct buffer *buffer, uint64_t value);
/* Zeros up to a multiple of `alignment`. */
void append_padding(struct buffer *buffer, size_t alignment);

#endif
