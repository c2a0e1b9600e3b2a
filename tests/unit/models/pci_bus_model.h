/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI buses as chips make them: a configuration access reaches a bus only if the numbers of every
 * bridge on the way lead there, a memory or port access reaches a register block only if every
 * window on the way passes it and every decoder is on. Base address registers can be measured. What
 * no machine would stand counts as a violation.
 */
#ifndef TESTS_UNIT_MODELS_PCI_BUS_MODEL_H
#define TESTS_UNIT_MODELS_PCI_BUS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/pci_bus.h"

#define PCI_MODEL_FUNCTIONS 320
#define PCI_MODEL_ROOTS     4

/* Where a function is: on root bus number i (an index), or behind the bridge with that index. */
#define PCI_MODEL_ROOT(i) (-1 - (i))
#define PCI_MODEL_NOBODY  (-1) /* nobody decodes an address */
#define PCI_MODEL_SEVERAL (-2) /* more than one does */

struct pci_model_function {
    int parent;
    uint8_t slot, function;
    bool bridge;           /* PCI-PCI: leads on */
    bool every_slot;       /* answers in every slot and function of its bus */
    bool every_function;   /* answers to every function number, without being multifunction */
    uint64_t bar_sizes[6]; /* 0: not there (or an upper half) */
    uint8_t config[256];   /* little-endian */
    uint8_t writable[256]; /* the bits that a write changes */
};

struct pci_bus_model {
    struct pci_config config; /* for the code under test */
    struct pci_model_function functions[PCI_MODEL_FUNCTIONS];
    int count;
    uint8_t roots[PCI_MODEL_ROOTS];
    int root_count;
    bool ignores_bus; /* a chipset that shows bus 0 for every number that no bridge takes */

    unsigned writes;
    unsigned foreign_writes; /* to other functions than network cards */
    unsigned violations;
    const char *violation;
};

/* Root bus 0 alone, with a host bridge in slot 0. */
void pci_model_init(struct pci_bus_model *model);
int pci_model_add_root(struct pci_bus_model *model, uint8_t number);

/* All registers 0. `class_code` has 24 bits. Returns the function's index. */
int pci_model_add(struct pci_bus_model *model, int parent, unsigned slot, unsigned function,
                  uint32_t id, uint32_t class_code);
/* With all windows 0 to 0 and no numbers, as most come out of reset. */
int pci_model_add_bridge(struct pci_bus_model *model, int parent, unsigned slot, unsigned function);
/* `flags`: the low bits of the register (1: I/O, 4: 64 bits, 8: prefetchable). */
void pci_model_bar(struct pci_bus_model *model, int index, unsigned number, unsigned flags,
                   uint64_t size, uint64_t address);
void pci_model_numbers(struct pci_bus_model *model, int bridge, unsigned secondary,
                       unsigned subordinate);
/* Sets a window [base, end); base == end closes it. The command register is not changed. */
void pci_model_window(struct pci_bus_model *model, int bridge, enum pci_window_kind kind,
                      uint64_t base, uint64_t end);
void pci_model_command(struct pci_bus_model *model, int index, uint16_t command);
/* A PCI Express capability with this port type. */
void pci_model_express(struct pci_bus_model *model, int index, unsigned type);

uint32_t pci_model_get(const struct pci_bus_model *model, int index, unsigned offset,
                       unsigned width);
uint64_t pci_model_bar_address(const struct pci_bus_model *model, int index, unsigned number);
/* What of a bridge is open now; base == end: nothing. */
struct pci_window pci_model_open_window(const struct pci_bus_model *model, int bridge,
                                        enum pci_window_kind kind);
/* The bus number that a function is reached by now; -1: no way leads there. */
int pci_model_bus_of(const struct pci_bus_model *model, int index);
/* Who answers an access now: a function's index, or one of the two above. */
int pci_model_decode(const struct pci_bus_model *model, bool io, uint64_t address);

#endif
