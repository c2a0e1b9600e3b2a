/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/smbios.h"

#include <string.h>

#include "lib/bytes.h"

/* The 32-bit entry point (5.2.1). */
#define ENTRY_LENGTH     0x05
#define ENTRY_TABLE_SIZE 0x16
#define ENTRY_TABLE      0x18
#define ENTRY_MINIMUM    0x1E /* SMBIOS 2.1's own length field says 1Eh by an error of the text */

/* A structure (6.1.2), then System Information (7.2). */
#define STRUCTURE_TYPE   0
#define STRUCTURE_LENGTH 1
#define STRUCTURE_HEADER 4
#define TYPE_SYSTEM      1
#define TYPE_END         127
#define SYSTEM_PRODUCT   0x05
#define SYSTEM_SERIAL    0x07
#define SYSTEM_UUID      0x08
#define UUID_SIZE        16

bool smbios_find_structures(const uint8_t *entry_point, size_t length, uint32_t *address,
                            uint32_t *size)
{
    if (length < ENTRY_MINIMUM || memcmp(entry_point, "_SM_", 4) != 0) {
        return false;
    }
    size_t counted = entry_point[ENTRY_LENGTH];
    uint8_t sum = 0;
    if (counted < ENTRY_MINIMUM || counted > length) {
        return false;
    }
    for (size_t i = 0; i < counted; i++) {
        sum = (uint8_t)(sum + entry_point[i]);
    }
    *address = get_le32(entry_point + ENTRY_TABLE);
    *size = get_le16(entry_point + ENTRY_TABLE_SIZE);
    return sum == 0 && *size != 0 && *size <= UINT32_MAX - *address;
}

/*
 * The end of the texts behind a structure: two NULs. `length` if there is none. They begin at
 * `texts`.
 */
static size_t end_of_texts(const uint8_t *structures, size_t length, size_t texts)
{
    for (size_t at = texts; at + 1 < length; at++) {
        if (structures[at] == 0 && structures[at + 1] == 0) {
            return at + 2;
        }
    }
    return length;
}

/* Text number `index` (from 1; 0: none) of those between `texts` and `end`; without it "". */
static void copy_text(const uint8_t *structures, size_t texts, size_t end, unsigned index,
                      char out[SMBIOS_TEXT])
{
    size_t at = texts;
    out[0] = 0;
    if (index == 0) {
        return;
    }
    while (--index != 0 && at < end) {
        while (at < end && structures[at] != 0) {
            at++;
        }
        at++;
    }
    size_t length = 0;
    while (at < end && structures[at] != 0 && length < SMBIOS_TEXT - 1) {
        out[length++] = (char)structures[at++];
    }
    out[length] = 0;
}

/* All 00 or all FF: the machine has none (7.2.1). */
static bool is_uuid(const uint8_t *uuid)
{
    for (int i = 1; i < UUID_SIZE; i++) {
        if (uuid[i] != uuid[0]) {
            return true;
        }
    }
    return uuid[0] != 0 && uuid[0] != 0xFF;
}

bool smbios_read_system(const uint8_t *structures, size_t length, struct smbios_system *system)
{
    size_t at = 0;
    memset(system, 0, sizeof(*system));
    while (bytes_within(length, at, STRUCTURE_HEADER)) {
        const uint8_t *structure = structures + at;
        size_t size = structure[STRUCTURE_LENGTH];
        if (size < STRUCTURE_HEADER || !bytes_within(length, at, size) ||
            structure[STRUCTURE_TYPE] == TYPE_END) {
            return false;
        }
        size_t texts = at + size;
        size_t end = end_of_texts(structures, length, texts);
        if (structure[STRUCTURE_TYPE] == TYPE_SYSTEM) {
            if (size > SYSTEM_SERIAL) {
                copy_text(structures, texts, end, structure[SYSTEM_PRODUCT], system->product);
                copy_text(structures, texts, end, structure[SYSTEM_SERIAL], system->serial);
            }
            if (size >= SYSTEM_UUID + UUID_SIZE && is_uuid(structure + SYSTEM_UUID)) {
                system->has_uuid = true;
                memcpy(system->uuid, structure + SYSTEM_UUID, UUID_SIZE);
            }
            return true;
        }
        at = end;
    }
    return false;
}
