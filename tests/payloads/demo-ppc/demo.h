/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demonstration kernel: starts as Apple's XNU would and judges what it was given. Everything
 * here runs with translation off, so addresses are physical.
 */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/memory.h"

/* Registers on entry, stored by start.S. */
struct entry_state {
    uint32_t r3, r4, msr, lr;
    uint32_t bss_dirty; /* address of the first BSS word that was not zero, or 0 */
};
extern struct entry_state entry_state;

static inline uint32_t time_base(void)
{
    uint32_t low;
    __asm__ volatile("mftb %0" : "=r"(low));
    return low;
}

static inline uint32_t processor_version(void)
{
    uint32_t pvr;
    __asm__ volatile("mfpvr %0" : "=r"(pvr));
    return pvr;
}

#endif
