/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/pci_rom_bar.h"

#include <string.h>

#include "drivers/io.h"
#include "lib/bytes.h"
#include "lib/pci_rom.h"

#define IMAGE_PCIR 0x18 /* where the header says where the PCI data structure is */
#define SIGNATURE  0xAA55u
#define PCIR_MAGIC 0x52494350u /* "PCIR" */
#define LAST_IMAGE 0x80
#define ALL_ONES   0xFFFFFFFFu

/* The length of the image at `offset`, 0 if that is none; `last` says whether it is the last. */
static uint32_t image_length(const struct io_window *window, uint32_t offset, bool *last)
{
    uint64_t pcir;
    uint32_t length;

    *last = true;
    if (!bytes_within(window->length, offset, PCI_ROM_HEADER_SIZE) ||
        io_read16(window, offset) != SIGNATURE)
        return 0;
    pcir = (uint64_t)offset + io_read16(window, offset + IMAGE_PCIR);
    /* Registers of 4 bytes are read where a card may want them aligned. */
    if (pcir % 4 != 0 || !bytes_within(window->length, pcir, PCI_ROM_PCIR_SIZE) ||
        io_read32(window, (unsigned)pcir) != PCIR_MAGIC)
        return 0;
    length = io_read16(window, (unsigned)pcir + PCI_ROM_PCIR_IMAGE_LENGTH) * PCI_ROM_UNIT;
    if (!bytes_within(window->length, offset, length))
        return 0;
    *last = (io_read8(window, (unsigned)pcir + PCI_ROM_PCIR_INDICATOR) & LAST_IMAGE) != 0;
    return length;
}

static uint32_t used_length(const struct io_window *window)
{
    uint32_t end = 0, length;
    bool last;

    do {
        length = image_length(window, end, &last);
        end += length;
    } while (length != 0 && !last);
    return end;
}

/* `length` is a multiple of PCI_ROM_UNIT. */
static void copy(const struct io_window *window, uint8_t *bytes, uint32_t length)
{
    for (uint32_t at = 0; at < length; at += 4)
        put_le32(bytes + at, io_read32(window, at));
}

static error_t copy_images(const struct pci_device *device, const struct io_window *window,
                           struct pci_rom_copy *rom)
{
    rom->length = used_length(window);
    if (rom->length == 0)
        return fail(ERROR_ROM_NO_PAYLOAD, "%s: its ROM is empty", device->path);
    rom->bytes = platform_claim(rom->length, 4096);
    if (rom->bytes == NULL)
        return fail(ERROR_MEMORY_CLAIM, "%u bytes for the ROM of %s", (unsigned)rom->length,
                    device->path);
    copy(window, rom->bytes, (uint32_t)rom->length);
    return OK;
}

error_t pci_rom_bar_copy(const struct pci_device *device, struct pci_rom_copy *rom)
{
    uint32_t bar = platform_pci_read(device, PCI_ROM_ADDRESS, 4);
    struct io_window window;
    error_t error;

    *rom = (struct pci_rom_copy){0};
    if (bar == ALL_ONES || (bar & PCI_ROM_ADDRESS_MASK) == 0)
        return fail(ERROR_ROM_NO_PAYLOAD, "%s: firmware gave its ROM no address", device->path);
    error = platform_pci_map(device, PCI_BAR_ROM, &window);
    if (error != OK)
        return error;
    platform_pci_write(device, PCI_ROM_ADDRESS, 4, bar | PCI_ROM_ENABLE);
    error = copy_images(device, &window, rom);
    platform_pci_write(device, PCI_ROM_ADDRESS, 4, bar);
    return error;
}

void pci_rom_bar_release(struct pci_rom_copy *rom)
{
    if (rom->bytes != NULL)
        platform_release(rom->bytes, rom->length);
    *rom = (struct pci_rom_copy){0};
}
