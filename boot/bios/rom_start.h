/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the ROM of a card (boot/bios/prefix/rom.S) leaves for rom.c, at the address in EBX; also
 * read by the assembler.
 */
#ifndef BOOT_BIOS_ROM_START_H
#define BOOT_BIOS_ROM_START_H

#define LOADED_BY_ROM 0x52784253 /* EAX: "SBxR" */

#define ROM_START_PLACE  0 /* 16 bits: bus, and below it slot (5 bits) and function, of the card */
#define ROM_START_KEY    2 /* not 0: the key for the prompt was pressed */
#define ROM_START_TIME   4 /* 64 bits: the time-stamp counter when the screen spoke of the key */
#define ROM_START_LENGTH 12

#define ROM_PLACE_UNKNOWN 0xFFFF /* the BIOS did not let the ROM keep it */
#define ROM_KEY           0x1B   /* Escape */
#define ROM_KEY_SCAN_CODE 0x01   /* the same in scan code set 1 */

#endif
