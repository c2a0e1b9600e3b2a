/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The colour table and the failure picture that Apple's loader puts into memory for the kernel
 * (memory-map entries BootCLUT and Pict-FailedBoot). Both are computed here.
 */
#ifndef DARWIN_BOOT_PICTURES_H
#define DARWIN_BOOT_PICTURES_H

#include <stdint.h>

#define BOOT_CLUT_SIZE     768 /* 256 times red, green, blue */
#define FAILED_BOOT_SIDE   128 /* pixels */
#define FAILED_BOOT_HEADER 32
#define FAILED_BOOT_SIZE   (FAILED_BOOT_HEADER + FAILED_BOOT_SIDE * FAILED_BOOT_SIDE)

/*
 * The Macintosh system's 256 colours, but for number 1: the grey that boot pictures lie on. The
 * kernel copies the table over its own and draws its progress and panic pictures with it.
 */
void boot_clut_write(uint8_t out[BOOT_CLUT_SIZE]);

/*
 * What the kernel shows when it finds no root file system: a crossed circle. Header: big-endian
 * width, height, vertical offset from the middle, five words 0; then one colour number for each
 * pixel.
 */
void failed_boot_write(uint8_t out[FAILED_BOOT_SIZE]);

#endif
