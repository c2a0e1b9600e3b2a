/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card's own ROM, read through its expansion ROM base address register (PCI 2.2, section
 * 6.2.5.2), where firmware has given that an address.
 */
#ifndef DRIVERS_PCI_ROM_BAR_H
#define DRIVERS_PCI_ROM_BAR_H

#include "drivers/pci.h"

struct pci_rom_copy {
    uint8_t *bytes; /* from platform_claim; NULL: there is none */
    size_t length;
};

/*
 * Copies the ROM to memory, up to the end of its last image, for lib/pci_rom.h to read. A damaged
 * one is copied as far as its images lead. The card's registers must not be used meanwhile: it may
 * have only one address decoder for both. ERROR_ROM_NO_PAYLOAD: the card shows no ROM with images.
 */
error_t pci_rom_bar_copy(const struct pci_device *device, struct pci_rom_copy *rom);
void pci_rom_bar_release(struct pci_rom_copy *rom);

#endif
