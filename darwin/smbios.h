/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the machine calls itself in its SMBIOS tables (DMTF DSP0134: 5.2.1 entry point, 6.1
 * structures, 7.2 System Information).
 */
#ifndef DARWIN_SMBIOS_H
#define DARWIN_SMBIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMBIOS_TEXT 65 /* longest text kept, with its NUL */

struct smbios_system {
    bool has_uuid;
    uint8_t uuid[16]; /* as it stands in the table */
    char product[SMBIOS_TEXT];
    char serial[SMBIOS_TEXT]; /* both empty where the machine does not say */
};

/*
 * Reads structure type 1 out of `length` bytes of structures. False if there is none or the
 * structures are damaged before it.
 */
bool smbios_read_system(const uint8_t *structures, size_t length, struct smbios_system *system);

/*
 * Checks an entry point ("_SM_", checksum) of which `length` bytes can be read, and finds where the
 * structures are (physical address, bytes). False if it is none.
 */
bool smbios_find_structures(const uint8_t *entry_point, size_t length, uint32_t *address,
                            uint32_t *size);

#endif
