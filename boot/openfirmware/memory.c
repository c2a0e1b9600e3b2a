/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: banks from the /memory node, claims through the client interface.
 *
 * Everything that is claimed here has equal virtual and physical addresses: the `claim` service is
 * tried with an explicit address and the result is checked with the MMU's `translate` where that
 * answers. A firmware whose service gives other physical memory is served through the `claim` and
 * `map` methods of /chosen's memory and mmu instances instead.
 *
 * OpenBIOS never reuses released memory, so released pages stay ours and are used for later claims.
 */
#include <string.h>

#include "boot/heap.h"
#include "boot/openfirmware/openfirmware.h"
#include "console/console.h"
#include "lib/bytes.h"

#define BANKS_MAXIMUM  32
#define RANGES_MAXIMUM 256
/* Device space starts here on every Power Mac; RAM above it is not used by the loader. */
#define CLAIM_LIMIT 0x80000000u
/* Vectors, and what firmware keeps beside them (OpenBIOS: 0x0000-0x3FFF). */
#define CLAIM_FLOOR 0x4000u
/* How many places in a free region are tried before giving up on it. */
#define CLAIM_TRIES 128

/* WIMGxPP bits of the PowerPC binding's `map` method: M + read/write, and I + G + read/write. */
#define MODE_MEMORY    0x12
#define MODE_REGISTERS 0x2A

/* Ranges ascending by base, never touching each other. */
struct range {
    uint32_t base, length;
};
struct range_set {
    size_t count;
    struct range ranges[RANGES_MAXIMUM];
};

static struct range_set owned; /* claimed from the firmware */
static struct range_set spare; /* the part of `owned` that nobody uses now */
/* The part of `owned` that was taken for a program whose launch may still fail. */
static struct range_set program;

static struct memory_region banks[BANKS_MAXIMUM];
static size_t bank_count;
static of_cell memory_node, memory_instance, mmu_instance;
static unsigned address_cells = 1, size_cells = 1;
static bool use_methods; /* the claim service does not give equal addresses: see firmware_claim */

/* --- Sets of ranges ----------------------------------------------------------------------- */

static uint32_t range_end(const struct range *range)
{
    return range->base + range->length; /* below CLAIM_LIMIT: never wraps */
}

/* Adds a range that shares nothing with the set. False when the set is full. */
static bool set_add(struct range_set *set, uint32_t base, uint32_t length)
{
    if (length == 0)
        return true;
    size_t at = 0;
    while (at < set->count && set->ranges[at].base < base)
        at++;
    bool joins_before = at > 0 && range_end(&set->ranges[at - 1]) == base;
    bool joins_after = at < set->count && set->ranges[at].base == base + length;
    if (joins_before) {
        set->ranges[at - 1].length += length;
        if (joins_after) {
            set->ranges[at - 1].length += set->ranges[at].length;
            memmove(&set->ranges[at], &set->ranges[at + 1],
                    (set->count - at - 1) * sizeof set->ranges[0]);
            set->count--;
        }
        return true;
    }
    if (joins_after) {
        set->ranges[at].base = base;
        set->ranges[at].length += length;
        return true;
    }
    if (set->count == RANGES_MAXIMUM)
        return false;
    memmove(&set->ranges[at + 1], &set->ranges[at], (set->count - at) * sizeof set->ranges[0]);
    set->ranges[at] = (struct range){base, length};
    set->count++;
    return true;
}

/* Takes [base, base + length), all of which is in one range of the set, out of it. */
static bool set_remove(struct range_set *set, uint32_t base, uint32_t length)
{
    for (size_t i = 0; i < set->count; i++) {
        struct range *range = &set->ranges[i];
        if (base < range->base || !bytes_within(range->length, base - range->base, length))
            continue;
        uint32_t tail_base = base + length, tail_length = range_end(range) - tail_base;
        range->length = base - range->base;
        if (range->length == 0) {
            memmove(range, range + 1, (set->count - i - 1) * sizeof *range);
            set->count--;
        }
        return set_add(set, tail_base, tail_length);
    }
    return false;
}

/*
 * The first part of [base, end) that is in the set (inside true) or is not (inside false). Returns
 * false if there is none.
 */
static bool set_first_part(const struct range_set *set, uint32_t base, uint32_t end, bool inside,
                           struct range *part)
{
    uint32_t at = base;
    for (size_t i = 0; i < set->count && at < end; i++) {
        const struct range *range = &set->ranges[i];
        if (range_end(range) <= at)
            continue;
        if (range->base >= end)
            break;
        if (range->base > at && !inside) {
            *part = (struct range){at, range->base - at};
            return true;
        }
        if (inside) {
            uint32_t from = range->base > at ? range->base : at;
            uint32_t to = range_end(range) < end ? range_end(range) : end;
            *part = (struct range){from, to - from};
            return true;
        }
        at = range_end(range);
    }
    if (inside || at >= end)
        return false;
    *part = (struct range){at, end - at};
    return true;
}

/* --- The firmware's memory and MMU nodes -------------------------------------------------- */

unsigned memory_address_cells(void)
{
    return address_cells;
}

static uint64_t read_cells(const uint8_t *at, unsigned cells)
{
    return cells == 2 ? get_be64(at) : get_be32(at);
}

/*
 * Reads a property of (address, size) pairs of the memory node. Empty and wrapping pairs are left
 * out.
 */
static size_t read_regions(const char *property, struct memory_region *regions, size_t maximum)
{
    uint8_t value[1024];
    int32_t length = of_property(memory_node, property, value, sizeof value);
    size_t entry = 4 * (address_cells + size_cells), count = 0;
    if (length < 0)
        return 0;
    for (size_t at = 0; bytes_within((uint64_t)length, at, entry) && count < maximum; at += entry) {
        uint64_t base = read_cells(value + at, address_cells);
        uint64_t size = read_cells(value + at + 4 * address_cells, size_cells);
        if (size == 0 || base + size < base)
            continue;
        regions[count++] = (struct memory_region){base, size};
    }
    return count;
}

static size_t sort_and_merge(struct memory_region *regions, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && regions[j].base < regions[j - 1].base; j--) {
            struct memory_region other = regions[j];
            regions[j] = regions[j - 1];
            regions[j - 1] = other;
        }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct memory_region *last = kept > 0 ? &regions[kept - 1] : NULL;
        uint64_t end = regions[i].base + regions[i].length;
        if (last != NULL && regions[i].base <= last->base + last->length) {
            if (end > last->base + last->length)
                last->length = end - last->base;
        } else {
            regions[kept++] = regions[i];
        }
    }
    return kept;
}

/* Appends a physical address to method arguments: the high cell is nearer the stack's top. */
static unsigned put_physical(of_cell *cells, unsigned at, uint32_t physical)
{
    if (address_cells == 2)
        cells[at++] = 0;
    cells[at++] = physical;
    return at;
}

bool memory_translate(uint32_t virtual_address, uint64_t *physical)
{
    if (!of_exists(mmu_instance))
        return false;
    /* translate ( virt -- false | phys.lo ... phys.hi mode true ), the top of the stack first. */
    of_cell argument = virtual_address;
    of_cell results[4] = {0, 0, 0, 0};
    if (!of_call_method(mmu_instance, "translate", &argument, 1, results, 2 + address_cells) ||
        results[0] == 0)
        return false;
    *physical = address_cells == 2 ? (uint64_t)results[2] << 32 | results[3] : results[2];
    return true;
}

static bool mmu_map(uint32_t physical, uint32_t virtual_address, uint32_t length, uint32_t mode)
{
    /* map ( phys.lo ... phys.hi virt size mode -- ) */
    of_cell arguments[5] = {mode, length, virtual_address};
    unsigned count = put_physical(arguments, 3, physical);
    return of_exists(mmu_instance) &&
           of_call_method(mmu_instance, "map", arguments, count, NULL, 0);
}

/* Takes virtual addresses: exactly `address` with alignment 0, else anywhere. */
static of_cell mmu_claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    /* claim ( [ virt ] size align -- base ): without the address when aligned */
    of_cell arguments[3] = {alignment, length, address};
    of_cell result = OF_NONE;
    if (!of_exists(mmu_instance) ||
        !of_call_method(mmu_instance, "claim", arguments, alignment == 0 ? 3 : 2, &result, 1))
        return OF_NONE;
    return result;
}

/* True if what the claim service gave lies at the same physical address, as far as can be known. */
static bool is_identity(uint32_t base, uint32_t length)
{
    uint64_t first, last;
    uint32_t last_page = base + length - OF_PAGE;
    return (!memory_translate(base, &first) || first == base) &&
           (!memory_translate(last_page, &last) || last == last_page);
}

/* Takes exactly these physical pages and maps them at the same virtual address. */
static bool claim_by_methods(uint32_t base, uint32_t length)
{
    /* memory claim ( [ phys.lo ... phys.hi ] size align -- base.lo ... base.hi ) */
    of_cell arguments[4] = {0, length};
    of_cell results[2] = {OF_NONE, OF_NONE};
    unsigned count = put_physical(arguments, 2, base);
    if (!of_exists(memory_instance) ||
        !of_call_method(memory_instance, "claim", arguments, count, results, address_cells) ||
        results[address_cells - 1] != base)
        return false;
    if (mmu_claim(base, length, 0) == base) {
        if (mmu_map(base, base, length, MODE_MEMORY))
            return true;
        of_cell virtual_range[2] = {length, base};
        of_call_method(mmu_instance, "release", virtual_range, 2, NULL, 0);
    }
    of_cell physical_range[3] = {length};
    count = put_physical(physical_range, 1, base);
    of_call_method(memory_instance, "release", physical_range, count, NULL, 0);
    return false;
}

/* Takes exactly [base, base + length) (whole pages) from the firmware and notes it as owned. */
static bool firmware_claim(uint32_t base, uint32_t length)
{
    if (owned.count == RANGES_MAXIMUM)
        return false;
    if (!use_methods) {
        of_cell got = of_claim(base, length, 0);
        if (got == base && is_identity(base, length))
            return set_add(&owned, base, length);
        if (got == OF_NONE)
            return false;
        of_release(got, length);
        if (got != base)
            return false;
        print_verbose("memory: firmware's claim gives other physical memory; using its methods\n");
        use_methods = true;
    }
    return claim_by_methods(base, length) && set_add(&owned, base, length);
}

/* --- The platform seam -------------------------------------------------------------------- */

size_t platform_memory_banks(struct memory_region *out, size_t maximum)
{
    size_t count = bank_count < maximum ? bank_count : maximum;
    memcpy(out, banks, count * sizeof banks[0]);
    return count;
}

static bool overlaps_image(uint32_t base, uint32_t length)
{
    uint32_t start = (uint32_t)(uintptr_t)image_start, end = (uint32_t)(uintptr_t)image_end;
    return ranges_overlap(base, length, start & ~(OF_PAGE - 1),
                          round_up(end, OF_PAGE) - (start & ~(OF_PAGE - 1)));
}

/* What the firmware says is free now, clipped to what we use; all RAM if it does not say. */
static size_t free_regions(struct memory_region *regions, size_t maximum)
{
    size_t count = read_regions("available", regions, maximum);
    if (count == 0) {
        count = bank_count < maximum ? bank_count : maximum;
        memcpy(regions, banks, count * sizeof regions[0]);
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t end = regions[i].base + regions[i].length;
        uint64_t base = regions[i].base < CLAIM_FLOOR ? CLAIM_FLOOR : regions[i].base;
        base = round_up(base, OF_PAGE);
        end = (end > CLAIM_LIMIT ? CLAIM_LIMIT : end) & ~(uint64_t)(OF_PAGE - 1);
        if (base < end)
            regions[kept++] = (struct memory_region){base, end - base};
    }
    return sort_and_merge(regions, kept);
}

#define USABLE_MAXIMUM (64 + RANGES_MAXIMUM)

/*
 * Where something could be claimed: what the firmware has, and what we hold and do not use, as one
 * region where the two touch. After a failed attempt most of the memory may be ours.
 */
static size_t usable_regions(struct memory_region regions[USABLE_MAXIMUM])
{
    size_t count = free_regions(regions, USABLE_MAXIMUM - RANGES_MAXIMUM);
    for (size_t i = 0; i < spare.count; i++)
        regions[count++] = (struct memory_region){spare.ranges[i].base, spare.ranges[i].length};
    return sort_and_merge(regions, count);
}

/* The highest aligned place for `length` bytes in [base, end); 0 if there is none. */
static uint32_t highest_place(uint32_t base, uint32_t end, uint32_t length, uint32_t alignment)
{
    if (end - base < length)
        return 0;
    uint32_t place = (end - length) & ~(alignment - 1);
    return place >= base ? place : 0;
}

void *platform_claim(size_t length, size_t alignment)
{
    if (length == 0 || length >= CLAIM_LIMIT || alignment >= CLAIM_LIMIT)
        return NULL;
    uint32_t size = (uint32_t)round_up(length, OF_PAGE);
    uint32_t align = alignment < OF_PAGE ? OF_PAGE : (uint32_t)alignment;

    for (size_t i = spare.count; i-- > 0;) {
        uint32_t base = spare.ranges[i].base;
        uint32_t place = highest_place(base, range_end(&spare.ranges[i]), size, align);
        if (place != 0 && set_remove(&spare, place, size))
            return (void *)(uintptr_t)place;
    }

    static struct memory_region regions[USABLE_MAXIMUM];
    size_t count = usable_regions(regions);
    for (size_t i = count; i-- > 0;) {
        uint32_t base = (uint32_t)regions[i].base;
        uint32_t end = (uint32_t)(regions[i].base + regions[i].length);
        /* Firmware may hold more than it says: go down in steps that cover the region. */
        uint32_t step = (uint32_t)round_up((end - base) / CLAIM_TRIES + 1, align);
        for (unsigned tries = 0; tries <= CLAIM_TRIES; tries++) {
            uint32_t place = highest_place(base, end, size, align);
            if (place == 0)
                break;
            if (platform_claim_at(place, size))
                return (void *)(uintptr_t)place;
            if (place - base < step)
                break;
            end = place + size - step;
        }
    }
    return NULL;
}

/*
 * Takes what of [base, end) is not owned yet, and adds it to `note` (NULL: nowhere). On failure
 * gives back what was taken.
 */
static bool claim_missing(uint32_t base, uint32_t end, struct range_set *note)
{
    struct range part, taken[16];
    size_t count = 0;
    while (set_first_part(&owned, base, end, false, &part)) {
        if (count < sizeof taken / sizeof taken[0] && firmware_claim(part.base, part.length)) {
            taken[count++] = part;
            continue;
        }
        while (count-- > 0)
            set_add(&spare, taken[count].base, taken[count].length);
        return false;
    }
    while (note != NULL && count-- > 0)
        set_add(note, taken[count].base, taken[count].length);
    return true;
}

bool platform_claim_at(physical_address base, size_t length)
{
    uint64_t start = base & ~(uint64_t)(OF_PAGE - 1), end = round_up(base + length, OF_PAGE);
    if (length == 0 || base >= CLAIM_LIMIT || end > CLAIM_LIMIT || end <= start ||
        overlaps_image((uint32_t)start, (uint32_t)(end - start)))
        return false;

    /* What we own has to be spare. */
    struct range part;
    for (uint32_t at = (uint32_t)start; set_first_part(&owned, at, (uint32_t)end, true, &part);
         at = range_end(&part)) {
        struct range unused;
        if (set_first_part(&spare, part.base, range_end(&part), false, &unused))
            return false;
    }
    if (!claim_missing((uint32_t)start, (uint32_t)end, NULL))
        return false;
    while (set_first_part(&spare, (uint32_t)start, (uint32_t)end, true, &part))
        if (!set_remove(&spare, part.base, part.length))
            return false;
    return true;
}

void platform_release(void *memory, size_t length)
{
    uint32_t base = (uint32_t)(uintptr_t)memory;
    uint32_t end = (uint32_t)round_up((uint64_t)base + length, OF_PAGE);
    if (memory == NULL || length == 0)
        return;
    /* A page of which only a part is given back is still in use. */
    base = (uint32_t)round_up(base, OF_PAGE);
    if (base < end && !set_add(&spare, base, end - base))
        print_verbose("memory: too many pieces, %08x-%08x is lost\n", (unsigned)base,
                      (unsigned)end);
}

size_t platform_largest_free(void)
{
    uint32_t largest = 0;
    static struct memory_region regions[USABLE_MAXIMUM];
    size_t count = usable_regions(regions);
    uint64_t image_base = (uint32_t)(uintptr_t)image_start & ~(OF_PAGE - 1);
    uint64_t image_limit = round_up((uint32_t)(uintptr_t)image_end, OF_PAGE);
    for (size_t i = 0; i < count; i++) {
        /* The image is at most one hole: measure what is below and above it. */
        uint64_t base = regions[i].base, end = base + regions[i].length;
        uint64_t below = image_base > base ? (image_base < end ? image_base : end) - base : 0;
        uint64_t above = image_limit < end ? end - (image_limit > base ? image_limit : base) : 0;
        if (below > largest)
            largest = (uint32_t)below;
        if (above > largest)
            largest = (uint32_t)above;
    }
    return largest;
}

physical_address platform_physical(const void *memory)
{
    uint32_t address = (uint32_t)(uintptr_t)memory;
    uint64_t physical;
    struct range part;
    /* Claimed memory is known to be equal; the rest is asked for. */
    if (set_first_part(&owned, address, address + 1, true, &part) ||
        !memory_translate(address, &physical))
        return address;
    return physical;
}

void *platform_virtual(physical_address physical)
{
    return physical <= 0xFFFFFFFFu ? (void *)(uintptr_t)physical : NULL;
}

/* --- For the other files of the platform -------------------------------------------------- */

volatile uint8_t *memory_map_registers(uint32_t physical, uint32_t length)
{
    uint32_t offset = physical & (OF_PAGE - 1), base = physical - offset;
    uint64_t end = round_up((uint64_t)physical + length, OF_PAGE);
    uint32_t size = (uint32_t)(end - base);
    uint64_t first = 0, last = 0;
    bool mapped = memory_translate(base, &first);
    if (mapped && memory_translate(base + size - OF_PAGE, &last) && first == base &&
        last == base + size - OF_PAGE)
        return (volatile uint8_t *)(uintptr_t)physical;
    if (!of_exists(mmu_instance)) /* translation is off, or there is nobody to ask */
        return (volatile uint8_t *)(uintptr_t)physical;

    /* The same address where it is free; otherwise wherever there is room. */
    uint32_t place = base;
    if (mapped) {
        place = mmu_claim(0, size, OF_PAGE);
        if (place == OF_NONE)
            return NULL;
    } else {
        mmu_claim(base, size, 0); /* fails where firmware keeps no account of device space */
    }
    return mmu_map(base, place, size, MODE_REGISTERS)
               ? (volatile uint8_t *)(uintptr_t)(place + offset)
               : NULL;
}

bool memory_take_for_program(uint32_t base, uint32_t length)
{
    uint64_t end = round_up((uint64_t)base + length, OF_PAGE);
    uint32_t start = base & ~(OF_PAGE - 1);
    uint32_t own_start = (uint32_t)(uintptr_t)image_start & ~(OF_PAGE - 1);
    uint32_t own_end = (uint32_t)round_up((uint32_t)(uintptr_t)image_end, OF_PAGE);
    if (length == 0)
        return true;
    if (start < CLAIM_FLOOR || end > CLAIM_LIMIT)
        return false;
    /* Below, and above, the image, which is the loader's whether or not it could be claimed. */
    uint32_t limit = (uint32_t)end;
    uint32_t low_end = limit < own_start ? limit : own_start;
    uint32_t high_start = start > own_end ? start : own_end;
    return (start >= low_end || claim_missing(start, low_end, &program)) &&
           (high_start >= limit || claim_missing(high_start, limit, &program));
}

void memory_forget_program(void)
{
    for (size_t i = 0; i < program.count; i++)
        platform_release((void *)(uintptr_t)program.ranges[i].base, program.ranges[i].length);
    program.count = 0;
}

void memory_return_to_firmware(const struct memory_keep *keep, size_t count)
{
    for (size_t i = 0; i < spare.count; i++) {
        const struct range *range = &spare.ranges[i];
        bool needed = false;
        for (size_t k = 0; k < count; k++) {
            uint32_t start = keep[k].base & ~(OF_PAGE - 1);
            uint64_t end = round_up((uint64_t)keep[k].base + keep[k].length, OF_PAGE);
            needed = needed || ranges_overlap(range->base, range->length, start, end - start);
        }
        /* What came through the methods was mapped by us: it stays with us. */
        if (!needed && !use_methods)
            of_release(range->base, range->length);
    }
    spare.count = 0;
}

void memory_return_all(void)
{
    for (size_t i = 0; i < owned.count && !use_methods; i++)
        of_release(owned.ranges[i].base, owned.ranges[i].length);
    owned.count = spare.count = 0;
}

/* --- Start-up ----------------------------------------------------------------------------- */

static void find_memory_nodes(void)
{
    of_cell root = of_peer(0), chosen = of_find("/chosen");
    address_cells = of_property_number(root, "#address-cells", 1) == 2 ? 2 : 1;
    size_cells = of_property_number(root, "#size-cells", 1) == 2 ? 2 : 1;
    memory_instance = of_property_number(chosen, "memory", 0);
    mmu_instance = of_property_number(chosen, "mmu", 0);
    memory_node = of_find("/memory");
    if (memory_node == 0)
        memory_node = of_find("/memory@0");
    if (memory_node == 0 && of_exists(memory_instance))
        memory_node = of_instance_node(memory_instance);
}

static error_t make_heap(void)
{
    uint64_t total = 0;
    for (size_t i = 0; i < bank_count; i++)
        total += banks[i].length;
    return heap_make(total);
}

error_t memory_initialise(void)
{
    find_memory_nodes();
    bank_count = sort_and_merge(banks, read_regions("reg", banks, BANKS_MAXIMUM));
    if (bank_count == 0)
        return fail(ERROR_LAUNCH_FIRMWARE, "reading the property reg of /memory");

    /*
     * Firmware has claimed the image already if it read the ELF or XCOFF headers; if it did not
     * (QEMU's -kernel), nobody has. Failure of this claim means the former.
     */
    uint32_t start = (uint32_t)(uintptr_t)image_start & ~(OF_PAGE - 1);
    uint32_t end = (uint32_t)round_up((uint32_t)(uintptr_t)image_end, OF_PAGE);
    if (of_claim(start, end - start, 0) != start) {
        /* Firmware knows the file's part only, perhaps: the BSS page by page, then. */
        for (uint32_t page = start; page < end; page += OF_PAGE)
            of_claim(page, OF_PAGE, 0);
    }
    return make_heap();
}
