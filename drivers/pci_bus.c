/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding buses, bridges and cards through configuration space. */
#include "drivers/pci_bus.h"

#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "drivers/pci_bus_internal.h"

#define CAPABILITIES_MOST  48 /* (256 - 64) / 4: more of them cannot be different ones */
#define FIRST_CAPABILITY   0x40
#define CAPABILITY_EXPRESS 0x10
/* PCI Express Base 1.1, section 7.8.2: bits 7 to 4 of the capabilities register */
#define EXPRESS_FLAGS       2
#define EXPRESS_TYPE(flags) ((flags) >> 4 & 15)
#define EXPRESS_ROOT_PORT   4
#define EXPRESS_DOWNSTREAM  6
#define EXPRESS_FROM_PCI    8 /* a PCI bus above, a PCI Express link below */

/* --- Functions ------------------------------------------------------------------------------ */

/*
 * Vendor ffff alone is not "nobody there": clones with a blank EEPROM are ffff:8139. Half a number
 * with all zeros or all ones in the other half comes from bridges that end an access badly.
 */
static bool answers(const struct pci_tree *tree, struct pci_place place)
{
    uint32_t id = config_read(tree, place, PCI_VENDOR_ID, 4);

    return id != 0xFFFFFFFFu && id != 0 && id != 0xFFFF0000u && id != 0x0000FFFFu;
}

bool pci_walk_next(struct pci_walk *walk)
{
    unsigned end = (walk->one_slot ? 1 : PCI_SLOTS) * PCI_FUNCTIONS;

    while (walk->next < end) {
        unsigned function = walk->next % PCI_FUNCTIONS;

        if (function != 0 && !walk->multi) {
            walk->next += PCI_FUNCTIONS - function;
            continue;
        }
        walk->place =
            (struct pci_place){walk->bus, (uint8_t)(walk->next / PCI_FUNCTIONS), (uint8_t)function};
        walk->next++;
        if (function == 0)
            walk->multi = false; /* without function 0 there is nothing in the slot */
        if (answers(walk->tree, walk->place)) {
            uint8_t type = (uint8_t)config_read(walk->tree, walk->place, PCI_HEADER_TYPE, 1);

            if (function == 0)
                walk->multi = (type & HEADER_MULTI) != 0;
            walk->layout = type & HEADER_LAYOUT;
            return true;
        }
    }
    return false;
}

static unsigned find_capability(const struct pci_tree *tree, struct pci_place place, uint8_t id)
{
    unsigned offset;

    if (!(config_read(tree, place, PCI_STATUS, 2) & PCI_STATUS_CAPABILITIES))
        return 0;
    offset = config_read(tree, place, PCI_CAPABILITY_POINTER, 1) & 0xFC;
    for (unsigned i = 0; i < CAPABILITIES_MOST && offset >= FIRST_CAPABILITY; i++) {
        if (config_read(tree, place, offset, 1) == id)
            return offset;
        offset = config_read(tree, place, offset + 1, 1) & 0xFC;
    }
    return 0;
}

/* Some devices on a PCI Express link answer to every slot number: there is only slot 0. */
static bool leads_to_one_slot(const struct pci_tree *tree, struct pci_place place)
{
    unsigned express = find_capability(tree, place, CAPABILITY_EXPRESS);
    unsigned type;

    if (express == 0)
        return false;
    type = EXPRESS_TYPE(config_read(tree, place, express + EXPRESS_FLAGS, 2));
    return type == EXPRESS_ROOT_PORT || type == EXPRESS_DOWNSTREAM || type == EXPRESS_FROM_PCI;
}

/* --- Bridges -------------------------------------------------------------------------------- */

int pci_bridge_to(const struct pci_tree *tree, unsigned bus)
{
    for (size_t i = 0; i < tree->bridge_count; i++)
        if (bus != 0 && tree->bridges[i].secondary == bus)
            return (int)i;
    return -1;
}

static bool is_root(const struct pci_tree *tree, unsigned bus)
{
    for (size_t i = 0; i < tree->root_count; i++)
        if (tree->roots[i] == bus)
            return true;
    return false;
}

bool pci_bus_known(const struct pci_tree *tree, unsigned bus)
{
    int bridge = pci_bridge_to(tree, bus);

    return is_root(tree, bus) || (bridge >= 0 && !tree->bridges[bridge].opaque);
}

struct pci_walk pci_walk_bus(const struct pci_tree *tree, unsigned bus)
{
    int bridge = pci_bridge_to(tree, bus);

    return (struct pci_walk){.tree = tree,
                             .bus = (uint8_t)bus,
                             .one_slot = bridge >= 0 && tree->bridges[bridge].one_slot};
}

size_t pci_add_bridges(struct pci_tree *tree, unsigned bus, int above)
{
    struct pci_walk walk = {
        .tree = tree, .bus = (uint8_t)bus, .one_slot = above >= 0 && tree->bridges[above].one_slot};
    size_t first = tree->bridge_count;

    while (pci_walk_next(&walk)) {
        struct pci_bridge *bridge = &tree->bridges[tree->bridge_count];
        uint32_t numbers;

        if (walk.layout != LAYOUT_BRIDGE && walk.layout != LAYOUT_CARDBUS)
            continue;
        if (config_read(tree, walk.place, PCI_CLASS_WORD, 2) >> 8 != CLASS_BRIDGE)
            continue;
        if (tree->bridge_count == PCI_BRIDGES_MAXIMUM) {
            print("pci: more than %u bridges: the rest is left out\n", PCI_BRIDGES_MAXIMUM);
            break;
        }
        numbers = config_read(tree, walk.place, PCI_BUS_NUMBERS, 4);
        *bridge = (struct pci_bridge){
            .place = walk.place,
            .secondary = (uint8_t)(numbers >> 8),
            .subordinate = (uint8_t)(numbers >> 16),
            .settled = (uint8_t)(numbers >> 16),
            .depth = above >= 0 ? (uint8_t)(tree->bridges[above].depth + 1) : 0,
            .above = (int16_t)above,
            .cardbus = walk.layout == LAYOUT_CARDBUS,
            .subtractive =
                config_read(tree, walk.place, PCI_PROG_INTERFACE, 1) == BRIDGE_SUBTRACTIVE,
        };
        bridge->opaque = bridge->cardbus || bridge->depth >= PCI_DEPTH_MAXIMUM;
        bridge->one_slot = !bridge->cardbus && leads_to_one_slot(tree, walk.place);
        tree->bridge_count++;
    }
    return first;
}

bool pci_write_numbers(const struct pci_tree *tree, const struct pci_bridge *bridge,
                       unsigned secondary, unsigned subordinate)
{
    uint32_t old = config_read(tree, bridge->place, PCI_BUS_NUMBERS, 4);
    uint32_t numbers = (uint32_t)bridge->place.bus | secondary << 8 | subordinate << 16;

    if ((old & 0x00FFFF00) != (numbers & 0x00FFFF00) || (old & 0xFF) != bridge->place.bus)
        config_write(tree, bridge->place, PCI_BUS_NUMBERS, 4, numbers | (old & 0xFF000000u));
    /* The primary number is fixed at 0 on some bridges, and of no consequence. */
    return (config_read(tree, bridge->place, PCI_BUS_NUMBERS, 4) & 0x00FFFF00) ==
           (numbers & 0x00FFFF00);
}

/* Whether the buses behind a bridge can be where it says. `first`: the first bridge of its bus. */
static bool makes_sense(const struct pci_tree *tree, size_t index, size_t first, unsigned last)
{
    const struct pci_bridge *bridge = &tree->bridges[index];

    if (bridge->secondary <= bridge->place.bus || bridge->subordinate < bridge->secondary ||
        bridge->subordinate > last || is_root(tree, bridge->secondary))
        return false;
    for (size_t i = 0; i < tree->bridge_count; i++) {
        const struct pci_bridge *other = &tree->bridges[i];

        if (i == index || other->secondary == 0 || i > index)
            continue;
        if (other->secondary == bridge->secondary)
            return false;
        if (i >= first && bridge->secondary <= other->subordinate &&
            other->secondary <= bridge->subordinate)
            return false;
    }
    return true;
}

/*
 * The buses reached from one bus, whose own number and all below it end at `last`. Goes ever deeper
 * only with ever higher numbers within ever narrower bounds, so it ends.
 */
static void explore(struct pci_tree *tree, unsigned bus, int above, unsigned last)
{
    size_t first = pci_add_bridges(tree, bus, above);
    size_t end = tree->bridge_count;

    for (size_t i = first; i < end; i++) {
        struct pci_bridge *bridge = &tree->bridges[i];

        if (makes_sense(tree, i, first, last))
            continue;
        if (!bridge->cardbus && (bridge->secondary != 0 || bridge->subordinate != 0)) {
            print("pci: the bridge %02x:%02x.%x says that buses %u to %u are behind it: ignored\n",
                  bridge->place.bus, bridge->place.slot, bridge->place.function, bridge->secondary,
                  bridge->subordinate);
            pci_write_numbers(tree, bridge, 0, 0);
        }
        bridge->secondary = bridge->subordinate = bridge->settled = 0;
    }
    for (size_t i = first; i < end; i++)
        if (tree->bridges[i].secondary != 0 && !tree->bridges[i].opaque)
            explore(tree, tree->bridges[i].secondary, (int)i, tree->bridges[i].subordinate);
}

/* --- Root buses ----------------------------------------------------------------------------- */

static bool behind_opaque(const struct pci_tree *tree, unsigned bus)
{
    for (size_t i = 0; i < tree->bridge_count; i++) {
        const struct pci_bridge *bridge = &tree->bridges[i];

        if (bridge->opaque && bridge->secondary != 0 && bus >= bridge->secondary &&
            bus <= bridge->subordinate)
            return true;
    }
    return false;
}

/*
 * A further host bridge's bus: something answers there, and it is not bus 0 once more, which is
 * what a chipset shows that does not look at the bus number.
 */
static bool is_further_root(const struct pci_tree *tree, unsigned bus)
{
    bool alive = false, same = true;

    for (unsigned slot = 0; slot < PCI_SLOTS; slot++) {
        struct pci_place place = {(uint8_t)bus, (uint8_t)slot, 0};
        struct pci_place first = {0, (uint8_t)slot, 0};

        alive = alive || answers(tree, place);
        same = same && config_read(tree, place, PCI_VENDOR_ID, 4) ==
                           config_read(tree, first, PCI_VENDOR_ID, 4);
    }
    return alive && !same;
}

void pci_tree_find(struct pci_tree *tree, const struct pci_config *config)
{
    memset(tree, 0, sizeof *tree);
    tree->config = config;
    tree->root_count = 1;
    explore(tree, 0, -1, PCI_BUSES - 1);
    for (unsigned bus = 1; bus < PCI_BUSES && tree->root_count < PCI_ROOTS_MAXIMUM; bus++) {
        if (pci_bus_known(tree, bus) || behind_opaque(tree, bus) || !is_further_root(tree, bus))
            continue;
        tree->roots[tree->root_count++] = (uint8_t)bus;
        print_verbose("pci: bus %u is a further host bridge's\n", bus);
        explore(tree, bus, -1, PCI_BUSES - 1);
    }
}

/* --- Cards ---------------------------------------------------------------------------------- */

void pci_read_device(const struct pci_tree *tree, struct pci_place place, struct pci_device *device)
{
    uint32_t id = config_read(tree, place, PCI_VENDOR_ID, 4);
    uint32_t class_revision = config_read(tree, place, PCI_REVISION, 4);

    *device = (struct pci_device){
        .vendor = (uint16_t)id,
        .device = (uint16_t)(id >> 16),
        .subsystem_vendor = (uint16_t)config_read(tree, place, PCI_SUBSYSTEM_VENDOR_ID, 2),
        .subsystem = (uint16_t)config_read(tree, place, PCI_SUBSYSTEM_ID, 2),
        .class_code = class_revision >> 8,
        .revision = (uint8_t)class_revision,
        .bus = place.bus,
        .slot = place.slot,
        .function = place.function,
    };
    snprintf(device->path, sizeof device->path, "%02x:%02x.%x", place.bus, place.slot,
             place.function);
}

size_t pci_tree_devices(const struct pci_tree *tree, pci_wanted wanted, struct pci_device *devices,
                        size_t maximum)
{
    size_t count = 0;

    for (unsigned bus = 0; bus < PCI_BUSES; bus++) {
        struct pci_walk walk = pci_walk_bus(tree, bus);

        if (!pci_bus_known(tree, bus))
            continue;
        while (count < maximum && pci_walk_next(&walk)) {
            if (walk.layout != LAYOUT_DEVICE)
                continue;
            pci_read_device(tree, walk.place, &devices[count]);
            if (wanted(&devices[count]))
                count++;
        }
    }
    return count;
}
