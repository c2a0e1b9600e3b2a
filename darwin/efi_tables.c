/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/efi_tables.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/crc32.h"

/* Places in the page. */
#define AT_SYSTEM_TABLE     0x000
#define AT_RUNTIME_SERVICES 0x100
#define AT_CONFIGURATION    0x200
#define AT_VENDOR           0x300
#define AT_SERVICE          0x400

/* EFI_TABLE_HEADER (UEFI specification, section 4.2). */
#define HEADER_SIGNATURE 0
#define HEADER_REVISION  8
#define HEADER_SIZE      12
#define HEADER_CRC32     16
#define HEADER_LENGTH    24

#define SYSTEM_SIGNATURE  0x5453595320494249ull /* "IBI SYST" */
#define RUNTIME_SIGNATURE 0x56524553544E5552ull /* "RUNTSERV" */
#define EFI_REVISION      0x0001000Au           /* EFI 1.10, as Intel Macs have it */
/* GetTime to ResetSystem; EFI 2 has more. */
#define RUNTIME_SERVICES 11

/* Places of the fields behind the header, by pointer width (pexpert/pexpert/i386/efi.h). */
struct system_table_layout {
    unsigned vendor, revision, runtime_services, entry_count, configuration, size;
};
static const struct system_table_layout layout_32 = {24, 28, 56, 64, 68, 72};
static const struct system_table_layout layout_64 = {24, 32, 88, 104, 112, 120};

/* mov eax,80000003h; ret */
static const uint8_t service_32[] = {0xB8, 0x03, 0x00, 0x00, 0x80, 0xC3};
/* mov rax,8000000000000003h; ret */
static const uint8_t service_64[] = {0x48, 0xB8, 0x03, 0, 0, 0, 0, 0, 0, 0x80, 0xC3};

/* The last eight bytes are a sequence; the others are a 32-bit and two 16-bit numbers. */
static const struct {
    uint32_t first;
    uint16_t second, third;
    uint8_t rest[8];
    const char *alias;
} configurations[EFI_CONFIGURATIONS] = {
    {0xEB9D2D30, 0x2D88, 0x11D3, {0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D}, "ACPI"},
    {0x8868E871, 0xE4F1, 0x11D3, {0xBC, 0x22, 0x00, 0x80, 0xC7, 0x3C, 0x88, 0x81}, "ACPI_20"},
    {0xEB9D2D31, 0x2D88, 0x11D3, {0x9A, 0x16, 0x00, 0x90, 0x27, 0x3F, 0xC1, 0x4D}, "SMBIOS"},
};

void efi_guid(enum efi_configuration which, uint8_t guid[EFI_GUID_SIZE])
{
    put_le32(guid, configurations[which].first);
    put_le16(guid + 4, configurations[which].second);
    put_le16(guid + 6, configurations[which].third);
    memcpy(guid + 8, configurations[which].rest, 8);
}

void efi_guid_text(enum efi_configuration which, char text[EFI_GUID_TEXT])
{
    const uint8_t *rest = configurations[which].rest;
    snprintf(text, EFI_GUID_TEXT, "%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X",
             (unsigned long)configurations[which].first, configurations[which].second,
             configurations[which].third, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5],
             rest[6], rest[7]);
}

const char *efi_configuration_alias(enum efi_configuration which)
{
    return configurations[which].alias;
}

size_t efi_text_write(const char *text, uint8_t *out, size_t room)
{
    size_t length = strlen(text);
    if (length > room / 2 - 1) {
        length = room / 2 - 1;
    }
    for (size_t i = 0; i < length; i++) {
        put_le16(out + 2 * i, (uint8_t)text[i]);
    }
    put_le16(out + 2 * length, 0);
    return 2 * length + 2;
}

static uint64_t kernel_pointer(const struct efi_tables *tables, uint32_t place)
{
    return tables->virtual_base + tables->address + place;
}

static void put_pointer(const struct efi_tables *tables, uint8_t *at, uint64_t value)
{
    if (tables->width == 64) {
        put_le64(at, value);
    } else {
        put_le32(at, (uint32_t)value);
    }
}

/* The header comes last: its sum is over the whole table with the sum's own field 0. */
static void seal(uint8_t *table, uint64_t signature, uint32_t size)
{
    put_le64(table + HEADER_SIGNATURE, signature);
    put_le32(table + HEADER_REVISION, EFI_REVISION);
    put_le32(table + HEADER_SIZE, size);
    put_le32(table + HEADER_CRC32, 0);
    put_le32(table + HEADER_CRC32, crc32_ieee(table, size));
}

/* Returns how many entries there are. */
static unsigned write_configuration(const struct efi_tables *tables, uint8_t *out)
{
    unsigned count = 0;
    for (int which = 0; which < EFI_CONFIGURATIONS; which++) {
        if (tables->configuration[which] != 0) {
            uint8_t *entry = out + count * (EFI_GUID_SIZE + tables->width / 8);
            efi_guid((enum efi_configuration)which, entry);
            put_pointer(tables, entry + EFI_GUID_SIZE, tables->configuration[which]);
            count++;
        }
    }
    return count;
}

void efi_tables_write(const struct efi_tables *tables, uint8_t out[EFI_TABLES_SIZE])
{
    bool wide = tables->width == 64;
    const struct system_table_layout *layout = wide ? &layout_64 : &layout_32;
    unsigned pointer = tables->width / 8;
    uint8_t *system = out + AT_SYSTEM_TABLE;
    uint8_t *runtime = out + AT_RUNTIME_SERVICES;
    memset(out, 0, EFI_TABLES_SIZE);

    memcpy(out + AT_SERVICE, wide ? service_64 : service_32,
           wide ? sizeof(service_64) : sizeof(service_32));
    for (unsigned i = 0; i < RUNTIME_SERVICES; i++) {
        put_pointer(tables, runtime + HEADER_LENGTH + i * pointer,
                    kernel_pointer(tables, AT_SERVICE));
    }
    seal(runtime, RUNTIME_SIGNATURE, HEADER_LENGTH + RUNTIME_SERVICES * pointer);

    unsigned entries = write_configuration(tables, out + AT_CONFIGURATION);
    efi_text_write(EFI_FIRMWARE_VENDOR, out + AT_VENDOR, AT_SERVICE - AT_VENDOR);
    put_pointer(tables, system + layout->vendor, kernel_pointer(tables, AT_VENDOR));
    put_le32(system + layout->revision, EFI_FIRMWARE_REVISION);
    put_pointer(tables, system + layout->runtime_services, efi_tables_runtime_services(tables));
    put_pointer(tables, system + layout->entry_count, entries);
    put_pointer(tables, system + layout->configuration, kernel_pointer(tables, AT_CONFIGURATION));
    seal(system, SYSTEM_SIGNATURE, layout->size);
}

uint32_t efi_tables_system_table(const struct efi_tables *tables)
{
    return tables->address + AT_SYSTEM_TABLE;
}

uint64_t efi_tables_runtime_services(const struct efi_tables *tables)
{
    return kernel_pointer(tables, AT_RUNTIME_SERVICES);
}
