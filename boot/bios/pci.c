/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards of a PC: found through configuration space; what firmware left out is put in when they
 * are first asked for, so that the option `verbose` is known by then.
 */
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/bios/pci_access.h"
#include "console/console.h"
#include "drivers/io.h"
#include "drivers/nic.h"
#include "drivers/pci_bus.h"
#include "lib/bytes.h"

#define CLASS_NETWORK 0x02
#define BAR_COUNT     6

/* Above are the interrupt controllers, timers and ROM of every PC. */
#define MEMORY_TOP     0xFEC00000u
#define MEGABYTE       0x100000u
#define AREAS_MAXIMUM  8
#define LIMIT_4_GB     0x100000000ull
#define ALL_ONES(bits) (0xFFFFFFFFu >> (32 - (bits)))

static struct pci_tree tree;

static bool is_ours(const struct pci_device *device)
{
    return device->class_code >> 16 == CLASS_NETWORK || nic_driver_for(device, NULL) != NULL;
}

/* --- Where addresses are free --------------------------------------------------------------- */

/*
 * Ports that nobody has by old custom: below 1000h is the board's; at 1000h, A000h and B000h many
 * boards have power management, whose registers no base address register tells.
 */
static const struct pci_area io_areas[] = {{0xC000, 0x4000}, {0x2000, 0x8000}};

/* The larger comes first: the largest hole is the one that the chipset leaves for PCI. */
static size_t add_area(struct pci_area areas[AREAS_MAXIMUM], size_t count, uint64_t base,
                       uint64_t end)
{
    uint64_t granule = MEGABYTE;
    struct pci_area area;
    size_t at;

    /*
     * Not right behind RAM: chipsets hide memory there that no map tells (graphics, system
     * management). A distance of a sixteenth of the hole is what Linux keeps.
     */
    while (end > base && (end - base) / 16 > granule)
        granule *= 2;
    base = (base + granule) & ~(granule - 1);
    if (end <= base || end - base < MEGABYTE)
        return count;
    area = (struct pci_area){base, end - base};
    for (at = count; at > 0 && areas[at - 1].length < area.length; at--)
        if (at < AREAS_MAXIMUM)
            areas[at] = areas[at - 1];
    if (at < AREAS_MAXIMUM)
        areas[at] = area;
    return count < AREAS_MAXIMUM ? count + 1 : count;
}

/* The holes of the memory map between the end of the RAM below 4 GB and MEMORY_TOP. */
static size_t find_memory_areas(struct pci_area areas[AREAS_MAXIMUM])
{
    static struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
    size_t entries = platform_memory_map(map, MEMORY_MAP_MAXIMUM), count = 0;
    struct pci_area ecam = {0, 0};
    uint64_t at = MEGABYTE;

    pci_access_memory(&ecam);
    for (size_t i = 0; i < entries; i++)
        if (map[i].type == MEMORY_USABLE && map[i].base < MEMORY_TOP)
            at = map[i].base + map[i].length;
    while (at < MEMORY_TOP) {
        uint64_t next = MEMORY_TOP, skip = MEMORY_TOP;

        /* What comes next, or covers `at`: an entry of the map, or configuration space. */
        for (size_t i = 0; i <= entries; i++) {
            uint64_t base = i < entries ? map[i].base : ecam.base;
            uint64_t end = base + (i < entries ? map[i].length : ecam.length);

            if (end > at && base < next) {
                next = base > at ? base : at;
                skip = end;
            }
        }
        if (next > at)
            count = add_area(areas, count, at, next);
        at = skip;
    }
    return count;
}

/* --- Setting up ------------------------------------------------------------------------------- */

static void set_up(const struct pci_config *config)
{
    static bool done;
    struct pci_area memory[AREAS_MAXIMUM];
    struct pci_free_space space = {
        .memory = memory, .io = io_areas, .io_count = sizeof io_areas / sizeof io_areas[0]};
    struct pci_outcome numbers, addresses;
    struct pci_area ecam;

    if (done)
        return;
    done = true;
    if (pci_access_memory(&ecam))
        print_verbose("pci: memory-mapped configuration at %08x\n", (unsigned)ecam.base);
    space.memory_count = find_memory_areas(memory);
    for (size_t i = 0; i < space.memory_count; i++)
        print_verbose("pci: addresses from %08x to %08x are nobody's\n", (unsigned)memory[i].base,
                      (unsigned)(memory[i].base + memory[i].length - 1));
    pci_tree_find(&tree, config);
    numbers = pci_tree_number(&tree);
    addresses = pci_tree_assign(&tree, &space, is_ours);
    if (numbers.done + addresses.done != 0)
        print("pci: firmware left bridges and cards unset: numbered %u bridge(s), gave addresses "
              "to %u register block(s)\n",
              numbers.done, addresses.done);
}

void pci_initialise(void)
{
    if (pci_access() == NULL)
        print("pci: this machine has none\n");
}

/* --- The platform seam: cards ----------------------------------------------------------------- */

size_t platform_pci_devices(struct pci_device *devices, size_t maximum)
{
    const struct pci_config *config = pci_access();

    if (config == NULL)
        return 0;
    set_up(config);
    return pci_tree_devices(&tree, is_ours, devices, maximum);
}

static struct pci_place place_of(const struct pci_device *device)
{
    return (struct pci_place){device->bus, device->slot, device->function};
}

uint32_t platform_pci_read(const struct pci_device *device, unsigned offset, unsigned width)
{
    const struct pci_config *config = pci_access();

    if (config == NULL || !bytes_within(256, offset, width))
        return ALL_ONES(8 * width);
    return config->read(config->context, place_of(device), offset, width);
}

void platform_pci_write(const struct pci_device *device, unsigned offset, unsigned width,
                        uint32_t value)
{
    const struct pci_config *config = pci_access();

    if (config != NULL && bytes_within(256, offset, width))
        config->write(config->context, place_of(device), offset, width, value);
}

/* --- The platform seam: registers ---------------------------------------------------------------
 */

error_t platform_pci_map(const struct pci_device *device, unsigned number, struct io_window *window)
{
    const struct pci_config *config = pci_access();
    struct pci_bar bar;
    const char *kind;
    uint32_t command, bit;

    if (config == NULL || number >= BAR_COUNT)
        return fail(ERROR_NIC_REGISTERS, "%s: it has no BAR %u", device->path, number);
    pci_measure(config, place_of(device), number, &bar);
    kind = bar.io ? "I/O" : "memory";
    if (bar.length == 0)
        return fail(ERROR_NIC_REGISTERS, "%s: it has no BAR %u", device->path, number);
    if (bar.address == 0)
        return fail(ERROR_NIC_REGISTERS,
                    "%s: BAR %u has no %s address, and there was none to give it", device->path,
                    number, kind);
    if (bar.address >= LIMIT_4_GB || bar.length > LIMIT_4_GB - bar.address ||
        (bar.io && bar.address + bar.length > 0x10000))
        return fail(ERROR_NIC_REGISTERS, "%s: BAR %u is at %s %x%08x, out of reach", device->path,
                    number, kind, (unsigned)(bar.address >> 32), (unsigned)bar.address);
    if (!pci_tree_passes(&tree, device->bus, bar.io, bar.address, bar.length))
        return fail(ERROR_NIC_REGISTERS, "%s: BAR %u is at %s %08x, which a bridge does not pass",
                    device->path, number, kind, (unsigned)bar.address);

    bit = bar.io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
    command = platform_pci_read(device, PCI_COMMAND, 2);
    if (!(command & bit))
        platform_pci_write(device, PCI_COMMAND, 2, command | bit);
    *window = (struct io_window){.length = (uint32_t)bar.length};
    if (bar.io) {
        window->port = (uint16_t)bar.address;
        window->is_port = 1;
    } else {
        /* Without paging a pointer is the address, and PCI addresses are the processor's. */
        window->base = (volatile uint8_t *)(uintptr_t)bar.address;
    }
    return OK;
}
