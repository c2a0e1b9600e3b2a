/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_map.h"

#include "../common/driver_entry.h"
#include "../common/extensions.h"
#include "../common/map_entries.h"
#include "../common/mkext.h"
#include "../common/report.h"
#include "../common/strings.h"
#include "../common/tree.h"
#include "../common/words.h"
#include "boot_args.h"
#include "demo.h"
#include "efi_map.h"
#include "kernel_image.h"
#include "lib/bytes.h"
#include "release.h"
#include "tools/common/crc32.h"

#define PAGE        4096u
#define UNPACK_GAP  (1u << 20) /* files of archives go this far above all that we were given */
#define UNPACK_ROOM (4u << 20)

/* The kernel frees whole pages of each, so none may share one. */
static void check_places(void)
{
    bool inside = true, pages = true, apart = true;
    for (uint32_t i = 0; i < entry_count; i++) {
        struct map_entry *entry = &entries[i];
        say("       entry %s: 0x%x bytes at 0x%x\n", entry->name, entry->length, entry->address);
        entry->noted = entry->length != 0 && in_kernel_range(entry->address, entry->length) &&
                       entry->address >= kernel_end();
        inside &= entry->noted;
        pages &= entry->address % PAGE == 0;
        uint64_t end = round_up((uint64_t)entry->address + entry->length, PAGE);
        for (uint32_t j = 0; j < i; j++) {
            const struct map_entry *other = &entries[j];
            uint64_t other_end = round_up((uint64_t)other->address + other->length, PAGE);
            if (other->address < end && other_end > entry->address) {
                apart = false;
                say("       entries %s and %s share a page\n", entry->name, other->name);
            }
        }
    }
    check(inside, "memory-map: all entries lie between our end and kaddr + ksize");
    check(pages, "memory-map: they begin on pages");
    check(apart, "memory-map: each owns its pages alone");
}

static void check_own_entries(void)
{
    const struct map_entry *entry = map_entry_find("DeviceTree");
    check(entry != NULL && entry->address == boot_args.tree &&
              entry->length == boot_args.tree_length,
          "memory-map: DeviceTree is the tree of boot_args");
    entry = map_entry_find("BootArgs");
    if (entry != NULL)
        check(entry->address == boot_args.address && entry->length >= boot_args.size,
              "memory-map: BootArgs is what EAX pointed to");
    check(map_entry_find("TapRoot") == NULL, "memory-map: no TapRoot");
}

/* --- Kernel extensions ---------------------------------------------------------------------- */

static struct mkext_reader this_kernel(void)
{
    uint64_t room = round_up((uint64_t)boot_args.kaddr + boot_args.ksize, PAGE) + UNPACK_GAP;
    bool usable = efi_all(room, UNPACK_ROOM, efi_is_usable);
    return (struct mkext_reader){
        .cpu_type = KERNEL_CPU,
        .takes_version_2 = darwin_major >= 10,
        .room = memory_at((uint32_t)room),
        .room_length = usable ? UNPACK_ROOM : 0,
    };
}

/* Both names are a prefix and the address; XNU compares the prefix alone. */
static void check_name(const struct map_entry *entry, const char *prefix)
{
    const char *digits = entry->name + strlen(prefix);
    check(read_number(&digits, 16) == entry->address && *digits == '\0',
          "memory-map: %s says its address", entry->name);
}

static void check_extensions(void)
{
    struct mkext_reader reader = this_kernel();
    const struct driver_reader driver_reader = {
        .get32 = get_le32,
        .header = darwin_major >= 10 ? 24 : 16,
        .cpu_type = KERNEL_CPU,
    };
    uint32_t packages = 0, drivers = 0;
    for (uint32_t i = 0; i < entry_count; i++) {
        const struct map_entry *entry = &entries[i];
        if (!entry->noted)
            continue;
        if (has_prefix(entry->name, "DriversPackage-")) {
            packages++;
            check_name(entry, "DriversPackage-");
            check_mkext(&reader, entry->name, memory_at(entry->address), entry->length);
        } else if (has_prefix(entry->name, "Driver-")) {
            drivers++;
            check_name(entry, "Driver-");
            check_driver_entry(&driver_reader, entry);
        }
    }
    if (boot_argument("expect-driver"))
        check(packages + drivers != 0, "there is a driver: %u archive(s), %u kext(s)", packages,
              drivers);
    uint32_t expected = boot_number("expect-packages=", packages);
    check(packages == expected, "%u archive(s), %u expected", packages, expected);
    expected = boot_number("expect-kexts=", drivers);
    check(drivers == expected, "%u kext(s), %u expected", drivers, expected);
    check_extensions_expected(boot_args.command_line);
}

/* --- The RAM disk (ours is made by tools/make-image) ------------------------------------------ */

static void check_ram_disk(void)
{
    static const char mark[] = "SawbootRAMDisk";
    const struct map_entry *entry = map_entry_find("RAMDisk");
    if (entry == NULL || !entry->noted) {
        bool expected = boot_argument("expect-ramdisk");
        check(!expected, "no RAM disk, %s expected", expected ? "one is" : "none is");
        return;
    }
    const uint8_t *bytes = memory_at(entry->address);
    bool marked = entry->length >= 32 && memcmp(bytes, mark, sizeof(mark)) == 0;
    if (!marked) {
        say("       RAMDisk: CRC-32 %08x, nothing to compare it with\n",
            crc32(bytes, entry->length));
        check(!boot_argument("expect-ramdisk"), "RAMDisk: a foreign one of %u bytes",
              entry->length);
        return;
    }
    uint32_t length = get_le32(bytes + 16);
    if (check(length >= 32 && length <= entry->length && entry->length - length < PAGE,
              "RAMDisk: %u bytes, as it says itself", length))
        check(crc32(bytes + 24, length - 24) == get_le32(bytes + 20),
              "RAMDisk: all of it arrived, CRC-32 %08x", get_le32(bytes + 20));
}

void check_memory_map(void)
{
    tree_node map = tree_lookup("/chosen/memory-map");
    if (!check(map != TREE_NONE, "/chosen/memory-map is found by names"))
        return;
    map_entries_read(map, get_le32);
    check_places();
    check_own_entries();
    check_extensions();
    check_ram_disk();
}
