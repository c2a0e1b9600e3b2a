/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The drivers under a Forth node: boot/fcode puts a network device on the card when firmware probes
 * it, and its `read`, `write` and `close` come here, through a few instructions that keep Forth's
 * registers (boot/fcode/trampoline.S).
 *
 * Nothing of the firmware can be called from here: Forth is in the middle of a word. What the
 * loader asks firmware for otherwise, memory, the card's registers, its configuration space and
 * the clock's frequency, Forth has got ready and written into a request. It is 32-bit cells in the
 * processor's order; Forth knows the same offsets.
 */
#ifndef BOOT_OPENFIRMWARE_FORTH_DEVICE_H
#define BOOT_OPENFIRMWARE_FORTH_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"

enum forth_operation { FORTH_OPEN = 1, FORTH_CLOSE = 2, FORTH_READ = 3, FORTH_WRITE = 4 };

#define FORTH_NO_FRAME (-2) /* IEEE 1275-1994, network device class: `read` has nothing */
#define FORTH_LINK     0    /* what OPEN returns, or -1 */
#define FORTH_NO_LINK  1
#define FORTH_MESSAGE  160

struct forth_request {
    uint32_t operation;
    uint32_t gate;           /* 04: out: where calls after the first go */
    int32_t result;          /* 08: out: OPEN: see below; READ, WRITE: bytes or negative */
    uint32_t buffer, length; /* 0C, 10: READ, WRITE */
    uint32_t clock_hz;       /* 14: of the time base */
    /* 18: RAM for the loader's own use, whole pages, any mapping */
    uint32_t memory, memory_length;
    /* 20: RAM that the card reaches, and its address for the card */
    uint32_t dma, dma_bus, dma_length;
    /* 2C: 256 bytes, configuration space byte by byte */
    uint32_t configuration;
    /* 30: the base address register of memory that was mapped, counted from 0; where; how much */
    uint32_t bar, registers, registers_length;
    uint8_t address[8];          /* 3C: out, OPEN: the station address, and two bytes of nothing */
    char message[FORTH_MESSAGE]; /* 44: out, OPEN: why not, NUL-terminated */
};

/*
 * Carries out a request. The first call comes from start.S: the image has been entered without a
 * client interface. Later ones go straight to where `gate` says. It returns to Forth.
 */
void forth_device(struct forth_request *request);

/*
 * For the platform's other files: while this is true there is no firmware to ask, and these take
 * the place of what they do with it.
 */
bool forth_device_active(void);
/* A copy of configuration space is read and written. */
uint32_t forth_configuration_read(unsigned offset, unsigned width);
void forth_configuration_write(unsigned offset, unsigned width, uint32_t value);
error_t forth_registers(unsigned bar, struct io_window *window);
void *forth_dma_allocate(size_t length, size_t alignment, uint32_t *bus);
void forth_dma_free(void);

#endif
