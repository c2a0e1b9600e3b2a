/* SPDX-License-Identifier: BSD-2-Clause */
/* What pci_bus.c, pci_numbers.c and pci_addresses.c share with each other and with nobody else. */
#ifndef DRIVERS_PCI_BUS_INTERNAL_H
#define DRIVERS_PCI_BUS_INTERNAL_H

#include "drivers/pci_bus.h"

/* PCI 3.0, figure 6-1; PCI-to-PCI Bridge 1.2, figure 3-2 */
#define PCI_HEADER_TYPE    0x0E
#define HEADER_MULTI       0x80
#define HEADER_LAYOUT      0x7F
#define LAYOUT_DEVICE      0
#define LAYOUT_BRIDGE      1
#define LAYOUT_CARDBUS     2
#define PCI_BUS_NUMBERS    0x18 /* primary, secondary, subordinate, latency timer */
#define PCI_CLASS_WORD     0x0A /* class and subclass */
#define CLASS_HOST         0x0600
#define CLASS_BRIDGE       0x06 /* the class alone */
#define PCI_PROG_INTERFACE 0x09
#define BRIDGE_SUBTRACTIVE 0x01 /* programming interface of class 0604 */
#define PCI_BUSES          256
#define PCI_SLOTS          32
#define PCI_FUNCTIONS      8

static inline uint32_t config_read(const struct pci_tree *tree, struct pci_place place,
                                   unsigned offset, unsigned width)
{
    return tree->config->read(tree->config->context, place, offset, width);
}
static inline void config_write(const struct pci_tree *tree, struct pci_place place,
                                unsigned offset, unsigned width, uint32_t value)
{
    tree->config->write(tree->config->context, place, offset, width, value);
}

/* Goes over the functions of a bus that answer. Start: {.tree = t, .bus = n, .one_slot = s}. */
struct pci_walk {
    const struct pci_tree *tree;
    uint8_t bus;
    bool one_slot;
    unsigned next;          /* slot times 8 plus function */
    bool multi;             /* the slot has more functions than one */
    struct pci_place place; /* out */
    uint8_t layout;         /* out: enum of the header type */
};
bool pci_walk_next(struct pci_walk *walk);

/* The bridge whose secondary bus this is, an index; -1: a root bus, or an unknown one. */
int pci_bridge_to(const struct pci_tree *tree, unsigned bus);
/* A root bus, or directly behind a bridge that we look behind. */
bool pci_bus_known(const struct pci_tree *tree, unsigned bus);
/* Starts the walk over a known bus. */
struct pci_walk pci_walk_bus(const struct pci_tree *tree, unsigned bus);

/*
 * Puts the bridges of a bus at the end of the table, with the numbers that they have. Behind the
 * bridge with index `above`, or -1. Returns the index of the first of them.
 */
size_t pci_add_bridges(struct pci_tree *tree, unsigned bus, int above);

/* Writes a bridge's bus numbers. False if it does not take them. */
bool pci_write_numbers(const struct pci_tree *tree, const struct pci_bridge *bridge,
                       unsigned secondary, unsigned subordinate);

/* --- pci_windows.c: what bridges pass down -------------------------------------------------- */

uint64_t pci_window_granule(enum pci_window_kind kind);
/*
 * Reads the windows of all bridges into the tree. One that was never in use and that makes no
 * sense counts as closed; pci_window_shut has to close it before forwarding is turned on.
 */
void pci_windows_read(struct pci_tree *tree, const struct pci_free_space *space);
/* Writes a window's registers (below 4 GB, whole granules). False if they do not take it. */
bool pci_window_write(const struct pci_tree *tree, const struct pci_bridge *bridge,
                      enum pci_window_kind kind, struct pci_window window);
/* Closes a window, if it is open in the registers. */
void pci_window_shut(const struct pci_tree *tree, const struct pci_bridge *bridge,
                     enum pci_window_kind kind);
/* Whether one of the windows that may be used passes [base, end). */
bool pci_bridge_passes(const struct pci_bridge *bridge, bool io, bool prefetchable, uint64_t base,
                       uint64_t end);

/* Fills in a device from its configuration space. */
void pci_read_device(const struct pci_tree *tree, struct pci_place place,
                     struct pci_device *device);

#endif
