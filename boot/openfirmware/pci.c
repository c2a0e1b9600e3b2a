/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards: found by their numbers in the firmware's tree, checked against configuration space; their
 * registers made accessible through every bridge above them; memory that they can reach.
 *
 * Names are never looked at: OpenBIOS's `compatible` has a wrong vendor for one card and most
 * cards have no device_type.
 */
#include <string.h>

#include "boot/openfirmware/forth_device.h"
#include "boot/openfirmware/pci_host.h"
#include "console/console.h"
#include "drivers/io.h"
#include "drivers/nic.h"
#include "lib/bytes.h"

#define TREE_DEPTH_MAXIMUM 24
#define TREE_NODES_MAXIMUM 4096

#define NO_NUMBER 0xFFFFFFFFu /* the node has no such property */

#define CLASS_NETWORK    0x02
#define CLASS_BRIDGE_PCI 0x0604

/* A PCI-PCI bridge's registers: PCI-to-PCI Bridge Architecture Specification 1.2, section 3.2. */
#define BRIDGE_IO_BASE        0x1C
#define BRIDGE_IO_LIMIT       0x1D
#define BRIDGE_MEMORY_BASE    0x20
#define BRIDGE_MEMORY_LIMIT   0x22
#define BRIDGE_PREFETCH_BASE  0x24
#define BRIDGE_PREFETCH_LIMIT 0x26
#define BRIDGE_SECONDARY_BUS  0x19
#define BRIDGE_SUBORDINATE    0x1A
#define ROM_LENGTH            0x100000u /* larger than the ROM of any card of the time */

/* The high cell of a PCI address: PCI bus binding to IEEE 1275, section 2.2.1.1. */
#define PHYS_BUS(high)      ((high) >> 16 & 0xFF)
#define PHYS_SLOT(high)     ((high) >> 11 & 0x1F)
#define PHYS_FUNCTION(high) ((high) >> 8 & 7)
#define PHYS_REGISTER(high) ((high)&0xFF)
#define PHYS_SPACE(high)    ((high) >> 24 & 3)
#define PHYS_SPACE_IO       1
#define ADDRESS_ENTRY       20 /* bytes of one row of `reg` and `assigned-addresses` */

/* --- Walking the tree --------------------------------------------------------------------- */

struct walk {
    struct pci_device *devices;
    size_t maximum, count;
    unsigned nodes;
};

static bool read_place(of_cell node, struct pci_device *device)
{
    uint8_t reg[ADDRESS_ENTRY];
    if (of_property(node, "reg", reg, sizeof reg) != ADDRESS_ENTRY)
        return false;
    uint32_t high = get_be32(reg);
    device->bus = (uint8_t)PHYS_BUS(high);
    device->slot = (uint8_t)PHYS_SLOT(high);
    device->function = (uint8_t)PHYS_FUNCTION(high);
    return true;
}

/* Fills in a device from its node and configuration space. False if it is not a card for us. */
static bool read_device(of_cell node, of_cell host_node, struct pci_device *device)
{
    const struct nic_id *id;
    *device = (struct pci_device){.node = node, .host = host_node};
    /* Vendor ffff alone is not "nobody there": clones with a blank EEPROM are ffff:8139. */
    uint32_t vendor_id = of_property_number(node, "vendor-id", NO_NUMBER);
    uint32_t device_id = of_property_number(node, "device-id", NO_NUMBER);
    if (vendor_id > 0xFFFF || device_id >= 0xFFFF || !read_place(node, device))
        return false;
    device->vendor = (uint16_t)vendor_id;
    device->device = (uint16_t)device_id;
    device->class_code = of_property_number(node, "class-code", 0) & 0xFFFFFF;
    if (!of_path(node, device->path, sizeof device->path))
        return false;

    struct pci_host *host = pci_host(host_node);
    bool reachable = host != NULL && host->access != PCI_ACCESS_NONE;
    uint32_t numbers = platform_pci_read(device, PCI_VENDOR_ID, 4);
    device->revision = (uint8_t)platform_pci_read(device, PCI_REVISION, 1);
    device->subsystem_vendor = (uint16_t)platform_pci_read(device, PCI_SUBSYSTEM_VENDOR_ID, 2);
    device->subsystem = (uint16_t)platform_pci_read(device, PCI_SUBSYSTEM_ID, 2);
    if (device->class_code == 0)
        device->class_code = platform_pci_read(device, PCI_REVISION, 4) >> 8;

    if (device->class_code >> 16 != CLASS_NETWORK && nic_driver_for(device, &id) == NULL)
        return false;
    if (numbers != ((uint32_t)device->device << 16 | device->vendor)) {
        print("%s: %04x:%04x in the device tree, but its slot %s%04x:%04x: left out\n",
              device->path, device->vendor, device->device, reachable ? "has " : "is unreachable ",
              (unsigned)(numbers & 0xFFFF), (unsigned)(numbers >> 16));
        return false;
    }
    return true;
}

static bool is_host_bridge(of_cell node)
{
    char type[16];
    return of_property_text(node, "device_type", type, sizeof type) &&
           (strcmp(type, "pci") == 0 || strcmp(type, "ht") == 0);
}

/* `host` is the topmost PCI bridge above, 0 outside of PCI buses. */
static void walk_children(struct walk *walk, of_cell parent, of_cell host, unsigned depth)
{
    if (depth == TREE_DEPTH_MAXIMUM)
        return;
    for (of_cell node = of_child(parent); node != 0; node = of_peer(node)) {
        if (walk->nodes++ == TREE_NODES_MAXIMUM || walk->count == walk->maximum)
            return;
        if (host != 0 && read_device(node, host, &walk->devices[walk->count]))
            walk->count++;
        walk_children(walk, node, host != 0 || !is_host_bridge(node) ? host : node, depth + 1);
    }
}

size_t platform_pci_devices(struct pci_device *devices, size_t maximum)
{
    struct walk walk = {devices, maximum, 0, 0};
    walk_children(&walk, of_peer(0), 0, 0);
    return walk.count;
}

/* --- Configuration space ------------------------------------------------------------------ */

uint32_t platform_pci_read(const struct pci_device *device, unsigned offset, unsigned width)
{
    if (forth_device_active())
        return forth_configuration_read(offset, width);
    struct pci_host *host = pci_host(device->host);
    if (host == NULL)
        return 0xFFFFFFFFu >> (32 - 8 * width);
    return pci_host_read(host, device->bus, device->slot, device->function, offset, width);
}

void platform_pci_write(const struct pci_device *device, unsigned offset, unsigned width,
                        uint32_t value)
{
    if (forth_device_active()) {
        forth_configuration_write(offset, width, value);
        return;
    }
    struct pci_host *host = pci_host(device->host);
    if (host != NULL)
        pci_host_write(host, device->bus, device->slot, device->function, offset, width, value);
}

/* --- Base address registers --------------------------------------------------------------- */

struct bar {
    unsigned offset; /* in configuration space */
    bool io, wide;   /* wide: 64 bits, the next register has the upper half */
    uint64_t address;
    uint32_t length; /* 0: nothing is implemented there */
};

/* Reads a base address register and measures it (PCI 2.2, section 6.2.5.1) with decoding off. */
static void read_bar(const struct pci_device *device, unsigned number, struct bar *bar)
{
    bool rom = number == PCI_BAR_ROM;
    bar->offset = rom ? PCI_ROM_ADDRESS : PCI_BAR(number);
    uint32_t low = platform_pci_read(device, bar->offset, 4);
    bar->io = !rom && (low & PCI_BAR_IO) != 0;
    bar->wide = !rom && !bar->io && (low & PCI_BAR_64BIT) != 0 && number < 5;
    uint32_t flags = rom ? ~PCI_ROM_ADDRESS_MASK : bar->io ? 0x3 : 0xF;
    bar->address = low & ~flags;
    if (bar->wide)
        bar->address |= (uint64_t)platform_pci_read(device, bar->offset + 4, 4) << 32;

    uint32_t command = platform_pci_read(device, PCI_COMMAND, 2);
    platform_pci_write(device, PCI_COMMAND, 2,
                       command & ~(uint32_t)(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
    platform_pci_write(device, bar->offset, 4, rom ? PCI_ROM_ADDRESS_MASK : 0xFFFFFFFFu);
    uint32_t mask = platform_pci_read(device, bar->offset, 4) & ~flags;
    platform_pci_write(device, bar->offset, 4, low);
    platform_pci_write(device, PCI_COMMAND, 2, command);
    if (bar->io && mask != 0)
        mask |= 0xFFFF0000u; /* the upper half of an I/O register need not exist */
    bar->length = mask == 0 ? 0 : ~mask + 1;
}

/* The address that the firmware's tree tells for a register; false if it tells none. */
static bool assigned_address(of_cell node, unsigned offset, uint64_t *address)
{
    uint8_t value[ADDRESS_ENTRY * 8];
    int32_t length = of_property(node, "assigned-addresses", value, sizeof value);
    if (length < 0)
        return false;
    for (size_t at = 0; bytes_within((uint64_t)length, at, ADDRESS_ENTRY); at += ADDRESS_ENTRY)
        if (PHYS_REGISTER(get_be32(value + at)) == offset) {
            *address = get_be64(value + at + 4);
            return true;
        }
    return false;
}

/* --- Bridges above a card ----------------------------------------------------------------- */

/* The node of the bridge directly above, or 0 if that is the host bridge. */
static of_cell bridge_above(const struct pci_device *device)
{
    of_cell parent = of_parent(device->node);
    return parent == device->host ? 0 : parent;
}

static bool bridge_device(of_cell node, of_cell host, struct pci_device *bridge)
{
    *bridge = (struct pci_device){.node = node, .host = host};
    return of_path(node, bridge->path, sizeof bridge->path) && read_place(node, bridge);
}

struct bridge_window {
    uint64_t base, end; /* end is one past the last; equal: closed */
};

/*
 * What a bridge passes down: memory (both windows) or I/O. Upper halves of 64-bit windows are taken
 * for 0: nothing on these machines has PCI addresses above 4 GB.
 */
static size_t bridge_windows(const struct pci_device *bridge, bool io,
                             struct bridge_window windows[2])
{
    uint64_t base, limit;
    if (io) {
        base = (platform_pci_read(bridge, BRIDGE_IO_BASE, 1) & 0xF0) << 8;
        limit = (platform_pci_read(bridge, BRIDGE_IO_LIMIT, 1) & 0xF0) << 8;
        windows[0] = (struct bridge_window){base, base <= limit ? limit + 0x1000 : base};
        return 1;
    }
    base = (uint64_t)(platform_pci_read(bridge, BRIDGE_MEMORY_BASE, 2) & 0xFFF0) << 16;
    limit = (uint64_t)(platform_pci_read(bridge, BRIDGE_MEMORY_LIMIT, 2) & 0xFFF0) << 16;
    windows[0] = (struct bridge_window){base, base <= limit ? limit + 0x100000 : base};
    base = (uint64_t)(platform_pci_read(bridge, BRIDGE_PREFETCH_BASE, 2) & 0xFFF0) << 16;
    limit = (uint64_t)(platform_pci_read(bridge, BRIDGE_PREFETCH_LIMIT, 2) & 0xFFF0) << 16;
    windows[1] = (struct bridge_window){base, base <= limit ? limit + 0x100000 : base};
    return 2;
}

/* Makes every bridge above the card pass its register accesses down and its bus mastering up. */
static error_t open_bridges(const struct pci_device *device, const struct bar *bar)
{
    struct pci_device below = *device;
    of_cell node;
    for (unsigned depth = 0; depth < TREE_DEPTH_MAXIMUM && (node = bridge_above(&below)) != 0;
         depth++) {
        struct pci_device bridge;
        if (!bridge_device(node, device->host, &bridge))
            return fail(ERROR_NIC_REGISTERS, "%s: the bridge above it has no usable node",
                        below.path);
        if (platform_pci_read(&bridge, PCI_REVISION, 4) >> 16 != CLASS_BRIDGE_PCI) {
            below = bridge; /* a node between that is no bridge of its own (CardBus, firmware's) */
            continue;
        }
        unsigned secondary = platform_pci_read(&bridge, BRIDGE_SECONDARY_BUS, 1);
        unsigned last = platform_pci_read(&bridge, BRIDGE_SUBORDINATE, 1);
        if (device->bus < secondary || device->bus > last)
            return fail(ERROR_NIC_REGISTERS, "%s: bus %u, but %s leads to buses %u to %u",
                        device->path, device->bus, bridge.path, secondary, last);

        struct bridge_window windows[2];
        size_t count = bridge_windows(&bridge, bar->io, windows);
        bool passes = false;
        for (size_t i = 0; i < count; i++)
            passes = passes || (bar->address >= windows[i].base &&
                                bar->address + bar->length <= windows[i].end);
        if (!passes)
            return fail(ERROR_NIC_REGISTERS, "%s: %s at %08x, but %s passes %08x to %08x",
                        device->path, bar->io ? "I/O" : "memory", (unsigned)bar->address,
                        bridge.path, (unsigned)windows[0].base, (unsigned)windows[0].end);

        uint32_t command = platform_pci_read(&bridge, PCI_COMMAND, 2);
        uint32_t wanted =
            command | PCI_COMMAND_MASTER | (bar->io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY);
        if (command != wanted)
            platform_pci_write(&bridge, PCI_COMMAND, 2, wanted);
        below = bridge;
    }
    return OK;
}

/* --- A place for a register block that firmware left without one -------------------------- */

/* Moves `place` up past [base, end) if the two share a byte. Returns true if it moved. */
static bool step_over(uint64_t *place, uint64_t length, uint64_t alignment, uint64_t base,
                      uint64_t end)
{
    if (base >= end || !ranges_overlap(*place, length, base, end - base))
        return false;
    *place = round_up(end, alignment);
    return true;
}

/*
 * Steps over everything that a device of the host's bus decodes. Sizes come from the tree:
 * measuring would turn off devices that the firmware is using.
 */
static bool step_over_device(const struct pci_device *device, bool io, uint64_t *place,
                             uint64_t length)
{
    bool moved = false;
    uint8_t value[ADDRESS_ENTRY * 8];
    int32_t got = of_property(device->node, "assigned-addresses", value, sizeof value);
    for (size_t at = 0; got > 0 && bytes_within((uint64_t)got, at, ADDRESS_ENTRY);
         at += ADDRESS_ENTRY) {
        uint64_t base = get_be64(value + at + 4);
        uint64_t size = get_be64(value + at + 12);
        bool entry_io = PHYS_SPACE(get_be32(value + at)) == PHYS_SPACE_IO;
        if (entry_io == io && base + size > base)
            moved |= step_over(place, length, length, base, base + size);
    }
    if (platform_pci_read(device, PCI_REVISION, 4) >> 16 == CLASS_BRIDGE_PCI) {
        struct bridge_window windows[2];
        size_t count = bridge_windows(device, io, windows);
        for (size_t i = 0; i < count; i++)
            moved |= step_over(place, length, length, windows[i].base, windows[i].end);
    } else if (!io) {
        /* The expansion ROM is not in OpenBIOS's tree. */
        uint32_t rom = platform_pci_read(device, PCI_ROM_ADDRESS, 4) & PCI_ROM_ADDRESS_MASK;
        if (rom != 0 && rom < PCI_ROM_ADDRESS_MASK)
            moved |= step_over(place, length, length, rom, (uint64_t)rom + ROM_LENGTH);
    }
    return moved;
}

/*
 * Gives a register block of a card on the host's own bus a free place. OpenBIOS leaves 64-bit
 * registers empty. Below a bridge that would mean moving the bridge's window: that is refused.
 */
static error_t assign_bar(const struct pci_device *device, struct bar *bar)
{
    struct pci_host *host = pci_host(device->host);
    if (bridge_above(device) != 0)
        return fail(ERROR_NIC_REGISTERS,
                    "%s: firmware gave its registers (BAR %u) no address behind a bridge",
                    device->path, (bar->offset - PCI_BAR(0)) / 4);

    for (size_t i = 0; host != NULL && i < host->window_count; i++) {
        const struct pci_window *window = &host->windows[i];
        if (window->io != bar->io || window->pci >= 0xFFFFFFFFu)
            continue;
        /* Not at 0, which means "none" and is where old devices of the board are. */
        uint64_t place = round_up(window->pci != 0 ? window->pci : 0x1000, bar->length);
        bool moved = true;
        for (unsigned rounds = 0; moved && rounds < 256; rounds++) {
            moved = false;
            of_cell node = of_child(device->host);
            for (unsigned n = 0; node != 0 && n < 256; n++, node = of_peer(node)) {
                struct pci_device other = {.node = node, .host = device->host};
                if (read_place(node, &other))
                    moved |= step_over_device(&other, bar->io, &place, bar->length);
            }
        }
        if (moved || place < window->pci ||
            !bytes_within(window->length, place - window->pci, bar->length) ||
            place + bar->length > 0x100000000u)
            continue;
        platform_pci_write(device, bar->offset, 4, (uint32_t)place);
        if (bar->wide)
            platform_pci_write(device, bar->offset + 4, 4, 0);
        bar->address = place;
        print_verbose("%s: BAR %u had no address; now at %08x\n", device->path,
                      (bar->offset - PCI_BAR(0)) / 4, (unsigned)place);
        return OK;
    }
    return fail(ERROR_NIC_REGISTERS, "%s: no free address for its registers (BAR %u, %u bytes)",
                device->path, (bar->offset - PCI_BAR(0)) / 4, (unsigned)bar->length);
}

/* --- The platform seam: registers --------------------------------------------------------- */

error_t platform_pci_map(const struct pci_device *device, unsigned number, struct io_window *window)
{
    if (forth_device_active())
        return forth_registers(number, window);
    struct pci_host *host = pci_host(device->host);
    struct bar bar;
    if (host == NULL || host->access == PCI_ACCESS_NONE || number > PCI_BAR_ROM)
        return fail(ERROR_NIC_REGISTERS, "%s: its configuration space cannot be reached",
                    device->path);
    read_bar(device, number, &bar);
    if (bar.length == 0)
        return fail(ERROR_NIC_REGISTERS, "%s: it has no BAR %u", device->path, number);

    uint64_t told;
    if (assigned_address(device->node, bar.offset, &told) && told != bar.address)
        print_verbose("%s: BAR %u is %08x, the device tree says %08x\n", device->path, number,
                      (unsigned)bar.address, (unsigned)told);
    if (bar.address == 0) {
        error_t error = assign_bar(device, &bar);
        if (error != OK)
            return error;
    }
    error_t error = open_bridges(device, &bar);
    if (error != OK)
        return error;

    uint32_t cpu;
    if (!pci_host_translate(host, bar.io, bar.address, bar.length, &cpu))
        return fail(ERROR_NIC_REGISTERS, "%s: no window of the host bridge has %s address %08x",
                    device->path, bar.io ? "I/O" : "memory", (unsigned)bar.address);
    volatile uint8_t *base = memory_map_registers(cpu, bar.length);
    if (base == NULL)
        return fail(ERROR_NIC_REGISTERS, "%s: firmware does not map %08x", device->path,
                    (unsigned)cpu);
    uint32_t command = platform_pci_read(device, PCI_COMMAND, 2);
    platform_pci_write(device, PCI_COMMAND, 2,
                       command | (bar.io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY));
    *window = (struct io_window){.base = base, .length = bar.length};
    return OK;
}

/* --- The platform seam: memory for DMA ---------------------------------------------------- */

/* The bridge directly above the card, opened once and kept: mappings live as long as it. */
static of_cell parent_instance(const struct pci_device *device)
{
    static of_cell known_node, known_instance;
    struct pci_host *host = pci_host(device->host);
    of_cell parent = of_parent(device->node);
    if (host != NULL && parent == host->node)
        return host->instance;
    if (parent != known_node) {
        char path[OF_PATH_LENGTH];
        known_node = parent;
        known_instance = of_path(parent, path, sizeof path) ? of_open(path) : 0;
    }
    return known_instance;
}

void *platform_dma_allocate(const struct pci_device *device, size_t length, size_t alignment,
                            uint32_t *bus)
{
    if (forth_device_active())
        return forth_dma_allocate(length, alignment, bus);
    /*
     * Our own claims are contiguous, cached and coherent, which is what dma-alloc would give;
     * memory of dma-alloc could be lost for good, depending on the firmware.
     */
    void *memory = platform_claim(length, alignment);
    if (memory == NULL)
        return NULL;
    memset(memory, 0, length);

    /* dma-map-in ( virt size cacheable? -- devaddr ) */
    of_cell instance = parent_instance(device);
    of_cell arguments[3] = {1, (of_cell)length, (of_cell)(uintptr_t)memory};
    of_cell address = OF_NONE;
    if (of_exists(instance) && of_has_method(of_instance_node(instance), "dma-map-in") &&
        of_call_method(instance, "dma-map-in", arguments, 3, &address, 1) && address != OF_NONE) {
        *bus = address;
        return memory;
    }
    *bus = (uint32_t)platform_physical(memory);
    return memory;
}

void platform_dma_free(const struct pci_device *device, void *memory, size_t length, uint32_t bus)
{
    if (memory == NULL)
        return;
    if (forth_device_active()) {
        forth_dma_free();
        return;
    }
    /* dma-map-out ( virt devaddr size -- ) */
    of_cell instance = parent_instance(device);
    of_cell arguments[3] = {(of_cell)length, bus, (of_cell)(uintptr_t)memory};
    if (of_exists(instance) && of_has_method(of_instance_node(instance), "dma-map-out"))
        of_call_method(instance, "dma-map-out", arguments, 3, NULL, 0);
    platform_release(memory, length);
}
