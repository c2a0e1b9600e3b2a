/* SPDX-License-Identifier: BSD-2-Clause */
#include "macho.h"

#include "lib/bytes.h"

#define MAGIC_32   0xFEEDFACEu
#define MAGIC_64   0xFEEDFACFu
#define MAGIC_FAT  0xCAFEBABEu
#define FAT_HEADER 8u
#define FAT_ROW    20u

uint32_t macho_cpu_type(const uint8_t *bytes, uint32_t length)
{
    if (length < 28)
        return 0;
    if (get_be32(bytes) == MAGIC_32 || get_be32(bytes) == MAGIC_64)
        return get_be32(bytes + 4);
    if (get_le32(bytes) == MAGIC_32 || get_le32(bytes) == MAGIC_64)
        return get_le32(bytes + 4);
    return 0;
}

bool macho_is_for(const uint8_t *bytes, uint32_t length, uint32_t cpu_type)
{
    if (length < FAT_HEADER || get_be32(bytes) != MAGIC_FAT)
        return macho_cpu_type(bytes, length) == cpu_type;
    uint32_t count = get_be32(bytes + 4);
    for (uint32_t i = 0; i < count && bytes_within(length, FAT_HEADER + FAT_ROW * i, FAT_ROW);
         i++) {
        const uint8_t *row = bytes + FAT_HEADER + FAT_ROW * i;
        uint32_t offset = get_be32(row + 8), size = get_be32(row + 12);
        if (get_be32(row) == cpu_type && bytes_within(length, offset, size))
            return macho_cpu_type(bytes + offset, size) == cpu_type;
    }
    return false;
}
