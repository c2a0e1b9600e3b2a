/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/fat_slice.h"

#include <stdbool.h>

#include "lib/bytes.h"

/* <mach-o/fat.h>: magic, count, then rows of cputype, cpusubtype, offset, size, align */
#define FAT_MAGIC   0xCAFEBABEu
#define HEADER_SIZE 8
#define ROW_SIZE    20

static enum fat_result find(const uint8_t *bytes, size_t length, bool any, uint32_t cpu_type,
                            struct fat_slice *slice)
{
    uint32_t (*get32)(const void *);

    *slice = (struct fat_slice){.bytes = bytes, .length = length};
    if (length < HEADER_SIZE || (get_be32(bytes) != FAT_MAGIC && get_le32(bytes) != FAT_MAGIC))
        return FAT_THIN;
    get32 = get_be32(bytes) == FAT_MAGIC ? get_be32 : get_le32;
    slice->count = get32(bytes + 4);
    if (slice->count > (length - HEADER_SIZE) / ROW_SIZE)
        return FAT_NO_ROOM;
    for (slice->index = 0; slice->index < slice->count; slice->index++) {
        const uint8_t *row = bytes + HEADER_SIZE + (size_t)slice->index * ROW_SIZE;

        if (!any && get32(row) != cpu_type)
            continue;
        slice->offset = get32(row + 8);
        slice->size = get32(row + 12);
        if (!bytes_within(length, slice->offset, slice->size))
            return FAT_OUTSIDE;
        slice->bytes = bytes + slice->offset;
        slice->length = slice->size;
        return FAT_FOUND;
    }
    return FAT_NO_SLICE;
}

enum fat_result fat_slice_find(const uint8_t *bytes, size_t length, uint32_t cpu_type,
                               struct fat_slice *slice)
{
    return find(bytes, length, false, cpu_type, slice);
}

enum fat_result fat_slice_first(const uint8_t *bytes, size_t length, struct fat_slice *slice)
{
    return find(bytes, length, true, 0, slice);
}
