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
extern uint8_t image_start[], data_end[], image_end[];

/* The lowest word of the stack (start.S). */
extern uint32_t stack_end[];

/* start.S comes here with a stack and a cleared BSS. */
void platform_start(void) __attribute__((noreturn));

/* --- memory.c ----------------------------------------------------------------------------- */

/* The finest unit in which firmware gives out and maps memory. */
#define OF_PAGE 4096u

/* Reads the banks and takes the image's own memory. */
error_t memory_initialise(void);
error_t memory_make_heap(void);
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
/* On the way back to the firmware: gives back all that was claimed, the heap included. */
void memory_return_all(void);

/*
 * A client program's memory, once it has been started. The loader keeps its image and a piece of
 * `length` bytes, from which alone platform_claim is served from here on. False if there is no
 * room for it; nothing has changed then.
 */
bool memory_enter_resident(uint32_t length);
/*
 * A copy that stays the resident loader's whatever becomes of the rest, out of the way of programs:
 * as high as there is room. NULL if there is none. memory_keep_no_more if the launch has failed.
 */
void *memory_keep(const void *bytes, size_t length);
void memory_keep_no_more(void *copy, size_t length);
/* True if a byte of [address, address + length) is the resident loader's. */
bool memory_is_resident(uint32_t address, uint32_t length);
/*
 * The client's `claim` (IEEE 1275-1994, 6.3.2.4): alignment 0 means exactly there. What the loader
 * holds and does not use is given out as well. Returns the address, or OF_NONE.
 */
uint32_t memory_client_claim(uint32_t address, uint32_t length, uint32_t alignment);
/* The client's `release`. False if the firmware has to hear of it. */
bool memory_client_release(uint32_t address, uint32_t length);
/*
 * How many bytes from `address` on a file may be written to for the client without touching what is
 * not its own: to the end of what it claimed or was loaded to, of the firmware's load area, or of
 * the memory that nobody has claimed, whichever contains `address`. 0 in resident memory.
 */
uint32_t memory_client_room(uint32_t address);
/*
 * The property `available` of /memory, with what memory_client_claim would give out of the loader's
 * own. Returns its length in bytes (also when that is more than `size`), or -1 if there is none.
 */
int32_t memory_client_available(uint8_t *value, size_t size);

/*
 * For a loader that runs without firmware (forth_device.h): platform_claim is served from this
 * range of whole pages, and from nothing else, until memory_abandon.
 */
void memory_adopt(uint32_t base, uint32_t length);
void memory_abandon(void);

/* --- platform.c --------------------------------------------------------------------------- */

/* How fast the time base counts; 0 is ignored. */
void clock_set_frequency(uint32_t hertz);

/* Turns external interrupts off: from here on the firmware's timers do not run. */
void interrupts_off(void);

#endif
