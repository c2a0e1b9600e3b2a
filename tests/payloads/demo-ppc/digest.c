/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"

#include "../common/report.h"
#include "../common/strings.h"
#include "demo.h"
#include "kernel_image.h"
#include "lib/bytes.h"
#include "tools/common/crc32.h"

extern const uint8_t segment_digests[];
extern const uint8_t bss_start[], bss_end[];

/* Address of the first byte that is not zero, or 0. Our BSS was looked at on entry. */
static uint32_t first_set(uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at++) {
        if (at == (uint32_t)bss_start)
            at = (uint32_t)bss_end;
        if (at < to && *memory_at(at) != 0)
            return at;
    }
    return 0;
}

static struct digest digest_record(uint32_t index)
{
    const uint8_t *bytes = segment_digests + 4 + 32 * index;
    struct digest record;
    memcpy(record.segment, bytes, 16);
    record.address = get_be32(bytes + 16);
    record.memory_size = get_be32(bytes + 20);
    record.file_size = get_be32(bytes + 24);
    record.crc = get_be32(bytes + 28);
    return record;
}

/* BootX clears the whole image area from 0x4000 on before it copies segments there. */
static void check_gaps(void)
{
    struct kernel_segment segment;
    uint32_t before = 0;
    for (uint32_t i = 0; kernel_segment(i, &segment); i++) {
        if (before >= 0x4000 && segment.address > before) {
            uint32_t dirty = first_set(before, segment.address);
            check(dirty == 0, "the gap 0x%x-0x%x before %s is zero (first other 0x%x)", before,
                  segment.address, segment.name, dirty);
        }
        before = segment.address + segment.memory_size;
    }
}

void check_segments(void)
{
    uint32_t count = get_be32(segment_digests);
    if (!check(count >= 3 && count <= 15, "the table of segments is here: %u segments", count))
        return;
    check(entry_state.bss_dirty == 0, "our BSS was zero on entry (first other word at 0x%x)",
          entry_state.bss_dirty);
    for (uint32_t i = 0; i < count; i++) {
        struct digest segment = digest_record(i);
        uint32_t crc = crc32(memory_at(segment.address), segment.file_size);
        check(crc == segment.crc, "%.16s: %u bytes at 0x%x arrived, CRC-32 %08x", segment.segment,
              segment.file_size, segment.address, crc);
        uint32_t end = segment.address + segment.memory_size;
        uint32_t dirty = first_set(segment.address + segment.file_size, end);
        check(dirty == 0, "%.16s: zero from the end of its file part to 0x%x (first other 0x%x)",
              segment.segment, end, dirty);
    }
    check_gaps();
}
