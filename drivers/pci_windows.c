/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What bridges pass down: PCI-to-PCI Bridge Architecture Specification 1.2, section 3.2.5. A window
 * goes from its base register to the end of the granule that its limit register names; with a base
 * above the limit it is closed.
 */
#include <string.h>

#include "drivers/pci_bus_internal.h"
#include "lib/bytes.h"

#define IO_BASE        0x1C
#define IO_LIMIT       0x1D
#define IO_BASE_UPPER  0x30
#define IO_LIMIT_UPPER 0x32
#define IO_MASK        0xF0
#define IO_32BIT       0x01
#define IO_SHIFT       8
#define MEMORY_BASE    0x20
#define MEMORY_LIMIT   0x22
#define PREFETCH_BASE  0x24
#define PREFETCH_LIMIT 0x26
#define PREFETCH_UPPER 0x28
#define PREFETCH_END   0x2C
#define PREFETCH_64BIT 0x01
#define MEMORY_MASK    0xFFF0
#define MEMORY_SHIFT   16
#define CLOSED_BASE_IO 0xF0
#define CLOSED_BASE    0xFFF0

uint64_t pci_window_granule(enum pci_window_kind kind)
{
    return kind == PCI_WINDOW_IO ? 0x1000 : 0x100000;
}

static struct pci_window read_window(const struct pci_tree *tree, struct pci_place place,
                                     enum pci_window_kind kind)
{
    uint64_t base, last;

    if (kind == PCI_WINDOW_IO) {
        uint32_t low = config_read(tree, place, IO_BASE, 1);

        base = (uint64_t)(low & IO_MASK) << IO_SHIFT;
        last = (uint64_t)(config_read(tree, place, IO_LIMIT, 1) & IO_MASK) << IO_SHIFT;
        if ((low & ~(uint32_t)IO_MASK) == IO_32BIT) {
            base |= (uint64_t)config_read(tree, place, IO_BASE_UPPER, 2) << 16;
            last |= (uint64_t)config_read(tree, place, IO_LIMIT_UPPER, 2) << 16;
        }
    } else {
        unsigned offset = kind == PCI_WINDOW_MEMORY ? MEMORY_BASE : PREFETCH_BASE;
        uint32_t low = config_read(tree, place, offset, 2);

        base = (uint64_t)(low & MEMORY_MASK) << MEMORY_SHIFT;
        last = (uint64_t)(config_read(tree, place, offset + 2, 2) & MEMORY_MASK) << MEMORY_SHIFT;
        if (kind == PCI_WINDOW_PREFETCH && (low & ~(uint32_t)MEMORY_MASK) == PREFETCH_64BIT) {
            base |= (uint64_t)config_read(tree, place, PREFETCH_UPPER, 4) << 32;
            last |= (uint64_t)config_read(tree, place, PREFETCH_END, 4) << 32;
        }
    }
    return (struct pci_window){
        .base = base, .end = base <= last ? last + pci_window_granule(kind) : base, .fixed = false};
}

static void write_io(const struct pci_tree *tree, struct pci_place place, uint32_t base,
                     uint32_t limit)
{
    bool wide = (config_read(tree, place, IO_BASE, 1) & ~(uint32_t)IO_MASK) == IO_32BIT;

    /* Closed first, so that no address between is passed. */
    config_write(tree, place, IO_BASE, 1, CLOSED_BASE_IO);
    config_write(tree, place, IO_LIMIT, 1, 0);
    if (wide) {
        config_write(tree, place, IO_BASE_UPPER, 2, 0);
        config_write(tree, place, IO_LIMIT_UPPER, 2, 0);
    }
    config_write(tree, place, IO_LIMIT, 1, limit >> IO_SHIFT & IO_MASK);
    config_write(tree, place, IO_BASE, 1, base >> IO_SHIFT & IO_MASK);
}

static void write_memory(const struct pci_tree *tree, struct pci_place place, unsigned offset,
                         uint32_t base, uint32_t limit)
{
    bool wide = offset == PREFETCH_BASE && (config_read(tree, place, offset, 2) &
                                            ~(uint32_t)MEMORY_MASK & 0xFFFF) == PREFETCH_64BIT;

    if (wide)
        config_write(tree, place, PREFETCH_END, 4, 0);
    config_write(tree, place, offset, 2, CLOSED_BASE);
    config_write(tree, place, offset + 2, 2, 0);
    if (wide)
        config_write(tree, place, PREFETCH_UPPER, 4, 0);
    config_write(tree, place, offset + 2, 2, limit >> MEMORY_SHIFT & MEMORY_MASK);
    config_write(tree, place, offset, 2, base >> MEMORY_SHIFT & MEMORY_MASK);
}

bool pci_window_write(const struct pci_tree *tree, const struct pci_bridge *bridge,
                      enum pci_window_kind kind, struct pci_window window)
{
    bool open = window.base < window.end;
    uint32_t base = open ? (uint32_t)window.base : 0xFFFFFFFFu;
    uint32_t limit = open ? (uint32_t)(window.end - 1) : 0;
    struct pci_window now;

    switch (kind) {
    case PCI_WINDOW_IO:
        write_io(tree, bridge->place, base, limit);
        break;
    case PCI_WINDOW_MEMORY:
        write_memory(tree, bridge->place, MEMORY_BASE, base, limit);
        break;
    default:
        write_memory(tree, bridge->place, PREFETCH_BASE, base, limit);
        break;
    }
    now = read_window(tree, bridge->place, kind);
    return open ? now.base == window.base && now.end == window.end : now.base == now.end;
}

void pci_window_shut(const struct pci_tree *tree, const struct pci_bridge *bridge,
                     enum pci_window_kind kind)
{
    struct pci_window now = read_window(tree, bridge->place, kind);

    /* A window that does not exist reads as 0 to 0, and stays so. */
    if (now.base != now.end)
        (void)pci_window_write(tree, bridge, kind, (struct pci_window){0, 0, false});
}

/* --- What to believe of what stands in the registers ---------------------------------------- */

static bool inside(const struct pci_window *window, uint64_t base, uint64_t end)
{
    return window->base <= base && end <= window->end;
}

static bool within_areas(const struct pci_area *areas, size_t count,
                         const struct pci_window *window)
{
    for (size_t i = 0; i < count; i++)
        if (window->base >= areas[i].base &&
            bytes_within(areas[i].length, window->base - areas[i].base, window->end - window->base))
            return true;
    return false;
}

/* Whether a device on the bus has a register block that begins in the window. */
static bool holds_registers(const struct pci_tree *tree, unsigned bus, bool io,
                            const struct pci_window *window)
{
    struct pci_walk walk = pci_walk_bus(tree, bus);

    while (pci_walk_next(&walk)) {
        unsigned count = walk.layout == LAYOUT_DEVICE ? 6 : walk.layout == LAYOUT_BRIDGE ? 2 : 1;

        for (unsigned i = 0; i < count; i++) {
            uint32_t bar = config_read(tree, walk.place, PCI_BAR(i), 4);
            uint32_t address = bar & (io ? 0xFFFFFFFCu : 0xFFFFFFF0u);

            if ((bar & PCI_BAR_IO) == (io ? PCI_BAR_IO : 0u) && address >= window->base &&
                address < window->end)
                return true;
        }
    }
    return false;
}

/* Forwarding is off, so nobody has used this window yet; it is good if it harms nobody. */
static bool harmless(const struct pci_tree *tree, size_t index, enum pci_window_kind kind,
                     const struct pci_window *window, const struct pci_free_space *space)
{
    const struct pci_bridge *bridge = &tree->bridges[index];
    bool io = kind == PCI_WINDOW_IO;

    if (!within_areas(io ? space->io : space->memory, io ? space->io_count : space->memory_count,
                      window) ||
        holds_registers(tree, bridge->place.bus, io, window))
        return false;
    if (bridge->above >= 0) {
        const struct pci_bridge *above = &tree->bridges[bridge->above];

        if (!inside(&above->windows[kind], window->base, window->end))
            return false;
    }
    for (size_t i = 0; i < tree->bridge_count; i++) {
        const struct pci_bridge *other = &tree->bridges[i];

        if (i == index || other->place.bus != bridge->place.bus)
            continue;
        for (unsigned k = 0; k < PCI_WINDOW_KINDS; k++)
            if ((k == PCI_WINDOW_IO) == io &&
                ranges_overlap(window->base, window->end - window->base, other->windows[k].base,
                               other->windows[k].end - other->windows[k].base))
                return false;
    }
    return true;
}

static bool forwards(const struct pci_tree *tree, const struct pci_bridge *bridge, unsigned kind)
{
    return (config_read(tree, bridge->place, PCI_COMMAND, 2) &
            (kind == PCI_WINDOW_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY)) != 0;
}

void pci_windows_read(struct pci_tree *tree, const struct pci_free_space *space)
{
    for (size_t i = 0; i < tree->bridge_count; i++)
        memset(tree->bridges[i].windows, 0, sizeof tree->bridges[i].windows);
    /*
     * What is in use comes first, so that the rest can be measured against it; and a bridge stands
     * behind the one above it, whose windows are known then.
     */
    for (unsigned on = 2; on-- > 0;)
        for (size_t i = 0; i < tree->bridge_count; i++)
            for (unsigned kind = 0; kind < PCI_WINDOW_KINDS; kind++) {
                struct pci_bridge *bridge = &tree->bridges[i];
                struct pci_window window;

                if (bridge->cardbus || forwards(tree, bridge, kind) != (on != 0))
                    continue;
                if (bridge->fresh) {
                    pci_window_shut(tree, bridge, (enum pci_window_kind)kind);
                    continue;
                }
                window = read_window(tree, bridge->place, (enum pci_window_kind)kind);
                /* 0 to 0 is how most come out of reset: the first granule, which is not PCI's. */
                if (window.base == 0 && window.end == pci_window_granule(kind))
                    continue;
                if (on || harmless(tree, i, (enum pci_window_kind)kind, &window, space))
                    bridge->windows[kind] = window;
            }
}

bool pci_bridge_passes(const struct pci_bridge *bridge, bool io, bool prefetchable, uint64_t base,
                       uint64_t end)
{
    if (io)
        return inside(&bridge->windows[PCI_WINDOW_IO], base, end);
    return inside(&bridge->windows[PCI_WINDOW_MEMORY], base, end) ||
           (prefetchable && inside(&bridge->windows[PCI_WINDOW_PREFETCH], base, end));
}

bool pci_tree_passes(const struct pci_tree *tree, uint8_t bus, bool io, uint64_t address,
                     uint64_t length)
{
    for (int i = pci_bridge_to(tree, bus); i >= 0; i = tree->bridges[i].above) {
        const struct pci_bridge *bridge = &tree->bridges[i];

        /* Where it stands is firmware's choice: both memory windows lead to it. */
        if (!bridge->subtractive && !pci_bridge_passes(bridge, io, true, address, address + length))
            return false;
    }
    return true;
}
