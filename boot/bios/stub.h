/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last piece of code that runs: it is copied, with its parameters and steps, to memory that is
 * outside of everything that moves, and uses no memory but that.
 */
#ifndef BOOT_BIOS_STUB_H
#define BOOT_BIOS_STUB_H

/* Offsets in struct stub_parameters, for stub.S. */
#define STUB_STEPS      0
#define STUB_STEP_COUNT 4
#define STUB_GDT        8
#define STUB_IDT        16
#define STUB_REGISTERS  24
#define STUB_STACK_TOP  120

#ifndef __ASSEMBLER__

#include <stdint.h>

#define STUB_DESCRIPTORS 4
#define STUB_STACK_WORDS 8

/* What LGDT and LIDT take: a word and a double word next to each other. */
struct stub_table_pointer {
    uint16_t unused;
    uint16_t limit;
    uint32_t base;
};

struct stub_parameters {
    uint32_t steps; /* struct relocator_step[] */
    uint32_t step_count;
    struct stub_table_pointer gdt, idt;
    /* In the order in which POPA takes them; it skips ESP. */
    struct {
        uint32_t edi, esi, ebp, skipped, ebx, edx, ecx, eax;
    } registers;
    uint64_t descriptors[STUB_DESCRIPTORS];
    uint32_t stack[STUB_STACK_WORDS];
};

/*
 * stub(parameters), in EAX, never returns. Position-independent, [stub_start, stub_end), but for
 * two words of the copy that have to be filled in: the program's ESP and its entry.
 */
extern const uint8_t stub_start[], stub_end[], stub_esp[], stub_entry[];

#endif
#endif
