/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_map.h"

#include "../common-x86/clock.h"
#include "../common/report.h"
#include "boot_args.h"
#include "demo.h"
#include "kernel_image.h"
#include "lib/bytes.h"
#include "window.h"

#define PAGE              4096u
#define MEGABYTE          (1ull << 20)
#define FOUR_GIGABYTES    (1ull << 32)
#define ATTRIBUTE_RUNTIME (1ull << 63)
#define TYPE_LOADER_CODE  1u
#define TYPE_BOOT_DATA    4u
#define TYPE_RUNTIME_CODE 5u
#define TYPE_RUNTIME_DATA 6u
#define TYPE_CONVENTIONAL 7u
#define TYPE_RECLAIM      9u
#define TYPE_NVS          10u
#define TYPE_PAL          13u
#define TYPES             15u /* UEFI 2: 0 to 14 */
#define LEGACY_FIRST      0xA0000u
#define LEGACY_LENGTH     0x60000u
#define MEMORY_TOLERANCE  (2 * MEGABYTE) /* below 1 MB and what firmware keeps */

bool efi_region(uint32_t index, struct efi_region *region)
{
    uint32_t stride = boot_args.descriptor_size;
    if (stride < 40 || index >= boot_args.map_size / stride)
        return false;
    const uint8_t *bytes = memory_at(boot_args.map + stride * index);
    region->type = get_le32(bytes);
    region->first = get_le64(bytes + 8);
    region->virtual = get_le64(bytes + 16);
    region->length = get_le64(bytes + 24) << 12;
    region->attribute = get_le64(bytes + 32);
    return true;
}

/* --- Kinds of memory (xnu: i386_vm_init) ---------------------------------------------------- */

bool efi_is_usable(const struct efi_region *region)
{
    return ((region->type >= TYPE_LOADER_CODE && region->type <= TYPE_BOOT_DATA) ||
            region->type == TYPE_CONVENTIONAL) &&
           (region->attribute & ATTRIBUTE_RUNTIME) == 0;
}

static bool is_runtime(const struct efi_region *region)
{
    return (region->attribute & ATTRIBUTE_RUNTIME) != 0;
}

static bool is_installed(const struct efi_region *region)
{
    return efi_is_usable(region) || region->type == TYPE_RUNTIME_CODE ||
           region->type == TYPE_RUNTIME_DATA || region->type == TYPE_RECLAIM ||
           region->type == TYPE_NVS || region->type == TYPE_PAL;
}

static bool is_memory_for_loaders(const struct efi_region *region)
{
    return efi_is_usable(region) || region->type == TYPE_RUNTIME_CODE ||
           region->type == TYPE_RUNTIME_DATA;
}

bool efi_all(uint64_t address, uint64_t length, bool (*passes)(const struct efi_region *region))
{
    struct efi_region region;
    uint64_t at = address, end = address + length;
    for (uint32_t i = 0; efi_region(i, &region) && at < end; i++) {
        if (passes(&region) && at >= region.first && at - region.first < region.length)
            at = region.first + region.length;
    }
    return at >= end;
}

uint64_t efi_installed(void)
{
    struct efi_region region;
    uint64_t sum = 0;
    for (uint32_t i = 0; efi_region(i, &region); i++)
        sum += is_installed(&region) ? region.length : 0;
    return sum;
}

bool efi_physical(uint64_t pointer, uint32_t *physical)
{
    struct efi_region region;
    for (uint32_t i = 0; efi_region(i, &region); i++) {
        /* 10.7 and later put the kernel's base in by themselves. */
        if (is_runtime(&region) && pointer >= (region.virtual | KERNEL_BASE) &&
            pointer - (region.virtual | KERNEL_BASE) < region.length) {
            *physical = (uint32_t)(region.first + (pointer - (region.virtual | KERNEL_BASE)));
            return true;
        }
    }
    if (pointer - KERNEL_BASE > UINT32_MAX) /* or below it */
        return false;
    *physical = (uint32_t)(pointer - KERNEL_BASE);
    return in_kernel_range(*physical, 1);
}

/* --- Verdicts --------------------------------------------------------------------------------- */

static bool overlaps(const struct efi_region *region, uint64_t first, uint64_t length)
{
    return ranges_overlap(region->first, region->length, first, length);
}

static void check_order(void)
{
    struct efi_region region;
    bool ascending = true, whole = true, known = true, mapped = true;
    uint64_t before = 0;
    uint32_t count = 0;
    for (; efi_region(count, &region); count++) {
        say("       %llx-%llx type %u%s\n", (unsigned long long)region.first,
            (unsigned long long)(region.first + region.length - 1), region.type,
            is_runtime(&region) ? ", runtime" : "");
        ascending &= region.first >= before && region.length != 0;
        before = region.first + region.length;
        whole &= region.first % PAGE == 0;
        known &= region.type < TYPES;
        mapped &= !is_runtime(&region) || region.virtual % PAGE == 0;
    }
    check(count != 0 && ascending, "the map's %u regions ascend and do not overlap", count);
    check(whole, "they begin on pages");
    check(known, "their types are EFI's");
    check(mapped, "regions for the runtime have virtual pages");
}

static void check_sizes(void)
{
    uint32_t expected = boot_number("expect-mb=", 0);
    uint64_t installed = efi_installed(), wanted = expected * MEGABYTE;
    uint32_t megabytes = (uint32_t)(installed >> 20);
    if (expected != 0)
        check(installed <= wanted && installed + MEMORY_TOLERANCE >= wanted,
              "%u MB of RAM are in the map, the machine has %u", megabytes, expected);
    else
        check(megabytes >= 16, "%u MB of RAM are in the map", megabytes);

    struct efi_region region;
    uint64_t above = 0;
    bool legacy = false;
    for (uint32_t i = 0; efi_region(i, &region); i++) {
        above += efi_is_usable(&region) && region.first >= FOUR_GIGABYTES ? region.length : 0;
        legacy |= efi_is_usable(&region) && overlaps(&region, LEGACY_FIRST, LEGACY_LENGTH);
    }
    check(!legacy, "nothing between 640 KB and 1 MB is usable");
    /* A PC has a hole for devices below 4 GB: more than 3.5 GB do not fit under it. */
    if (expected > 3584)
        check(above != 0, "%u MB of them are above 4 GB", (uint32_t)(above >> 20));
}

static void check_own_range(void)
{
    check(efi_all(boot_args.kaddr, boot_args.ksize, is_memory_for_loaders),
          "[kaddr, kaddr + ksize) is RAM that no firmware uses");
    check(efi_all(kernel_first(), kernel_end() - kernel_first(), efi_is_usable),
          "our segments lie in usable RAM");
    /* XNU's page tables grow upward from there at once. */
    uint64_t end = round_up((uint64_t)boot_args.kaddr + boot_args.ksize, PAGE);
    check(efi_all(end, 4 * MEGABYTE, efi_is_usable), "4 MB above them are usable");
}

static bool keeps(uint64_t address)
{
    volatile uint32_t *word = window_to(address);
    if (word == NULL)
        return true; /* out of a 32-bit kernel's reach */
    uint32_t saved = *word;
    *word = 0xA5C3965Au;
    bool same = *word == 0xA5C3965Au;
    *word = ~0xA5C3965Au;
    same = same && *word == ~0xA5C3965Au;
    *word = saved;
    return same;
}

/* The edges of usable regions, but for our own range, which is in use. */
static void check_edges(void)
{
    struct efi_region region;
    uint32_t tried = 0;
    bool good = true;
    for (uint32_t i = 0; efi_region(i, &region); i++) {
        uint64_t last = region.first + region.length - 4;
        if (!efi_is_usable(&region))
            continue;
        tried++;
        bool first_keeps =
            in_kernel_range((uint32_t)region.first, 4) && region.first < FOUR_GIGABYTES
                ? true
                : keeps(region.first);
        bool last_keeps =
            in_kernel_range((uint32_t)last, 4) && last < FOUR_GIGABYTES ? true : keeps(last);
        if (!first_keeps || !last_keeps)
            say("       region at %llx is no RAM\n", (unsigned long long)region.first);
        good &= first_keeps && last_keeps;
    }
    check(good, "the first and last words of %u usable regions keep what is written", tried);
}

void check_efi_map(void)
{
    check_order();
    check_sizes();
    check_own_range();
    check_edges();
}

/* --- Silence ---------------------------------------------------------------------------------- */

#define WATCH_MILLISECONDS 300u
#define LOOK_MAXIMUM       (64ull << 20) /* at the most this much from each end of a region */

static uint32_t sum_of(uint64_t from, uint64_t to)
{
    uint32_t sum = 0;
    const uint32_t *end = (const uint32_t *)memory_at((uint32_t)to);
    for (const uint32_t *at = (const uint32_t *)memory_at((uint32_t)from); at < end; at += 4)
        sum = (sum << 1 | sum >> 31) + at[0] + (at[1] ^ 0x55555555) + 3 * at[2] + 5 * at[3];
    return sum;
}

/* All usable regions between us and 4 GB. */
static uint32_t memory_sum(uint32_t *megabytes)
{
    uint64_t floor = round_up((uint64_t)boot_args.kaddr + boot_args.ksize, PAGE);
    struct efi_region region;
    uint64_t looked = 0;
    uint32_t sum = 0;
    for (uint32_t i = 0; efi_region(i, &region); i++) {
        uint64_t from = region.first, end = region.first + region.length;
        if (from < floor)
            from = floor;
        if (!efi_is_usable(&region) || from >= end || end >= FOUR_GIGABYTES)
            continue;
        uint64_t low_end = end, high = end;
        if (end - from > 2 * LOOK_MAXIMUM) {
            low_end = from + LOOK_MAXIMUM;
            high = end - LOOK_MAXIMUM;
        }
        sum = sum * 31 + sum_of(from, low_end) * 7 + sum_of(high, end);
        looked += low_end - from + (end - high);
    }
    *megabytes = (uint32_t)(looked >> 20);
    return sum;
}

void check_free_memory(void)
{
    uint32_t megabytes;
    uint32_t before = memory_sum(&megabytes);
    wait_milliseconds(WATCH_MILLISECONDS);
    __asm__ volatile("" ::: "memory"); /* what the compiler knows of memory may have changed */
    check(memory_sum(&megabytes) == before && megabytes != 0,
          "nobody writes to %u MB of free memory while we watch", megabytes);
}
