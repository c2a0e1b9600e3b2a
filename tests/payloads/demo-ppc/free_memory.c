/* SPDX-License-Identifier: BSD-2-Clause */
#include "free_memory.h"

#include "../common/report.h"
#include "boot_args.h"
#include "demo.h"

#define WATCH_TICKS 8000000u /* of the time base: 80 ms on QEMU's mac99, 0.5 s on its g3beige */

#define LOOK_MAXIMUM (64u << 20) /* at the most this much from each end of the first bank */

static uint32_t sum_of(uint32_t from, uint32_t to)
{
    uint32_t sum = 0;
    for (const uint32_t *at = (const uint32_t *)from; at < (const uint32_t *)to; at += 4)
        sum = (sum << 1 | sum >> 31) + at[0] + (at[1] ^ 0x55555555) + 3 * at[2] + 5 * at[3];
    return sum;
}

static uint32_t memory_sum(void)
{
    uint32_t low = (boot_args.top_of_kernel_data + 0xFFF) & ~0xFFFu;
    uint32_t end = boot_args.banks[0].length, low_end = end, high = end;
    if (end - low > 2 * LOOK_MAXIMUM) {
        low_end = low + LOOK_MAXIMUM;
        high = end - LOOK_MAXIMUM;
    }
    return sum_of(low, low_end) * 31 + sum_of(high, end);
}

void check_free_memory(void)
{
    if (boot_args.bank_count == 0 || boot_args.top_of_kernel_data > boot_args.banks[0].length)
        return;
    uint32_t before = memory_sum(), start = time_base();
    while (time_base() - start < WATCH_TICKS) {
    }
    __asm__ volatile("" ::: "memory"); /* what the compiler knows of memory may have changed */
    check(memory_sum() == before, "nobody writes to free memory while we watch");
}
