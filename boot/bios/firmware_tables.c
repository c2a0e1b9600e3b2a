/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI's and SMBIOS' tables, which firmware leaves in memory. ACPI: "Advanced Configuration and
 * Power Interface Specification" 6.5, section 5.2. SMBIOS: DSP0134 3.6, section 5.2.1. MCFG: "PCI
 * Firmware Specification" 3.2, section 4.1.2. All little-endian.
 */
#include <string.h>

#include "boot/bios/bios.h"
#include "lib/bytes.h"

/* BIOS data area: the segment of the extended one, of which the first KB is searched. */
#define EXTENDED_DATA_SEGMENT 0x40Eu
#define EXTENDED_DATA_SEARCH  0x400u
#define LOW_END               0xA0000u
#define ACPI_SEARCH           0xE0000u
#define SMBIOS_SEARCH         0xF0000u
#define BIOS_END              0x100000u
#define PARAGRAPH             16u

/* Nothing of firmware's lies below: interrupt vectors and BIOS data. */
#define TABLES_FLOOR 0x500u
#define TABLES_LIMIT ((uint64_t)1 << 32)

#define RSDP_LENGTH_1 20u /* ACPI 1.0's part, with a checksum of its own */
#define RSDP_LENGTH_2 36u
#define RSDP_LONGEST  0x1000u

#define TABLE_HEADER  36u
#define TABLE_LONGEST 0x1000000u

#define MCFG_FIRST_ENTRY  44u
#define MCFG_ENTRY_LENGTH 16u

#define SMBIOS_LENGTH_LEAST 0x1Eu /* what some version 2.1 tables say in place of 1Fh */
#define SMBIOS_DMI          0x10u
#define SMBIOS_DMI_LENGTH   0x0Fu

/* NULL for addresses where no table can be. */
static const uint8_t *bytes_at(uint64_t address, uint64_t length)
{
    return address >= TABLES_FLOOR && bytes_within(TABLES_LIMIT, address, length)
               ? platform_virtual(address)
               : NULL;
}

static bool sums_to_zero(const uint8_t *bytes, uint32_t length)
{
    uint8_t sum = 0;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

/* --- ACPI --------------------------------------------------------------------------------- */

static uint32_t search_rsdp(uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to && to - at >= RSDP_LENGTH_1; at += PARAGRAPH) {
        const uint8_t *bytes = bytes_at(at, RSDP_LENGTH_1);
        if (bytes != NULL && memcmp(bytes, "RSD PTR ", 8) == 0 &&
            sums_to_zero(bytes, RSDP_LENGTH_1))
            return at;
    }
    return 0;
}

/* The root pointer's address; 0: none. */
static uint32_t find_rsdp(void)
{
    uint32_t extended = (uint32_t)get_le16(platform_virtual(EXTENDED_DATA_SEGMENT)) << 4, found = 0;
    if (extended >= TABLES_FLOOR && extended < LOW_END)
        found = search_rsdp(extended, extended + EXTENDED_DATA_SEARCH);
    return found != 0 ? found : search_rsdp(ACPI_SEARCH, BIOS_END);
}

/* True if the part of ACPI 2.0 is there as well. */
static bool is_extended(uint32_t rsdp)
{
    const uint8_t *bytes = bytes_at(rsdp, RSDP_LENGTH_2);
    if (bytes == NULL || bytes[15] < 2)
        return false;
    uint32_t length = get_le32(bytes + 20);
    return length >= RSDP_LENGTH_2 && length <= RSDP_LONGEST && bytes_at(rsdp, length) != NULL &&
           sums_to_zero(bytes, length);
}

/* A table of this signature at this address, wholly checked; NULL if it is none. */
static const uint8_t *table_at(uint64_t address, const char signature[4], uint32_t *length)
{
    const uint8_t *bytes = bytes_at(address, TABLE_HEADER);
    if (bytes == NULL || memcmp(bytes, signature, 4) != 0)
        return NULL;
    *length = get_le32(bytes + 4);
    if (*length < TABLE_HEADER || *length > TABLE_LONGEST || bytes_at(address, *length) == NULL ||
        !sums_to_zero(bytes, *length))
        return NULL;
    return bytes;
}

/* The list of all tables: 64-bit addresses where there are some, else 32-bit ones. */
static const uint8_t *root_table(uint32_t *length, unsigned *address_length)
{
    uint32_t rsdp = find_rsdp();
    const uint8_t *root = NULL;
    if (rsdp == 0)
        return NULL;
    *address_length = 8;
    if (is_extended(rsdp))
        root = table_at(get_le64(bytes_at(rsdp, RSDP_LENGTH_2) + 24), "XSDT", length);
    if (root == NULL) {
        *address_length = 4;
        root = table_at(get_le32(bytes_at(rsdp, RSDP_LENGTH_1) + 16), "RSDT", length);
    }
    return root;
}

const uint8_t *acpi_table(const char signature[4], uint32_t *length)
{
    uint32_t root_length;
    unsigned step;
    const uint8_t *root = root_table(&root_length, &step);
    if (root == NULL)
        return NULL;
    for (uint32_t at = TABLE_HEADER; bytes_within(root_length, at, step); at += step) {
        uint64_t address = step == 8 ? get_le64(root + at) : get_le32(root + at);
        const uint8_t *table = table_at(address, signature, length);
        if (table != NULL)
            return table;
    }
    return NULL;
}

/* Memory-mapped configuration of segment 0. The base is that of bus 0, whatever the first bus. */
static void find_ecam(struct pc_information *pc)
{
    uint32_t length;
    const uint8_t *table = acpi_table("MCFG", &length);
    if (table == NULL)
        return;
    for (uint32_t at = MCFG_FIRST_ENTRY; bytes_within(length, at, MCFG_ENTRY_LENGTH);
         at += MCFG_ENTRY_LENGTH) {
        const uint8_t *entry = table + at;
        if (get_le16(entry + 8) != 0 || get_le64(entry) == 0 || entry[11] < entry[10])
            continue;
        pc->ecam = get_le64(entry);
        pc->ecam_first_bus = entry[10];
        pc->ecam_last_bus = entry[11];
        return;
    }
}

/* --- SMBIOS ------------------------------------------------------------------------------- */

static bool is_smbios(const uint8_t *bytes, uint32_t room)
{
    uint32_t length = bytes[5];
    return memcmp(bytes, "_SM_", 4) == 0 && length >= SMBIOS_LENGTH_LEAST && length <= room &&
           sums_to_zero(bytes, length) && memcmp(bytes + SMBIOS_DMI, "_DMI_", 5) == 0 &&
           sums_to_zero(bytes + SMBIOS_DMI, SMBIOS_DMI_LENGTH);
}

static uint32_t find_smbios(void)
{
    for (uint32_t at = SMBIOS_SEARCH; BIOS_END - at >= 2 * PARAGRAPH; at += PARAGRAPH)
        if (is_smbios(platform_virtual(at), BIOS_END - at))
            return at;
    return 0;
}

void firmware_tables_describe(struct pc_information *pc)
{
    uint32_t rsdp = find_rsdp();
    pc->rsdp = rsdp;
    pc->rsdp_revision = rsdp != 0 && is_extended(rsdp) ? 2 : 0;
    pc->smbios = find_smbios();
    pc->ecam = 0;
    find_ecam(pc);
}
