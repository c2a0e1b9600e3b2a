/* SPDX-License-Identifier: BSD-2-Clause */
/* How a kernel for x86 was entered: noted by entry.inc, judged here. */
#ifndef PAYLOADS_X86_ENTRY_H
#define PAYLOADS_X86_ENTRY_H

#include <stdint.h>

struct entry_state {
    uint32_t eax, ebx, esp, eflags, cr0;
    uint32_t cs, ds, es, ss;
    uint32_t bss_dirty;   /* address of the first BSS word that was not zero, or 0 */
    uint32_t ip_distance; /* EIP minus the linear address that it should be */
    uint32_t words[3];    /* the same word in memory, through DS, ES and SS */
    uint32_t reached;     /* that word once more, after the end of 4 GB was read through each */
};
extern struct entry_state entry_state;

/* Prints the verdicts: 32-bit protected mode, no paging, flat segments, no interrupts, A20. */
void check_entry(void);
/* Both interrupt controllers masked: XNU's loaders do that (specs: xnu-handoff 2.1). */
void check_interrupt_masks(void);

#endif
