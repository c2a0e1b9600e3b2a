/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to PCI configuration space on a PC. */
#ifndef BOOT_BIOS_PCI_ACCESS_H
#define BOOT_BIOS_PCI_ACCESS_H

#include "drivers/pci_bus.h"

/*
 * Configuration mechanism 1, and for the buses that ACPI's MCFG table names the memory-mapped way,
 * where both agree. NULL if this machine has no PCI. Settled at the first call.
 */
const struct pci_config *pci_access(void);

/* The memory that the memory-mapped way takes; false if it is not used. */
bool pci_access_memory(struct pci_area *area);

#endif
