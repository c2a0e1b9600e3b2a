/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_map.h"

#include "../common/driver_entry.h"
#include "../common/map_entries.h"
#include "../common/mkext.h"
#include "../common/report.h"
#include "../common/strings.h"
#include "../common/tree.h"
#include "../common/words.h"
#include "boot_args.h"
#include "demo.h"
#include "kernel_image.h"
#include "lib/bytes.h"

#define PAGE_MASK 4095u

/* Kernel-<segment> says vmaddr and vmsize of one of our segments. */
static void check_segment_entries(void)
{
    struct kernel_segment segment;
    for (uint32_t i = 0; kernel_segment(i, &segment); i++) {
        char name[32] = "Kernel-";
        memcpy(name + 7, segment.name, 17);
        struct map_entry *entry = map_entry_find(name);
        check(entry != NULL && entry->address == segment.address &&
                  entry->length == segment.memory_size,
              "memory-map: %s is our segment, 0x%x bytes at 0x%x", name, segment.memory_size,
              segment.address);
        if (entry != NULL)
            entry->noted = true;
    }
}

static void check_places(void)
{
    uint32_t end = kernel_end(), top = boot_args.top_of_kernel_data;
    bool inside = true, pages = true, apart = true, ends_zero = true;
    for (uint32_t i = 0; i < entry_count; i++) {
        const struct map_entry *entry = &entries[i];
        if (entry->noted)
            continue;
        if (entry->address < end || entry->length == 0 || entry->address > top ||
            entry->length > top - entry->address) {
            inside = false;
            say("       entry %s: 0x%x bytes at 0x%x lie outside\n", entry->name, entry->length,
                entry->address);
            continue;
        }
        if ((entry->address & PAGE_MASK) != 0) {
            pages = false;
            say("       entry %s begins at 0x%x\n", entry->name, entry->address);
        }
        uint32_t page_end = (uint32_t)round_up((uint64_t)entry->address + entry->length, 4096);
        for (uint32_t j = 0; j < entry_count; j++) {
            const struct map_entry *other = &entries[j];
            if (j != i && other->address < page_end &&
                other->address + other->length > entry->address) {
                apart = false;
                say("       entries %s and %s share a page\n", entry->name, other->name);
            }
        }
        for (uint32_t at = entry->address + entry->length; at < page_end; at++)
            ends_zero &= *memory_at(at) == 0;
    }
    check(inside, "memory-map: all entries but segments lie between the kernel's end and "
                  "topOfKernelData");
    check(pages, "memory-map: they begin on pages");
    check(apart, "memory-map: each owns its pages alone");
    check(ends_zero, "memory-map: the rest of their last pages is zero");
}

static void check_header_copy(void)
{
    const struct map_entry *entry = map_entry_find("Kernel-__HEADER");
    check(entry != NULL && entry->length == kernel_header_size() &&
              memcmp(memory_at(entry->address), kernel_header(), entry->length) == 0,
          "memory-map: Kernel-__HEADER is a copy of our Mach-O header");
}

static void check_symbol_copy(void)
{
    const struct map_entry *entry = map_entry_find("Kernel-__SYMTAB");
    struct kernel_symbols own;
    if (!kernel_symbols(&own) || entry == NULL) {
        failed("memory-map: Kernel-__SYMTAB is here");
        return;
    }
    const uint8_t *copy = memory_at(entry->address);
    uint32_t symbols = get_be32(copy + 8), strings = get_be32(copy + 16);
    uint32_t symbols_size = 12 * own.count;
    bool fields = entry->length == 24 + symbols_size + own.string_size && get_be32(copy) == 0 &&
                  get_be32(copy + 4) == 0 && get_be32(copy + 12) == own.count &&
                  get_be32(copy + 20) == own.string_size && symbols == entry->address + 24 &&
                  strings == symbols + symbols_size;
    if (check(fields, "memory-map: Kernel-__SYMTAB has LC_SYMTAB's words with absolute addresses"))
        check(memcmp(memory_at(symbols), own.symbols, symbols_size) == 0 &&
                  memcmp(memory_at(strings), own.strings, own.string_size) == 0,
              "memory-map: its %u symbols and their names are ours", own.count);
}

static void check_name(const struct map_entry *entry, const char *prefix)
{
    const char *digits = entry->name + strlen(prefix);
    check(read_number(&digits, 16) == entry->address && *digits == '\0',
          "memory-map: %s says its address", entry->name);
}

/* XNU compares the prefix only and takes address and length from the value. */
static void check_extensions(void)
{
    const struct driver_reader driver_reader = {get_be32, 16, CPU_TYPE_PPC};
    struct mkext_reader reader = this_kernel();
    for (uint32_t i = 0; i < entry_count; i++) {
        const struct map_entry *entry = &entries[i];
        if (!in_memory(entry->address, entry->length))
            continue;
        if (has_prefix(entry->name, "DriversPackage-")) {
            check_name(entry, "DriversPackage-");
            check_mkext(&reader, entry->name, memory_at(entry->address), entry->length);
        } else if (has_prefix(entry->name, "Driver-")) {
            check_name(entry, "Driver-");
            check_driver_entry(&driver_reader, entry);
        }
    }
}

void check_memory_map(void)
{
    tree_node map = tree_lookup("/chosen/memory-map");
    if (!check(map != TREE_NONE, "/chosen/memory-map is found by names"))
        return;
    map_entries_read(map, get_be32);
    check_segment_entries();
    check_places();
    check_header_copy();
    check_symbol_copy();
    const struct map_entry *entry = map_entry_find("BootArgs");
    check(entry != NULL && entry->address == entry_state.r3 && entry->length == BOOT_ARGS_SIZE,
          "memory-map: BootArgs is what r3 pointed to, 508 bytes");
    entry = map_entry_find("DeviceTree");
    check(entry != NULL && entry->address == boot_args.tree &&
              entry->length == boot_args.tree_length,
          "memory-map: DeviceTree is the tree of boot_args");
    entry = map_entry_find("BootCLUT");
    if (entry != NULL)
        check(entry->length >= 768, "memory-map: BootCLUT has 768 bytes or more");
    check(map_entry_find("TapRoot") == NULL, "memory-map: no TapRoot");
    check_extensions();
}
