/* SPDX-License-Identifier: BSD-2-Clause */
/* ROMs of cards (FCode and a payload, an image for PCs), and a PC's SMBIOS. */
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/pci_rom_write.h"
#include "tests/fuzz/seeds.h"

static uint8_t rom[4096];
static size_t used;

static uint8_t *room_for(size_t size)
{
    uint8_t *at = rom + used;

    if (size == 0 || size > sizeof rom - used)
        abort();
    used += size;
    return at;
}

static void put_fcode(const struct pci_rom_identity *identity)
{
    uint8_t fcode[16] = {0xF1, 0x08};
    size_t size = pci_rom_image_size(identity, PCI_ROM_OPEN_FIRMWARE, sizeof fcode);

    put_be32(fcode + 4, sizeof fcode);
    put_be16(fcode + 2, pci_rom_fcode_sum(fcode, sizeof fcode));
    if (pci_rom_put_fcode(room_for(size), size, identity, fcode, sizeof fcode) != OK)
        abort();
}

static void put_payload(const struct pci_rom_identity *identity)
{
    static const uint8_t bytes[] = "a payload";
    static const struct pci_rom_label label = {"Mkxt", "driver"};
    size_t size = pci_rom_image_size(identity, PCI_ROM_VENDOR, sizeof bytes);

    if (pci_rom_put_payload(room_for(size), size, identity, &label, bytes, sizeof bytes) != OK)
        abort();
}

/* A jump over the checksum, and nothing to run. */
static void put_x86(const struct pci_rom_identity *identity)
{
    uint8_t *image = room_for(PCI_ROM_UNIT), *pcir = image + 0x1C;

    memset(image, 0, PCI_ROM_UNIT);
    put_le16(image, 0xAA55);
    image[2] = 1;
    image[3] = 0xEB;
    image[4] = 0x30;
    put_le16(image + 0x18, 0x1C);
    memcpy(pcir, "PCIR", 4);
    put_le16(pcir + PCI_ROM_PCIR_VENDOR, identity->vendor);
    put_le16(pcir + PCI_ROM_PCIR_DEVICE, identity->devices[0]);
    put_le16(pcir + PCI_ROM_PCIR_LENGTH, PCI_ROM_PCIR_SIZE);
    put_le16(pcir + PCI_ROM_PCIR_IMAGE_LENGTH, 1);
    image[6] = (uint8_t)-pci_rom_sum(image, PCI_ROM_UNIT);
}

static void seed_rom(const char *name, size_t last_at)
{
    struct pci_rom_image image;

    if (pci_rom_read(rom, used, last_at, &image) != OK)
        abort();
    pci_rom_set_last(rom + last_at, &image, true);
    seed("rom", name, rom, used);
    used = 0;
}

/* A structure of another type, the system's, the end (DMTF DSP0134, chapter 6.1). */
static void seed_smbios(void)
{
    static const char structures[] = "\0\6\0\0\1\2maker\0version\0\0"
                                     "\1\33\1\0\1\2\3\4"
                                     "0123456789abcdef"
                                     "\6\0\0maker\0product\0version\0serial\0\0"
                                     "\177\4\2\0\0";
    static const char entry[] = "_SM_\0\37\2\4\0\0\0\0\0\0\0\0_DMI_\0\140\0\0\0\17\0\3\0\47";

    seed("smbios", "structures", structures, sizeof structures);
    seed("smbios", "entry", entry, sizeof entry);
}

void seeds_of_roms(void)
{
    static const struct pci_rom_identity one = {0x10EC, {0x8139}, 1, 0x020000, 1};
    static const struct pci_rom_identity three = {0x8086, {0x100E, 0x100F, 0x1004}, 3, 0x020000, 1};

    seed_smbios();
    put_fcode(&one);
    seed_rom("fcode", 0);
    put_payload(&three);
    seed_rom("payload", 0);
    put_x86(&three);
    put_fcode(&three);
    put_payload(&three);
    seed_rom("all", 2 * PCI_ROM_UNIT);
}
