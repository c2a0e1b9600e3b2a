/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI buses as a tree: host bridges, PCI-PCI bridges and what is behind them, found through
 * configuration space alone; and what firmware left out put in: bus numbers, bridge windows and
 * the addresses of the cards that we drive. For platforms whose firmware gives no tree.
 *
 * What firmware set up and what works stays as it is: no number and no window is taken away, no
 * register block is moved, and a machine that is set up completely is not written to, but for
 * measuring base address registers of our own cards that read 0.
 *
 * Registers: PCI Local Bus Specification 3.0, chapter 6; PCI-to-PCI Bridge Architecture
 * Specification 1.2, chapter 3.
 */
#ifndef DRIVERS_PCI_BUS_H
#define DRIVERS_PCI_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/pci.h"

struct pci_place {
    uint8_t bus, slot, function;
};

/*
 * The way to configuration space. `width` is 1, 2 or 4, `offset` a multiple of it and below 256;
 * values are the register's number. What is not there reads as all ones.
 */
struct pci_config {
    uint32_t (*read)(void *context, struct pci_place place, unsigned offset, unsigned width);
    void (*write)(void *context, struct pci_place place, unsigned offset, unsigned width,
                  uint32_t value);
    void *context;
};

enum pci_window_kind { PCI_WINDOW_MEMORY, PCI_WINDOW_PREFETCH, PCI_WINDOW_IO, PCI_WINDOW_KINDS };

/* Addresses that a bridge passes down: [base, end). Closed: base == end. */
struct pci_window {
    uint64_t base, end;
    bool fixed; /* its registers do not take what is written */
};

#define PCI_BRIDGES_MAXIMUM 256
#define PCI_ROOTS_MAXIMUM   32
#define PCI_DEPTH_MAXIMUM   32 /* bridges in a row */

struct pci_bridge {
    struct pci_place place;
    uint8_t secondary, subordinate; /* the buses behind it; 0: it has no numbers */
    uint8_t settled;  /* subordinate without what is lent while numbering goes on; 0: not yet */
    uint8_t depth;    /* how many bridges are above it */
    int16_t above;    /* the bridge above, an index; -1: it is on a root bus */
    bool cardbus;     /* a CardBus bridge */
    bool opaque;      /* never looked behind: CardBus, or too deep */
    bool one_slot;    /* a PCI Express link: slot 0 alone exists */
    bool subtractive; /* passes down all that nobody else takes, too */
    bool fresh;       /* numbered by us: nothing behind it was in use */
    bool used;        /* leads to a card of ours */
    bool widened;     /* a window was opened or widened by us */
    struct pci_window windows[PCI_WINDOW_KINDS];
};

/* Some 24 KB: not for the stack. */
struct pci_tree {
    const struct pci_config *config;
    uint8_t roots[PCI_ROOTS_MAXIMUM]; /* bus numbers of the host bridges' buses, ascending */
    size_t root_count;
    struct pci_bridge bridges[PCI_BRIDGES_MAXIMUM]; /* a bridge stands after the one above it */
    size_t bridge_count;
};

/* What was put in and what could not be. */
struct pci_outcome {
    unsigned done, failed;
};

/*
 * Finds every bus: from bus 0 downwards, then from further host bridges' buses, to which no bridge
 * leads. Bridges whose numbers make no sense (not above their own bus, not within the bridge above,
 * taken twice) get number 0 here, so that nothing is reached by two ways. Always comes to an end,
 * whatever the bridges say. `config` has to live as long as the tree.
 */
void pci_tree_find(struct pci_tree *tree, const struct pci_config *config);

/*
 * Numbers the bridges that have no number, and what is found behind them. Bridges above are
 * widened; all numbers that were there stay. `done` counts bridges; `failed` those for which no
 * number is left, each with a message.
 */
struct pci_outcome pci_tree_number(struct pci_tree *tree);

struct pci_area {
    uint64_t base, length;
};
/*
 * Where addresses may be taken from, best area first: below 4 GB, led to PCI by the host bridge,
 * not RAM and not the chipset's. Registers and windows that PCI devices have there are seen by
 * themselves. I/O: below 64 KB.
 */
struct pci_free_space {
    const struct pci_area *memory;
    size_t memory_count;
    const struct pci_area *io;
    size_t io_count;
};

/* Whether this is a card of ours. The device's path is set. */
typedef bool (*pci_wanted)(const struct pci_device *device);

/*
 * Gives addresses to registers of our cards that have none or that cannot be reached (above 4 GB,
 * outside of the windows above), opens or widens the windows of all bridges above them, and turns
 * on forwarding and bus mastering in these bridges. The cards' own command registers are left to
 * pci_enable. `done` counts register blocks; `failed` those without room, each with a message.
 */
struct pci_outcome pci_tree_assign(struct pci_tree *tree, const struct pci_free_space *space,
                                   pci_wanted wanted);

/* Our cards on all buses, ascending by bus, slot and function; path "bb:ss.f". */
size_t pci_tree_devices(const struct pci_tree *tree, pci_wanted wanted, struct pci_device *devices,
                        size_t maximum);

/*
 * Whether the bridges above `bus` pass [address, address + length) down to it, as pci_tree_assign
 * left their windows.
 */
bool pci_tree_passes(const struct pci_tree *tree, uint8_t bus, bool io, uint64_t address,
                     uint64_t length);

/* A base address register, measured. */
struct pci_bar {
    bool io, wide, prefetchable; /* wide: 64 bits, the next register has the upper half */
    uint64_t address;            /* 0: none */
    uint64_t length;             /* 0: nothing is implemented there */
};
/*
 * Measures base address register `number` (PCI 3.0, section 6.2.5.1) with the device's decoding
 * turned off for the time. Everything is as before afterwards.
 */
void pci_measure(const struct pci_config *config, struct pci_place place, unsigned number,
                 struct pci_bar *bar);

#endif
