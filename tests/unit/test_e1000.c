/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "console/error.h"
#include "drivers/nic_inspect.h"
#include "lib/bytes.h"
#include "tests/unit/models/driver_bench.h"
#include "tests/unit/models/e1000_model.h"
#include "tests/unit/random.h"

static const uint8_t address[6] = {0x00, 0x1B, 0x21, 0x4A, 0x3B, 0x7C};
static struct e1000_model model;

static bool arrive(unsigned number, size_t length)
{
    uint8_t frame[16000];

    fill(frame, length, number);
    return e1000_model_receive(&model, frame, length, 0);
}

static void insert(uint16_t device, uint8_t revision)
{
    struct pci_device pci = {.vendor = 0x8086,
                             .device = device,
                             .revision = revision,
                             .class_code = 0x020000,
                             .path = "/pci@f2000000/e1000@10"};

    e1000_model_init(&model, address);
    bench_insert(&pci, 0, &model.io, address, "e1000");
}

static int setup(void **state)
{
    (void)state;
    insert(0x100E, 3);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    bench_end(model.violations, model.violation);
    return 0;
}

static void test_open(void **state)
{
    uint32_t bus;

    (void)state;
    e1000_model_init(&model, address);
    model.registers[0x5208 / 4] = 0xFFFFFFFF;
    open_card();
    assert_memory_equal(nic.address, address, 6);
    assert_int_equal(model.resets, 1);
    assert_int_equal(model.phy_resets, 0); /* the link was up: left alone */
    assert_int_equal(model.receive_control_writes, 1);
    assert_int_equal(e1000_model_register(&model, 0x0100), 0x8002);
    /* Groups: none but the one where spanning tree is spoken, 01:80:c2:00:00:00. */
    assert_int_equal(e1000_model_register(&model, 0x5408), 0x00C28001);
    assert_int_equal(e1000_model_register(&model, 0x540C), 0x80000000);
    assert_int_equal(e1000_model_register(&model, 0x0400) & 0xA, 0xA);
    assert_int_equal(e1000_model_register(&model, 0x5820) & 0x2000, 0); /* ARP is ours */
    assert_int_equal(e1000_model_register(&model, 0x5208), 0);
    assert_int_equal(e1000_model_register(&model, 0x5404) >> 31, 1);
    assert_int_equal(e1000_model_register(&model, 0x5414), 0);
    assert_int_equal(e1000_model_register(&model, 0x00D8), 0xFFFFFFFF);
    assert_int_equal(e1000_model_register(&model, 0x3828) & 0x013F0000, 0x01010000);
    assert_int_equal(e1000_model_register(&model, 0x0410), 10 | 8 << 10 | 6 << 20);
    bus = e1000_model_register(&model, 0x2800);
    assert_true(e1000_model_register(&model, 0x2808) / 16 >= 32);
    assert_int_equal(e1000_model_register(&model, 0x2808) % 128, 0);
    assert_int_equal(e1000_model_register(&model, 0x3808) % 128, 0);
    assert_int_equal(bus % e1000_model_register(&model, 0x2808), 0); /* aligned to its size */
    assert_int_equal(e1000_model_register(&model, 0x3800) % e1000_model_register(&model, 0x3808),
                     0);
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & 6, 6);
    assert_true(nic.driver->link(&nic));
}

static uint64_t reading(const struct nic_readings *readings, const char *name)
{
    size_t i = 0;

    while (i < readings->count && strcmp(readings->list[i].name, name) != 0)
        i++;
    assert_true(i < readings->count);
    return readings->list[i].value;
}

/* Registers and statistics, now and as they were when the card was closed. */
static void test_inspect(void **state)
{
    static struct nic_readings readings;

    (void)state;
    open_card();
    model.registers[0x4074 / 4] = 12;
    model.registers[0x4088 / 4] = 0x89ABCDEF;
    model.registers[0x408C / 4] = 0x12;
    assert_true(nic_inspect(&nic, &readings));
    assert_true(readings.count < NIC_READINGS_MAXIMUM);
    assert_int_equal(reading(&readings, "GPRC"), 12);
    assert_int_equal(reading(&readings, "GORC"), 0x1289ABCDEF);
    assert_int_equal(reading(&readings, "RCTL") & 2, 2);
    assert_int_equal(reading(&readings, "STATUS") & 2, 2);
    model.registers[0x4010 / 4] = 77;
    nic_close(&nic);
    assert_non_null(nic_inspected_last(&nic));
    assert_int_equal(reading(nic_inspected_last(&nic), "MPC"), 77);
    assert_int_equal(reading(nic_inspected_last(&nic), "RCTL") & 2, 2);
    nic.pci.path[1] = 'x';
    assert_null(nic_inspected_last(&nic));
}

static void test_close(void **state)
{
    (void)state;
    open_card();
    nic_close(&nic);
    assert_int_equal(e1000_model_register(&model, 0x0100) & 2, 0);
    assert_int_equal(e1000_model_register(&model, 0x0400) & 2, 0);
    assert_int_equal(e1000_model_register(&model, 0x00D8), 0xFFFFFFFF);
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & PCI_COMMAND_MASTER, 0);
    assert_int_equal(host_claimed(), 0);
    open_card();
    assert_true(arrive(1, 60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
}

static void test_close_of_a_card_that_hangs(void **state)
{
    uint8_t frame[60] = {0};
    uint64_t before;

    (void)state;
    open_card();
    model.transmitter_dead = true;
    model.receiver_hangs = true;
    nic.driver->transmit(&nic, frame, sizeof frame);
    before = platform_milliseconds();
    nic_close(&nic);
    assert_true(platform_milliseconds() - before < 1000);
    assert_non_null(strstr(host_console(), "does not stop"));
}

static void test_receiver_left_on_by_firmware(void **state)
{
    (void)state;
    model.registers[0x0100 / 4] = 0x8002;
    model.registers[0x0400 / 4] = 0x000A;
    open_card(); /* the model minds a reset with the receiver on */
    assert_int_equal(model.receive_control_writes, 2);
}

static void test_reset_that_never_ends(void **state)
{
    uint64_t before = platform_milliseconds();

    (void)state;
    put_le16(card->config + PCI_COMMAND, 0x0003);
    model.reset_hangs = true;
    assert_int_equal(nic_open(&nic), ERROR_NIC_RESET);
    assert_non_null(strstr(error_detail(), "e1000@10"));
    assert_true(platform_milliseconds() - before < 1000);
    assert_int_equal(get_le16(card->config + PCI_COMMAND), 0x0003);
}

static void test_registers_that_do_not_answer(void **state)
{
    (void)state;
    model.registers[8 / 4] = 0xFFFFFFFF;
    assert_int_equal(nic_open(&nic), ERROR_NIC_REGISTERS);
}

static void test_no_memory(void **state)
{
    (void)state;
    host_limit_claims(0);
    assert_int_equal(nic_open(&nic), ERROR_NIC_MEMORY);
    host_limit_claims(65536);
    assert_int_equal(nic_open(&nic), ERROR_NIC_MEMORY);
    assert_int_equal(host_claimed(), 0);
}

static void test_io_space_alone_will_not_do(void **state)
{
    struct pci_device pci = card->pci;

    (void)state;
    host_reset(4 << 20);
    card = host_add_card(&pci, 2, true, &model.io);
    nic_find(&nic, 1);
    assert_int_equal(nic_open(&nic), ERROR_NIC_REGISTERS);
}

/* --- Resets of the kinds ------------------------------------------------------------------- */

static void test_revision_3_resets_by_shadow(void **state)
{
    static const uint16_t devices[] = {0x1026, 0x1027, 0x1079, 0x107A, 0x108A, 0x1099, 0x10B5};

    (void)state;
    for (unsigned i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        insert(devices[i], 1);
        model.reset_by_shadow = true;
        open_card();
        assert_int_equal(model.resets, 1);
        nic_close(&nic);
    }
}

static void test_first_82541_resets_its_phy_first(void **state)
{
    static const uint16_t devices[] = {0x1013, 0x1014, 0x1018, 0x1019, 0x101A};

    (void)state;
    for (unsigned i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        insert(devices[i], 0);
        model.phy_reset_first = true;
        model.eerd = EERD_LARGE;
        model.phy[0x2F5B & 31] = 0x0042;
        open_card();
        /* The IGP PHY was prepared: transmitter off, values, negotiation, transmitter as before. */
        assert_true(model.phy_write_count >= 12);
        assert_int_equal(model.phy_writes[0].number, 0x2F5B);
        assert_int_equal(model.phy_writes[0].value, 3);
        assert_int_equal(model.phy_writes[1].value, 0x0140);
        assert_int_equal(model.phy_writes[2].number, 0x1F95);
        assert_int_equal(model.phy_writes[10].number, 0x2010);
        assert_int_equal(model.phy_writes[11].number, 0);
        assert_int_equal(model.phy_writes[11].value, 0x3300);
        nic_close(&nic);
    }
}

static void test_82547_fuses(void **state)
{
    (void)state;
    insert(0x1019, 0);
    model.phy_reset_first = true;
    model.fuse = 0xA000 | 0x0F80 | 0x0050; /* coarse above its limit */
    open_card();
    assert_int_equal(model.phy_write_count, 15);
    assert_int_equal(model.phy_writes[13].number, 0x20DC);
    assert_int_equal(model.phy_writes[13].value, 0xA000 | 0x0F00 | 0x0040);
    assert_int_equal(model.phy_writes[14].number, 0x20DE);
    assert_int_equal(model.phy_writes[14].value, 2);
    nic_close(&nic);
    insert(0x1019, 0);
    model.phy_reset_first = true;
    model.fuse = 0x0F80 | 0x0040;
    open_card();
    assert_int_equal(model.phy_writes[13].value, 0x0A80 | 0x0040);
    nic_close(&nic);
    insert(0x1019, 0);
    model.spare_fuse = 0x0100; /* fused in the factory */
    open_card();
    assert_int_equal(model.phy_write_count, 13);
}

static void test_second_82541_keeps_its_link(void **state)
{
    (void)state;
    insert(0x107C, 5);
    model.eerd = EERD_LARGE;
    open_card();
    assert_int_equal(model.phy_resets, 0);
    assert_int_equal(model.phy_write_count, 0);
    nic_close(&nic);
    insert(0x107C, 5);
    model.link = false;
    model.phy_reset_first = true;
    open_card();
    assert_true(model.phy_resets > 0);
    assert_int_equal(model.phy_writes[2].number, 0x1F73);
    assert_int_equal(model.phy_writes[2].value, 0x0099);
}

static void test_link_down_at_open_resets_the_phy(void **state)
{
    (void)state;
    model.link = false;
    open_card();
    assert_int_equal(model.phy_resets, 1);
    assert_int_equal(e1000_model_register(&model, 0) & 0x80000000, 0); /* and lets it go */
    assert_false(nic.driver->link(&nic));
    model.link = true;
    assert_true(nic.driver->link(&nic));
}

static void test_link_that_does_not_return_after_the_reset(void **state)
{
    (void)state;
    model.link_lost_in_reset = true;
    open_card();
    assert_int_equal(model.phy_resets, 1);
    model.link = true;
    assert_true(nic.driver->link(&nic));
}

static void test_silent_phy(void **state)
{
    uint64_t before = platform_milliseconds();

    (void)state;
    insert(0x1013, 0);
    model.phy_silent = true;
    open_card(); /* it may work all the same */
    assert_true(platform_milliseconds() - before < 1000);
    assert_true(arrive(1, 60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
}

static void test_ce4100_has_its_phy_elsewhere(void **state)
{
    (void)state;
    insert(0x2E6E, 0);
    model.link = false;
    open_card();
    assert_int_equal(model.phy_resets, 0);
}

static void test_82542(void **state)
{
    (void)state;
    insert(0x1000, 2);
    put_le16(card->config + PCI_COMMAND, 0x0012);
    model.old_places = true;
    model.fibre = true;
    model.loads_by_itself = false;
    model.wants_request = false;
    model.partner_negotiates = true;
    open_card();
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & PCI_COMMAND_INVALIDATE, 0);
    assert_memory_equal(nic.address, address, 6);
    assert_int_equal(e1000_model_register(&model, 0x0410), 10 | 2 << 10 | 10 << 20);
    assert_int_equal(model.receive_control_writes, 3); /* held in reset, let go, on */
    assert_true(nic.driver->link(&nic));
    assert_true(arrive(1, 100));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(got.damaged, 0);
    nic_close(&nic);
    insert(0x1000, 3); /* rev 2.1 keeps MWI */
    put_le16(card->config + PCI_COMMAND, 0x0012);
    model.old_places = model.fibre = true;
    model.wants_request = false;
    open_card();
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & PCI_COMMAND_INVALIDATE, 0x10);
    assert_int_equal(model.receive_control_writes, 1);
}

static void test_82544(void **state)
{
    uint8_t frame[1514];

    (void)state;
    insert(0x100C, 2);
    model.loads_by_itself = false; /* EE_RST makes it load */
    model.wants_request = false;
    open_card();
    assert_memory_equal(nic.address, address, 6);
    /* Never a buffer that ends in the first half of an 8-byte word. */
    for (unsigned length = 60; length < 76; length++) {
        fill(frame, length, length);
        assert_int_equal(nic.driver->transmit(&nic, frame, length), OK);
        assert_memory_equal(model.sent[model.sent_count - 1], frame, length);
        assert_int_equal((model.sent_from[model.sent_count - 1] + length - 1) & 4, 4);
    }
}

/* --- Address ---------------------------------------------------------------------------------- */

/* Leaves the EEPROM as the only source: RAL0 is empty after the reset. */
static void empty_registers(void)
{
    model.loads_by_itself = false;
    memset(&model.registers[0x5400 / 4], 0, 8);
}

static void test_address_from_eerd_small(void **state)
{
    (void)state;
    empty_registers();
    open_card();
    assert_memory_equal(nic.address, address, 6);
    assert_int_equal(e1000_model_register(&model, 0x5400), get_le32(address));
    assert_int_equal(e1000_model_register(&model, 0x5404), 0x80000000 | get_le16(address + 4));
}

static void test_address_from_eerd_large(void **state)
{
    (void)state;
    insert(0x107C, 5);
    empty_registers();
    model.eerd = EERD_LARGE;
    open_card();
    assert_memory_equal(nic.address, address, 6);
}

static void test_address_by_microwire(void **state)
{
    (void)state;
    empty_registers();
    model.eerd = EERD_NONE;
    open_card();
    assert_memory_equal(nic.address, address, 6);
    assert_int_equal(e1000_model_register(&model, 0x10) & 0x40, 0); /* the wires are given back */
}

static void test_address_by_large_microwire(void **state)
{
    (void)state;
    empty_registers();
    model.eerd = EERD_NONE;
    model.eeprom.address_bits = 8;
    open_card();
    assert_memory_equal(nic.address, address, 6);
}

static void test_address_by_microwire_without_request(void **state)
{
    (void)state;
    insert(0x1004, 2); /* 82543GC */
    empty_registers();
    model.reload_ignored = true;
    model.wants_request = model.grants = false;
    open_card();
    assert_memory_equal(nic.address, address, 6);
}

static void test_address_by_spi(void **state)
{
    (void)state;
    for (unsigned bits = 8; bits <= 16; bits += 8) {
        insert(0x1076, 0);
        empty_registers();
        model.eerd = EERD_NONE;
        model.eeprom.spi = true;
        model.eeprom.address_bits = bits;
        model.eeprom.spi_busy = 2;
        open_card();
        assert_memory_equal(nic.address, address, 6);
        nic_close(&nic);
    }
}

static void test_spi_that_stays_busy(void **state)
{
    (void)state;
    insert(0x1076, 0);
    empty_registers();
    model.eerd = EERD_NONE;
    model.eeprom.spi = true;
    model.eeprom.address_bits = 8;
    model.eeprom.spi_busy = 1000000;
    assert_int_equal(nic_open(&nic), ERROR_NIC_ADDRESS);
}

static void test_wires_not_granted(void **state)
{
    (void)state;
    empty_registers();
    model.eerd = EERD_NONE;
    model.grants = false;
    assert_int_equal(nic_open(&nic), ERROR_NIC_ADDRESS);
    assert_int_equal(host_claimed(), 0);
}

static void test_bad_checksum(void **state)
{
    (void)state;
    empty_registers();
    model.eeprom.words[20] ^= 0x100;
    assert_int_equal(nic_open(&nic), ERROR_NIC_ADDRESS);
}

/* A virtual 82545EM: RAL0 has the address without AV, the EEPROM's sum is wrong. */
static void test_virtual_82545(void **state)
{
    (void)state;
    insert(0x100F, 1);
    model.marks_valid = false;
    model.eeprom.words[20] ^= 0x100;
    open_card();
    assert_memory_equal(nic.address, address, 6);
    assert_int_equal(e1000_model_register(&model, 0x5404) >> 31, 1); /* it receives */
}

/*
 * VMware's 82545EM: the reset leaves RAL0/RAH0 without the valid bit, whatever they hold, and
 * nothing loads them; the EEPROM answers through EERD.
 */
static void test_vmware_82545(void **state)
{
    static const uint32_t left[][2] = {{0, 0}, {0x5634A200, 0x00009A78}, {0xFFFFFFFF, 0x0000FFFF}};

    (void)state;
    for (unsigned i = 0; i < sizeof left / sizeof left[0]; i++) {
        insert(0x100F, 1);
        model.loads_by_itself = false;
        model.reload_ignored = true;
        model.left_by_reset[0] = left[i][0];
        model.left_by_reset[1] = left[i][1];
        open_card();
        assert_int_equal(model.resets, 1);
        assert_memory_equal(nic.address, address, 6);
        assert_int_equal(e1000_model_register(&model, 0x5400), get_le32(address));
        assert_int_equal(e1000_model_register(&model, 0x5404), 0x80000000 | get_le16(address + 4));
        assert_true(arrive(1, 60));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        nic_close(&nic);
    }
}

/* The chip has loaded what the EEPROM says, valid bit and all: a group's address. */
static void test_group_address(void **state)
{
    (void)state;
    model.eeprom.words[0] |= 1;
    e1000_model_checksum(&model);
    assert_int_equal(nic_open(&nic), ERROR_NIC_ADDRESS);
    assert_non_null(strstr(error_detail(), "01:1b:21:4a:3b:7c"));
}

static void test_second_port_loaded_by_the_chip(void **state)
{
    (void)state;
    insert(0x1010, 1);
    model.second_port = true;
    open_card();
    assert_int_equal(nic.address[5], address[5] ^ 1); /* once, not twice */
}

static void test_second_port_from_eeprom(void **state)
{
    (void)state;
    insert(0x1079, 3);
    model.reset_by_shadow = true;
    model.second_port = true;
    empty_registers();
    open_card();
    assert_int_equal(nic.address[5], address[5] ^ 1);
    nic_close(&nic);
    insert(0x1079, 3);
    model.reset_by_shadow = true;
    empty_registers();
    open_card();
    assert_int_equal(nic.address[5], address[5]);
}

/* --- Receive -----------------------------------------------------------------------------------
 */

static void test_receive(void **state)
{
    (void)state;
    open_card();
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_true(arrive(1, 60));
    assert_true(arrive(2, 1514));
    assert_true(arrive(3, 61));
    assert_int_equal(nic.driver->poll(&nic, receive, 2), 2);
    assert_int_equal(nic.driver->poll(&nic, receive, 2), 1);
    assert_int_equal(nic.driver->poll(&nic, receive, 2), 0);
    assert_int_equal(got.damaged, 0);
    assert_int_equal(got.length[0], 60);
    assert_int_equal(got.length[1], 1514);
    assert_int_equal(got.length[2], 61);
    assert_int_equal(nic.counters.received, 3);
    assert_int_equal(e1000_model_register(&model, 0x2818), 63); /* eight at a time go back */
    for (unsigned i = 0; i < 5; i++)
        assert_true(arrive(4 + i, 60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 5);
    assert_int_equal(e1000_model_register(&model, 0x2818), 7); /* all but the last are back */
}

/* What the driver says that it has room for has room at any time between two polls. */
static void test_burst(void **state)
{
    (void)state;
    open_card();
    for (unsigned before = 0; before < 20; before++) {
        assert_true(arrive(before, 60));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        for (unsigned i = 0; i < nic.driver->burst; i++)
            assert_true(arrive(i, 1514));
        while (nic.driver->poll(&nic, receive, 8) != 0)
            ;
    }
    assert_int_equal(got.count, 20 * (1 + nic.driver->burst));
    assert_int_equal(got.damaged, 0);
}

static void test_ring_wrap(void **state)
{
    unsigned number = 0, expected = 0;

    (void)state;
    open_card();
    for (unsigned round = 0; round < 500; round++) {
        for (unsigned i = 0; i < 1 + round % 40; i++) {
            assert_true(arrive(number & 0xFF, 60 + (number * 37) % 1455));
            number++;
        }
        while (nic.driver->poll(&nic, receive, 5) != 0)
            ;
        if (got.count > 400) {
            expected += got.count;
            got.count = 0;
        }
    }
    assert_int_equal(expected + got.count, number);
    assert_int_equal(got.damaged, 0);
}

static void test_ring_full(void **state)
{
    unsigned in = 0;

    (void)state;
    open_card();
    while (arrive(in, 1514))
        in++;
    assert_true(in >= 31); /* all but one */
    assert_int_equal(in, e1000_model_register(&model, 0x2808) / 16 - 1);
    while (nic.driver->poll(&nic, receive, 200) != 0)
        ;
    assert_int_equal(got.count, in);
    assert_true(arrive(1, 60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(got.damaged, 0);
}

/* The frame is in the buffer but the descriptor is not written back yet. */
static void test_done_bit_decides(void **state)
{
    uint8_t *descriptor;

    (void)state;
    open_card();
    assert_true(arrive(1, 60));
    descriptor = host_memory(e1000_model_register(&model, 0x2800));
    descriptor[12] = 0;
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    descriptor[12] = 3;
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
}

static void test_frame_over_several_buffers_is_dropped(void **state)
{
    (void)state;
    open_card();
    for (unsigned i = 0; i < 100; i++) {
        assert_true(arrive(1, 60));
        assert_true(arrive(2, 5000)); /* three descriptors */
        assert_true(arrive(3, 100));
        got.count = 0;
        while (nic.driver->poll(&nic, receive, 8) != 0)
            ;
        assert_int_equal(got.count, 2);
        assert_int_equal(got.first[0], 1);
        assert_int_equal(got.first[1], 3);
        assert_int_equal(nic.counters.receive_errors, i + 1);
    }
    assert_int_equal(got.damaged, 0);
}

/*
 * Whatever comes over the wire, and however often or seldom the ring is looked at: what is handed
 * out is what was sent, and when it is quiet again the next frame arrives. (Not the first one
 * behind a frame that had no room to its end: that looks like its end.)
 */
static void test_anything_on_the_wire(void **state)
{
    static const uint8_t errors[] = {0x01, 0x02, 0x04, 0x10, 0x80};
    static uint8_t frame[9000];
    uint32_t random = 20261130;
    unsigned number = 0;

    (void)state;
    open_card();
    for (unsigned round = 0; round < 2000; round++) {
        bool flood = random_next(&random) % 4 == 0; /* and seldom looked at */

        for (unsigned step = random_next(&random) % 60; step != 0; step--) {
            unsigned what = random_next(&random) % (flood ? 128 : 32);
            unsigned length = random_length(&random, flood, what == 0);

            fill(frame, length, ++number);
            if (what < 6 && what > 0)
                nic.driver->poll(&nic, receive, 1 + random_next(&random) % 20);
            else if (what == 6)
                assert_int_equal(nic.driver->transmit(&nic, frame, 60), OK);
            else
                e1000_model_receive(&model, frame, length,
                                    what == 7 ? errors[random_next(&random) % 5] : 0);
        }
        while (nic.driver->poll(&nic, receive, 20) != 0)
            ;
        assert_true(arrive(0, 60));
        nic.driver->poll(&nic, receive, 20);
        got.count = 0;
        assert_true(arrive(round, 200));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        assert_int_equal(got.first[0], round & 0xFF);
        assert_int_equal(got.damaged, 0);
        model.sent_count = 0;
    }
}

static void test_bad_frames(void **state)
{
    static const uint8_t errors[] = {0x01, 0x02, 0x04, 0x10, 0x80};
    uint8_t frame[1600];

    (void)state;
    open_card();
    fill(frame, sizeof frame, 1);
    for (unsigned i = 0; i < sizeof errors; i++) {
        assert_true(e1000_model_receive(&model, frame, 100, errors[i]));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
        assert_int_equal(nic.counters.receive_errors, i + 1);
    }
    /* Checksum verdicts are no frame errors. */
    assert_true(e1000_model_receive(&model, frame, 100, 0x60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_true(e1000_model_receive(&model, frame, 1518, 0)); /* longer than we take */
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_true(e1000_model_receive(&model, frame, 0, 0)); /* nothing but a CRC */
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_int_equal(nic.counters.receive_errors, sizeof errors + 2);
}

/* --- Transmit -----------------------------------------------------------------------------------
 */

static void test_transmit(void **state)
{
    uint8_t frame[1600], zeros[60] = {0};

    (void)state;
    open_card();
    for (unsigned i = 0; i < 50; i++) {
        size_t length = 60 + i * 29;

        fill(frame, length, i);
        assert_int_equal(nic.driver->transmit(&nic, frame, length), OK);
        assert_int_equal(model.sent_length[i], length);
        assert_memory_equal(model.sent[i], frame, length);
    }
    assert_int_equal(nic.driver->transmit(&nic, frame, 42), OK);
    assert_int_equal(model.sent_length[50], 60);
    assert_memory_equal(model.sent[50], frame, 42);
    assert_memory_equal(model.sent[50] + 42, zeros, 18);
    assert_int_equal(nic.counters.transmitted, 51);
    assert_int_equal(nic.driver->transmit(&nic, frame, 1515), ERROR_NIC_TRANSMIT);
}

static void test_transmit_with_a_dead_card(void **state)
{
    uint8_t frame[60] = {0};
    unsigned taken = 0;
    uint64_t before;

    (void)state;
    open_card();
    model.transmitter_dead = true;
    while (taken < 1000 && nic.driver->transmit(&nic, frame, sizeof frame) == OK)
        taken++;
    assert_int_equal(taken, e1000_model_register(&model, 0x3808) / 16 - 1);
    before = platform_milliseconds();
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), ERROR_NIC_TRANSMIT);
    assert_true(platform_milliseconds() - before < 1000);
    assert_true(nic.counters.transmit_errors > 0);
    /* Nothing was overwritten: when it comes back, all frames go out. */
    model.transmitter_dead = false;
    model.io.write(&model, 0x3818, 4, e1000_model_register(&model, 0x3818));
    assert_int_equal(model.sent_count, taken);
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
}

static void test_transmit_errors_are_counted(void **state)
{
    uint8_t frame[60] = {0};
    uint8_t *ring;

    (void)state;
    open_card();
    nic.driver->transmit(&nic, frame, sizeof frame);
    ring = host_memory(e1000_model_register(&model, 0x3800));
    ring[12] |= 2; /* too many collisions */
    nic.driver->transmit(&nic, frame, sizeof frame);
    assert_int_equal(nic.counters.transmit_errors, 1);
}

/* --- Link
 * ------------------------------------------------------------------------------------------ */

static void test_82543_copper_follows_its_phy(void **state)
{
    static const struct {
        uint16_t status;
        uint32_t ctrl;
    } speeds[] = {{0x8000 | 0x2000 | 0x0C00, 0x201},
                  {0x4000 | 0x2000 | 0x0C00, 0x101},
                  {0x4000 | 0x0C00, 0x100},
                  {0x0000 | 0x0C00, 0x000}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        insert(0x1004, 2);
        model.wants_request = false;
        model.phy[17] = speeds[i].status;
        open_card();
        assert_int_equal(model.phy_resets, 0); /* its link was up */
        assert_true(nic.driver->link(&nic));
        assert_int_equal(e1000_model_register(&model, 0) & 0x301, speeds[i].ctrl);
        assert_int_equal(e1000_model_register(&model, 0) & 0x1840, 0x1840);
        nic_close(&nic);
    }
    insert(0x1004, 2);
    model.wants_request = false;
    model.link = false;
    open_card();
    assert_int_equal(model.phy_resets, 1);
    assert_false(nic.driver->link(&nic));
    model.link = true;
    model.phy[17] = 0x8000; /* not resolved yet */
    assert_false(nic.driver->link(&nic));
    model.phy[17] = 0xAC00;
    assert_true(nic.driver->link(&nic));
}

static void test_fibre_that_negotiates(void **state)
{
    (void)state;
    insert(0x1011, 1);
    model.fibre = true;
    model.partner_negotiates = true;
    model.link = false;
    open_card();
    assert_int_equal(e1000_model_register(&model, 0x178) & 0x80000020, 0x80000020);
    assert_int_equal(e1000_model_register(&model, 0) & 0x48, 0);
    assert_int_equal(e1000_model_register(&model, 0x410), 9 | 8 << 10 | 6 << 20);
    model.registers[0] |= 0x00080000; /* light */
    host_clock_advance_us(2000000);
    assert_false(nic.driver->link(&nic)); /* never forced while the partner negotiates */
    assert_int_equal(e1000_model_register(&model, 0) & 0x40, 0);
    model.link = true;
    assert_true(nic.driver->link(&nic));
}

static void test_fibre_that_does_not_negotiate(void **state)
{
    (void)state;
    insert(0x1011, 1);
    model.fibre = true;
    model.partner_is_silent_until_forced = true;
    open_card();
    assert_false(nic.driver->link(&nic));
    host_clock_advance_us(600000);
    assert_false(nic.driver->link(&nic)); /* no light: SWDPIN1 is low */
    model.registers[0] |= 0x00080000;
    assert_true(nic.driver->link(&nic)); /* forced */
    assert_int_equal(e1000_model_register(&model, 0) & 0x41, 0x41);
    assert_int_equal(e1000_model_register(&model, 0x178) >> 31, 0);
    /* The partner begins to negotiate: so do we. */
    model.partner_negotiates = true;
    model.partner_is_silent_until_forced = false;
    assert_false(nic.driver->link(&nic));
    assert_true(nic.driver->link(&nic));
    assert_int_equal(e1000_model_register(&model, 0x178) >> 31, 1);
}

static void test_old_fibre_signal_is_inverted(void **state)
{
    (void)state;
    insert(0x1009, 1); /* 82544EI fibre */
    model.fibre = model.partner_is_silent_until_forced = true;
    model.wants_request = false;
    open_card();
    model.registers[0] |= 0x00080000; /* high: no light */
    host_clock_advance_us(600000);
    assert_false(nic.driver->link(&nic));
    model.registers[0] &= ~0x00080000u;
    assert_true(nic.driver->link(&nic));
}

static void test_serdes_has_no_signal_pin(void **state)
{
    (void)state;
    insert(0x1028, 1);
    model.reset_by_shadow = true;
    model.fibre = model.partner_is_silent_until_forced = true;
    open_card();
    host_clock_advance_us(600000);
    assert_true(nic.driver->link(&nic));
}

/* --- Ids
 * -------------------------------------------------------------------------------------------- */

static void test_ids(void **state)
{
    static const uint16_t known[] = {0x1000, 0x1001, 0x1004, 0x1008, 0x1009, 0x100C, 0x100D, 0x100E,
                                     0x100F, 0x1010, 0x1011, 0x1012, 0x1013, 0x1014, 0x1015, 0x1016,
                                     0x1017, 0x1018, 0x1019, 0x101A, 0x101D, 0x101E, 0x1026, 0x1027,
                                     0x1028, 0x1075, 0x1076, 0x1077, 0x1078, 0x1079, 0x107A, 0x107B,
                                     0x107C, 0x108A, 0x1099, 0x10B5, 0x2E6E};
    struct pci_device device = {.vendor = 0x8086};

    (void)state;
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct nic_id *id = NULL;

        device.device = known[i];
        assert_non_null(nic_driver_for(&device, &id));
        assert_int_equal(id->device, known[i]);
    }
    device.device = 0x10D3; /* 82574: another family */
    assert_null(nic_driver_for(&device, NULL));
}

int main(void)
{
#define CARD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        CARD(test_open),
        CARD(test_inspect),
        CARD(test_close),
        CARD(test_close_of_a_card_that_hangs),
        CARD(test_receiver_left_on_by_firmware),
        CARD(test_reset_that_never_ends),
        CARD(test_registers_that_do_not_answer),
        CARD(test_no_memory),
        CARD(test_io_space_alone_will_not_do),
        CARD(test_revision_3_resets_by_shadow),
        CARD(test_first_82541_resets_its_phy_first),
        CARD(test_82547_fuses),
        CARD(test_second_82541_keeps_its_link),
        CARD(test_link_down_at_open_resets_the_phy),
        CARD(test_link_that_does_not_return_after_the_reset),
        CARD(test_silent_phy),
        CARD(test_ce4100_has_its_phy_elsewhere),
        CARD(test_82542),
        CARD(test_82544),
        CARD(test_address_from_eerd_small),
        CARD(test_address_from_eerd_large),
        CARD(test_address_by_microwire),
        CARD(test_address_by_large_microwire),
        CARD(test_address_by_microwire_without_request),
        CARD(test_address_by_spi),
        CARD(test_spi_that_stays_busy),
        CARD(test_wires_not_granted),
        CARD(test_bad_checksum),
        CARD(test_virtual_82545),
        CARD(test_vmware_82545),
        CARD(test_group_address),
        CARD(test_second_port_loaded_by_the_chip),
        CARD(test_second_port_from_eeprom),
        CARD(test_receive),
        CARD(test_burst),
        CARD(test_ring_wrap),
        CARD(test_ring_full),
        CARD(test_done_bit_decides),
        CARD(test_frame_over_several_buffers_is_dropped),
        CARD(test_anything_on_the_wire),
        CARD(test_bad_frames),
        CARD(test_transmit),
        CARD(test_transmit_with_a_dead_card),
        CARD(test_transmit_errors_are_counted),
        CARD(test_82543_copper_follows_its_phy),
        CARD(test_fibre_that_negotiates),
        CARD(test_fibre_that_does_not_negotiate),
        CARD(test_old_fibre_signal_is_inverted),
        CARD(test_serdes_has_no_signal_pin),
        cmocka_unit_test(test_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
