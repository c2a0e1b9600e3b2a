/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI expansion ROMs, as lib/pci_rom.h reads and checks them. */
#include "lib/bytes.h"
#include "lib/pci_rom.h"
#include "tools/inspect/describe.h"

bool is_rom(const struct subject *subject)
{
    return subject->length >= 2 && get_le16(subject->bytes) == 0xAA55;
}

static void put_finding(void *context, const struct pci_rom_finding *finding)
{
    struct value *row = put_object(context, NULL);

    put_number(row, "image", finding->image);
    put_address(row, "offset", finding->offset);
    put_boolean(row, "wrong", finding->wrong);
    put_text(row, "field", finding->field);
    put_text(row, "words", finding->words);
}

/* What an image holds beyond its header, in a few words. */
static void put_content(struct value *row, const struct pci_rom_image *image)
{
    struct pci_rom_payload payload;
    const uint8_t *fcode;
    uint32_t length;

    if (pci_rom_is_payload(image) && pci_rom_payload(image, &payload) == OK)
        put_format(row, "content", "payload %s \"%s\", %u bytes", payload.type, payload.name,
                   (unsigned)payload.length);
    else if (image->code_type == PCI_ROM_OPEN_FIRMWARE &&
             pci_rom_fcode(image, &fcode, &length) == OK)
        put_format(row, "content", "FCode, %u bytes at 0x%x", (unsigned)length,
                   (unsigned)(fcode - image->bytes));
    else if (image->code_type == PCI_ROM_X86)
        put_format(row, "content", "sum of the bytes 0x%02x",
                   pci_rom_sum(image->bytes, image->length));
    else
        put_text(row, "content", "");
}

static void put_rom_image(struct value *list, const struct pci_rom_image *image)
{
    struct value *row = put_object(list, NULL);
    uint16_t devices[PCI_ROM_DEVICES_MAXIMUM];
    unsigned count = pci_rom_devices(image, devices, PCI_ROM_DEVICES_MAXIMUM);

    put_address(row, "offset", image->offset);
    put_number(row, "length", image->length);
    put_text(row, "code", pci_rom_code_name(image->code_type));
    put_number(row, "code_type", image->code_type)->only_json = true;
    put_format(row, "card", "%04x:%04x", image->vendor, image->device);
    put_format(row, "class", "%06x", (unsigned)image->class_code);
    put_number(row, "pcir_revision", image->pcir_revision);
    put_format(row, "code_revision", "%04x", image->code_revision);
    put_number(row, "more_devices", count);
    put_boolean(row, "last", image->last);
    put_content(row, image);
}

bool describe_rom(const struct subject *subject, struct value *out)
{
    struct value *images = put_list(out, "images");
    struct value *findings = put_list(out, "findings");
    struct pci_rom_image image = {0};
    unsigned wrong;
    size_t used;
    error_t error = OK;

    wrong = pci_rom_check(subject->bytes, subject->length, put_finding, findings, &used);
    for (size_t at = 0; !image.last && error == OK; at += image.length) {
        error = pci_rom_read(subject->bytes, subject->length, at, &image);
        if (error == OK)
            put_rom_image(images, &image);
    }
    put_number(out, "used", used);
    put_number(out, "wrong", wrong);
    if (error != OK)
        put_refusal(out, error);
    return error == OK && wrong == 0;
}
