/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What real_mode.c and real_mode_call.S agree on; also read by the assembler.
 *
 * Low memory from REAL_MODE_BASE (bios.h): the code with its variables, then the stack, which grows
 * down from the buffer. The registers of a call lie at the stack's top as a frame: they are popped
 * before the interrupt and pushed after it.
 */
#ifndef BOOT_BIOS_REAL_MODE_H
#define BOOT_BIOS_REAL_MODE_H

#define REAL_MODE_CODE        0x7000 /* REAL_MODE_BASE */
#define REAL_MODE_CODE_LENGTH 0x0400
#define REAL_MODE_STACK_TOP   0x9000 /* REAL_MODE_BUFFER */
#define REAL_MODE_FRAME_SIZE  40
#define REAL_MODE_FRAME       (REAL_MODE_STACK_TOP - REAL_MODE_FRAME_SIZE)

#endif
