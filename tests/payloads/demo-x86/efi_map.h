/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI memory map of boot_args (specs: xnu-handoff 2.5). */
#ifndef DEMO_X86_EFI_MAP_H
#define DEMO_X86_EFI_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct efi_region {
    uint32_t type;
    uint64_t first, length, virtual, attribute;
};

/* The n-th descriptor; false behind the last. */
bool efi_region(uint32_t index, struct efi_region *region);
/* Memory that the kernel takes for itself. */
bool efi_is_usable(const struct efi_region *region);
/* True if every byte of [address, address + length) lies in regions that pass. */
bool efi_all(uint64_t address, uint64_t length, bool (*passes)(const struct efi_region *region));
/* Installed RAM in bytes, as XNU counts it. */
uint64_t efi_installed(void);

/*
 * The physical address behind a pointer of the EFI tables, as the kernel maps it: runtime regions
 * at their VirtualStart, its own range at KERNEL_BASE. False if it is mapped nowhere.
 */
bool efi_physical(uint64_t pointer, uint32_t *physical);

void check_efi_map(void);

/*
 * Looks twice, a moment apart, at memory that nobody but us may touch: a card that still receives
 * would write there. To be called early: a receive ring that nobody empties is full soon.
 */
void check_free_memory(void);

#endif
