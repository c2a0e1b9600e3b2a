/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"

#include "../common/digest.h"
#include "../common/report.h"
#include "demo.h"
#include "kernel_image.h"

extern const uint8_t segment_digests[];
extern const uint8_t bss_start[], bss_end[];

/* BootX clears the whole image area from 0x4000 on before it copies segments there. */
static void check_gaps(const struct digest_table *table)
{
    struct kernel_segment segment;
    uint32_t before = 0;
    for (uint32_t i = 0; kernel_segment(i, &segment); i++) {
        if (before >= 0x4000 && segment.address > before) {
            uint32_t dirty = digest_first_set(table, before, segment.address);
            check(dirty == 0, "the gap 0x%x-0x%x before %s is zero (first other 0x%x)", before,
                  segment.address, segment.name, dirty);
        }
        before = segment.address + segment.memory_size;
    }
}

void check_segments(void)
{
    const struct digest_table table = {
        .bytes = segment_digests,
        .bss_start = (uint32_t)bss_start,
        .bss_end = (uint32_t)bss_end,
        .bss_dirty = entry_state.bss_dirty,
    };
    if (check_digests(&table))
        check_gaps(&table);
}
