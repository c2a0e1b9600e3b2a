/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last piece of code that runs: it is copied, with its parameters and steps, to memory that is
 * outside of everything that moves, and uses neither stack nor any other memory.
 */
#ifndef BOOT_OPENFIRMWARE_STUB_H
#define BOOT_OPENFIRMWARE_STUB_H

/* Offsets in struct stub_parameters, for stub.S. */
#define STUB_STEPS      0
#define STUB_STEP_COUNT 4
#define STUB_MOVE_MSR   8
#define STUB_FINAL_MSR  12
#define STUB_ENTRY      16
#define STUB_LINK       20
#define STUB_R1         24
#define STUB_R2         28
#define STUB_R3         32
#define STUB_R4         36
#define STUB_R5         40
#define STUB_IS_970     44

#ifndef __ASSEMBLER__

#include <stdint.h>

struct stub_parameters {
    uint32_t steps; /* struct relocator_step[] */
    uint32_t step_count;
    uint32_t move_msr;           /* while moving: external interrupts off */
    uint32_t final_msr;          /* at the jump */
    uint32_t entry;              /* the first instruction */
    uint32_t link;               /* LR; 0: the stub's own endless loop */
    uint32_t r1, r2, r3, r4, r5; /* r0 and r6 to r31 become 0 */
    uint32_t is_970;             /* not 0: the processor has rfid instead of rfi */
};

/* stub(parameters) never returns. Position-independent, [stub_start, stub_end). */
extern const uint8_t stub_start[], stub_end[];

#endif
#endif
