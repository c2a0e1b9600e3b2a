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
#include "boot/memory_book.h"
#include "boot/openfirmware/move.h"
#include "boot/openfirmware/openfirmware.h"
#include "console/console.h"
#include "lib/bytes.h"

#define BANKS_MAXIMUM 32
/* As many pairs as a property of 1024 bytes has. */
#define REGIONS_MAXIMUM 128
/* Larger than any memory below device space. */
#define CLAIM_LIMIT 0x80000000u

/* WIMGxPP bits of the PowerPC binding's `map` method: M + read/write, and I + G + read/write. */
#define MODE_MEMORY    0x12
#define MODE_REGISTERS 0x2A

static struct memory_region banks[BANKS_MAXIMUM];
static size_t bank_count;
static of_cell memory_node, memory_instance, mmu_instance;
static unsigned address_cells = 1, size_cells = 1;
static bool program_waits; /* the loader is resident, and the program has not called yet */
static bool use_methods;   /* the claim service does not give equal addresses: see firmware_claim */

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

/* --- Pages -------------------------------------------------------------------------------- */

static uint32_t page_of(uint32_t address)
{
    return address >> BOOK_PAGE_BITS;
}

/* The first page that has nothing of the range. */
static uint32_t page_behind(uint32_t address, uint64_t length)
{
    return (uint32_t)((address + length + OF_PAGE - 1) >> BOOK_PAGE_BITS);
}

/* The image has its BSS and its stack with it. */
static uint32_t image_page(void)
{
    return page_of((uint32_t)(uintptr_t)image_start);
}

static uint32_t page_behind_image(void)
{
    return page_behind((uint32_t)(uintptr_t)image_end, 0);
}

/* --- What the book of memory asks of the firmware ------------------------------------------- */

static bool firmware_claim(uint32_t first, uint32_t end)
{
    uint32_t base = first << BOOK_PAGE_BITS, length = (end - first) << BOOK_PAGE_BITS;

    if (!use_methods) {
        of_cell got = of_claim(base, length, 0);
        if (got == base && is_identity(base, length))
            return true;
        if (got == OF_NONE)
            return false;
        of_release(got, length);
        if (got != base)
            return false;
        print_verbose("memory: firmware's claim gives other physical memory; using its methods\n");
        use_methods = true;
    }
    return claim_by_methods(base, length);
}

static void firmware_release(uint32_t first, uint32_t end)
{
    /* What came through the methods was mapped by us: it stays with us. */
    if (!use_methods)
        of_release(first << BOOK_PAGE_BITS, (end - first) << BOOK_PAGE_BITS);
}

/* Adds those pages that are in a region as a whole. */
static void add_regions(struct page_set *set, const struct memory_region *regions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t first = round_up(regions[i].base, OF_PAGE) >> BOOK_PAGE_BITS;
        uint64_t end = (regions[i].base + regions[i].length) >> BOOK_PAGE_BITS;
        if (end <= UINT32_MAX)
            page_set_add(set, (uint32_t)first, (uint32_t)end);
    }
}

static void add_installed(struct page_set *set)
{
    add_regions(set, banks, bank_count);
}

static void add_free(struct page_set *set)
{
    static struct memory_region regions[REGIONS_MAXIMUM];
    size_t count = read_regions("available", regions, REGIONS_MAXIMUM);
    add_regions(set, regions, count);
    if (count == 0)
        add_installed(set);
}

static const struct book_firmware book_firmware = {
    .claim = firmware_claim,
    .release = firmware_release,
    .client_claim = of_claim,
    .free = add_free,
    .installed = add_installed,
};

/* --- The platform seam -------------------------------------------------------------------- */

size_t platform_memory_banks(struct memory_region *out, size_t maximum)
{
    size_t count = bank_count < maximum ? bank_count : maximum;
    memcpy(out, banks, count * sizeof banks[0]);
    return count;
}

void *platform_claim(size_t length, size_t alignment)
{
    uint32_t first;
    if (length == 0 || length >= CLAIM_LIMIT || alignment >= CLAIM_LIMIT ||
        !book_claim(page_behind(0, length), page_behind(0, alignment), &first))
        return NULL;
    return (void *)(uintptr_t)(first << BOOK_PAGE_BITS);
}

bool platform_claim_at(physical_address base, size_t length)
{
    return base < CLAIM_LIMIT &&
           book_claim_at(page_of((uint32_t)base), page_behind((uint32_t)base, length));
}

void platform_release(void *memory, size_t length)
{
    uint32_t base = (uint32_t)(uintptr_t)memory;
    /* A page of which only a part is given back is still in use: the first, that is. */
    if (memory != NULL && !book_release(page_behind(base, 0), page_behind(base, length)))
        print_verbose("memory: too many pieces, %08x is lost\n", (unsigned)base);
}

void *platform_claim_heap(size_t length)
{
    void *memory = platform_claim(length, OF_PAGE);
    uint32_t base = (uint32_t)(uintptr_t)memory;

    if (memory != NULL)
        book_keep(page_of(base), page_behind(base, length));
    return memory;
}

void platform_release_heap(void *memory, size_t length)
{
    uint32_t base = (uint32_t)(uintptr_t)memory;

    book_keep_no_more(page_of(base), page_behind(base, length));
    platform_release(memory, length);
}

size_t platform_largest_free(void)
{
    return (size_t)book_longest() << BOOK_PAGE_BITS;
}

size_t platform_memory_claims(struct memory_region *claims, size_t maximum)
{
    const struct page_set *used = book_used();
    size_t count;

    for (count = 0; count < used->count && count < maximum; count++) {
        uint64_t first = used->ranges[count].first, end = used->ranges[count].end;
        claims[count] =
            (struct memory_region){first << BOOK_PAGE_BITS, (end - first) << BOOK_PAGE_BITS};
    }
    return count;
}

physical_address platform_physical(const void *memory)
{
    uint32_t address = (uint32_t)(uintptr_t)memory;
    uint64_t physical;
    /* Claimed memory is known to be equal; the rest is asked for. */
    if (book_owns(page_of(address)) || !memory_translate(address, &physical))
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
    return length == 0 || book_take_for_program(page_of(base), page_behind(base, length));
}

void memory_forget_program(void)
{
    program_waits = false;
    book_forget_program();
}

void memory_return_all(void)
{
    book_return(image_page(), page_behind_image());
}

void memory_adopt(uint32_t base, uint32_t length)
{
    book_adopt(page_of(base), page_behind(base, length));
}

void memory_abandon(void)
{
    book_close();
}

/* --- A client program's memory ------------------------------------------------------------ */

bool memory_enter_resident(uint32_t length)
{
    program_waits = book_enter_resident(page_behind(0, length));
    return program_waits;
}

/*
 * Before the first of the program's calls: what the launch was made with is unused from now on.
 * Not earlier, as a launch may fail.
 */
static void let_program_run(void)
{
    if (!program_waits)
        return;
    program_waits = false;
    heap_freeze();
    book_program_runs();
}

void *memory_keep(const void *bytes, size_t length)
{
    uint32_t first;
    if (!book_keep_highest(page_behind(0, (uint32_t)length), &first))
        return NULL;
    return memcpy((void *)(uintptr_t)(first << BOOK_PAGE_BITS), bytes, length);
}

void memory_keep_no_more(void *copy, size_t length)
{
    uint32_t base = (uint32_t)(uintptr_t)copy;
    if (copy == NULL)
        return;
    book_keep_no_more(page_of(base), page_behind(base, (uint32_t)length));
    platform_release(copy, length);
}

bool memory_is_resident(uint32_t address, uint32_t length)
{
    let_program_run();
    return book_is_kept(page_of(address), page_behind(address, length));
}

uint32_t memory_client_claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    let_program_run();
    return book_client_claim(address, length, alignment);
}

bool memory_client_release(uint32_t address, uint32_t length)
{
    let_program_run();
    return book_client_release(address, length);
}

uint32_t memory_client_room(uint32_t address)
{
    let_program_run();
    return book_client_room(address);
}

static uint8_t *put_cells(uint8_t *at, unsigned cells, uint32_t pages)
{
    put_be64(at, (uint64_t)pages << BOOK_PAGE_BITS);
    if (cells == 1)
        memmove(at, at + 4, 4);
    return at + 4 * cells;
}

int32_t memory_client_available(uint8_t *value, size_t size)
{
    size_t entry = 4 * (address_cells + size_cells), length = 0;
    const struct page_set *set;

    let_program_run();
    if (of_property_length(memory_node, "available") < 0)
        return -1;
    set = book_free();
    for (size_t i = 0; i < set->count; i++, length += entry) {
        uint8_t pair[16 + 4], *at = pair;
        at = put_cells(at, address_cells, set->ranges[i].first);
        put_cells(at, size_cells, set->ranges[i].end - set->ranges[i].first);
        if (bytes_within(size, length, entry))
            memcpy(value + length, pair, entry);
    }
    return (int32_t)length;
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

/*
 * Firmware has claimed the image already if it read the ELF or XCOFF headers; if it did not (QEMU's
 * -kernel), nobody has. Failure of the first claim means the former.
 */
static void claim_image(void)
{
    uint32_t base = (uint32_t)(uintptr_t)image_start;
    uint32_t length = (page_behind_image() - image_page()) << BOOK_PAGE_BITS;
    if (of_claim(base, length, 0) == base)
        return;
    /* Firmware knows the file's part only, perhaps: the BSS page by page, then. */
    for (uint32_t page = 0; page < length; page += OF_PAGE)
        of_claim(base + page, OF_PAGE, 0);
}

error_t memory_initialise(void)
{
    find_memory_nodes();
    bank_count = sort_and_merge(banks, read_regions("reg", banks, BANKS_MAXIMUM));
    if (bank_count == 0)
        return fail(ERROR_LAUNCH_FIRMWARE, "reading the property reg of /memory");

    book_open(&book_firmware);
    book_keep(image_page(), page_behind_image());
    if (image_origin.length == 0) /* else who has put the image here has claimed it too */
        claim_image();
    return OK;
}

error_t memory_make_heap(void)
{
    uint64_t total = 0;
    for (size_t i = 0; i < bank_count; i++)
        total += banks[i].length;
    error_t error = heap_make(total);
    /* Where programs want to be: the heap, which stays, may not be there unless it has to. */
    if (image_origin.length != 0) {
        uint32_t first = page_of(image_origin.base);
        uint32_t end = page_behind(image_origin.base, image_origin.length);
        book_own(first, end);
        book_release(first, end);
        if (error != OK)
            error = heap_make(total);
    }
    return error;
}
