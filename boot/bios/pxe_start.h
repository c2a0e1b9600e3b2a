/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the prefix of sawboot-x86.pxe (boot/bios/prefix/pxe.S) leaves for pxe.c, at the address in
 * EBX; also read by the assembler. Offsets of 16-bit far pointers: offset first, then segment.
 */
#ifndef BOOT_BIOS_PXE_START_H
#define BOOT_BIOS_PXE_START_H

#define LOADED_BY_PXE 0x50784253 /* EAX: "SBxP" */

#define PXE_START_PXE    0 /* to the structure !PXE, from the stack */
#define PXE_START_PXENV  4 /* to the structure PXENV+, from ES:BX */
#define PXE_START_LENGTH 8

#endif
