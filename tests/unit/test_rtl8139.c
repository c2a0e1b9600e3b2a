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
#include "drivers/rtl8139/rtl8139.h"
#include "lib/bytes.h"
#include "tests/unit/models/driver_bench.h"
#include "tests/unit/models/rtl8139_model.h"
#include "tests/unit/random.h"

static const uint8_t address[6] = {0x00, 0x05, 0x02, 0x4A, 0x3B, 0x7C};
static struct rtl8139_model model;

static bool arrive(unsigned number, size_t length)
{
    uint8_t frame[1600];

    fill(frame, length, number);
    return rtl8139_model_receive(&model, frame, length);
}

static void insert(uint16_t vendor, uint16_t device)
{
    struct pci_device pci = {.vendor = vendor,
                             .device = device,
                             .class_code = 0x020000,
                             .path = "/pci@f2000000/rtl8139@f"};

    rtl8139_model_init(&model, address);
    bench_insert(&pci, 1, &model.io, address, "rtl8139");
}

static int setup(void **state)
{
    (void)state;
    insert(0x10EC, 0x8139);
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
    (void)state;
    open_card();
    assert_memory_equal(nic.address, address, 6);
    assert_memory_equal(model.idr, address, 6);
    assert_int_equal(model.command, 0x0C);
    /* WRAP, broadcast, our address, and of groups only where spanning tree is spoken */
    assert_int_equal(model.rcr & 0x9F, 0x8E);
    assert_int_equal(model.mar[0], 1u << 25); /* the hash that Linux makes of 01:80:c2:00:00:00 */
    assert_int_equal(model.mar[1], 0);
    assert_int_equal(model.rcr >> 11 & 3, 2); /* 32 KB */
    assert_int_equal(model.rcr >> 13, 7);     /* whole frames */
    assert_int_equal(model.tcr >> 24 & 3, 3); /* legal gap: written with TE on */
    assert_int_equal(model.hltclk, 0);        /* an 8139C has no clock to start */
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & 6, 6);
}

static uint64_t reading(const struct nic_readings *readings, const char *name)
{
    size_t i = 0;

    while (i < readings->count && strcmp(readings->list[i].name, name) != 0)
        i++;
    assert_true(i < readings->count);
    return readings->list[i].value;
}

/* Registers now, and as they were when the card was closed. */
static void test_inspect(void **state)
{
    static struct nic_readings readings;

    (void)state;
    open_card();
    assert_true(nic_inspect(&nic, &readings));
    assert_int_equal(reading(&readings, "MSR"), 0xD0);
    assert_int_equal(reading(&readings, "CR") & 0x0C, 0x0C);
    assert_int_equal(reading(&readings, "RCR") & 0x9F, 0x8E);
    assert_int_equal(reading(&readings, "BMSR"), 0x782D);
    nic_close(&nic);
    assert_non_null(nic_inspected_last(&nic));
    assert_int_equal(reading(nic_inspected_last(&nic), "CR") & 0x0C, 0x0C);
}

static void test_close(void **state)
{
    (void)state;
    open_card();
    assert_true(host_claimed() > 0);
    nic_close(&nic);
    assert_int_equal(model.command, 0);
    assert_int_equal(model.rbstart, 0);
    assert_int_equal(host_claimed(), 0);
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & PCI_COMMAND_MASTER, 0);
    nic_close(&nic); /* harmless */
    open_card();     /* and again */
    assert_true(arrive(1, 60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
}

static void test_close_of_a_card_that_hangs(void **state)
{
    (void)state;
    open_card();
    model.receiver_hangs = true;
    /* The driver alone, since it gives its memory back: by then the card must not reach it. */
    nic.driver->close(&nic);
    nic.is_open = false;
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & PCI_COMMAND_MASTER, 0);
    assert_non_null(strstr(host_console(), "does not stop"));
    assert_int_equal(host_claimed(), 0);
}

static void test_old_chip_is_woken(void **state)
{
    (void)state;
    model.version = model.tcr = 0x70000000; /* 8139A */
    model.config1 = 0x03 | 0x0C;
    open_card();
    assert_int_equal(model.hltclk, 'R');
    assert_int_equal(model.config1, 0x0C);
}

static void test_new_chip_keeps_its_config1(void **state)
{
    static const uint32_t versions[] = {0x78000000, 0x7C000000, 0x74000000, 0x78800000,
                                        0x74400000, 0x74C00000, 0x74800000};

    (void)state;
    for (unsigned i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        model.version = model.tcr = versions[i];
        model.config1 = 0x0F;
        open_card();
        assert_int_equal(model.config1, 0x0F);
        assert_int_equal(model.hltclk, 0);
        nic_close(&nic);
    }
}

static void test_reset_that_never_ends(void **state)
{
    uint64_t before = platform_milliseconds();

    (void)state;
    put_le16(card->config + PCI_COMMAND, 0x0003);
    model.reset_hangs = true;
    assert_int_equal(nic_open(&nic), ERROR_NIC_RESET);
    assert_non_null(strstr(error_detail(), "rtl8139@f"));
    assert_true(platform_milliseconds() - before < 1000);
    assert_int_equal(get_le16(card->config + PCI_COMMAND), 0x0003); /* as it was */
    assert_null(nic.state);
}

static void test_registers_that_do_not_answer(void **state)
{
    (void)state;
    model.tcr = 0xFFFFFFFF;
    assert_int_equal(nic_open(&nic), ERROR_NIC_REGISTERS);
}

static void test_no_memory(void **state)
{
    (void)state;
    host_limit_claims(0);
    assert_int_equal(nic_open(&nic), ERROR_NIC_MEMORY);
    host_limit_claims(8192);
    assert_int_equal(nic_open(&nic), ERROR_NIC_MEMORY);
    assert_int_equal(host_claimed(), 0);
}

static void test_io_ports_only(void **state)
{
    struct pci_device pci = card->pci;

    (void)state;
    host_reset(4 << 20);
    rtl8139_model_init(&model, address);
    card = host_add_card(&pci, 0, true, &model.io);
    nic_find(&nic, 1);
    open_card();
    assert_int_equal(get_le16(card->config + PCI_COMMAND) & 7, 5);
    assert_true(arrive(1, 60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
}

/* --- EEPROM ------------------------------------------------------------------------------ */

static void test_eeprom_93c46(void **state)
{
    (void)state;
    memset(model.eeprom_address, 0x22, 6); /* IDR has another */
    open_card();
    assert_memory_equal(nic.address, address, 6);
    assert_memory_equal(model.idr, address, 6);
}

static void test_eeprom_93c56(void **state)
{
    (void)state;
    memset(model.eeprom_address, 0x22, 6);
    model.eeprom.address_bits = 8;
    open_card();
    assert_memory_equal(nic.address, address, 6);
}

static void test_eeprom_blank(void **state)
{
    (void)state;
    open_card(); /* leaves an address that must not be taken for the EEPROM's */
    nic_close(&nic);
    memset(model.eeprom.words, 0xFF, sizeof model.eeprom.words);
    memset(model.eeprom_address, 0x22, 6);
    open_card();
    assert_int_equal(nic.address[0], 0x22);
    assert_int_equal(nic.address[5], 0x22);
}

static void test_eeprom_without_address(void **state)
{
    (void)state;
    memset(model.eeprom.words + 7, 0, 6);
    open_card();
    assert_memory_equal(nic.address, address, 6); /* IDR's */
}

static void test_no_eeprom(void **state)
{
    (void)state;
    model.eeprom.address_bits = 0;
    open_card();
    assert_memory_equal(nic.address, address, 6);
}

static void test_no_address_anywhere(void **state)
{
    (void)state;
    model.eeprom.address_bits = 0;
    memset(model.eeprom_address, 0xFF, 6);
    assert_int_equal(nic_open(&nic), ERROR_NIC_ADDRESS);
    assert_int_equal(host_claimed(), 0);
}

/* --- Receive ------------------------------------------------------------------------------- */

static void test_receive(void **state)
{
    (void)state;
    open_card();
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_true(arrive(1, 60));
    assert_true(arrive(2, 1514));
    assert_true(arrive(3, 61));
    assert_int_equal(nic.driver->poll(&nic, receive, 2), 2); /* the budget holds */
    assert_int_equal(nic.driver->poll(&nic, receive, 2), 1);
    assert_int_equal(nic.driver->poll(&nic, receive, 2), 0);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.damaged, 0);
    assert_int_equal(got.length[0], 60);
    assert_int_equal(got.length[1], 1514);
    assert_int_equal(got.length[2], 61);
    assert_int_equal(nic.counters.received, 3);
    host_clock_advance_us(1000); /* causes are read now and then */
    assert_int_equal(nic.driver->poll(&nic, receive, 2), 0);
    assert_int_equal(model.isr & 1, 0);
    assert_int_equal(nic.counters.receiver_restarts, 0);
}

static unsigned accesses;

static uint32_t counted_read(void *context, unsigned offset, unsigned width)
{
    accesses++;
    return model.io.read(context, offset, width);
}

static void counted_write(void *context, unsigned offset, unsigned width, uint32_t value)
{
    accesses++;
    model.io.write(context, offset, width, value);
}

/*
 * In an empty ring the memory tells whether a frame has come: registers are asked once in a
 * millisecond. A frame and its answer, one at a time as TFTP has them without windows, take four.
 */
static void test_registers_are_asked_rarely(void **state)
{
    static struct io_model counted = {NULL, counted_read, counted_write};
    uint8_t answer[60] = {0};

    (void)state;
    open_card();
    counted.context = model.io.context;
    nic.registers.model = &counted;
    host_clock_step_us(0);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    accesses = 0;
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_int_equal(accesses, 0);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(arrive(i, 1478));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        assert_int_equal(nic.driver->transmit(&nic, answer, sizeof answer), OK);
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    }
    assert_true(accesses <= 4 * 100);
    assert_int_equal(got.damaged, 0);
    accesses = 0;
    for (unsigned i = 0; i < 10; i++) {
        host_clock_advance_us(1000);
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    }
    assert_true(accesses >= 10 && accesses <= 4 * 10);
    nic.registers.model = &model.io;
    host_clock_step_us(10);
}

/* Frames whose headers come to lie where those of the ring's last round were, and are the same. */
static void test_same_headers_at_the_same_places(void **state)
{
    (void)state;
    open_card();
    host_clock_step_us(0);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    for (unsigned i = 0; i < 1000; i++) {
        assert_true(arrive(i, 1024 - 8));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    }
    assert_int_equal(got.damaged, 0);
    host_clock_step_us(10);
}

/* What stood there happens to be the header that comes: found by the next look in time. */
static void test_header_that_stood_there_before(void **state)
{
    (void)state;
    open_card();
    host_clock_step_us(0);
    put_le16(host_memory(model.rbstart), 0x2001);
    put_le16((uint8_t *)host_memory(model.rbstart) + 2, 104);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_true(arrive(1, 100));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    host_clock_advance_us(1000);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(got.damaged, 0);
    assert_int_equal(nic.counters.receiver_restarts, 0);
    host_clock_step_us(10);
}

/* What the driver says that it has room for has room at any time between two polls. */
static void test_burst(void **state)
{
    (void)state;
    open_card();
    for (unsigned before = 0; before < 40; before++) {
        assert_true(arrive(before, 60 + before * 37));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        for (unsigned i = 0; i < nic.driver->burst; i++)
            assert_true(arrive(i, 1514));
        while (nic.driver->poll(&nic, receive, 8) != 0)
            ;
    }
    assert_int_equal(nic.counters.receive_overflows, 0);
    assert_int_equal(got.damaged, 0);
}

/* Thousands of frames of all lengths: the ring's end is met at every offset that is possible. */
static void test_ring_wrap(void **state)
{
    unsigned number = 0, expected = 0;

    (void)state;
    open_card();
    for (unsigned round = 0; round < 3000; round++) {
        for (unsigned i = 0; i < 1 + round % 7; i++) {
            assert_true(arrive(number & 0xFF, 60 + (number * 37) % 1455));
            number++;
        }
        while (nic.driver->poll(&nic, receive, 3) != 0)
            ;
        if (got.count > 250) {
            expected += got.count;
            assert_int_equal(got.damaged, 0);
            got.count = 0;
        }
    }
    assert_int_equal(expected + got.count, number);
    assert_int_equal(got.damaged, 0);
    assert_int_equal(nic.counters.receive_errors, 0);
}

/* The frame's header takes the ring's last four bytes; all of the frame lies beyond the end. */
static void test_header_at_the_very_end(void **state)
{
    (void)state;
    open_card();
    for (unsigned i = 0; i < 63; i++) {
        arrive(i, 500); /* 508 bytes of ring each */
        nic.driver->poll(&nic, receive, 8);
    }
    assert_int_equal(32768 - 63 * 508, 764);
    arrive(70, 760 - 8);
    nic.driver->poll(&nic, receive, 8);
    assert_int_equal(model.write_at, 32764);
    arrive(71, 1514);
    arrive(72, 60);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 2);
    assert_int_equal(got.damaged, 0);
    assert_int_equal(got.length[64], 1514);
    assert_int_equal(model.read_at, model.write_at);
}

/*
 * A frame that is far too long, from the ring's last bytes on: the chip writes all of it, and what
 * lies behind the card's memory, its own state first, is not touched. QEMU's chip writes the most
 * if the ring is empty.
 */
static void test_frame_far_too_long_at_the_very_end(void **state)
{
    static uint8_t frame[31000], kept[4096];

    (void)state;
    assert_true(RTL_RING_PAD >= 4 + 69632 + 4 + 16);
    open_card();
    for (unsigned i = 0; i < 63; i++) {
        arrive(i, 500);
        nic.driver->poll(&nic, receive, 8);
    }
    arrive(70, 760 - 8);
    nic.driver->poll(&nic, receive, 8);
    assert_int_equal(model.write_at, 32764);
    memcpy(kept, nic.state, sizeof kept);
    memset(frame, 0xEE, sizeof frame);
    memcpy(frame, nic.address, 6);
    assert_true(rtl8139_model_receive(&model, frame, sizeof frame));
    assert_memory_equal(nic.state, kept, sizeof kept);
    got.count = 0;
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_int_equal(nic.counters.receive_errors, 1);
    assert_int_equal(nic.counters.receiver_restarts, 1);
    /* And it goes on. */
    arrive(1, 100);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(got.length[0], 100);
}

static void test_unfinished_frame_waits(void **state)
{
    uint8_t frame[200];

    (void)state;
    open_card();
    fill(frame, sizeof frame, 9);
    assert_true(rtl8139_model_begin(&model, sizeof frame));
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    rtl8139_model_finish(&model, frame, sizeof frame);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(got.damaged, 0);
    assert_int_equal(got.length[0], sizeof frame);
    assert_int_equal(nic.counters.receiver_restarts, 0);
    /* The patience starts anew with each frame, even with one right behind the other. */
    assert_true(rtl8139_model_begin(&model, sizeof frame));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    rtl8139_model_finish(&model, frame, sizeof frame);
    assert_true(rtl8139_model_begin(&model, sizeof frame));
    host_clock_advance_us(50000);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_int_equal(nic.counters.receiver_restarts, 0);
    rtl8139_model_finish(&model, frame, sizeof frame);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
}

static void test_frame_that_never_finishes(void **state)
{
    (void)state;
    open_card();
    assert_true(rtl8139_model_begin(&model, 200));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    host_clock_advance_us(100000);
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_int_equal(nic.counters.receiver_restarts, 1);
    assert_true(arrive(2, 100));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(got.damaged, 0);
}

/* BUFE is clear and the header is good, but the chip's write position is inside the frame. */
static void test_write_position_inside_the_frame(void **state)
{
    unsigned end;
    uint8_t *header;

    (void)state;
    open_card();
    assert_true(arrive(1, 300));
    end = model.write_at;
    header = host_memory(model.rbstart);
    put_le32(header, 0x11112222); /* from an earlier round */
    model.write_at = 2;           /* not even the header is new */
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    put_le16(header, 0x2001);
    put_le16(header + 2, 304);
    model.write_at = 4 + 303;
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    model.write_at = end;
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(nic.counters.receiver_restarts, 0);
}

static void test_overflow(void **state)
{
    unsigned in = 0;

    (void)state;
    open_card();
    while (arrive(in, 1514))
        in++;
    assert_int_equal(in, 21);     /* 32 KB hold 21 full frames */
    assert_false(arrive(99, 60)); /* closed until the receiver is started anew */
    /* Every frame that got in comes out, though the budget is small; then reception works again. */
    while (nic.driver->poll(&nic, receive, 4) != 0)
        ;
    assert_int_equal(got.count, in);
    assert_int_equal(got.damaged, 0);
    assert_int_equal(nic.counters.receive_overflows, 1);
    assert_int_equal(nic.counters.receiver_restarts, 1);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(arrive(i, 700));
        assert_int_equal(nic.driver->poll(&nic, receive, 4), 1);
        assert_int_equal(got.first[got.count - 1], i);
    }
    assert_int_equal(got.damaged, 0);
    assert_int_equal(nic.counters.receive_overflows, 1);
}

/* A frame that comes in between the last look and the stop of the receiver is not lost. */
static void test_overflow_at_the_last_moment(void **state)
{
    uint8_t frame[100];

    (void)state;
    open_card();
    fill(frame, sizeof frame, 77);
    assert_true(arrive(1, 100));
    model.isr |= 0x40; /* FIFO overflow */
    model.last_moment = frame;
    model.last_moment_length = sizeof frame;
    assert_int_equal(nic.driver->poll(&nic, receive, 1), 1);
    assert_int_equal(nic.driver->poll(&nic, receive, 1), 1);
    assert_int_equal(got.first[1], 77);
    assert_int_equal(nic.driver->poll(&nic, receive, 1), 0);
    assert_int_equal(model.command, 0x0C);
    assert_true(arrive(2, 100));
    assert_int_equal(nic.driver->poll(&nic, receive, 1), 1);
    assert_int_equal(got.damaged, 0);
}

/*
 * QEMU keeps frames that had no room, and tries them again when CAPR is written. A restart of the
 * receiver must not leave them there: in the empty ring CAPR is never written again.
 */
static void test_restart_with_frames_kept_back(void **state)
{
    static uint8_t giant[3000], frames[50][1514];

    (void)state;
    open_card();
    model.keeps_frames = true;
    fill(frames[0], 1514, 0);
    while (model.write_at < 27000) {
        assert_true(rtl8139_model_receive(&model, frames[0], 1514));
        nic.driver->poll(&nic, receive, 8);
    }
    assert_true(rtl8139_model_receive(&model, giant, sizeof giant));
    for (unsigned i = 0; i < 50; i++) {
        fill(frames[i], 1514, i);
        assert_true(rtl8139_model_receive(&model, frames[i], 1514));
    }
    assert_true(model.kept_count > 25);
    got.count = 0;
    for (unsigned i = 0; i < 100; i++) {
        nic.driver->poll(&nic, receive, 8);
        platform_delay_us(1000);
    }
    assert_int_equal(nic.counters.receiver_restarts, 1);
    assert_int_equal(model.kept_count, 0);
    assert_true(got.count != 0);
    assert_int_equal(got.first[got.count - 1], 49);
    assert_int_equal(got.damaged, 0);
}

/* The transmit path must not clear the overflow (the model would count it as a violation). */
static void test_transmit_during_overflow(void **state)
{
    uint8_t frame[60] = {0};

    (void)state;
    open_card();
    while (arrive(1, 1514))
        ;
    for (unsigned i = 0; i < 9; i++)
        assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    assert_int_equal(model.isr & 0x10, 0x10);
    while (nic.driver->poll(&nic, receive, 8) != 0)
        ;
    assert_int_equal(got.count, 21);
}

static void test_bad_headers(void **state)
{
    static const struct {
        uint16_t status, length;
    } bad[] = {{0x0000, 100},    {0x0001, 63}, {0x0001, 1523}, {0x0001, 0},
               {0x0001, 0xFFFF}, {0x2000, 64}, {0x0002, 64}};

    (void)state;
    open_card();
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        unsigned before = got.count;

        arrive(1, 100);
        rtl8139_model_bad_header(&model, bad[i].status, bad[i].length, 100);
        /* The good one before comes out; then the ring is given up, not stepped through. */
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        assert_int_equal(nic.counters.receive_errors, i + 1);
        assert_int_equal(nic.counters.receiver_restarts, i + 1);
        for (unsigned k = 0; k < 40; k++) {
            assert_true(arrive(k, 1514));
            assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        }
        assert_int_equal(got.count, before + 41);
        if (got.count > 200)
            got.count = 0;
    }
    assert_int_equal(got.damaged, 0);
}

/* A wire that has the next frame ready as soon as one has been taken out of the ring. */
static unsigned flood_count;

static uint32_t flood_read(void *context, unsigned offset, unsigned width)
{
    return model.io.read(context, offset, width);
}

static void flood_write(void *context, unsigned offset, unsigned width, uint32_t value)
{
    model.io.write(context, offset, width, value);
    if (offset == 0x38 && flood_count < 10000) { /* CAPR: there is room again */
        flood_count++;
        arrive(flood_count, 1518);
    }
}

/* poll never waits: frames that it does not hand out must not keep it either. */
static void test_flood_of_unusable_frames(void **state)
{
    static struct io_model flood = {NULL, flood_read, flood_write};

    (void)state;
    open_card();
    flood.context = model.io.context;
    nic.registers.model = &flood;
    flood_count = 0;
    assert_true(arrive(0, 1518));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 0);
    assert_true(flood_count < 1000);
    assert_true(nic.counters.receive_errors >= 8);
    nic.registers.model = &model.io;
}

/*
 * Whatever comes over the wire, and however often or seldom the ring is looked at: what is handed
 * out is what was sent, and when it is quiet again the next frame arrives.
 */
static void come_through(bool keeps_frames)
{
    static uint8_t frames[RTL_MODEL_KEPT * 2][9000];
    uint32_t random = keeps_frames ? 8139 : 20261130;
    unsigned number = 0;

    model.keeps_frames = keeps_frames;
    for (unsigned round = 0; round < 2000; round++) {
        bool flood = random_next(&random) % 4 == 0; /* and seldom looked at */

        for (unsigned step = random_next(&random) % 60; step != 0; step--) {
            unsigned what = random_next(&random) % (flood ? 128 : 32),
                     slot = ++number % (RTL_MODEL_KEPT * 2);
            unsigned length = random_length(&random, flood, what == 31);

            if (what == 1 && !keeps_frames)
                rtl8139_model_bad_header(&model, (uint16_t)random_next(&random) & 0xFFFE, 100, 100);
            else if (what == 2)
                model.isr |= 0x40; /* FIFO overflow */
            else if (what < 6)
                platform_delay_us(random_next(&random) % 1500);
            else if (what < 12)
                nic.driver->poll(&nic, receive, 1 + random_next(&random) % 20);
            else if (what == 12)
                assert_int_equal(nic.driver->transmit(&nic, frames[slot], 60), OK);
            else {
                fill(frames[slot], length, number);
                rtl8139_model_receive(&model, frames[slot], length);
            }
        }
        for (unsigned i = 0; i < 100; i++) {
            nic.driver->poll(&nic, receive, 20);
            platform_delay_us(1000);
        }
        assert_int_equal(model.kept_count, 0);
        got.count = 0;
        assert_true(arrive(round, 200));
        assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
        assert_int_equal(got.first[0], round & 0xFF);
        assert_int_equal(got.damaged, 0);
        model.sent_count = 0;
    }
}

static void test_anything_on_the_wire(void **state)
{
    (void)state;
    open_card();
    come_through(false);
}

static void test_anything_on_the_wire_of_an_emulator(void **state)
{
    (void)state;
    open_card();
    come_through(true);
}

static void test_tagged_frame_is_too_long_and_skipped(void **state)
{
    (void)state;
    open_card();
    assert_true(arrive(1, 1518));
    assert_true(arrive(2, 60));
    assert_int_equal(nic.driver->poll(&nic, receive, 8), 1);
    assert_int_equal(got.first[0], 2);
    assert_int_equal(nic.counters.receive_errors, 1);
    assert_int_equal(nic.counters.receiver_restarts, 0);
}

/* --- Transmit -------------------------------------------------------------------------------- */

static void test_transmit(void **state)
{
    uint8_t frame[1514];

    (void)state;
    open_card();
    for (unsigned i = 0; i < 30; i++) {
        size_t length = 60 + i * 48;

        fill(frame, length, i);
        assert_int_equal(nic.driver->transmit(&nic, frame, length), OK);
        assert_int_equal(model.sent_length[i], length);
        assert_memory_equal(model.sent[i], frame, length);
    }
    assert_int_equal(nic.counters.transmitted, 30);
    fill(frame, sizeof frame, 40);
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    assert_memory_equal(model.sent[30], frame, sizeof frame);
    assert_int_equal(nic.driver->transmit(&nic, frame, 1515), ERROR_NIC_TRANSMIT);
}

static void test_padding(void **state)
{
    uint8_t frame[1514], zeros[60] = {0};

    (void)state;
    open_card();
    memset(frame, 0xEE, sizeof frame);
    for (unsigned i = 0; i < 4; i++)
        nic.driver->transmit(&nic, frame, sizeof frame); /* something to leak */
    assert_int_equal(nic.driver->transmit(&nic, frame, 42), OK);
    assert_int_equal(model.sent_length[4], 60);
    assert_memory_equal(model.sent[4], frame, 42);
    assert_memory_equal(model.sent[4] + 42, zeros, 18);
}

static void test_transmit_with_a_dead_card(void **state)
{
    uint8_t frame[60] = {0};
    uint64_t before;

    (void)state;
    open_card();
    model.transmitter_dead = true;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    before = platform_milliseconds();
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), ERROR_NIC_TRANSMIT);
    assert_true(platform_milliseconds() - before < 1000);
    assert_true(nic.counters.transmit_errors > 0);
    /* It comes back to life: the transmitter was restarted. */
    model.transmitter_dead = false;
    frame[20] = 0x5A;
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    assert_int_equal(model.sent[model.sent_count - 1][20], 0x5A);
}

static void test_abort_is_cleared(void **state)
{
    uint8_t frame[60] = {0};

    (void)state;
    open_card();
    model.aborts = 1;
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    assert_int_equal(model.sent_count, 2); /* the second is not held up by the first */
    assert_int_equal(nic.counters.transmit_errors, 1);
    model.underruns = 1;
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    assert_int_equal(model.tsd[2] >> 16 & 63, 8);
    assert_int_equal(nic.driver->transmit(&nic, frame, sizeof frame), OK);
    assert_int_equal(model.tsd[3] >> 16 & 63, 9); /* more patience before sending begins */
    assert_int_equal(nic.counters.transmit_errors, 2);
}

static void test_link(void **state)
{
    (void)state;
    open_card();
    assert_true(nic.driver->link(&nic));
    model.link = false;
    assert_false(nic.driver->link(&nic));
}

/* --- Ids ---------------------------------------------------------------------------------------
 */

static void test_ids(void **state)
{
    static const uint16_t known[][2] = {
        {0x10EC, 0x8139}, {0x10EC, 0x8138}, {0x10EC, 0x8129}, {0x1113, 0x1211}, {0x1500, 0x1360},
        {0x4033, 0x1360}, {0x1186, 0x1300}, {0x1186, 0x1340}, {0x13D1, 0xAB06}, {0x1259, 0xA117},
        {0x1259, 0xA11E}, {0x14EA, 0xAB06}, {0x14EA, 0xAB07}, {0x11DB, 0x1234}, {0x1432, 0x9130},
        {0x02AC, 0x1012}, {0x018A, 0x0106}, {0x126C, 0x1211}, {0x1743, 0x8139}, {0x021B, 0x8139}};
    static const uint16_t clones[][2] = {{0x10EC, 0x8139}, {0x1186, 0x1300}, {0x13D1, 0xAB06}};
    struct pci_device device = {0};

    (void)state;
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct nic_id *id = NULL;

        device.vendor = known[i][0];
        device.device = known[i][1];
        assert_non_null(nic_driver_for(&device, &id));
        assert_int_equal(id->vendor, device.vendor);
    }
    for (unsigned i = 0; i < 3; i++) {
        struct pci_device clone = {.vendor = 0xFFFF,
                                   .device = 0x8139,
                                   .subsystem_vendor = clones[i][0],
                                   .subsystem = clones[i][1]};

        assert_non_null(nic_driver_for(&clone, NULL));
        clone.vendor = 0x4444;
        assert_non_null(nic_driver_for(&clone, NULL));
        clone.subsystem ^= 1;
        assert_null(nic_driver_for(&clone, NULL));
    }
    device.vendor = 0x16EC; /* an RTL8169 by another name */
    device.device = 0x0116;
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
        CARD(test_old_chip_is_woken),
        CARD(test_new_chip_keeps_its_config1),
        CARD(test_reset_that_never_ends),
        CARD(test_registers_that_do_not_answer),
        CARD(test_no_memory),
        CARD(test_io_ports_only),
        CARD(test_eeprom_93c46),
        CARD(test_eeprom_93c56),
        CARD(test_eeprom_blank),
        CARD(test_eeprom_without_address),
        CARD(test_no_eeprom),
        CARD(test_no_address_anywhere),
        CARD(test_receive),
        CARD(test_registers_are_asked_rarely),
        CARD(test_same_headers_at_the_same_places),
        CARD(test_header_that_stood_there_before),
        CARD(test_burst),
        CARD(test_ring_wrap),
        CARD(test_frame_far_too_long_at_the_very_end),
        CARD(test_header_at_the_very_end),
        CARD(test_unfinished_frame_waits),
        CARD(test_frame_that_never_finishes),
        CARD(test_write_position_inside_the_frame),
        CARD(test_overflow),
        CARD(test_overflow_at_the_last_moment),
        CARD(test_restart_with_frames_kept_back),
        CARD(test_transmit_during_overflow),
        CARD(test_bad_headers),
        CARD(test_anything_on_the_wire),
        CARD(test_anything_on_the_wire_of_an_emulator),
        CARD(test_tagged_frame_is_too_long_and_skipped),
        CARD(test_flood_of_unusable_frames),
        CARD(test_transmit),
        CARD(test_padding),
        CARD(test_transmit_with_a_dead_card),
        CARD(test_abort_is_cleared),
        CARD(test_link),
        cmocka_unit_test(test_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
