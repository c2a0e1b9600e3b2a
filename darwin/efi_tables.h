/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI tables that XNU on x86 wants to find (xnu-handoff section 2.6): system table, runtime
 * services, configuration table. A PC's BIOS has none; these are complete but for the services,
 * each of which answers "unsupported". All of it in one page, little-endian.
 */
#ifndef DARWIN_EFI_TABLES_H
#define DARWIN_EFI_TABLES_H

#include <stddef.h>
#include <stdint.h>

#define EFI_TABLES_SIZE       4096
#define EFI_FIRMWARE_VENDOR   "Sawboot"
#define EFI_FIRMWARE_REVISION 1
#define EFI_GUID_SIZE         16
#define EFI_GUID_TEXT         37 /* "EB9D2D30-2D88-11D3-9A16-0090273FC14D" and a NUL */

/* What the configuration table can name, in its order. */
enum efi_configuration { EFI_ACPI_10, EFI_ACPI_20, EFI_SMBIOS, EFI_CONFIGURATIONS };

struct efi_tables {
    unsigned width;                             /* of pointers: 32 or 64 bits */
    uint32_t address;                           /* physical, of the page */
    uint64_t virtual_base;                      /* what the kernel adds to physical addresses */
    uint64_t configuration[EFI_CONFIGURATIONS]; /* physical; 0: the machine has none */
};

/* Bytes in memory, as the GUID stands in a table. */
void efi_guid(enum efi_configuration which, uint8_t guid[EFI_GUID_SIZE]);
/* In upper case, as its node is named in the device tree. */
void efi_guid_text(enum efi_configuration which, char text[EFI_GUID_TEXT]);
/* "ACPI", "ACPI_20", "SMBIOS": how IOKit's drivers know the node. */
const char *efi_configuration_alias(enum efi_configuration which);

/*
 * Writes the page. Pointers inside it are virtual addresses of the kernel, as firmware leaves them
 * after SetVirtualAddressMap: the kernel follows RuntimeServices as it stands (efi_set_tables_64
 * and _32, osfmk/i386/AT386/model_dep.c of 1228, 1486 and 2422). The tables that the configuration
 * table names keep their physical addresses.
 */
void efi_tables_write(const struct efi_tables *tables, uint8_t out[EFI_TABLES_SIZE]);

uint32_t efi_tables_system_table(const struct efi_tables *tables);     /* physical */
uint64_t efi_tables_runtime_services(const struct efi_tables *tables); /* virtual */

/*
 * A text as EFI writes it: UTF-16, with its NUL; 8-bit characters are taken as they are. Returns
 * the bytes; as much as fits, `room` even and at least 2.
 */
size_t efi_text_write(const char *text, uint8_t *out, size_t room);

#endif
