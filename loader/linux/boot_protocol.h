/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offsets of Linux's x86 boot protocol: Documentation/arch/x86/boot.rst ("The Real-Mode Kernel
 * Header", "32-bit Boot Protocol") and zero-page.rst of the kernel's sources. All fields are
 * little-endian. The setup header has the same offsets in a bzImage and in struct boot_params.
 */
#ifndef LOADER_LINUX_BOOT_PROTOCOL_H
#define LOADER_LINUX_BOOT_PROTOCOL_H

/* --- The setup header; in brackets the first version of the protocol that has the field ----- */
#define SETUP_START          0x1f1
#define SETUP_SECTORS        0x1f1 /* u8: sectors of the real-mode part behind the first one */
#define SETUP_SYSTEM_SIZE    0x1f4 /* u32, in 16 bytes: the protected-mode part (2.04) */
#define SETUP_VIDEO_MODE     0x1fa /* u16 */
#define SETUP_JUMP           0x200 /* EBh, then u8: the header ends so far behind 202h */
#define SETUP_MAGIC          0x202 /* "HdrS" */
#define SETUP_VERSION        0x206 /* u16 */
#define SETUP_LOADER_TYPE    0x210 /* u8 */
#define SETUP_LOAD_FLAGS     0x211 /* u8 */
#define SETUP_CODE32_START   0x214 /* u32: where the protected-mode part is */
#define SETUP_RAMDISK        0x218 /* u32 */
#define SETUP_RAMDISK_SIZE   0x21c /* u32 */
#define SETUP_EXTENDED_TYPE  0x226 /* u8 version, u8 type of the loader (2.02) */
#define SETUP_COMMAND_LINE   0x228 /* u32 (2.02) */
#define SETUP_INITRD_HIGHEST 0x22c /* u32: the last address an initrd may occupy (2.03) */
#define SETUP_ALIGNMENT      0x230 /* u32 (2.05) */
#define SETUP_RELOCATABLE    0x234 /* u8 (2.05) */
#define SETUP_EXTENDED_FLAGS 0x236 /* u16 (2.12) */
#define SETUP_COMMAND_SIZE   0x238 /* u32: characters without the NUL (2.06) */
#define SETUP_PREFERRED      0x258 /* u64: the address it likes best (2.10) */
#define SETUP_INIT_SIZE      0x260 /* u32 (2.10) */
#define SETUP_END_MAXIMUM    0x290 /* boot_params has other fields from here on */

#define LOADED_HIGH      0x01u /* load flags: the protected-mode part goes to 1 MB, not 64 KB */
#define KEEP_SEGMENTS    0x40u
#define CAN_USE_HEAP     0x80u
#define KERNEL_IS_64_BIT 0x0001u /* extended flags */

#define LOADER_TYPE_UNDEFINED 0xffu
#define VIDEO_MODE_NORMAL     0xffffu

/* Where a bzImage is loaded that does not say otherwise. */
#define LINUX_LOAD_ADDRESS 0x100000u
#define SECTOR_SIZE        512u

/* --- struct boot_params, beside the header ---------------------------------------------------- */
#define BOOT_PARAMS_SIZE 4096

/* screen_info */
#define SCREEN_CURSOR_ROW     0x01 /* u8: orig_y */
#define SCREEN_EXTENDED_KB    0x02 /* u16: memory above 1 MB, in KB */
#define SCREEN_MODE           0x06 /* u8 */
#define SCREEN_COLUMNS        0x07 /* u8 */
#define SCREEN_EGA_BX         0x0a /* u16: INT 10h function 12h; 10h in BL: no EGA or VGA */
#define SCREEN_LINES          0x0e /* u8 */
#define SCREEN_IS_VGA         0x0f /* u8 */
#define SCREEN_CHARACTER_ROWS 0x10 /* u16: the font's height */
#define SCREEN_WIDTH          0x12 /* u16 */
#define SCREEN_HEIGHT         0x14 /* u16 */
#define SCREEN_DEPTH          0x16 /* u16 */
#define SCREEN_BASE           0x18 /* u32 */
#define SCREEN_SIZE           0x1c /* u32, in 64 KB */
#define SCREEN_ROW_BYTES      0x24 /* u16 */
#define SCREEN_COLOURS        0x26 /* u8: size and position of red, green, blue, the rest */

#define SCREEN_VGA_TEXT    0x01 /* VIDEO_TYPE_VGAC */
#define SCREEN_VESA_LINEAR 0x23 /* VIDEO_TYPE_VLFB */

#define PARAMS_RSDP           0x070 /* u64 */
#define PARAMS_ALTERNATIVE_KB 0x1e0 /* u32: memory above 1 MB, in KB */
#define PARAMS_E820_COUNT     0x1e8 /* u8 */
#define PARAMS_E820           0x2d0 /* entries of u64 base, u64 length, u32 type */
#define E820_ENTRY_SIZE       20
#define E820_MAXIMUM          128

#endif
