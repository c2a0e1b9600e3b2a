/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/net/wire/pcapng.h"

#include <string.h>

#include "lib/bytes.h"

#define BLOCK_SECTION   0x0A0D0D0Au
#define BLOCK_INTERFACE 1u
#define BLOCK_FRAME     6u
#define BYTE_ORDER      0x1A2B3C4Du
#define LINK_ETHERNET   1
#define OPTION_COMMENT  1
#define OPTION_NAME     2 /* of an interface */
#define OPTION_FLAGS    2 /* of a frame */
#define FLAG_INBOUND    1u
#define FLAG_OUTBOUND   2u
#define COMMENT_MAXIMUM 512

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

static void write_padded(FILE *file, const void *bytes, size_t length)
{
    static const uint8_t zeros[4];

    fwrite(bytes, 1, length, file);
    fwrite(zeros, 1, padded(length) - length, file);
}

static void write32(FILE *file, uint32_t value)
{
    uint8_t bytes[4];

    put_le32(bytes, value);
    fwrite(bytes, 1, 4, file);
}

static void write_option(FILE *file, unsigned code, const void *bytes, size_t length)
{
    write32(file, code | (uint32_t)length << 16);
    write_padded(file, bytes, length);
}

static void write_interface(FILE *file, const char *name)
{
    uint32_t total = 20 + 4 + (uint32_t)padded(strlen(name)) + 4;

    write32(file, BLOCK_INTERFACE);
    write32(file, total);
    write32(file, LINK_ETHERNET);
    write32(file, 0); /* no limit on lengths */
    write_option(file, OPTION_NAME, name, strlen(name));
    write32(file, 0); /* end of options */
    write32(file, total);
}

void pcapng_begin(FILE *file)
{
    write32(file, BLOCK_SECTION);
    write32(file, 28);
    write32(file, BYTE_ORDER);
    write32(file, 1); /* version 1.0 */
    write32(file, UINT32_MAX);
    write32(file, UINT32_MAX); /* the section's length is not told */
    write32(file, 28);
    write_interface(file, "client");
    write_interface(file, "server");
}

void pcapng_frame(FILE *file, unsigned interface, bool inbound, uint64_t us, const uint8_t *frame,
                  size_t length, const char *comment)
{
    size_t said = strlen(comment);
    uint32_t total;
    uint8_t flags[4];

    if (said > COMMENT_MAXIMUM)
        said = COMMENT_MAXIMUM;
    total = 32 + (uint32_t)padded(length) + 8 + (said != 0 ? 4 + (uint32_t)padded(said) : 0) + 4;
    put_le32(flags, inbound ? FLAG_INBOUND : FLAG_OUTBOUND);
    write32(file, BLOCK_FRAME);
    write32(file, total);
    write32(file, interface);
    write32(file, (uint32_t)(us >> 32));
    write32(file, (uint32_t)us);
    write32(file, (uint32_t)length);
    write32(file, (uint32_t)length);
    write_padded(file, frame, length);
    write_option(file, OPTION_FLAGS, flags, sizeof flags);
    if (said != 0)
        write_option(file, OPTION_COMMENT, comment, said);
    write32(file, 0);
    write32(file, total);
}
