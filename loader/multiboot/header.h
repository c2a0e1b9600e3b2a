/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header by which a kernel says that it follows the Multiboot Specification, version 0.6.96
 * ("Multiboot 1"), section 3.1. Pure functions of (bytes, length).
 */
#ifndef LOADER_MULTIBOOT_HEADER_H
#define LOADER_MULTIBOOT_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "loader/image.h"

#define MULTIBOOT_HEADER_FLAGS 4 /* offset in the header; 32 bits, little-endian */

/* Section 3.1.2. Flags 0 to 15 have to be fulfilled, the others may be overlooked. */
#define MULTIBOOT_PAGE_ALIGN  0x00000001u /* modules begin on pages; they always do here */
#define MULTIBOOT_MEMORY      0x00000002u /* it needs the memory's size; it always gets it */
#define MULTIBOOT_VIDEO       0x00000004u /* it asks for a screen, and is to be told of it */
#define MULTIBOOT_ADDRESSES   0x00010000u /* the header says where to load, not the file's format */
#define MULTIBOOT_REQUIREMENT 0x0000ffffu

/* Finds the header's offset. False if the first 8192 bytes have none. */
bool multiboot_header_find(const uint8_t *bytes, size_t length, size_t *offset);

/*
 * Reads the header at `offset` into plan->multiboot. ERROR_IMAGE_KIND if it demands what nobody
 * knows, ERROR_IMAGE_TRUNCATED if the file ends inside of it.
 */
error_t multiboot_header_read(const uint8_t *bytes, size_t length, size_t offset,
                              struct image_plan *plan);

/*
 * For headers with MULTIBOOT_ADDRESSES (the "a.out kludge"): one piece by the header's addresses,
 * and its entry. The plan is complete then.
 */
error_t multiboot_header_plan(const uint8_t *bytes, size_t length, size_t offset,
                              struct image_plan *plan);

#endif
