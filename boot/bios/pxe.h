/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The application programming interface of a PXE ROM ("Preboot Execution Environment (PXE)
 * Specification 2.1", chapter 3). Every call takes one block of parameters in real-mode
 * memory, little-endian, whose first word is the status.
 */
#ifndef BOOT_BIOS_PXE_H
#define BOOT_BIOS_PXE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pxe_function {
    PXE_UNDI_CLEANUP = 0x02,
    PXE_UNDI_SHUTDOWN = 0x05,
    PXE_UNDI_OPEN = 0x06,
    PXE_UNDI_CLOSE = 0x07,
    PXE_UNDI_TRANSMIT = 0x08,
    PXE_UNDI_GET_INFORMATION = 0x0C,
    PXE_UNDI_GET_NIC_TYPE = 0x12,
    PXE_UNDI_ISR = 0x14,
    PXE_STOP_UNDI = 0x15,
    PXE_UNLOAD_STACK = 0x70,
    PXE_GET_CACHED_INFO = 0x71,
};

/* The longest block that pxe_call takes. */
#define PXE_BLOCK_MAXIMUM 0x100u

/*
 * Makes one call: the block goes in and comes out. False if the stack is gone or the call failed;
 * the block's first word is then the reason.
 */
bool pxe_call(enum pxe_function function, void *block, size_t length);

/* The bytes that a real-mode pointer (segment << 16 | offset) points to; NULL beyond its reach. */
const uint8_t *pxe_bytes(uint32_t far_pointer, size_t length);

#endif
