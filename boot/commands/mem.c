/* SPDX-License-Identifier: BSD-2-Clause */
/* mem: the machine's memory, and what the loader has of it. */
#include <stdlib.h>

#include "boot/commands/command.h"
#include "boot/platform.h"
#include "console/console.h"

#define REGIONS_MAXIMUM 128

static const char *type_name(uint32_t type)
{
    switch (type) {
    case MEMORY_USABLE:
        return "usable";
    case MEMORY_RESERVED:
        return "reserved";
    case MEMORY_ACPI_RECLAIM:
        return "ACPI tables";
    case MEMORY_ACPI_NVS:
        return "ACPI NVS";
    case MEMORY_BAD:
        return "bad";
    default:
        return "of another type";
    }
}

static void show_range(uint64_t base, uint64_t length, const char *what)
{
    print("  %010llx-%010llx %10llu KB  %s\n", (unsigned long long)base,
          (unsigned long long)(base + length - 1), (unsigned long long)(length / 1024), what);
}

static void show_map(struct memory_map_entry *entries)
{
    size_t count = platform_memory_map(entries, MEMORY_MAP_MAXIMUM);

    print("memory map, %u entries:\n", (unsigned)count);
    for (size_t i = 0; i < count; i++)
        show_range(entries[i].base, entries[i].length, type_name(entries[i].type));
}

static uint64_t show_regions(const char *title, const struct memory_region *regions, size_t count)
{
    uint64_t total = 0;

    print("%s\n", title);
    for (size_t i = 0; i < count; i++) {
        show_range(regions[i].base, regions[i].length, "");
        total += regions[i].length;
    }
    return total;
}

static void show(struct memory_region *regions)
{
    uint64_t installed =
        show_regions("banks of RAM:", regions, platform_memory_banks(regions, REGIONS_MAXIMUM));
    uint64_t claimed = show_regions("claimed by the loader now:", regions,
                                    platform_memory_claims(regions, REGIONS_MAXIMUM));

    print("%llu KB of RAM, %llu KB of it claimed, %llu KB free in one piece\n",
          (unsigned long long)(installed / 1024), (unsigned long long)(claimed / 1024),
          (unsigned long long)(platform_largest_free() / 1024));
}

static error_t run(char *arguments)
{
    struct memory_map_entry *entries = malloc(MEMORY_MAP_MAXIMUM * sizeof *entries);
    struct memory_region *regions = malloc(REGIONS_MAXIMUM * sizeof *regions);
    error_t error = OK;

    (void)arguments;
    if (entries != NULL && regions != NULL) {
        show_map(entries);
        show(regions);
    } else {
        error = fail(ERROR_MEMORY_HEAP, "a list of memory");
    }
    free(entries);
    free(regions);
    return error;
}

COMMAND(mem_command) = {
    .name = "mem",
    .arguments = "",
    .summary = "the memory map, banks, what the loader has claimed, what is free",
    .run = run,
};
