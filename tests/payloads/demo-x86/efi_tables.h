/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI system and runtime services tables (specs: xnu-handoff 2.6; UEFI section 4). */
#ifndef DEMO_X86_EFI_TABLES_H
#define DEMO_X86_EFI_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#define EFI_CONFIGURATIONS_MAXIMUM 16u

struct efi_configuration {
    uint8_t guid[16];
    uint64_t table;
};

struct efi_tables {
    uint64_t runtime_pointer; /* as it stands in the system table */
    uint32_t configuration_count;
    struct efi_configuration configurations[EFI_CONFIGURATIONS_MAXIMUM];
};

/* Prints the verdicts and fills in what the device tree has to repeat. */
void check_efi_tables(struct efi_tables *tables);

#endif
