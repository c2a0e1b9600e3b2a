/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map that XNU on x86 reads: EFI memory descriptors, little-endian, made from firmware's
 * map (xnu-handoff section 2.5; osfmk/i386/i386_vm_init.c).
 */
#ifndef DARWIN_EFI_MEMORY_MAP_H
#define DARWIN_EFI_MEMORY_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"

/* struct EfiMemoryRange, pexpert/pexpert/i386/boot.h; every kernel steps by the size it is told. */
#define EFI_DESCRIPTOR_SIZE    40
#define EFI_DESCRIPTOR_VERSION 1
/* Every entry of firmware's, and the kernel's own region cut out of one. */
#define EFI_MEMORY_MAP_ENTRIES (MEMORY_MAP_MAXIMUM + 2)

enum efi_memory_type {
    EFI_RESERVED = 0,
    EFI_LOADER_DATA = 2,
    EFI_CONVENTIONAL = 7,
    EFI_ACPI_RECLAIM = 9,
    EFI_ACPI_NVS = 10,
};

struct efi_memory_map_source {
    const struct memory_map_entry *entries; /* ascending, without overlap */
    size_t count;                           /* at most MEMORY_MAP_MAXIMUM */
    /*
     * What the kernel gets, page-aligned, in usable memory: a descriptor of its own (loader data).
     * The kernel counts that as RAM, so that it can free what it does not need any more.
     */
    uint64_t kernel_base, kernel_end;
    /*
     * The most usable regions that the kernel has room for; the smallest above it become
     * reserved.
     */
    size_t usable_maximum;
};

/*
 * Writes the descriptors: ascending, no overlap, whole pages (usable memory shrinks, everything
 * else grows), adjoining ones of a type merged. No descriptor is marked for runtime use. Returns
 * the bytes written, at most EFI_MEMORY_MAP_ENTRIES * EFI_DESCRIPTOR_SIZE, which `out` must hold.
 */
size_t efi_memory_map_write(const struct efi_memory_map_source *source, uint8_t *out);

/*
 * Installed RAM, as far as firmware tells of it, in bytes: what the map calls usable, ACPI tables
 * or NVS, rounded up to whole MB for what it keeps to itself.
 */
uint64_t efi_memory_map_installed(const struct memory_map_entry *entries, size_t count);

#endif
