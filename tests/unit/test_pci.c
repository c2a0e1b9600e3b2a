/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/host/host.h"
#include "drivers/nic.h"
#include "drivers/pci.h"
#include "lib/bytes.h"
#include "tests/unit/models/rtl8139_model.h"

static const uint8_t address[6] = {0x00, 0x05, 0x02, 0x4A, 0x3B, 0x7C};
static const struct pci_device rtl8139 = {
    .vendor = 0x10EC, .device = 0x8139, .class_code = 0x020000, .path = "/pci/card"};
static struct rtl8139_model model;
static struct host_card *card;

static int setup(void **state)
{
    (void)state;
    host_reset(4 << 20);
    rtl8139_model_init(&model, address);
    card = host_add_card(&rtl8139, 1, false, &model.io);
    return 0;
}

static uint16_t command(void)
{
    return get_le16(card->config + PCI_COMMAND);
}

/* A power capability at 50, behind another one. */
static void add_power(unsigned state)
{
    put_le16(card->config + PCI_STATUS, PCI_STATUS_CAPABILITIES);
    card->config[PCI_CAPABILITY_POINTER] = 0x41; /* the low two bits do not count */
    card->config[0x40] = 0x05;
    card->config[0x41] = 0x50;
    card->config[0x50] = PCI_CAPABILITY_POWER;
    put_le16(card->config + 0x54, (uint16_t)(0x8100 | state));
}

static void test_enable(void **state)
{
    (void)state;
    pci_enable(&card->pci);
    assert_int_equal(command(),
                     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER); /* it has no I/O address */
    put_le32(card->config + PCI_BAR(0), 0x1001);
    put_le16(card->config + PCI_COMMAND, 0x0110); /* what is set stays */
    pci_enable(&card->pci);
    assert_int_equal(command(), 0x0117);
    pci_disable_master(&card->pci);
    assert_int_equal(command(), 0x0113);
}

static void test_enable_keeps_unset_decoders_off(void **state)
{
    (void)state;
    put_le32(card->config + PCI_BAR(1), 0);
    put_le32(card->config + PCI_BAR(0), 0x1); /* I/O, no address */
    pci_enable(&card->pci);
    assert_int_equal(command(), PCI_COMMAND_MASTER);
    /* The upper half of a 64-bit register is no I/O register, whatever its lowest bit. */
    put_le32(card->config + PCI_BAR(1), 0x80000004);
    put_le32(card->config + PCI_BAR(2), 0x00000101);
    pci_enable(&card->pci);
    assert_int_equal(command(), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
    /* And it may be all that there is of an address. */
    put_le16(card->config + PCI_COMMAND, 0);
    put_le32(card->config + PCI_BAR(1), 0x00000004);
    put_le32(card->config + PCI_BAR(2), 0x00000008);
    pci_enable(&card->pci);
    assert_int_equal(command(), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}

static void test_wake(void **state)
{
    uint64_t before;

    (void)state;
    add_power(3);
    before = platform_microseconds();
    pci_enable(&card->pci);
    assert_int_equal(get_le16(card->config + 0x54), 0x0100); /* D0, PME status not cleared */
    assert_true(platform_microseconds() - before >= 10000);
    assert_int_equal(get_le32(card->config + PCI_BAR(1)), 0x82000000);
    before = platform_microseconds();
    pci_enable(&card->pci); /* awake already */
    assert_true(platform_microseconds() - before < 10000);
}

static void test_capabilities(void **state)
{
    (void)state;
    assert_int_equal(pci_find_capability(&card->pci, PCI_CAPABILITY_POWER), 0);
    add_power(0);
    assert_int_equal(pci_find_capability(&card->pci, PCI_CAPABILITY_POWER), 0x50);
    assert_int_equal(pci_find_capability(&card->pci, 0x05), 0x40);
    assert_int_equal(pci_find_capability(&card->pci, 0x10), 0);
    card->config[0x51] = 0x40; /* a ring */
    assert_int_equal(pci_find_capability(&card->pci, 0x10), 0);
    card->config[0x51] = 0x10; /* into the header, where a byte looks like one */
    card->config[0x10] = 0x10;
    assert_int_equal(pci_find_capability(&card->pci, 0x10), 0);
    put_le16(card->config + PCI_STATUS, 0); /* no list, whatever the pointer says */
    assert_int_equal(pci_find_capability(&card->pci, PCI_CAPABILITY_POWER), 0);
}

/* Configuration space that does not answer reads as ones, and nothing is written. */
static void test_absent(void **state)
{
    struct io_window window;

    (void)state;
    memset(card->config, 0xFF, sizeof card->config);
    pci_enable(&card->pci);
    pci_disable_master(&card->pci);
    assert_int_equal(command(), 0xFFFF);
    assert_int_equal(pci_find_capability(&card->pci, 0xFF), 0);
    assert_int_equal(pci_map_registers(&card->pci, PCI_MEMORY_OR_IO, 256, &window),
                     ERROR_NIC_REGISTERS);
}

static void test_map(void **state)
{
    struct io_window window;

    (void)state;
    /* I/O stands first, memory is preferred. */
    put_le32(card->config + PCI_BAR(0), 0x1001);
    assert_int_equal(pci_map_registers(&card->pci, PCI_MEMORY_OR_IO, 256, &window), OK);
    assert_ptr_equal(window.model, &model.io);
    assert_false(window.is_port);
    assert_int_equal(pci_map_registers(&card->pci, PCI_MEMORY_ONLY, 0x1000000, &window),
                     ERROR_NIC_REGISTERS);
    put_le32(card->config + PCI_BAR(1), 0);
    put_le32(card->config + PCI_BAR(0), 0);
    assert_int_equal(pci_map_registers(&card->pci, PCI_MEMORY_OR_IO, 256, &window),
                     ERROR_NIC_REGISTERS);
    put_le32(card->config + PCI_BAR(0), 0x1001);
    card->bar = 0;
    card->bar_is_io = true;
    assert_int_equal(pci_map_registers(&card->pci, PCI_MEMORY_ONLY, 256, &window),
                     ERROR_NIC_REGISTERS);
    assert_int_equal(pci_map_registers(&card->pci, PCI_MEMORY_OR_IO, 256, &window), OK);
    assert_true(window.is_port);
}

static void test_find(void **state)
{
    struct pci_device e1000 = {.vendor = 0x8086, .device = 0x100E, .path = "/pci/e1000"};
    struct pci_device other = {.vendor = 0x106B, .device = 0x0021, .path = "/pci/gmac"};
    struct nic nics[4];

    (void)state;
    host_add_card(&other, 0, false, &model.io);
    host_add_card(&e1000, 0, false, &model.io);
    memset(nics, 0xAA, sizeof nics);
    assert_int_equal(nic_find(nics, 4), 2);
    assert_string_equal(nics[0].driver->name, "rtl8139");
    assert_string_equal(nics[1].driver->name, "e1000");
    assert_string_equal(nics[1].id->name, "Intel 82540EM");
    assert_string_equal(nics[1].pci.path, "/pci/e1000");
    assert_false(nics[1].is_open);
    assert_int_equal(nic_find(nics, 1), 1);
}

/* A clone of another maker that has a row of its own is called by that, not "clone". */
static void test_own_row_goes_before_clone_rows(void **state)
{
    struct pci_device device = {
        .vendor = 0x1743, .device = 0x8139, .subsystem_vendor = 0x10EC, .subsystem = 0x8139};
    const struct nic_id *id = NULL;

    (void)state;
    assert_non_null(nic_driver_for(&device, &id));
    assert_non_null(strstr(id->name, "RTL8139"));
    device.subsystem = 0;
    assert_non_null(nic_driver_for(&device, &id));
    assert_int_equal(id->vendor, 0x1743);
    device.vendor = 0x1744;
    assert_null(nic_driver_for(&device, NULL));
}

static void test_wait_link(void **state)
{
    struct nic nic;
    uint64_t before;

    (void)state;
    nic_find(&nic, 1);
    assert_int_equal(nic_open(&nic), OK);
    assert_int_equal(nic_open(&nic), OK); /* open already */
    assert_int_equal(model.resets, 1);
    assert_ptr_equal(nic_wait_link(&nic, 1, 5000), &nic);
    assert_string_equal(host_console(), ""); /* no wait, no words */

    model.link = false;
    before = platform_milliseconds();
    assert_null(nic_wait_link(&nic, 1, 5000));
    assert_in_range(platform_milliseconds() - before, 5000, 5500);
    assert_non_null(strstr(host_console(), "waiting for a link (5 s at most"));
    assert_non_null(strstr(host_console(), ".... no link\n"));

    before = platform_milliseconds();
    host_type("x");
    assert_null(nic_wait_link(&nic, 1, 5000));
    assert_true(platform_milliseconds() - before < 100);
    assert_non_null(strstr(host_console(), "stopped by a key"));
    nic_close(&nic);
}

static bool slow_link(struct nic *nic)
{
    static unsigned asked;

    (void)nic;
    return ++asked > 100;
}

static void test_wait_for_a_slow_link(void **state)
{
    struct nic_driver driver = {.name = "slow", .link = slow_link};
    struct nic nics[] = {
        {.driver = &driver}, /* not open: not asked */
        {.driver = &driver, .pci = rtl8139, .is_open = true},
    };

    (void)state;
    assert_ptr_equal(nic_wait_link(nics, 2, 5000), &nics[1]);
    assert_non_null(strstr(host_console(), "up after 2."));
}

static void test_addresses(void **state)
{
    (void)state;
    assert_true(nic_address_valid((const uint8_t[6]){0x02, 0, 0, 0, 0, 0}));
    assert_false(nic_address_valid((const uint8_t[6]){0, 0, 0, 0, 0, 0}));
    assert_true(nic_address_valid((const uint8_t[6]){0, 0, 0, 0, 0, 1}));
    assert_false(nic_address_valid((const uint8_t[6]){1, 0, 0, 0, 0, 0}));
    assert_false(nic_address_valid((const uint8_t[6]){0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_enable, setup),
        cmocka_unit_test_setup(test_enable_keeps_unset_decoders_off, setup),
        cmocka_unit_test_setup(test_wake, setup),
        cmocka_unit_test_setup(test_capabilities, setup),
        cmocka_unit_test_setup(test_absent, setup),
        cmocka_unit_test_setup(test_map, setup),
        cmocka_unit_test_setup(test_find, setup),
        cmocka_unit_test_setup(test_own_row_goes_before_clone_rows, setup),
        cmocka_unit_test_setup(test_wait_link, setup),
        cmocka_unit_test_setup(test_wait_for_a_slow_link, setup),
        cmocka_unit_test(test_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
