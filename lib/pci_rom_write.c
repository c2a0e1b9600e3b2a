/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/pci_rom_write.h"

#include <string.h>

#include "lib/bytes.h"
#include "lib/crc32.h"

#define PCIR_AT       0x1Cu     /* where toke and iPXE have it too */
#define IMAGE_MAXIMUM 0x1FFFE00 /* FFFFh units */
#define LAST_IMAGE    0x80u

/* Bytes of a device list with its end; 0 where none is needed. */
static size_t list_size(const struct pci_rom_identity *identity)
{
    return identity->device_count > 1 ? 2 * identity->device_count + 2 : 0;
}

/* Where the device list begins: behind everything of a fixed place. */
static size_t list_at(const struct pci_rom_identity *identity, enum pci_rom_code code_type)
{
    if (code_type == PCI_ROM_VENDOR)
        return PCI_ROM_PAYLOAD_END;
    return PCIR_AT + (identity->device_count > 1 ? PCI_ROM_PCIR_SIZE_3 : PCI_ROM_PCIR_SIZE);
}

/* Where FCode or payload begins: a payload at a multiple of 16, for readers that copy words. */
static size_t content_at(const struct pci_rom_identity *identity, enum pci_rom_code code_type)
{
    size_t end = list_at(identity, code_type) + list_size(identity);

    return (size_t)round_up(end, code_type == PCI_ROM_VENDOR ? 16 : 4);
}

size_t pci_rom_image_size(const struct pci_rom_identity *identity, enum pci_rom_code code_type,
                          size_t length)
{
    size_t start = content_at(identity, code_type);

    if (length > IMAGE_MAXIMUM - start)
        return 0;
    return (size_t)round_up(start + length, PCI_ROM_UNIT);
}

static error_t check_identity(const struct pci_rom_identity *identity)
{
    if (identity->device_count == 0 || identity->device_count > PCI_ROM_DEVICES_MAXIMUM)
        return fail(ERROR_ROM_IDS, "%u devices", identity->device_count);
    if (identity->vendor == 0 || identity->vendor == 0xFFFF)
        return fail(ERROR_ROM_IDS, "vendor %04x", identity->vendor);
    for (unsigned i = 0; i < identity->device_count; i++)
        /* 0 ends a list. */
        if (identity->devices[i] == 0xFFFF ||
            (identity->devices[i] == 0 && identity->device_count > 1))
            return fail(ERROR_ROM_IDS, "device %04x", identity->devices[i]);
    return OK;
}

static void put_list(uint8_t *at, const struct pci_rom_identity *identity)
{
    for (unsigned i = 0; i < identity->device_count; i++)
        put_le16(at + 2 * i, identity->devices[i]);
    put_le16(at + 2 * identity->device_count, 0);
}

/* Header, data structure and device list. */
static error_t put_header(uint8_t *out, size_t size, const struct pci_rom_identity *identity,
                          enum pci_rom_code code_type, size_t length)
{
    uint8_t *pcir = out + PCIR_AT;
    size_t list = list_at(identity, code_type);
    bool several = identity->device_count > 1;
    error_t error = check_identity(identity);

    if (error != OK)
        return error;
    if (size == 0 || size != pci_rom_image_size(identity, code_type, length))
        return fail(ERROR_ROM_SPACE, "%u bytes do not make one image", (unsigned)length);
    memset(out, 0, size);
    out[0] = 0x55;
    out[1] = 0xAA;
    put_le16(out + 0x18, PCIR_AT);
    memcpy(pcir, "PCIR", 4);
    put_le16(pcir + PCI_ROM_PCIR_VENDOR, identity->vendor);
    put_le16(pcir + PCI_ROM_PCIR_DEVICE, identity->devices[0]);
    put_le16(pcir + PCI_ROM_PCIR_LENGTH, several ? PCI_ROM_PCIR_SIZE_3 : PCI_ROM_PCIR_SIZE);
    pcir[PCI_ROM_PCIR_CLASS] = (uint8_t)identity->class_code;
    put_le16(pcir + PCI_ROM_PCIR_CLASS + 1, (uint16_t)(identity->class_code >> 8));
    put_le16(pcir + PCI_ROM_PCIR_IMAGE_LENGTH, (uint16_t)(size / PCI_ROM_UNIT));
    put_le16(pcir + PCI_ROM_PCIR_CODE_REVISION, identity->code_revision);
    pcir[PCI_ROM_PCIR_CODE_TYPE] = (uint8_t)code_type;
    if (several) {
        pcir[PCI_ROM_PCIR_REVISION] = 3;
        put_le16(pcir + PCI_ROM_PCIR_POINTER, (uint16_t)(list - PCIR_AT));
        put_list(out + list, identity);
    }
    return OK;
}

error_t pci_rom_put_fcode(uint8_t *out, size_t size, const struct pci_rom_identity *identity,
                          const uint8_t *fcode, size_t length)
{
    size_t start = content_at(identity, PCI_ROM_OPEN_FIRMWARE);
    uint32_t said;
    error_t error = pci_rom_fcode_length(fcode, length, &said);

    if (error == OK)
        error = put_header(out, size, identity, PCI_ROM_OPEN_FIRMWARE, length);
    if (error != OK)
        return error;
    put_le16(out + 2, (uint16_t)start);
    memcpy(out + start, fcode, length);
    return OK;
}

static bool is_label(const char *text, size_t maximum)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return length != 0 && length <= maximum;
}

error_t pci_rom_put_payload(uint8_t *out, size_t size, const struct pci_rom_identity *identity,
                            const struct pci_rom_label *label, const uint8_t *bytes, size_t length)
{
    size_t start = content_at(identity, PCI_ROM_VENDOR);
    error_t error;

    if (!is_label(label->type, 4) || !is_label(label->name, PCI_ROM_NAME_SIZE - 1))
        return fail(ERROR_ROM_NAME, "type \"%s\", name \"%s\"", label->type, label->name);
    error = put_header(out, size, identity, PCI_ROM_VENDOR, length);
    if (error != OK)
        return error;
    memcpy(out + PCI_ROM_PAYLOAD_MAGIC, "SBPL", 4);
    out[PCI_ROM_PAYLOAD_VERSION] = 1;
    put_le16(out + PCI_ROM_PAYLOAD_START, (uint16_t)start);
    memcpy(out + PCI_ROM_PAYLOAD_TYPE, label->type, strlen(label->type));
    put_le32(out + PCI_ROM_PAYLOAD_LENGTH, (uint32_t)length);
    put_le32(out + PCI_ROM_PAYLOAD_CRC, crc32_ieee(bytes, length));
    memcpy(out + PCI_ROM_PAYLOAD_NAME, label->name, strlen(label->name));
    memcpy(out + start, bytes, length);
    return OK;
}

/* --- Changes ------------------------------------------------------------------------------ */

error_t pci_rom_set_ids(uint8_t *bytes, const struct pci_rom_image *image,
                        const struct pci_rom_identity *identity)
{
    uint16_t old[PCI_ROM_DEVICES_MAXIMUM];
    unsigned room = pci_rom_devices(image, old, PCI_ROM_DEVICES_MAXIMUM);
    error_t error = check_identity(identity);

    if (error != OK)
        return error;
    if (identity->device_count > 1 && identity->device_count > room)
        return fail(ERROR_ROM_IDS, "image at 0x%x: a list of %u devices cannot hold %u",
                    (unsigned)image->offset, room, identity->device_count);
    put_le16(bytes + image->pcir + PCI_ROM_PCIR_VENDOR, identity->vendor);
    put_le16(bytes + image->pcir + PCI_ROM_PCIR_DEVICE, identity->devices[0]);
    /* A list that named other devices must not go on doing so; an empty one is left so. */
    memset(bytes + image->device_list, 0, room != 0 ? 2 * room : 0);
    if (room != 0)
        put_list(bytes + image->device_list, identity);
    return OK;
}

void pci_rom_set_last(uint8_t *bytes, const struct pci_rom_image *image, bool last)
{
    uint8_t *indicator = bytes + image->pcir + PCI_ROM_PCIR_INDICATOR;

    *indicator = (uint8_t)(last ? *indicator | LAST_IMAGE : *indicator & ~LAST_IMAGE);
}

uint32_t pci_rom_checksum_place(const struct pci_rom_image *image)
{
    const uint8_t *bytes = image->bytes;
    uint32_t counted = bytes[2] * PCI_ROM_UNIT, target = 0, last;

    if (counted == 0 || counted > image->length)
        return 0;
    if (bytes[3] == 0xEB) /* jmp with a signed byte */
        target = 5 + (bytes[4] < 0x80 ? bytes[4] : 0u);
    else if (bytes[3] == 0xE9) /* jmp with a word; those with the top bit go back */
        target = 6 + (bytes[5] < 0x80 ? get_le16(bytes + 4) : 0u);
    if (target > 6)
        return 6;
    last = counted - 1;
    for (uint32_t i = last - 15; i < last; i++)
        if (bytes[i] != bytes[last - 1] || (bytes[i] != 0 && bytes[i] != 0xFF))
            return 0;
    return last;
}

error_t pci_rom_set_checksum(uint8_t *bytes, const struct pci_rom_image *image, uint32_t place)
{
    uint32_t counted = bytes[2] * PCI_ROM_UNIT;

    if (counted == 0 || counted > image->length)
        return fail(ERROR_ROM_DAMAGED, "image at 0x%x: x86 size: %u bytes", (unsigned)image->offset,
                    (unsigned)counted);
    /* Not signature, size or jump, not the pointer to PCIR, not PCIR. */
    if (place < 6 || place >= counted || place == 0x18 || place == 0x19 ||
        ranges_overlap(place, 1, image->pcir, image->pcir_length))
        return fail(ERROR_ROM_CHECKSUM, "image at 0x%x: byte 0x%x cannot be one",
                    (unsigned)image->offset, (unsigned)place);
    bytes[place] = (uint8_t)(bytes[place] - pci_rom_sum(bytes, counted));
    return OK;
}
