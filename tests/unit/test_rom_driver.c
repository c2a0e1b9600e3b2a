/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card's ROM, read through its base address register, and the driver in it: what the node gets
 * from good, damaged and strange ROMs; the ROM is decoded only while it is read.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/host/host.h"
#include "darwin/mkext_write.h"
#include "darwin/rom_driver.h"
#include "drivers/pci_rom_bar.h"
#include "lib/bytes.h"
#include "lib/pci_rom_write.h"

#define ROM_SIZE    0x10000u
#define ROM_ADDRESS 0x82040000u

static const struct pci_rom_identity identity = {
    .vendor = 0x10EC, .devices = {0x8139}, .device_count = 1, .class_code = 0x020000};
static const struct pci_device device = {
    .vendor = 0x10EC, .device = 0x8139, .class_code = 0x020000, .path = "/pci/card"};

static uint8_t rom[ROM_SIZE];
static size_t used; /* what is in it */
static struct host_card *card;
static struct devtree tree;
static struct devtree_node *node;
static struct nic nic;
static uint8_t archive[0x4000];
static size_t archive_length;

/* The ROM answers only when it is enabled and memory decoding is not asked of this model. */
static uint32_t read_rom(void *context, unsigned offset, unsigned width)
{
    (void)context;
    assert_true(bytes_within(ROM_SIZE, offset, width));
    assert_int_equal(offset % width, 0);
    if ((get_le32(card->config + PCI_ROM_ADDRESS) & PCI_ROM_ENABLE) == 0)
        return 0xFFFFFFFFu >> (32 - 8 * width);
    return width == 1 ? rom[offset] : width == 2 ? get_le16(rom + offset) : get_le32(rom + offset);
}

static void write_rom(void *context, unsigned offset, unsigned width, uint32_t value)
{
    (void)context;
    (void)offset;
    (void)width;
    (void)value;
    assert_true(false);
}

static struct io_model model = {.read = read_rom, .write = write_rom};

static void make_archive(void)
{
    static const char plist[] = "<plist><dict/></plist>";
    static uint8_t module[9000];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof module; i++)
        module[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
    const struct mkext_source source = {.plist = (const uint8_t *)plist,
                                        .plist_length = sizeof plist - 1,
                                        .module = module,
                                        .module_length = sizeof module};
    assert_int_equal(mkext_write(&source, 1, true, archive, sizeof archive, &archive_length), OK);
}

/* Puts a payload behind what is in the ROM; it becomes the last image. */
static size_t add(const char *type, const char *name, const uint8_t *bytes, size_t length)
{
    const struct pci_rom_label label = {.type = type, .name = name};
    struct pci_rom_image image;
    size_t size = pci_rom_image_size(&identity, PCI_ROM_VENDOR, length), at = used;
    for (size_t i = 0; i < used; i += image.length) {
        assert_int_equal(pci_rom_read(rom, ROM_SIZE, i, &image), OK);
        pci_rom_set_last(rom + i, &image, false);
    }
    assert_int_equal(pci_rom_put_payload(rom + at, size, &identity, &label, bytes, length), OK);
    assert_int_equal(pci_rom_read(rom, ROM_SIZE, at, &image), OK);
    pci_rom_set_last(rom + at, &image, true);
    used += size;
    return at;
}

static int setup(void **state)
{
    (void)state;
    host_reset(8 << 20);
    memset(rom, 0xFF, sizeof rom);
    used = 0;
    card = host_add_card(&device, 1, false, NULL);
    card->rom = &model;
    card->rom_length = ROM_SIZE;
    put_le32(card->config + PCI_ROM_ADDRESS, ROM_ADDRESS);
    nic = (struct nic){.pci = card->pci};
    assert_int_equal(devtree_create(&tree), OK);
    node = tree.root;
    make_archive();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    devtree_free(&tree);
    assert_int_equal(host_claimed(), 0);
    return 0;
}

/* The node's driver is the archive. */
static void has_driver(void)
{
    const struct devtree_property *found = devtree_get(node, ROM_DRIVER_PROPERTY);
    assert_non_null(found);
    assert_int_equal(found->length, archive_length);
    assert_memory_equal(found->value, archive, archive_length);
}

static void has_none(const char *words)
{
    assert_int_equal(rom_driver_add(&tree, node, &nic), OK);
    assert_null(devtree_get(node, ROM_DRIVER_PROPERTY));
    assert_int_equal(get_le32(card->config + PCI_ROM_ADDRESS) & PCI_ROM_ENABLE, 0);
    if (words == NULL)
        assert_string_equal(host_console(), "");
    else
        assert_non_null(strstr(host_console(), words));
}

static void test_copy(void **state)
{
    (void)state;
    struct pci_rom_copy copy;
    add("PROG", "first", archive, 1000);
    add("PROG", "second", archive, 3000);
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), OK);
    assert_int_equal(copy.length, used);
    assert_memory_equal(copy.bytes, rom, used);
    assert_int_equal(get_le32(card->config + PCI_ROM_ADDRESS), ROM_ADDRESS);
    pci_rom_bar_release(&copy);
    assert_null(copy.bytes);
    /* Where firmware left it on, it stays on. */
    put_le32(card->config + PCI_ROM_ADDRESS, ROM_ADDRESS | PCI_ROM_ENABLE);
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), OK);
    assert_int_equal(get_le32(card->config + PCI_ROM_ADDRESS), ROM_ADDRESS | PCI_ROM_ENABLE);
    pci_rom_bar_release(&copy);
    put_le32(card->config + PCI_ROM_ADDRESS, ROM_ADDRESS);
}

static void test_nothing_to_copy(void **state)
{
    (void)state;
    struct pci_rom_copy copy;
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), ERROR_ROM_NO_PAYLOAD);
    assert_null(copy.bytes);
    add("PROG", "first", archive, 1000);
    put_le32(card->config + PCI_ROM_ADDRESS, 0);
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), ERROR_ROM_NO_PAYLOAD);
    put_le32(card->config + PCI_ROM_ADDRESS, 0xFFFFFFFFu);
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), ERROR_ROM_NO_PAYLOAD);
    put_le32(card->config + PCI_ROM_ADDRESS, ROM_ADDRESS);
    host_limit_claims(0);
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), ERROR_MEMORY_CLAIM);
    assert_null(copy.bytes);
    assert_int_equal(get_le32(card->config + PCI_ROM_ADDRESS), ROM_ADDRESS);
    card->rom = NULL; /* the register cannot be reached */
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), ERROR_NIC_REGISTERS);
}

/* As far as the images lead, and never beyond the ROM. */
static void test_strange_images(void **state)
{
    (void)state;
    struct pci_rom_copy copy;
    size_t first = add("PROG", "first", archive, 1000);
    size_t second = add("PROG", "second", archive, 3000);
    static const struct {
        unsigned at;
        uint16_t value;
    } damages[] = {
        {0, 0},                                /* signature */
        {0x18, 0xFFFC},                        /* a data structure in another place */
        {0x18, 0x1E},                          /* at no multiple of 4 */
        {0x1C, 0},                             /* its own signature */
        {0x1C + PCI_ROM_PCIR_IMAGE_LENGTH, 0}, /* no length */
        {0x1C + PCI_ROM_PCIR_IMAGE_LENGTH, 0xFFFF},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        uint16_t old = get_le16(rom + second + damages[i].at);
        put_le16(rom + second + damages[i].at, damages[i].value);
        assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), OK);
        assert_int_equal(copy.length, second - first);
        pci_rom_bar_release(&copy);
        put_le16(rom + second + damages[i].at, old);
    }
    /* A row without end stops where the ROM does. */
    rom[second + 0x1C + PCI_ROM_PCIR_INDICATOR] = 0;
    while (used + 4096 <= ROM_SIZE) {
        memcpy(rom + used, rom + second, 3584);
        used += 3584;
    }
    assert_int_equal(pci_rom_bar_copy(&card->pci, &copy), OK);
    assert_int_equal(copy.length, used);
    pci_rom_bar_release(&copy);
}

static void test_driver(void **state)
{
    (void)state;
    add("PROG", "sawboot-ppc", archive, 500);
    add("MKXT", "RTL8139.mkext", archive, archive_length);
    assert_int_equal(rom_driver_add(&tree, node, &nic), OK);
    has_driver();
    assert_non_null(strstr(host_console(), "RTL8139.mkext"));
    assert_int_equal(get_le32(card->config + PCI_ROM_ADDRESS), ROM_ADDRESS);
}

static void test_no_driver(void **state)
{
    (void)state;
    has_none(NULL);
    add("PROG", "sawboot-ppc", archive, 500);
    has_none(NULL);
}

static void test_damaged_driver(void **state)
{
    (void)state;
    size_t at = add("MKXT", "RTL8139.mkext", archive, archive_length);
    rom[at + 0x100] ^= 1;
    has_none("SB-ROM-01");
}

/* Whole in the ROM, but no archive that the kernel would take. */
static void test_unfit_driver(void **state)
{
    (void)state;
    archive[archive_length - 1] ^= 1;
    add("MKXT", "pc.mkext", archive, archive_length);
    has_none("SB-KEXT-03");
}

static void test_truncated_rom(void **state)
{
    (void)state;
    add("PROG", "sawboot-ppc", archive, 500);
    size_t at = add("MKXT", "RTL8139.mkext", archive, archive_length);
    rom[at] = 0;
    has_none("SB-ROM-01");
}

/* What FCode made stays if it is good; the ROM is not read. */
static void test_made_by_fcode(void **state)
{
    (void)state;
    assert_int_equal(devtree_set(&tree, node, ROM_DRIVER_PROPERTY, archive, archive_length), OK);
    card->rom = NULL;
    assert_int_equal(rom_driver_add(&tree, node, &nic), OK);
    has_driver();
    assert_string_equal(host_console(), "");
    archive[200] ^= 1;
    assert_int_equal(devtree_set(&tree, node, ROM_DRIVER_PROPERTY, archive, archive_length), OK);
    has_none("SB-KEXT-03");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_to_copy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strange_images, setup, teardown),
        cmocka_unit_test_setup_teardown(test_driver, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_driver, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_driver, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unfit_driver, setup, teardown),
        cmocka_unit_test_setup_teardown(test_truncated_rom, setup, teardown),
        cmocka_unit_test_setup_teardown(test_made_by_fcode, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
