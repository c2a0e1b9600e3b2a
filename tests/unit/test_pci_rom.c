/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/bytes.h"
#include "lib/pci_rom.h"
#include "lib/pci_rom_write.h"
#include "tests/unit/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h> /* last: it has a macro `fail` */

#define PCIR 0x1C

static const struct pci_rom_identity one = {0x10EC, {0x8139}, 1, 0x020000, 7};
static const struct pci_rom_identity three = {0x10EC, {0x8139, 0x8129, 0x8138}, 3, 0x020001, 1};
static const struct pci_rom_label label = {"PROG", "sawboot-ppc"};

/* `: open true ;` and a property, as toke 1.0.2 makes it; its checksum is toke's own. */
static const uint8_t fcode[] = {0xF1, 0x08, 0x09, 0x19, 0x00, 0x00, 0x00, 0x25, 0x12, 0x05,
                                0x68, 0x65, 0x6C, 0x6C, 0x6F, 0x01, 0x14, 0x12, 0x04, 0x6E,
                                0x61, 0x6D, 0x65, 0x01, 0x10, 0xB5, 0x08, 0x00, 0xB7, 0xA4,
                                0xC2, 0xB5, 0x08, 0x01, 0xB7, 0xC2, 0x00};

/* An x86 image of 1024 bytes by hand: jump over byte 6, PCIR at 0x1C. */
static size_t put_x86(uint8_t *out)
{
    static const uint8_t start[] = {0x55, 0xAA, 0x02, 0xE9, 0x7A, 0x00};
    static const uint8_t pcir[] = {'P', 'C', 'I', 'R', 0xEC, 0x10, 0x39, 0x81, 0, 0, 0x18, 0,
                                   0,   0,   0,   2,   2,    0,    1,    0,    0, 0, 0,    0};
    struct pci_rom_image image;

    memset(out, 0, 1024);
    memcpy(out, start, sizeof start);
    out[0x18] = PCIR;
    memcpy(out + PCIR, pcir, sizeof pcir);
    out[0x80] = 0xCB; /* retf */
    assert_int_equal(pci_rom_read(out, 1024, 0, &image), OK);
    assert_int_equal(pci_rom_checksum_place(&image), 6);
    assert_int_equal(pci_rom_set_checksum(out, &image, 6), OK);
    return 1024;
}

static uint8_t rom[8192];
static size_t rom_length;
static size_t places[3];

static void set_last(size_t at, bool last)
{
    struct pci_rom_image image;

    assert_int_equal(pci_rom_read(rom, sizeof rom, at, &image), OK);
    pci_rom_set_last(rom + at, &image, last);
}

/* x86, Open Firmware and a payload of 1000 bytes, padded to 8 KB. */
static int make_rom(void **state)
{
    uint8_t content[1000];
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 7);
    memset(rom, 0xFF, sizeof rom);
    places[0] = 0;
    places[1] = put_x86(rom);
    size = pci_rom_image_size(&one, PCI_ROM_OPEN_FIRMWARE, sizeof fcode);
    assert_int_equal(pci_rom_put_fcode(rom + places[1], size, &one, fcode, sizeof fcode), OK);
    places[2] = places[1] + size;
    size = pci_rom_image_size(&one, PCI_ROM_VENDOR, sizeof content);
    assert_int_equal(
        pci_rom_put_payload(rom + places[2], size, &one, &label, content, sizeof content), OK);
    rom_length = places[2] + size;
    set_last(places[2], true);
    return 0;
}

/* --- What a check says -------------------------------------------------------------------- */

static char said[2048];

static void note(void *context, const struct pci_rom_finding *finding)
{
    size_t used = strlen(said);

    (void)context;
    snprintf(said + used, sizeof said - used, "%s%u %s: %s\n", finding->wrong ? "" : "(",
             finding->image, finding->field, finding->words);
}

static unsigned check(void)
{
    size_t end;

    said[0] = 0;
    return pci_rom_check(rom, sizeof rom, note, NULL, &end);
}

/* One wrong field, which the words name. */
static void expect(unsigned wrong, const char *words)
{
    unsigned found = check();

    if (found != wrong || strstr(said, words) == NULL)
        fail_msg("%u wrong instead of %u, \"%s\" is to be in:\n%s", found, wrong, words, said);
    make_rom(NULL);
}

static void test_good(void **state)
{
    struct pci_rom_image image;
    size_t end;

    (void)state;
    assert_int_equal(check(), 0);
    assert_string_equal(said, "");
    pci_rom_check(rom, sizeof rom, note, NULL, &end);
    assert_int_equal(end, rom_length);
    assert_int_equal(pci_rom_read(rom, sizeof rom, places[1], &image), OK);
    assert_int_equal(image.offset, 1024);
    assert_int_equal(image.length, 512);
    assert_int_equal(image.vendor, 0x10EC);
    assert_int_equal(image.device, 0x8139);
    assert_int_equal(image.class_code, 0x020000);
    assert_int_equal(image.code_revision, 7);
    assert_int_equal(image.code_type, PCI_ROM_OPEN_FIRMWARE);
    assert_int_equal(image.pcir, PCIR);
    assert_int_equal(image.pcir_revision, 0);
    assert_false(image.last);
    assert_string_equal(pci_rom_code_name(image.code_type), "Open Firmware");
}

static void test_wrong_headers(void **state)
{
    (void)state;
    rom[0] = 0x54;
    expect(1, "0 signature: 54 aa");
    rom[places[1] + 1] = 0;
    expect(1, "1 signature: 55 00");
    put_le16(rom + 0x18, 0x10);
    expect(1, "0 PCIR pointer: 0x10, points into the header");
    put_le16(rom + 0x18, 0xFFF0);
    expect(1, "0 PCIR pointer: 0xfff0, points outside");
    rom[PCIR + 3] = 'X';
    expect(1, "0 PCIR signature: there is no");
    put_le16(rom + PCIR + PCI_ROM_PCIR_LENGTH, 0x17);
    expect(1, "0 PCIR length: 0x17, less than 0x18");
    rom[places[1] + PCIR + PCI_ROM_PCIR_REVISION] = 3;
    expect(1, "1 PCIR length: 0x18, less than 0x1c");
    put_le16(rom + PCIR + PCI_ROM_PCIR_LENGTH, 0x3F0);
    expect(1, "0 PCIR length: 0x3f0, ends outside");
    put_le16(rom + PCIR + PCI_ROM_PCIR_IMAGE_LENGTH, 0);
    expect(1, "0 image length: is 0");
    put_le16(rom + places[2] + PCIR + PCI_ROM_PCIR_IMAGE_LENGTH, 14);
    expect(1, "2 image length: 7168 bytes, but only 6656");
    put_le16(rom + places[1] + PCIR + PCI_ROM_PCIR_VENDOR, 0);
    expect(1, "1 vendor id: 0000");
    put_le16(rom + places[1] + PCIR + PCI_ROM_PCIR_DEVICE, 0xFFFF);
    expect(1, "1 device id: ffff");
    put_le16(rom + places[1] + PCIR + PCI_ROM_PCIR_DEVICE, 0x8129);
    expect(0, "(1 ids: 10ec:8129, image 0 has 10ec:8139");
    put_le16(rom + places[1] + PCIR + PCI_ROM_PCIR_POINTER, 0x200);
    expect(1, "1 VPD pointer: 0x200, outside");
    put_le16(rom + places[1] + PCIR + PCI_ROM_PCIR_POINTER, 0x20);
    expect(1, "1 VPD pointer: 0x20, in PCIR");
    rom[places[1] + PCIR + PCI_ROM_PCIR_CODE_TYPE] = 9;
    expect(0, "(1 code type: 09 is unknown");
    rom[places[1] + PCIR + PCI_ROM_PCIR_CODE_TYPE] = PCI_ROM_EFI;
    expect(2, "1 EFI signature: 00000000, should be 00000ef1");
    rom[places[1] + PCIR + PCI_ROM_PCIR_INDICATOR] = 0x20;
    expect(0, "(1 indicator: 20");
    memmove(rom + places[1] + 0x1E, rom + places[1] + PCIR, 0x18);
    rom[places[1] + 0x18] = 0x1E;
    expect(1, "(1 PCIR pointer: 0x1e is no multiple of 4"); /* it also meets FCode */
}

static void test_wrong_ends(void **state)
{
    (void)state;
    set_last(places[2], false);
    expect(1, "2 last-image bit: is not set");
    set_last(places[1], true);
    expect(1, "1 last-image bit: is set, but another image follows at 0x600");
    rom[rom_length + 100] = 1;
    expect(0, "(2 padding:");
    memcpy(rom + rom_length, "MKXT", 4);
    expect(0, "(2 padding:");
}

static void test_wrong_x86(void **state)
{
    (void)state;
    rom[0x80]++;
    expect(1, "0 x86 checksum: the bytes add up to 01");
    rom[2] = 0;
    expect(1, "0 x86 size: is 0");
    rom[2] = 3;
    expect(1, "0 x86 size: 1536 bytes, the image has 1024");
}

static void test_wrong_fcode(void **state)
{
    uint8_t *at = rom + places[1] + 0x34;

    (void)state;
    at[8]++;
    expect(1, "1 FCode checksum: 0919, should be 091a");
    at[0] = 0xF4;
    expect(1, "1 FCode start: byte f4");
    at[0] = 0xFD;
    expect(0, "");
    at[1] = 9;
    expect(0, "(1 FCode format: 09");
    put_be32(at + 4, 8);
    expect(1, "1 FCode length: 8");
    put_be32(at + 4, 0xFFFFFFFF);
    expect(1, "1 FCode length: 4294967295 bytes, there are 460");
    put_le16(rom + places[1] + 2, 0x10);
    expect(1, "1 FCode pointer: 0x10, points into the header");
    put_le16(rom + places[1] + 2, 0x200);
    expect(1, "1 FCode pointer: 0x200, points outside");
    put_le16(rom + places[1] + 2, 0x1FC);
    expect(1, "1 FCode: 4 bytes");
    /* FCode in front of PCIR, as long as it likes to be. */
    memcpy(rom + places[1] + 0x40, rom + places[1] + PCIR, 0x18);
    put_le16(rom + places[1] + 0x18, 0x40);
    put_be16(at + 2, pci_rom_fcode_sum(at, sizeof fcode));
    expect(1, "1 FCode pointer: 0x34, FCode and PCIR overlap");
}

static void put_family(void)
{
    size_t size = pci_rom_image_size(&three, PCI_ROM_OPEN_FIRMWARE, sizeof fcode);

    assert_int_equal(pci_rom_put_fcode(rom + places[1], size, &three, fcode, sizeof fcode), OK);
}

static void test_wrong_lists(void **state)
{
    uint8_t *pointer = rom + places[1] + PCIR + PCI_ROM_PCIR_POINTER;
    struct pci_rom_image image;
    uint16_t devices[4];

    (void)state;
    put_family();
    expect(0, "");
    put_family();
    put_le16(pointer, 0x1E2);
    expect(0, ""); /* in the zeros at the end: empty */
    put_family();
    memset(rom + places[1] + 0x1F0, 0x11, 16);
    put_le16(pointer, 0x1F0 - PCIR);
    assert_int_equal(pci_rom_read(rom, sizeof rom, places[1], &image), OK);
    assert_int_equal(pci_rom_devices(&image, devices, 4), 0);
    expect(1, "1 device list: at 0x1f0: leaves the image");
    put_family();
    put_le16(pointer, 0xFFF0);
    expect(1, "1 device list: at 0x1000c: leaves the image");
    put_family();
    put_le16(pointer, 0x18);
    expect(1, "1 device list: at 0x34: overlaps PCIR");
    put_family();
    put_le16(pointer, 0x40 - PCIR);
    rom[places[1] + 0x40 + 10] = rom[places[1] + 0x40 + 11] = 0;
    put_be16(rom + places[1] + 0x42, pci_rom_fcode_sum(rom + places[1] + 0x40, sizeof fcode));
    expect(1, "1 device list: at 0x40: overlaps the FCode");
}

static void test_wrong_payload(void **state)
{
    uint8_t *at = rom + places[2];

    (void)state;
    at[0x70 + 500]++;
    expect(1, "2 payload CRC-32:");
    at[PCI_ROM_PAYLOAD_MAGIC] = 's';
    expect(0, "(2 content: no payload");
    at[PCI_ROM_PAYLOAD_VERSION] = 2;
    expect(1, "2 payload version: 2");
    at[PCI_ROM_PAYLOAD_TYPE] = 7;
    expect(1, "2 payload type:");
    memset(at + PCI_ROM_PAYLOAD_NAME, 'n', PCI_ROM_NAME_SIZE);
    expect(1, "2 payload name:");
    put_le16(at + PCI_ROM_PAYLOAD_START, 0x60);
    expect(1, "2 payload start: 0x60, in the header");
    put_le16(at + PCI_ROM_PAYLOAD_START, 0x600);
    expect(1, "2 payload length: 1000 bytes from 0x600");
    put_le32(at + PCI_ROM_PAYLOAD_LENGTH, 0xFFFFFFFF);
    expect(1, "2 payload length: 4294967295 bytes");
}

/* --- Reading ------------------------------------------------------------------------------ */

static void test_find(void **state)
{
    struct pci_rom_payload payload;
    struct pci_rom_image image;
    const uint8_t *found;
    uint32_t length;

    (void)state;
    assert_int_equal(pci_rom_find_payload(rom, sizeof rom, "PROG", "sawboot-ppc", &payload), OK);
    assert_string_equal(payload.type, "PROG");
    assert_string_equal(payload.name, "sawboot-ppc");
    assert_int_equal(payload.length, 1000);
    assert_int_equal((uintptr_t)payload.bytes % 4, (uintptr_t)rom % 4);
    assert_int_equal(payload.bytes[999], (uint8_t)(999 * 7));
    assert_int_equal(pci_rom_find_payload(rom, sizeof rom, NULL, NULL, &payload), OK);
    assert_int_equal(pci_rom_find_payload(rom, sizeof rom, "MKXT", NULL, &payload),
                     ERROR_ROM_NO_PAYLOAD);
    assert_int_equal(pci_rom_find_payload(rom, sizeof rom, "PRO", NULL, &payload),
                     ERROR_ROM_NO_PAYLOAD);
    assert_int_equal(pci_rom_find_payload(rom, sizeof rom, NULL, "sawboot", &payload),
                     ERROR_ROM_NO_PAYLOAD);
    rom[places[2] + 0x70]++;
    assert_int_equal(pci_rom_find_payload(rom, sizeof rom, "PROG", NULL, &payload),
                     ERROR_ROM_DAMAGED);
    assert_non_null(strstr(error_detail(), "payload CRC-32"));
    set_last(places[2], false);
    assert_int_equal(pci_rom_find_payload(rom, sizeof rom, "MKXT", NULL, &payload),
                     ERROR_ROM_DAMAGED);
    make_rom(NULL);

    assert_int_equal(pci_rom_read(rom, sizeof rom, places[1], &image), OK);
    assert_int_equal(pci_rom_fcode(&image, &found, &length), OK);
    assert_int_equal(length, sizeof fcode);
    assert_memory_equal(found, fcode, sizeof fcode);
    assert_int_equal(pci_rom_payload(&image, &payload), ERROR_ROM_NO_PAYLOAD);
    assert_int_equal(pci_rom_read(rom, sizeof rom, 0, &image), OK);
    assert_int_equal(pci_rom_fcode(&image, &found, &length), ERROR_ROM_DAMAGED);
    /* Places that are none. */
    assert_int_equal(pci_rom_read(rom, sizeof rom, sizeof rom, &image), ERROR_ROM_DAMAGED);
    assert_int_equal(pci_rom_read(rom, sizeof rom, SIZE_MAX, &image), ERROR_ROM_DAMAGED);
    assert_int_equal(pci_rom_read(rom, 0, 0, &image), ERROR_ROM_DAMAGED);
}

/* --- Writing ------------------------------------------------------------------------------ */

static void test_family(void **state)
{
    uint8_t bytes[1024];
    uint16_t devices[4];
    struct pci_rom_image image;
    struct pci_rom_payload payload;
    struct pci_rom_identity four = three;
    const uint8_t *found;
    uint32_t length;
    size_t size = pci_rom_image_size(&three, PCI_ROM_OPEN_FIRMWARE, sizeof fcode);

    (void)state;
    assert_int_equal(pci_rom_put_fcode(bytes, size, &three, fcode, sizeof fcode), OK);
    assert_int_equal(pci_rom_read(bytes, size, 0, &image), OK);
    assert_int_equal(image.pcir_revision, 3);
    assert_int_equal(image.pcir_length, 0x1C);
    assert_int_equal(image.class_code, 0x020001);
    assert_int_equal(pci_rom_devices(&image, devices, 4), 3);
    assert_int_equal(devices[0], 0x8139);
    assert_int_equal(devices[2], 0x8138);
    assert_int_equal(pci_rom_devices(&image, devices, 2), 2);
    assert_int_equal(pci_rom_fcode(&image, &found, &length), OK);
    assert_ptr_equal(found, bytes + 0x40);

    /* One device instead of three: the others must not be listed any more. */
    assert_int_equal(pci_rom_set_ids(bytes, &image, &one), OK);
    assert_int_equal(pci_rom_devices(&image, devices, 4), 1);
    assert_int_equal(devices[0], 0x8139);
    assert_int_equal(pci_rom_set_ids(bytes, &image, &three), ERROR_ROM_IDS);
    assert_int_equal(pci_rom_devices(&image, devices, 4), 1);

    four.device_count = 4;
    four.devices[3] = 0;
    assert_int_equal(pci_rom_put_fcode(bytes, size, &four, fcode, sizeof fcode), ERROR_ROM_IDS);
    four.devices[3] = 0xFFFF;
    assert_int_equal(pci_rom_put_fcode(bytes, size, &four, fcode, sizeof fcode), ERROR_ROM_IDS);
    four.device_count = 0;
    assert_int_equal(pci_rom_set_ids(bytes, &image, &four), ERROR_ROM_IDS);
    four = one;
    four.vendor = 0;
    assert_int_equal(pci_rom_set_ids(bytes, &image, &four), ERROR_ROM_IDS);

    size = pci_rom_image_size(&three, PCI_ROM_VENDOR, 5);
    assert_int_equal(pci_rom_put_payload(bytes, size, &three, &label, fcode, 5), OK);
    assert_int_equal(pci_rom_read(bytes, size, 0, &image), OK);
    assert_int_equal(pci_rom_payload(&image, &payload), OK);
    assert_ptr_equal(payload.bytes, bytes + 0x80);
    assert_int_equal(payload.length, 5);
}

static void test_refused(void **state)
{
    static const struct pci_rom_label labels[] = {{"", "n"},
                                                  {"FIVES", "n"},
                                                  {"T", ""},
                                                  {"T", "a name of thirty-two characters!"},
                                                  {"T", "\n"}};
    uint8_t bytes[1024], odd[sizeof fcode];

    (void)state;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        assert_int_equal(pci_rom_put_payload(bytes, 512, &one, &labels[i], fcode, 5),
                         ERROR_ROM_NAME);
    assert_int_equal(pci_rom_put_payload(bytes, 1024, &one, &label, fcode, 5), ERROR_ROM_SPACE);
    assert_int_equal(pci_rom_put_fcode(bytes, 0, &one, fcode, sizeof fcode), ERROR_ROM_SPACE);
    assert_int_equal(pci_rom_put_fcode(bytes, 512, &one, fcode, sizeof fcode - 1),
                     ERROR_ROM_DAMAGED);
    assert_int_equal(pci_rom_put_fcode(bytes, 512, &one, fcode, 3), ERROR_ROM_DAMAGED);
    memcpy(odd, fcode, sizeof odd);
    odd[20] ^= 0x10;
    assert_int_equal(pci_rom_put_fcode(bytes, 512, &one, odd, sizeof odd), ERROR_ROM_DAMAGED);
    assert_int_equal(pci_rom_image_size(&one, PCI_ROM_OPEN_FIRMWARE, 512 - 0x34), 512);
    assert_int_equal(pci_rom_image_size(&one, PCI_ROM_OPEN_FIRMWARE, 513 - 0x34), 1024);
    assert_int_equal(pci_rom_image_size(&one, PCI_ROM_VENDOR, 0x1FFFE00 - 0x70), 0x1FFFE00);
    assert_int_equal(pci_rom_image_size(&one, PCI_ROM_VENDOR, 0x1FFFE01 - 0x70), 0);
    assert_int_equal(pci_rom_image_size(&one, PCI_ROM_VENDOR, SIZE_MAX), 0);
}

static uint32_t checksum_place(const struct pci_rom_image *image, unsigned opcode, unsigned low,
                               unsigned high)
{
    rom[3] = (uint8_t)opcode;
    rom[4] = (uint8_t)low;
    rom[5] = (uint8_t)high;
    return pci_rom_checksum_place(image);
}

static void test_checksum(void **state)
{
    struct pci_rom_image image;

    (void)state;
    assert_int_equal(pci_rom_read(rom, sizeof rom, 0, &image), OK);
    assert_int_equal(checksum_place(&image, 0xE9, 1, 0), 6);
    assert_int_equal(checksum_place(&image, 0xE9, 0, 0), 1023); /* the jump ends at 6 */
    assert_int_equal(checksum_place(&image, 0xE9, 0, 0x80), 1023);
    assert_int_equal(checksum_place(&image, 0xEB, 2, 0), 6);
    assert_int_equal(checksum_place(&image, 0xEB, 1, 0), 1023);
    assert_int_equal(checksum_place(&image, 0xEB, 0xF0, 0), 1023);
    assert_int_equal(checksum_place(&image, 0xCB, 0, 0), 1023);
    rom[1022] = 5;
    assert_int_equal(checksum_place(&image, 0xCB, 0, 0), 0);
    rom[1022] = 0;
    rom[1023] = 0x77; /* an old sum may stand there */
    assert_int_equal(checksum_place(&image, 0xCB, 0, 0), 1023);
    rom[2] = 3;
    assert_int_equal(checksum_place(&image, 0xCB, 0, 0), 0);
    assert_int_equal(pci_rom_set_checksum(rom, &image, 1023), ERROR_ROM_DAMAGED);
    make_rom(NULL);
    static const uint32_t none[] = {0, 2, 3, 5, 0x18, 0x19, 0x1C, 0x33, 1024, UINT32_MAX};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(pci_rom_set_checksum(rom, &image, none[i]), ERROR_ROM_CHECKSUM);
    rom[6] = 0;
    assert_int_equal(pci_rom_set_checksum(rom, &image, 1023), OK);
    assert_int_equal(check(), 0);
}

/* --- Anything ----------------------------------------------------------------------------- */

static void count_only(void *context, const struct pci_rom_finding *finding)
{
    assert_in_range(strlen(finding->words), 1, 119);
    *(unsigned *)context += finding->wrong;
}

/*
 * Changed bytes, cut ends: nothing outside the ROM is read (it has its own allocation, which the
 * sanitizers watch), every walk ends, and what is read without complaint is inside.
 */
static void test_random(void **state)
{
    static const uint8_t values[] = {0, 1, 0x1A, 0x7F, 0x80, 0xFE, 0xFF};
    uint32_t seed = 0x5EED0001;
    unsigned good = 0, bad = 0;

    (void)state;
    for (unsigned round = 0; round < 6000; round++) {
        size_t length = rom_length, end;
        unsigned wrong = 0;
        struct pci_rom_payload payload;

        if (random_next(&seed) % 4 == 0)
            length = random_next(&seed) % (rom_length + 1);
        uint8_t *copy = malloc(length + 1);
        assert_non_null(copy);
        /* Right up against the end of the allocation. */
        uint8_t *bytes = copy + 1;
        memcpy(bytes, rom, length);
        for (unsigned changes = random_next(&seed) % 4; changes != 0 && length != 0; changes--) {
            /* Mostly headers. */
            size_t at = places[random_next(&seed) % 3] + random_next(&seed) % 0x70;
            if (random_next(&seed) % 8 == 0)
                at = random_next(&seed) % length;
            uint32_t pick = random_next(&seed);
            if (at < length)
                bytes[at] = pick % 2 != 0 ? (uint8_t)(pick >> 8) : values[(pick >> 8) % 7];
        }
        unsigned told = pci_rom_check(bytes, length, count_only, &wrong, &end);
        assert_int_equal(told, wrong);
        assert_true(end <= length);
        error_t error = pci_rom_find_payload(bytes, length, "PROG", NULL, &payload);
        if (error == OK) {
            assert_true(payload.bytes >= bytes &&
                        bytes_within(length, (size_t)(payload.bytes - bytes), payload.length));
        }
        /* No damage means that every image can be read and used. */
        struct pci_rom_image image = {0};
        for (size_t at = 0; wrong == 0 && !image.last; at += image.length) {
            const uint8_t *found;
            uint32_t found_length;
            uint16_t devices[PCI_ROM_DEVICES_MAXIMUM];

            assert_int_equal(pci_rom_read(bytes, length, at, &image), OK);
            pci_rom_devices(&image, devices, PCI_ROM_DEVICES_MAXIMUM);
            if (image.code_type == PCI_ROM_OPEN_FIRMWARE)
                assert_int_equal(pci_rom_fcode(&image, &found, &found_length), OK);
            assert_int_equal(pci_rom_set_ids(bytes + at, &image, &one), OK);
            pci_rom_set_last(bytes + at, &image, image.last);
            if (image.code_type == PCI_ROM_X86 && pci_rom_checksum_place(&image) != 0)
                pci_rom_set_checksum(bytes + at, &image, pci_rom_checksum_place(&image));
        }
        *(wrong == 0 ? &good : &bad) += 1;
        free(copy);
    }
    assert_true(good > 300 && bad > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_good, make_rom),
        cmocka_unit_test_setup(test_wrong_headers, make_rom),
        cmocka_unit_test_setup(test_wrong_ends, make_rom),
        cmocka_unit_test_setup(test_wrong_x86, make_rom),
        cmocka_unit_test_setup(test_wrong_fcode, make_rom),
        cmocka_unit_test_setup(test_wrong_lists, make_rom),
        cmocka_unit_test_setup(test_wrong_payload, make_rom),
        cmocka_unit_test_setup(test_find, make_rom),
        cmocka_unit_test_setup(test_family, make_rom),
        cmocka_unit_test_setup(test_refused, make_rom),
        cmocka_unit_test_setup(test_checksum, make_rom),
        cmocka_unit_test_setup(test_random, make_rom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
