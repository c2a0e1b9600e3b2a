/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machines of 16 MB whose firmware has pieces of the memory, in its middle too, and what of it
 * nothing may be put on: for those who try whether anything is. Claims come from the top, which
 * nothing is said about.
 */
#ifndef TESTS_UNIT_CROWDED_MEMORY_H
#define TESTS_UNIT_CROWDED_MEMORY_H

#include "boot/platform.h"
#include "tests/unit/intel_pc.h"

#define MB       0x100000u
#define MEMORY   (16 * MB)
#define LOW_PAGE 0x1000u

static const struct memory_map_entry pc_map[] = {
    {0, 0x9FC00, MEMORY_USABLE},
    {0x9FC00, 0x60400, MEMORY_RESERVED},
    {MB, 7 * MB, MEMORY_USABLE},
    {8 * MB, MB, MEMORY_ACPI_NVS},
    {9 * MB, MB, MEMORY_USABLE},
    {10 * MB, 0x10000, MEMORY_ACPI_RECLAIM},
    {10 * MB + 0x10000, MEMORY - 10 * MB - 0x10000, MEMORY_USABLE},
    {0xFFFC0000, 0x40000, MEMORY_RESERVED},
};
static const struct memory_region pc_kept[] = {
    {0, LOW_PAGE}, {0x9FC00, 0x60400}, {8 * MB, MB}, {10 * MB, 0x10000}};

/* A Power Mac's: a hole between two banks. */
static const struct memory_region mac_banks[] = {{0, 6 * MB}, {7 * MB, MEMORY - 7 * MB}};
static const struct memory_region mac_kept[] = {{6 * MB, MB}};

#endif
