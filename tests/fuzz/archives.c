/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/archives.h"

#include "darwin/mkext_format.h"
#include "lib/adler32.h"
#include "lib/bytes.h"

void archive_seal(uint8_t *bytes, size_t length)
{
    if (length < MKEXT_AT_VERSION)
        return;
    put_be32(bytes + MKEXT_AT_LENGTH, (uint32_t)length);
    put_be32(bytes + MKEXT_AT_ADLER32,
             adler32(bytes + MKEXT_AT_VERSION, length - MKEXT_AT_VERSION));
}
