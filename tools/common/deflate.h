/* SPDX-License-Identifier: BSD-2-Clause */
/* Packing with zlib, for the tools that write files. The counterpart is lib/inflate.h. */
#ifndef TOOLS_COMMON_DEFLATE_H
#define TOOLS_COMMON_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "tools/common/buffer.h"

/*
 * Appends the bytes as a zlib stream (RFC 1950), packed as well as it can, and returns the stream's
 * length. The same bytes always give the same stream.
 */
size_t append_zlib(struct buffer *buffer, const uint8_t *bytes, size_t length);

#endif
