/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and changing images of PCI expansion ROMs (lib/pci_rom.h). The caller owns all memory.
 * What is written has PCIR revision 0 for one device, and revision 3 with a device list for several
 * of the same vendor.
 */
#ifndef LIB_PCI_ROM_WRITE_H
#define LIB_PCI_ROM_WRITE_H

#include "lib/pci_rom.h"

/* For whom an image is, and what its data structure says. */
struct pci_rom_identity {
    uint16_t vendor;
    uint16_t devices[PCI_ROM_DEVICES_MAXIMUM];
    unsigned device_count; /* at least 1; the first one stands in the data structure itself */
    uint32_t class_code;   /* 24 bits */
    uint16_t code_revision;
};

/* What a payload is called; both are checked by pci_rom_put_payload. */
struct pci_rom_label {
    const char *type; /* one to four printable characters */
    const char *name; /* one to 31 */
};

/* Bytes of an image with `length` bytes of FCode or payload; 0 if an image cannot be so large. */
size_t pci_rom_image_size(const struct pci_rom_identity *identity, enum pci_rom_code code_type,
                          size_t length);
/*
 * Writes an image of exactly pci_rom_image_size() bytes to `out`, without last-image bit, padded
 * with zeros. The FCode is checked first (ERROR_ROM_DAMAGED).
 */
error_t pci_rom_put_fcode(uint8_t *out, size_t size, const struct pci_rom_identity *identity,
                          const uint8_t *fcode, size_t length);
error_t pci_rom_put_payload(uint8_t *out, size_t size, const struct pci_rom_identity *identity,
                            const struct pci_rom_label *label, const uint8_t *bytes, size_t length);

/*
 * Changes an image in `bytes`, which `image` was read from. Those of x86 need their checksum put
 * right afterwards. pci_rom_set_ids writes the ids into the device list too, which has to have
 * room for all of them if there is more than one, else ERROR_ROM_IDS and nothing is changed.
 */
error_t pci_rom_set_ids(uint8_t *bytes, const struct pci_rom_image *image,
                        const struct pci_rom_identity *identity);
void pci_rom_set_last(uint8_t *bytes, const struct pci_rom_image *image, bool last);

/*
 * The byte of an x86 image that can be changed to make its sum 0: byte 6 if the jump at offset 3
 * goes over it (iPXE and many others keep their checksum there), else the last byte of the counted
 * ones if the 15 before it are all 00h or all FFh. 0 if neither is so.
 */
uint32_t pci_rom_checksum_place(const struct pci_rom_image *image);
/* Changes byte `place`, which has to be one of those that the image counts, so that the sum is 0.
 */
error_t pci_rom_set_checksum(uint8_t *bytes, const struct pci_rom_image *image, uint32_t place);

#endif
