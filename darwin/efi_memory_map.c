/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/efi_memory_map.h"

#include <stdbool.h>
#include <string.h>

#include "lib/bytes.h"

#define PAGE_SIZE 4096u
#define MEGABYTE  (1u << 20)

/* struct EfiMemoryRange; VirtualStart (16) and Attribute (32) stay 0. */
#define AT_TYPE           0
#define AT_PHYSICAL_START 8
#define AT_PAGES          24

struct region {
    uint64_t base, end;
    uint32_t type;
};
struct regions {
    size_t count;
    struct region list[EFI_MEMORY_MAP_ENTRIES];
};

static uint32_t efi_type(uint32_t type)
{
    switch (type) {
    case MEMORY_USABLE:
        return EFI_CONVENTIONAL;
    case MEMORY_ACPI_RECLAIM:
        return EFI_ACPI_RECLAIM;
    case MEMORY_ACPI_NVS:
        return EFI_ACPI_NVS;
    default:
        return EFI_RESERVED;
    }
}

/* Cuts an entry to whole pages, in the cautious direction; false if nothing is left. */
static bool to_pages(const struct memory_map_entry *entry, struct region *region)
{
    const uint64_t last = ~(uint64_t)(PAGE_SIZE - 1);
    uint64_t room = UINT64_MAX - entry->base;
    uint64_t end = entry->base + (entry->length < room ? entry->length : room);
    region->type = efi_type(entry->type);
    if (region->type == EFI_CONVENTIONAL) {
        region->base = entry->base > last ? last : round_up(entry->base, PAGE_SIZE);
        region->end = end & last;
    } else {
        region->base = entry->base & last;
        region->end = end > last ? last : round_up(end, PAGE_SIZE);
    }
    return region->end > region->base;
}

/*
 * Appends a region. Where rounding made it share a page with the one below, the page stays with
 * that one, unless it is usable there: then it is not any more.
 */
static void append(struct regions *regions, struct region region)
{
    while (regions->count != 0) {
        struct region *below = &regions->list[regions->count - 1];
        if (region.base < below->end && region.type != EFI_CONVENTIONAL &&
            below->type == EFI_CONVENTIONAL) {
            below->end = region.base;
            if (below->end <= below->base) {
                regions->count--;
                continue;
            }
        } else if (region.base < below->end) {
            region.base = below->end;
        }
        if (region.base == below->end && region.type == below->type && region.end > region.base) {
            below->end = region.end;
            return;
        }
        break;
    }
    if (region.end > region.base && regions->count < EFI_MEMORY_MAP_ENTRIES) {
        regions->list[regions->count++] = region;
    }
}

static void insert(struct regions *regions, size_t at, struct region region)
{
    if (regions->count < EFI_MEMORY_MAP_ENTRIES && region.end > region.base) {
        memmove(&regions->list[at + 1], &regions->list[at],
                (regions->count - at) * sizeof(regions->list[0]));
        regions->list[at] = region;
        regions->count++;
    }
}

/*
 * Cuts the kernel out of the region that it lies in. Were its region the first of the map and no
 * other below it, pmap_lowmem_finalize (Darwin 10 and later) would free the kernel: it gives the
 * first usable region to the system, trusting that it ends below.
 */
static void cut_kernel_out(struct regions *regions, uint64_t base, uint64_t end)
{
    for (size_t i = 0; base < end && i < regions->count; i++) {
        struct region whole = regions->list[i];
        if (whole.type == EFI_CONVENTIONAL && whole.base <= base && end <= whole.end) {
            regions->list[i] = (struct region){base, end, EFI_LOADER_DATA};
            insert(regions, i + 1, (struct region){end, whole.end, EFI_CONVENTIONAL});
            insert(regions, i, (struct region){whole.base, base, EFI_CONVENTIONAL});
            return;
        }
    }
}

static size_t count_usable(const struct regions *regions)
{
    size_t count = 0;
    for (size_t i = 0; i < regions->count; i++) {
        count +=
            regions->list[i].type == EFI_CONVENTIONAL || regions->list[i].type == EFI_LOADER_DATA;
    }
    return count;
}

/* The smallest usable region that is neither below the kernel nor the one right above it. */
static struct region *smallest_usable(struct regions *regions, uint64_t kernel_end)
{
    struct region *smallest = NULL;
    for (size_t i = 0; i < regions->count; i++) {
        struct region *region = &regions->list[i];
        if (region->type == EFI_CONVENTIONAL && region->base > kernel_end &&
            (smallest == NULL || region->end - region->base < smallest->end - smallest->base)) {
            smallest = region;
        }
    }
    return smallest;
}

size_t efi_memory_map_write(const struct efi_memory_map_source *source, uint8_t *out)
{
    static struct regions regions;
    regions.count = 0;
    for (size_t i = 0; i < source->count; i++) {
        struct region region;
        if (to_pages(&source->entries[i], &region)) {
            append(&regions, region);
        }
    }
    cut_kernel_out(&regions, source->kernel_base, source->kernel_end);
    while (count_usable(&regions) > source->usable_maximum) {
        struct region *victim = smallest_usable(&regions, source->kernel_end);
        if (victim == NULL) {
            break;
        }
        victim->type = EFI_RESERVED;
    }
    for (size_t i = 0; i < regions.count; i++) {
        const struct region *region = &regions.list[i];
        uint8_t *descriptor = out + i * EFI_DESCRIPTOR_SIZE;
        memset(descriptor, 0, EFI_DESCRIPTOR_SIZE);
        put_le32(descriptor + AT_TYPE, region->type);
        put_le64(descriptor + AT_PHYSICAL_START, region->base);
        put_le64(descriptor + AT_PAGES, (region->end - region->base) / PAGE_SIZE);
    }
    return regions.count * EFI_DESCRIPTOR_SIZE;
}

uint64_t efi_memory_map_installed(const struct memory_map_entry *entries, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (efi_type(entries[i].type) != EFI_RESERVED) {
            sum += entries[i].length;
        }
    }
    return round_up(sum, MEGABYTE);
}
