/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI expansion ROMs: images, device lists, FCode, payloads. */
#include <string.h>

#include "lib/bytes.h"
#include "lib/crc32.h"
#include "lib/pci_rom.h"
#include "tests/fuzz/fuzz.h"

static unsigned reported;

static void report(void *context, const struct pci_rom_finding *finding)
{
    (void)context;
    FUZZ_CHECK(finding->field != NULL && finding->words[0] != '\0');
    reported += finding->wrong;
}

static void check_payload(const struct pci_rom_image *image, const struct pci_rom_payload *payload)
{
    FUZZ_CHECK(fuzz_inside(image->bytes, image->length, payload->bytes, payload->length));
    FUZZ_CHECK(memchr(payload->type, '\0', sizeof payload->type) != NULL);
    FUZZ_CHECK(memchr(payload->name, '\0', sizeof payload->name) != NULL);
    FUZZ_CHECK(payload->type[0] != '\0' && payload->name[0] != '\0');
}

static void try_image(const uint8_t *rom, size_t length, const struct pci_rom_image *image)
{
    uint16_t devices[4];
    struct pci_rom_payload payload;
    const uint8_t *fcode;
    uint32_t fcode_length;

    FUZZ_CHECK(image->length != 0);
    FUZZ_CHECK(fuzz_inside(rom, length, image->bytes, image->length));
    FUZZ_CHECK(bytes_within(image->length, image->pcir, image->pcir_length));
    FUZZ_CHECK(pci_rom_devices(image, devices, 4) <= PCI_ROM_DEVICES_MAXIMUM);
    error_clear();
    if (fuzz_succeeded(pci_rom_fcode(image, &fcode, &fcode_length))) {
        FUZZ_CHECK(fuzz_inside(image->bytes, image->length, fcode, fcode_length));
        FUZZ_CHECK(fcode_length > PCI_ROM_FCODE_HEADER_SIZE);
    }
    error_clear();
    if (fuzz_succeeded(pci_rom_payload(image, &payload)))
        check_payload(image, &payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct pci_rom_image image;
    struct pci_rom_payload payload;
    size_t at = 0, end;
    unsigned count = 0;

    fuzz_begin(bytes, length);
    while (fuzz_succeeded(pci_rom_read(bytes, length, at, &image))) {
        try_image(bytes, length, &image);
        at = image.offset + image.length;
        FUZZ_CHECK(++count <= length / PCI_ROM_UNIT);
        error_clear();
        if (image.last)
            break;
    }
    error_clear();
    if (fuzz_succeeded(pci_rom_find_payload(bytes, length, "Mkxt", NULL, &payload)))
        FUZZ_CHECK(fuzz_inside(bytes, length, payload.bytes, payload.length));
    reported = 0;
    FUZZ_CHECK(pci_rom_check(bytes, length, report, NULL, &end) == reported);
    FUZZ_CHECK(end <= length);
    fuzz_end();
    return 0;
}

/* --- Mutations ---------------------------------------------------------------------------------
 */

static void repair_image(uint8_t *bytes, const struct pci_rom_image *image)
{
    uint32_t counted = bytes[2] * PCI_ROM_UNIT, at = get_le16(bytes + 2), start, length;

    if (image->code_type == PCI_ROM_X86 && counted != 0 && counted <= image->length) {
        bytes[counted - 1] = (uint8_t)(bytes[counted - 1] - pci_rom_sum(bytes, counted));
    } else if (image->code_type == PCI_ROM_OPEN_FIRMWARE &&
               bytes_within(image->length, at, PCI_ROM_FCODE_HEADER_SIZE)) {
        length = get_be32(bytes + at + 4);
        if (length >= PCI_ROM_FCODE_HEADER_SIZE && bytes_within(image->length, at, length))
            put_be16(bytes + at + 2, pci_rom_fcode_sum(bytes + at, length));
    } else if (pci_rom_is_payload(image)) {
        start = get_le16(bytes + PCI_ROM_PAYLOAD_START);
        length = get_le32(bytes + PCI_ROM_PAYLOAD_LENGTH);
        if (bytes_within(image->length, start, length))
            put_le32(bytes + PCI_ROM_PAYLOAD_CRC, crc32_ieee(bytes + start, length));
    }
}

static void repair(uint8_t *bytes, size_t length)
{
    struct pci_rom_image image;

    for (size_t at = 0; pci_rom_read(bytes, length, at, &image) == OK;
         at = image.offset + image.length) {
        repair_image(bytes + at, &image);
        if (image.last)
            break;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, repair);
}
