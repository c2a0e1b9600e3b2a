/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host bridges: the way from the processor to a PCI bus, and configuration space behind it.
 */
#ifndef BOOT_OPENFIRMWARE_PCI_HOST_H
#define BOOT_OPENFIRMWARE_PCI_HOST_H

#include "boot/openfirmware/openfirmware.h"
#include "drivers/pci.h"

/* One row of a host bridge's `ranges`: PCI addresses, and where the processor sees them. */
struct pci_window {
    bool io;
    bool prefetchable;
    uint64_t pci, cpu, length;
};
#define PCI_WINDOWS_MAXIMUM 16

enum pci_access {
    PCI_ACCESS_NONE,      /* configuration space cannot be reached */
    PCI_ACCESS_METHODS,   /* config-l@ and its like of the firmware */
    PCI_ACCESS_ONE_HOT,   /* UniNorth, U3 AGP, Bandit, Chaos: see pci_host.c */
    PCI_ACCESS_MECHANISM, /* Grackle: PCI 2.2 section 3.2.2.3.2, "configuration mechanism #1" */
};

struct pci_host {
    of_cell node, instance;
    enum pci_access access;
    volatile uint8_t *address_port, *data_port;
    unsigned data_mask; /* register bits that go on the data port's address */
    unsigned first_bus;
    size_t window_count;
    struct pci_window windows[PCI_WINDOWS_MAXIMUM];
};

/* The host bridge of a node, set up at the first call. NULL if there are too many (16). */
struct pci_host *pci_host(of_cell node);

/* Where the processor sees a PCI address range. False if no window of the host has it. */
bool pci_host_translate(const struct pci_host *host, bool io, uint64_t pci, uint32_t length,
                        uint32_t *cpu);

/* Configuration space by place. Registers' numbers, all ones where it cannot be reached. */
uint32_t pci_host_read(const struct pci_host *host, unsigned bus, unsigned slot, unsigned function,
                       unsigned offset, unsigned width);
void pci_host_write(const struct pci_host *host, unsigned bus, unsigned slot, unsigned function,
                    unsigned offset, unsigned width, uint32_t value);

#endif
