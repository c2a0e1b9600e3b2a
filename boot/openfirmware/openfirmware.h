/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of this platform share with each other and with nobody else.
 */
#ifndef BOOT_OPENFIRMWARE_OPENFIRMWARE_H
#define BOOT_OPENFIRMWARE_OPENFIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/openfirmware/client.h"
#include "boot/platform.h"

/* The processor as the firmware handed it to us; filled in by start.S, in this order. */
struct entry_state {
    uint32_t link;  /* LR: where a client program may return to */
    uint32_t stack; /* r1 */
    uint32_t msr;
    uint32_t client; /* r5 */
};
extern struct entry_state entry_state;

/* The image's bounds (link.ld). */
extern uint8_t image_start[], image_end[];

/* start.S comes here with a stack and a cleared BSS. */
void platform_start(void) __attribute__((noreturn));

/* --- memory.c ----------------------------------------------------------------------------- */

/* The finest unit in which firmware gives out and maps memory. */
#define OF_PAGE 4096u

/* Reads the banks, takes the image's own memory and sets up the heap. */
error_t memory_initialise(void);
/* Number of cells that a physical address has for the root's children: 1 or 2. */
unsigned memory_address_cells(void);
/* The physical address behind a virtual one. False if firmware's MMU node does not say. */
bool memory_translate(uint32_t virtual_address, uint64_t *physical);
/*
 * Makes device registers at a physical address below 4 GB accessible, uncached and guarded, and
 * returns where; NULL if firmware refuses.
 */
volatile uint8_t *memory_map_registers(uint32_t physical, uint32_t length);
/*
 * For a client program's pieces: true if every byte of the range is the loader's own already or
 * could be claimed now. The pages around it count.
 */
bool memory_take_for_program(uint32_t base, uint32_t length);
/* The launch has failed: what was claimed for the program can be used for other things again. */
void memory_forget_program(void);
/*
 * Gives back to the firmware whatever the loader holds but does not use: platform_release'd pages.
 * Ranges in `keep` stay. Nothing may be claimed afterwards.
 */
struct memory_keep {
    uint32_t base, length;
};
void memory_return_to_firmware(const struct memory_keep *keep, size_t count);
/* On the way back to the firmware: gives back all that was claimed, the heap included. */
void memory_return_all(void);

/* --- platform.c --------------------------------------------------------------------------- */

/* Turns external interrupts off: from here on the firmware's timers do not run. */
void interrupts_off(void);

#endif
