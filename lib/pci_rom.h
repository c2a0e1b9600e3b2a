/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading PCI expansion ROMs: images one behind the other, each with a header and a PCI data
 * structure ("PCIR"). A ROM may be a file or the bytes that a card's ROM BAR shows.
 *
 * Layout: PCI Local Bus Specification 3.0 section 6.3.1, PCI Firmware Specification 3.0 section 5.1
 * (PCIR revision 3), PCI Bus Binding to IEEE 1275 revision 2.1 section 10 (Open Firmware images),
 * IEEE 1275 section 5.2.2.5 (FCode header). All fields are little-endian except those of FCode.
 * Images of code type FFh with a header of Sawboot's own hold payloads; docs/roms.md has its
 * layout.
 */
#ifndef LIB_PCI_ROM_H
#define LIB_PCI_ROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

#define PCI_ROM_UNIT              512u /* lengths are counted in these */
#define PCI_ROM_HEADER_SIZE       0x1Au
#define PCI_ROM_PCIR_SIZE         0x18u /* revision 0 */
#define PCI_ROM_PCIR_SIZE_3       0x1Cu /* revision 3 */
#define PCI_ROM_DEVICES_MAXIMUM   64u   /* entries of a device list that are looked at */
#define PCI_ROM_FCODE_HEADER_SIZE 8u
#define PCI_ROM_NAME_SIZE         32u /* of a payload, with a NUL */

enum pci_rom_code {
    PCI_ROM_X86 = 0,
    PCI_ROM_OPEN_FIRMWARE = 1,
    PCI_ROM_PA_RISC = 2,
    PCI_ROM_EFI = 3,
    PCI_ROM_VENDOR = 0xFF,
};

/* Places of fields in the PCI data structure. */
enum {
    PCI_ROM_PCIR_VENDOR = 0x04,
    PCI_ROM_PCIR_DEVICE = 0x06,
    PCI_ROM_PCIR_POINTER = 0x08, /* revision 0: VPD, from the image; 3: device list, from here */
    PCI_ROM_PCIR_LENGTH = 0x0A,
    PCI_ROM_PCIR_REVISION = 0x0C,
    PCI_ROM_PCIR_CLASS = 0x0D,
    PCI_ROM_PCIR_IMAGE_LENGTH = 0x10,
    PCI_ROM_PCIR_CODE_REVISION = 0x12,
    PCI_ROM_PCIR_CODE_TYPE = 0x14,
    PCI_ROM_PCIR_INDICATOR = 0x15, /* bit 7: last image */
    PCI_ROM_PCIR_RUNTIME_LENGTH = 0x16,
};

/* Places of fields in an image that holds a payload, from the image's first byte:
 * behind PCIR of either revision. */
enum {
    PCI_ROM_PAYLOAD_MAGIC = 0x38, /* "SBPL" */
    PCI_ROM_PAYLOAD_VERSION = 0x3C,
    PCI_ROM_PAYLOAD_START = 0x3E, /* 16 bits: where the content begins, from the image's start */
    PCI_ROM_PAYLOAD_TYPE = 0x40,  /* four characters */
    PCI_ROM_PAYLOAD_LENGTH = 0x44,
    PCI_ROM_PAYLOAD_CRC = 0x48,
    PCI_ROM_PAYLOAD_NAME = 0x4C,
    PCI_ROM_PAYLOAD_END = 0x6C,
};

/* An image whose place, header and data structure are inside the ROM. */
struct pci_rom_image {
    const uint8_t *bytes; /* its first one, in the ROM */
    uint32_t offset, length;
    uint16_t pcir; /* from the image's start */
    uint16_t pcir_length;
    uint8_t pcir_revision;
    uint16_t vendor, device;
    uint16_t vital_product_data; /* from the image's start; 0: none */
    uint32_t device_list;        /* from the image's start; 0: none */
    uint32_t class_code;         /* 24 bits: class, subclass, programming interface */
    uint16_t code_revision;
    uint8_t code_type; /* enum pci_rom_code or another one */
    bool last;
};

/* One thing that pci_rom_check found. */
struct pci_rom_finding {
    unsigned image;  /* its number, from 0 */
    uint32_t offset; /* where the image begins */
    bool wrong;      /* false: allowed but worth knowing */
    const char *field;
    const char *words; /* until the call returns */
};
typedef void pci_rom_report(void *context, const struct pci_rom_finding *finding);

struct pci_rom_payload {
    char type[5];
    char name[PCI_ROM_NAME_SIZE];
    const uint8_t *bytes; /* in the ROM */
    uint32_t length;
};

/* The name of a code type, "vendor-specific" for FFh and "unknown" for those nobody assigned. */
const char *pci_rom_code_name(uint8_t code_type);

/*
 * The image that begins at `offset` (0 for the first; then image->offset + image->length until
 * image->last). ERROR_ROM_DAMAGED if header, data structure or the whole image is not inside
 * `length` bytes; the message names the field. Every image has a length, so a walk ends.
 */
error_t pci_rom_read(const uint8_t *rom, size_t length, size_t offset, struct pci_rom_image *image);

/*
 * Copies the device list (PCIR revision 3) of an image: at most `maximum` ids to `devices`. Returns
 * their count; 0 if there is no list, or one that leaves the image or has no end.
 */
unsigned pci_rom_devices(const struct pci_rom_image *image, uint16_t *devices, unsigned maximum);

/* The sum of the bytes modulo 256; x86 firmware wants 0 over the bytes that an image counts. */
uint8_t pci_rom_sum(const uint8_t *bytes, size_t length);
/* FCode's checksum: the 16-bit sum of what stands behind its header. `length` is at least 8. */
uint16_t pci_rom_fcode_sum(const uint8_t *fcode, size_t length);

/*
 * The FCode program of an Open Firmware image, by its header's length. ERROR_ROM_DAMAGED if it is
 * not inside the image, or if header or checksum are wrong.
 */
error_t pci_rom_fcode(const struct pci_rom_image *image, const uint8_t **fcode, uint32_t *length);
/* The same for FCode that stands alone in `available` bytes. */
error_t pci_rom_fcode_length(const uint8_t *fcode, size_t available, uint32_t *length);

/* True if an image says that it holds a payload in Sawboot's layout. */
bool pci_rom_is_payload(const struct pci_rom_image *image);
/* That payload, checked: ERROR_ROM_DAMAGED if a field or the CRC-32 is wrong. */
error_t pci_rom_payload(const struct pci_rom_image *image, struct pci_rom_payload *payload);
/*
 * The first payload of a ROM with this type and this name; NULL is any. ERROR_ROM_NO_PAYLOAD if
 * there is none, ERROR_ROM_DAMAGED if an image on the way to it cannot be read.
 */
error_t pci_rom_find_payload(const uint8_t *rom, size_t length, const char *type, const char *name,
                             struct pci_rom_payload *payload);

/*
 * Looks at every field of every image and calls `report` for each that is wrong or odd. Returns how
 * many are wrong. `end` gets the place behind the last image that could be walked to.
 */
unsigned pci_rom_check(const uint8_t *rom, size_t length, pci_rom_report *report, void *context,
                       size_t *end);

#endif
