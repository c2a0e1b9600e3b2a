/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/pci_rom.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/crc32.h"

#define ROM_MAXIMUM    0x80000000u /* so that places in it fit 32 bits */
#define LAST_IMAGE     0x80u
#define EFI_SIGNATURE  0x0EF1u /* UEFI specification, "PCI option ROMs": at offset 4 */
#define FCODE_FORMAT   0x08u
#define FCODE_VERSION1 0xFDu
#define FCODE_START0   0xF0u
#define FCODE_START4   0xF3u

/* Who wants to know what is wrong with which image. */
struct checker {
    pci_rom_report *report;
    void *context;
    unsigned image, wrong;
    uint32_t offset;
};

__attribute__((format(printf, 4, 5))) static bool say(struct checker *checker, bool wrong,
                                                      const char *field, const char *format, ...)
{
    char words[120];
    struct pci_rom_finding finding = {checker->image, checker->offset, wrong, field, words};
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (wrong)
        checker->wrong++;
    checker->report(checker->context, &finding);
    return !wrong;
}

/* Findings as a failure of the loader: the first wrong one counts. */
static void record(void *context, const struct pci_rom_finding *finding)
{
    error_t *error = context;

    if (finding->wrong && *error == OK)
        *error = fail(ERROR_ROM_DAMAGED, "image at 0x%x: %s: %s", (unsigned)finding->offset,
                      finding->field, finding->words);
}

const char *pci_rom_code_name(uint8_t code_type)
{
    switch (code_type) {
    case PCI_ROM_X86:
        return "x86";
    case PCI_ROM_OPEN_FIRMWARE:
        return "Open Firmware";
    case PCI_ROM_PA_RISC:
        return "PA-RISC";
    case PCI_ROM_EFI:
        return "EFI";
    case PCI_ROM_VENDOR:
        return "vendor-specific";
    default:
        return "unknown";
    }
}

/* --- Header and data structure ------------------------------------------------------------ */

static bool read_pcir(struct checker *checker, size_t available, struct pci_rom_image *image)
{
    const uint8_t *pcir = image->bytes + image->pcir;
    uint16_t pointer = get_le16(pcir + PCI_ROM_PCIR_POINTER);
    unsigned least;

    image->vendor = get_le16(pcir + PCI_ROM_PCIR_VENDOR);
    image->device = get_le16(pcir + PCI_ROM_PCIR_DEVICE);
    image->pcir_length = get_le16(pcir + PCI_ROM_PCIR_LENGTH);
    image->pcir_revision = pcir[PCI_ROM_PCIR_REVISION];
    image->class_code = get_le32(pcir + PCI_ROM_PCIR_REVISION) >> 8;
    image->length = get_le16(pcir + PCI_ROM_PCIR_IMAGE_LENGTH) * PCI_ROM_UNIT;
    image->code_revision = get_le16(pcir + PCI_ROM_PCIR_CODE_REVISION);
    image->code_type = pcir[PCI_ROM_PCIR_CODE_TYPE];
    image->last = (pcir[PCI_ROM_PCIR_INDICATOR] & LAST_IMAGE) != 0;
    image->vital_product_data = image->pcir_revision < 3 ? pointer : 0;
    image->device_list = image->pcir_revision >= 3 && pointer != 0 ? image->pcir + pointer : 0u;
    least = image->pcir_revision >= 3 ? PCI_ROM_PCIR_SIZE_3 : PCI_ROM_PCIR_SIZE;
    if (image->length == 0)
        return say(checker, true, "image length", "is 0");
    if (image->length > available)
        return say(checker, true, "image length", "%u bytes, but only %u are left in the ROM",
                   (unsigned)image->length, (unsigned)available);
    if (image->pcir_length < least)
        return say(checker, true, "PCIR length", "0x%x, less than 0x%x of revision %u",
                   image->pcir_length, least, image->pcir_revision);
    if (!bytes_within(image->length, image->pcir, image->pcir_length))
        return say(checker, true, "PCIR length", "0x%x, ends outside the image",
                   image->pcir_length);
    return true;
}

/* False if the image cannot be walked over. */
static bool read_image(struct checker *checker, const uint8_t *rom, size_t length, size_t offset,
                       struct pci_rom_image *image)
{
    size_t available = bytes_within(length, offset, 0) ? length - offset : 0;
    const uint8_t *bytes;

    memset(image, 0, sizeof *image);
    checker->offset = (uint32_t)offset;
    if (length > ROM_MAXIMUM)
        return say(checker, true, "ROM", "is larger than 2 GB");
    if (available < PCI_ROM_HEADER_SIZE)
        return say(checker, true, "header", "%u bytes are left, a header has %u",
                   (unsigned)available, PCI_ROM_HEADER_SIZE);
    bytes = rom + offset;
    if (bytes[0] != 0x55 || bytes[1] != 0xAA)
        return say(checker, true, "signature", "%02x %02x, should be 55 aa", bytes[0], bytes[1]);
    image->bytes = bytes;
    image->offset = (uint32_t)offset;
    image->pcir = get_le16(bytes + 0x18);
    if (image->pcir < PCI_ROM_HEADER_SIZE)
        return say(checker, true, "PCIR pointer", "0x%x, points into the header", image->pcir);
    if (!bytes_within(available, image->pcir, PCI_ROM_PCIR_SIZE))
        return say(checker, true, "PCIR pointer", "0x%x, points outside the ROM", image->pcir);
    if (memcmp(bytes + image->pcir, "PCIR", 4) != 0)
        return say(checker, true, "PCIR signature", "there is no \"PCIR\" at 0x%x", image->pcir);
    return read_pcir(checker, available, image);
}

error_t pci_rom_read(const uint8_t *rom, size_t length, size_t offset, struct pci_rom_image *image)
{
    error_t error = OK;
    struct checker checker = {record, &error, 0, 0, 0};

    read_image(&checker, rom, length, offset, image);
    return error;
}

/* The entries of a device list, or false if it leaves the image or does not end. */
static bool list_length(const struct pci_rom_image *image, unsigned *count)
{
    for (*count = 0; *count <= PCI_ROM_DEVICES_MAXIMUM; (*count)++) {
        uint32_t at = image->device_list + 2 * *count;

        if (!bytes_within(image->length, at, 2))
            return false;
        if (get_le16(image->bytes + at) == 0)
            return true;
    }
    return false;
}

unsigned pci_rom_devices(const struct pci_rom_image *image, uint16_t *devices, unsigned maximum)
{
    unsigned count;

    if (image->device_list == 0 || !list_length(image, &count))
        return 0;
    if (count > maximum)
        count = maximum;
    for (unsigned i = 0; i < count; i++)
        devices[i] = get_le16(image->bytes + image->device_list + 2 * i);
    return count;
}

/* --- Checksums ---------------------------------------------------------------------------- */

uint8_t pci_rom_sum(const uint8_t *bytes, size_t length)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum;
}

uint16_t pci_rom_fcode_sum(const uint8_t *fcode, size_t length)
{
    uint16_t sum = 0;

    for (size_t i = PCI_ROM_FCODE_HEADER_SIZE; i < length; i++)
        sum = (uint16_t)(sum + fcode[i]);
    return sum;
}

/* --- Open Firmware ------------------------------------------------------------------------ */

static bool check_fcode(struct checker *checker, const uint8_t *fcode, size_t available,
                        uint32_t *length)
{
    uint16_t sum;

    if (available < PCI_ROM_FCODE_HEADER_SIZE)
        return say(checker, true, "FCode", "%u bytes, less than its header", (unsigned)available);
    if (fcode[0] != FCODE_VERSION1 && (fcode[0] < FCODE_START0 || fcode[0] > FCODE_START4))
        return say(checker, true, "FCode start", "byte %02x, should be f0 to f3 or fd", fcode[0]);
    if (fcode[1] != FCODE_FORMAT)
        say(checker, false, "FCode format", "%02x instead of 08", fcode[1]);
    *length = get_be32(fcode + 4);
    if (*length <= PCI_ROM_FCODE_HEADER_SIZE || *length > available)
        return say(checker, true, "FCode length", "%u bytes, there are %u", (unsigned)*length,
                   (unsigned)available);
    sum = pci_rom_fcode_sum(fcode, *length);
    if (sum != get_be16(fcode + 2))
        return say(checker, true, "FCode checksum", "%04x, should be %04x", get_be16(fcode + 2),
                   sum);
    return true;
}

/* ranges_overlap for one against the data structure. */
static bool meets_pcir(const struct pci_rom_image *image, uint32_t at, uint32_t length)
{
    return ranges_overlap(at, length, image->pcir, image->pcir_length);
}

static bool check_open_firmware(struct checker *checker, const struct pci_rom_image *image,
                                const uint8_t **fcode, uint32_t *length)
{
    uint32_t at = get_le16(image->bytes + 2);

    if (at < PCI_ROM_HEADER_SIZE)
        return say(checker, true, "FCode pointer", "0x%x, points into the header", (unsigned)at);
    if (at >= image->length)
        return say(checker, true, "FCode pointer", "0x%x, points outside the image", (unsigned)at);
    *fcode = image->bytes + at;
    if (!check_fcode(checker, *fcode, image->length - at, length))
        return false;
    if (meets_pcir(image, at, *length))
        return say(checker, true, "FCode pointer", "0x%x, FCode and PCIR overlap", (unsigned)at);
    return true;
}

error_t pci_rom_fcode_length(const uint8_t *fcode, size_t available, uint32_t *length)
{
    error_t error = OK;
    struct checker checker = {record, &error, 0, 0, 0};

    *length = 0;
    check_fcode(&checker, fcode, available, length);
    return error;
}

error_t pci_rom_fcode(const struct pci_rom_image *image, const uint8_t **fcode, uint32_t *length)
{
    error_t error = OK;
    struct checker checker = {record, &error, 0, 0, image->offset};

    *fcode = NULL;
    *length = 0;
    if (image->code_type != PCI_ROM_OPEN_FIRMWARE)
        return fail(ERROR_ROM_DAMAGED, "image at 0x%x: no Open Firmware image",
                    (unsigned)image->offset);
    check_open_firmware(&checker, image, fcode, length);
    return error;
}

/* --- Payloads ----------------------------------------------------------------------------- */

bool pci_rom_is_payload(const struct pci_rom_image *image)
{
    return image->code_type == PCI_ROM_VENDOR && image->length >= PCI_ROM_PAYLOAD_END &&
           memcmp(image->bytes + PCI_ROM_PAYLOAD_MAGIC, "SBPL", 4) == 0 &&
           !meets_pcir(image, PCI_ROM_PAYLOAD_MAGIC, 4);
}

/* Printable ASCII up to a NUL, or up to `size` bytes; nothing but zeros behind. */
static bool is_text(const uint8_t *bytes, size_t size)
{
    size_t length = 0;

    while (length < size && bytes[length] >= ' ' && bytes[length] < 0x7F)
        length++;
    for (size_t i = length; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return length != 0;
}

static bool check_payload(struct checker *checker, const struct pci_rom_image *image,
                          struct pci_rom_payload *payload)
{
    const uint8_t *bytes = image->bytes;
    uint32_t start = get_le16(bytes + PCI_ROM_PAYLOAD_START), crc;

    payload->length = get_le32(bytes + PCI_ROM_PAYLOAD_LENGTH);
    if (bytes[PCI_ROM_PAYLOAD_VERSION] != 1)
        return say(checker, true, "payload version", "%u, should be 1",
                   bytes[PCI_ROM_PAYLOAD_VERSION]);
    if (meets_pcir(image, PCI_ROM_PAYLOAD_MAGIC, PCI_ROM_PAYLOAD_END - PCI_ROM_PAYLOAD_MAGIC))
        return say(checker, true, "payload header", "overlaps PCIR");
    if (!is_text(bytes + PCI_ROM_PAYLOAD_TYPE, 4))
        return say(checker, true, "payload type", "is no text");
    if (!is_text(bytes + PCI_ROM_PAYLOAD_NAME, PCI_ROM_NAME_SIZE - 1) ||
        bytes[PCI_ROM_PAYLOAD_NAME + PCI_ROM_NAME_SIZE - 1] != 0)
        return say(checker, true, "payload name", "is no text with an end");
    if (start < PCI_ROM_PAYLOAD_END)
        return say(checker, true, "payload start", "0x%x, in the header", (unsigned)start);
    if (!bytes_within(image->length, start, payload->length))
        return say(checker, true, "payload length", "%u bytes from 0x%x leave the image",
                   (unsigned)payload->length, (unsigned)start);
    if (meets_pcir(image, start, payload->length))
        return say(checker, true, "payload start", "0x%x, payload and PCIR overlap",
                   (unsigned)start);
    payload->bytes = bytes + start;
    memcpy(payload->type, bytes + PCI_ROM_PAYLOAD_TYPE, 4);
    memcpy(payload->name, bytes + PCI_ROM_PAYLOAD_NAME, PCI_ROM_NAME_SIZE);
    crc = crc32_ieee(payload->bytes, payload->length);
    if (crc != get_le32(bytes + PCI_ROM_PAYLOAD_CRC))
        return say(checker, true, "payload CRC-32", "%08x, should be %08x",
                   (unsigned)get_le32(bytes + PCI_ROM_PAYLOAD_CRC), (unsigned)crc);
    return true;
}

error_t pci_rom_payload(const struct pci_rom_image *image, struct pci_rom_payload *payload)
{
    error_t error = OK;
    struct checker checker = {record, &error, 0, 0, image->offset};

    memset(payload, 0, sizeof *payload);
    if (!pci_rom_is_payload(image))
        return fail(ERROR_ROM_NO_PAYLOAD, "image at 0x%x holds none", (unsigned)image->offset);
    check_payload(&checker, image, payload);
    return error;
}

static bool text_is(const uint8_t *bytes, size_t size, const char *text)
{
    size_t length = strlen(text);

    return length <= size && memcmp(bytes, text, length) == 0 &&
           (length == size || bytes[length] == 0);
}

error_t pci_rom_find_payload(const uint8_t *rom, size_t length, const char *type, const char *name,
                             struct pci_rom_payload *payload)
{
    struct pci_rom_image image = {0};

    memset(payload, 0, sizeof *payload);
    do {
        error_t error = pci_rom_read(rom, length, (size_t)image.offset + image.length, &image);

        if (error != OK)
            return error;
        if (pci_rom_is_payload(&image) &&
            (type == NULL || text_is(image.bytes + PCI_ROM_PAYLOAD_TYPE, 4, type)) &&
            (name == NULL ||
             text_is(image.bytes + PCI_ROM_PAYLOAD_NAME, PCI_ROM_NAME_SIZE - 1, name)))
            return pci_rom_payload(&image, payload);
    } while (!image.last);
    return fail(ERROR_ROM_NO_PAYLOAD, "type %s, name %s", type != NULL ? type : "any",
                name != NULL ? name : "any");
}

/* --- Everything --------------------------------------------------------------------------- */

static void check_x86(struct checker *checker, const struct pci_rom_image *image)
{
    uint32_t counted = image->bytes[2] * PCI_ROM_UNIT;
    uint8_t sum;

    if (counted == 0) {
        say(checker, true, "x86 size", "is 0");
        return;
    }
    if (counted > image->length) {
        say(checker, true, "x86 size", "%u bytes, the image has %u", (unsigned)counted,
            (unsigned)image->length);
        return;
    }
    if (image->pcir + image->pcir_length > counted)
        say(checker, true, "x86 size", "%u bytes, PCIR stands behind them", (unsigned)counted);
    sum = pci_rom_sum(image->bytes, counted);
    if (sum != 0)
        say(checker, true, "x86 checksum", "the bytes add up to %02x, not 00", sum);
}

static void check_efi(struct checker *checker, const struct pci_rom_image *image)
{
    uint32_t start = get_le16(image->bytes + 0x16);

    if (get_le32(image->bytes + 4) != EFI_SIGNATURE)
        say(checker, true, "EFI signature", "%08x, should be %08x",
            (unsigned)get_le32(image->bytes + 4), EFI_SIGNATURE);
    if (start < PCI_ROM_HEADER_SIZE || start >= image->length)
        say(checker, true, "EFI image pointer", "0x%x, outside the image", (unsigned)start);
}

static void check_ids(struct checker *checker, const struct pci_rom_image *image)
{
    unsigned count;

    if (image->vendor == 0 || image->vendor == 0xFFFF)
        say(checker, true, "vendor id", "%04x is nobody's", image->vendor);
    if (image->device == 0xFFFF)
        say(checker, true, "device id", "ffff is no device's");
    if (image->device_list == 0)
        return;
    if (!list_length(image, &count))
        say(checker, true, "device list", "at 0x%x: leaves the image or does not end",
            (unsigned)image->device_list);
    else if (meets_pcir(image, image->device_list, 2 * count + 2))
        say(checker, true, "device list", "at 0x%x: overlaps PCIR", (unsigned)image->device_list);
}

static void check_pcir(struct checker *checker, const struct pci_rom_image *image)
{
    uint8_t indicator = image->bytes[image->pcir + PCI_ROM_PCIR_INDICATOR];

    /* PCI 3.0 wants four, what is older was content with two. */
    if (image->pcir % 4 != 0)
        say(checker, image->pcir % 2 != 0 || image->pcir_revision >= 3, "PCIR pointer",
            "0x%x is no multiple of 4", image->pcir);
    if (image->pcir_revision != 0 && image->pcir_revision != 3)
        say(checker, false, "PCIR revision", "%u, known are 0 and 3", image->pcir_revision);
    if ((indicator & ~LAST_IMAGE) != 0)
        say(checker, false, "indicator", "%02x has reserved bits", indicator);
    if (image->vital_product_data != 0 && (image->vital_product_data < PCI_ROM_HEADER_SIZE ||
                                           image->vital_product_data >= image->length))
        say(checker, true, "VPD pointer", "0x%x, outside the image", image->vital_product_data);
    else if (image->vital_product_data != 0 && meets_pcir(image, image->vital_product_data, 1))
        say(checker, true, "VPD pointer", "0x%x, in PCIR", image->vital_product_data);
}

static void check_list_place(struct checker *checker, const struct pci_rom_image *image,
                             const char *other, const uint8_t *bytes, uint32_t length)
{
    unsigned count;

    if (image->device_list != 0 && list_length(image, &count) &&
        ranges_overlap(image->device_list, 2 * count + 2, (uint32_t)(bytes - image->bytes), length))
        say(checker, true, "device list", "at 0x%x: overlaps the %s", (unsigned)image->device_list,
            other);
}

static void check_content(struct checker *checker, const struct pci_rom_image *image)
{
    struct pci_rom_payload payload;
    const uint8_t *fcode;
    uint32_t length;

    switch (image->code_type) {
    case PCI_ROM_X86:
        check_x86(checker, image);
        break;
    case PCI_ROM_OPEN_FIRMWARE:
        if (check_open_firmware(checker, image, &fcode, &length))
            check_list_place(checker, image, "FCode", fcode, length);
        break;
    case PCI_ROM_EFI:
        check_efi(checker, image);
        break;
    case PCI_ROM_VENDOR:
        if (!pci_rom_is_payload(image))
            say(checker, false, "content", "no payload that is known here");
        else if (check_payload(checker, image, &payload)) {
            check_list_place(checker, image, "payload", payload.bytes, payload.length);
            check_list_place(checker, image, "payload header", image->bytes + PCI_ROM_PAYLOAD_MAGIC,
                             PCI_ROM_PAYLOAD_END - PCI_ROM_PAYLOAD_MAGIC);
        }
        break;
    case PCI_ROM_PA_RISC:
        break;
    default:
        say(checker, false, "code type", "%02x is unknown", image->code_type);
        break;
    }
}

/* What stands behind the last image: padding is all FFh (erased flash) or all zeros. */
static void check_rest(struct checker *checker, const uint8_t *rom, size_t length, size_t at)
{
    bool image_follows = length - at >= 2 && rom[at] == 0x55 && rom[at + 1] == 0xAA;
    size_t end = at;

    while (end < length && rom[end] == rom[at])
        end++;
    if (image_follows)
        say(checker, true, "last-image bit", "is set, but another image follows at 0x%x",
            (unsigned)at);
    else if (end != length || (at < length && rom[at] != 0xFF && rom[at] != 0))
        say(checker, false, "padding", "%u bytes that are none stand at 0x%x",
            (unsigned)(length - at), (unsigned)at);
}

/* True if nothing but padding, or nothing at all, stands from `at` on. */
static bool nothing_follows(const uint8_t *rom, size_t length, size_t at)
{
    return at >= length ||
           ((rom[at] == 0xFF || rom[at] == 0) && (at + 1 >= length || rom[at + 1] == rom[at]));
}

unsigned pci_rom_check(const uint8_t *rom, size_t length, pci_rom_report *report, void *context,
                       size_t *end)
{
    struct checker checker = {report, context, 0, 0, 0};
    struct pci_rom_image image, first = {0};

    for (*end = 0; read_image(&checker, rom, length, *end, &image); checker.image++) {
        if (checker.image == 0)
            first = image;
        else if (image.vendor != first.vendor || image.device != first.device)
            say(&checker, false, "ids", "%04x:%04x, image 0 has %04x:%04x", image.vendor,
                image.device, first.vendor, first.device);
        check_ids(&checker, &image);
        check_pcir(&checker, &image);
        check_content(&checker, &image);
        *end += image.length;
        if (image.last) {
            check_rest(&checker, rom, length, *end);
            break;
        }
        if (nothing_follows(rom, length, *end)) {
            say(&checker, true, "last-image bit", "is not set, but no image follows");
            break;
        }
    }
    return checker.wrong;
}
