/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"

#include "lib/bytes.h"
#include "memory.h"
#include "report.h"
#include "strings.h"
#include "tools/common/crc32.h"

struct record {
    char segment[16];
    uint32_t address, memory_size, file_size, crc;
};

uint32_t digest_first_set(const struct digest_table *table, uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at++) {
        if (at == table->bss_start)
            at = table->bss_end;
        if (at < to && *memory_at(at) != 0)
            return at;
    }
    return 0;
}

static struct record record_at(const struct digest_table *table, uint32_t index)
{
    const uint8_t *bytes = table->bytes + 4 + 32 * index;
    struct record record;
    memcpy(record.segment, bytes, 16);
    record.address = get_be32(bytes + 16);
    record.memory_size = get_be32(bytes + 20);
    record.file_size = get_be32(bytes + 24);
    record.crc = get_be32(bytes + 28);
    return record;
}

bool check_digests(const struct digest_table *table)
{
    uint32_t count = get_be32(table->bytes);
    if (!check(count >= 3 && count <= DIGEST_SEGMENTS_MAXIMUM,
               "the table of segments is here: %u segments", count))
        return false;
    check(table->bss_dirty == 0, "our BSS was zero on entry (first other word at 0x%x)",
          table->bss_dirty);
    for (uint32_t i = 0; i < count; i++) {
        struct record segment = record_at(table, i);
        uint32_t crc = crc32(memory_at(segment.address), segment.file_size);
        check(crc == segment.crc, "%.16s: %u bytes at 0x%x arrived, CRC-32 %08x", segment.segment,
              segment.file_size, segment.address, crc);
        uint32_t end = segment.address + segment.memory_size;
        uint32_t dirty = digest_first_set(table, segment.address + segment.file_size, end);
        check(dirty == 0, "%.16s: zero from the end of its file part to 0x%x (first other 0x%x)",
              segment.segment, end, dirty);
    }
    return true;
}
