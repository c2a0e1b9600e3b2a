/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/interrupts.h"

#include <string.h>

#include "console/console.h"
#include "lib/bytes.h"

/* More nexus nodes in a row, or more cells in an address, than any machine has. */
#define STEPS_MAXIMUM 16
#define CELLS_MAXIMUM 16

/* PCI bus binding to IEEE 1275, section 2.2.1: phys.hi has the device number in bits 15..11 */
#define REG_DEVICE(phys_hi) (((phys_hi) >> 11) & 0x1F)
#define REG_LENGTH          12     /* the three address cells */
#define CLASS_PCI_BRIDGE    0x0604 /* class and subclass, PCI 2.2 appendix D */
#define PCI_PINS            4

enum route {
    ROUTE_FOUND,
    ROUTE_UNMATCHED, /* no entry of the interrupt-map fits: the kernel says so and goes on */
    ROUTE_BROKEN     /* the kernel would hang or crash */
};

/* Where an interrupt is on its way: at a nexus, as that nexus knows it. */
struct place {
    const struct devtree_node *nexus;
    const uint8_t *address; /* of the device, in the nexus's #address-cells */
    size_t address_length;
    const uint8_t *specifier; /* in the nexus's #interrupt-cells */
    size_t specifier_length;
};

static bool get_cell(const struct devtree_node *node, const char *name, uint32_t *value)
{
    const struct devtree_property *property = devtree_get(node, name);
    if (property == NULL || property->length != 4) {
        return false;
    }
    *value = get_be32(property->value);
    return true;
}

/* False if the counts are absurd. IOKit's defaults: one interrupt cell, no address cells. */
static bool cell_counts(const struct devtree_node *node, uint32_t *interrupt, uint32_t *address)
{
    if (!get_cell(node, "#interrupt-cells", interrupt)) {
        *interrupt = 1;
    }
    if (!get_cell(node, "#address-cells", address)) {
        *address = 0;
    }
    return *interrupt <= CELLS_MAXIMUM && *address <= CELLS_MAXIMUM;
}

/* IOKit knows only the handles of nodes that have #interrupt-cells too. */
static const struct devtree_node *known_nexus(const struct devtree *tree, uint32_t handle)
{
    const struct devtree_node *node = tree->root;
    for (; node != NULL; node = devtree_next(node)) {
        uint32_t value;
        if (get_cell(node, "AAPL,phandle", &value) && value == handle &&
            devtree_get(node, "#interrupt-cells") != NULL) {
            return node;
        }
    }
    return NULL;
}

static const struct devtree_node *first_nexus(const struct devtree *tree,
                                              const struct devtree_node *node)
{
    uint32_t handle;
    if (get_cell(node, "interrupt-parent", &handle)) {
        return known_nexus(tree, handle);
    }
    return devtree_get(node, "interrupt-controller") == NULL ? node->parent : NULL;
}

/* Compares an address and a specifier, masked, with the first cells of a map entry. */
static bool entry_matches(const struct place *place, uint32_t address_cells,
                          uint32_t interrupt_cells, const uint8_t *mask, const uint8_t *entry)
{
    for (uint32_t i = 0; i < address_cells + interrupt_cells; i++) {
        uint32_t cell = i < address_cells
                            ? get_be32(place->address + 4 * (size_t)i)
                            : get_be32(place->specifier + 4 * (size_t)(i - address_cells));
        if (mask != NULL) {
            cell &= get_be32(mask + 4 * (size_t)i);
        }
        if (cell != get_be32(entry + 4 * (size_t)i)) {
            return false;
        }
    }
    return true;
}

/* Goes through one nexus's interrupt-map (entry: address, specifier, parent's handle, both again).
 */
static enum route follow_map(const struct devtree *tree, const struct devtree_property *map,
                             uint32_t address_cells, uint32_t interrupt_cells, struct place *place)
{
    size_t child_length = 4 * ((size_t)address_cells + interrupt_cells);
    const struct devtree_property *masks = devtree_get(place->nexus, "interrupt-map-mask");
    const uint8_t *mask = masks != NULL && masks->length >= child_length ? masks->value : NULL;
    size_t at = 0;
    do {
        uint32_t parent_interrupt, parent_address;
        if (!bytes_within(map->length, at, child_length + 4)) {
            return ROUTE_BROKEN;
        }
        const uint8_t *entry = map->value + at;
        const struct devtree_node *parent = known_nexus(tree, get_be32(entry + child_length));
        if (parent == NULL || !cell_counts(parent, &parent_interrupt, &parent_address)) {
            return ROUTE_BROKEN;
        }
        at += child_length + 4;
        size_t parent_length = 4 * ((size_t)parent_interrupt + parent_address);
        if (!bytes_within(map->length, at, parent_length)) {
            return ROUTE_BROKEN;
        }
        if (entry_matches(place, address_cells, interrupt_cells, mask, entry)) {
            place->nexus = parent;
            place->address = map->value + at;
            place->address_length = 4 * (size_t)parent_address;
            place->specifier = place->address + place->address_length;
            place->specifier_length = 4 * (size_t)parent_interrupt;
            return ROUTE_FOUND;
        }
        at += parent_length;
    } while (at < map->length);
    return ROUTE_UNMATCHED;
}

/* Follows an interrupt to its controller; `place` is there afterwards. */
static enum route follow(const struct devtree *tree, struct place *place)
{
    for (unsigned step = 0; step < STEPS_MAXIMUM && place->nexus != NULL; step++) {
        uint32_t interrupt_cells, address_cells, handle;
        if (!cell_counts(place->nexus, &interrupt_cells, &address_cells) ||
            place->specifier_length < 4 * (size_t)interrupt_cells) {
            return ROUTE_BROKEN;
        }
        if (devtree_get(place->nexus, "interrupt-controller") != NULL) {
            place->specifier_length = 4 * (size_t)interrupt_cells;
            return get_cell(place->nexus, "AAPL,phandle", &handle) ? ROUTE_FOUND : ROUTE_BROKEN;
        }
        const struct devtree_property *map = devtree_get(place->nexus, "interrupt-map");
        if (map == NULL || place->address_length < 4 * (size_t)address_cells) {
            return ROUTE_BROKEN;
        }
        enum route route = follow_map(tree, map, address_cells, interrupt_cells, place);
        if (route != ROUTE_FOUND) {
            return route;
        }
    }
    return ROUTE_BROKEN;
}

/* Follows all of a node's interrupts. */
static enum route follow_node(const struct devtree *tree, const struct devtree_node *node,
                              const struct devtree_property *interrupts)
{
    const struct devtree_property *reg = devtree_get(node, "reg");
    const struct devtree_node *nexus = first_nexus(tree, node);
    size_t at = 0;
    uint32_t cells, unused;
    if (nexus == NULL || !cell_counts(nexus, &cells, &unused) || cells == 0) {
        return ROUTE_BROKEN;
    }
    do {
        struct place place = {
            .nexus = nexus,
            .address = reg != NULL ? reg->value : NULL,
            .address_length = reg != NULL ? reg->length : 0,
            .specifier = interrupts->value + at,
            .specifier_length = interrupts->length - at,
        };
        enum route route = follow(tree, &place);
        if (route != ROUTE_FOUND) {
            return route;
        }
        at += 4 * (size_t)cells;
    } while (at < interrupts->length);
    return ROUTE_FOUND;
}

static bool is_pci_bridge(const struct devtree_node *node)
{
    uint32_t class_code;
    return get_cell(node, "class-code", &class_code) && class_code >> 8 == CLASS_PCI_BRIDGE;
}

static const struct devtree_property *pci_address(const struct devtree_node *node)
{
    const struct devtree_property *reg = devtree_get(node, "reg");
    return reg != NULL && reg->length >= REG_LENGTH ? reg : NULL;
}

/*
 * Behind a PCI-PCI bridge, pin n of device d is wired to the bridge's pin (n - 1 + d) % 4 + 1
 * (PCI-to-PCI Bridge Architecture Specification 1.1, section 9.1). Climbs to the bus
 * that has an interrupt-map and looks up the bridge's pin there.
 */
static bool follow_pins(const struct devtree *tree, const struct devtree_node *node,
                        const struct devtree_property *interrupts, uint8_t pin_bytes[4],
                        struct place *place)
{
    if (interrupts->length != 4) {
        return false;
    }
    uint32_t pin = get_be32(interrupts->value);
    const struct devtree_property *reg = pci_address(node);
    const struct devtree_node *bus = node->parent;
    while (reg != NULL && bus != NULL && is_pci_bridge(bus) &&
           devtree_get(bus, "interrupt-map") == NULL) {
        pin = (pin - 1 + REG_DEVICE(get_be32(reg->value))) % PCI_PINS + 1;
        reg = pci_address(bus);
        bus = bus->parent;
    }
    if (reg == NULL || bus == NULL) {
        return false;
    }
    put_be32(pin_bytes, pin);
    place->nexus = bus;
    place->address = reg->value;
    place->address_length = reg->length;
    place->specifier = pin_bytes;
    place->specifier_length = 4;
    return follow(tree, place) == ROUTE_FOUND;
}

static error_t mend(struct devtree *tree, struct devtree_node *node,
                    const struct devtree_property *interrupts)
{
    char path[256];
    uint8_t pin[4];
    struct place place;
    if (devtree_path(node, path, sizeof(path)) != OK) {
        error_clear();
        path[0] = 0;
    }
    if (!follow_pins(tree, node, interrupts, pin, &place)) {
        print("%s: its interrupts lead nowhere; the kernel is not told of them\n", path);
        devtree_remove(node, "interrupts");
        return OK;
    }
    uint32_t handle = 0;
    get_cell(place.nexus, "AAPL,phandle", &handle);
    print_verbose("%s: interrupt routed through the bridges above it\n", path);
    error_t error = devtree_set(tree, node, "interrupts", place.specifier, place.specifier_length);
    return error == OK ? devtree_set_be32(tree, node, "interrupt-parent", handle) : error;
}

error_t interrupts_make_resolvable(struct devtree *tree)
{
    for (struct devtree_node *node = tree->root; node != NULL; node = devtree_next(node)) {
        const struct devtree_property *interrupts = devtree_get(node, "interrupts");
        /* Old World machines: AAPL,interrupts of the node or the bridge above is used instead. */
        if (interrupts == NULL || devtree_get(node, "AAPL,interrupts") != NULL ||
            (node->parent != NULL && devtree_get(node->parent, "AAPL,interrupts") != NULL)) {
            continue;
        }
        if (follow_node(tree, node, interrupts) == ROUTE_BROKEN) {
            error_t error = mend(tree, node, interrupts);
            if (error != OK) {
                return error;
            }
        }
    }
    return OK;
}
