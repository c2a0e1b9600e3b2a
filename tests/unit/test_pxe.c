/* SPDX-License-Identifier: BSD-2-Clause */
/* A PXE ROM in the simulated machine's memory: whole, old, odd and hostile; and its UNDI. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* cmocka's macro; ours is a function */

#include "boot/bios/bios.h"
#include "boot/host/host.h"

/* The PC's own files: nothing in them is a PC's but the addresses and the ports. */
bool pxe_lease(struct platform_lease *lease);
static uint8_t chip_read8(uint16_t port);
static void chip_write8(uint16_t port, uint8_t value);
#define platform_cached_lease pxe_lease
#define port_read8            chip_read8
#define port_write8           chip_write8
#include "boot/bios/pxe.c"
#include "boot/bios/undi.c"

uint32_t entry_magic, entry_information = 0x7D00;

#define RAM       (2u << 20)
#define BASE_KB   600u
#define PXE       0x9C000010u /* far pointers: segment << 16 | offset */
#define PXENV     0x9C000080u
#define ENTRY     0x9C000200u
#define OLD_ENTRY 0x9C000300u
#define AT(far)   (((far) >> 16) * 16 + ((far)&0xFFFF))

static const uint8_t station[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

/* What the ROM does, and what it was asked. */
static struct {
    char log[400]; /* functions, in hexadecimal */
    uint32_t entry;
    unsigned failing; /* this function does not work; 0: all do */
    bool in_interrupt_1a;
    uint16_t nic_type, place;
    const uint8_t *packets[4];
    size_t lengths[4];
    uint16_t packet_length_said; /* 0: the truth */
    uint16_t interrupt;
    uint8_t address_length;
    uint8_t sent[1600];
    size_t sent_length;
    uint8_t sent_protocol, sent_flag;
    uint32_t sent_from;
    struct event {
        uint16_t flag;
        uint16_t piece, whole;
        const uint8_t *bytes;
        uint32_t place; /* 0: where it belongs */
    } events[8];
    unsigned event;
    uint16_t opened_filter;
} rom;
static uint32_t pci_identity;
static uint8_t masks[2];

/* --- The machine ------------------------------------------------------------------------------ */

static uint8_t chip_read8(uint16_t port)
{
    assert_true(port == 0x21 || port == 0xA1);
    return masks[port == 0xA1];
}

static void chip_write8(uint16_t port, uint8_t value)
{
    assert_true(port == 0x21 || port == 0xA1);
    masks[port == 0xA1] = value;
}

uint32_t pci_chipset_read(unsigned bus, unsigned slot, unsigned function, unsigned offset)
{
    assert_int_equal(bus, 1);
    assert_int_equal(slot, 5);
    assert_int_equal(function, 2);
    return offset == 0 ? pci_identity : 0x11001AF4;
}

void real_mode_interrupt(uint8_t number, struct real_mode_registers *registers)
{
    assert_int_equal(number, 0x1A);
    assert_int_equal(registers->eax, 0x5650);
    if (!rom.in_interrupt_1a) {
        registers->eflags |= REAL_MODE_CARRY;
        return;
    }
    registers->eax = 0x564E;
    registers->es = PXENV >> 16;
    registers->ebx = 0xABCD0000u | (PXENV & 0xFFFF);
}

static void get_cached_info(uint8_t *block)
{
    unsigned type = get_le16(block + 2), size = get_le16(block + 4);
    uint32_t to = AT(get_le32(block + 6));

    assert_true(type == 2 || type == 3);
    assert_int_equal(to, 0x9100);
    assert_true(to + size <= 0xA000);
    if (rom.packets[type] != NULL) {
        assert_true(rom.lengths[type] <= size);
        memcpy(host_memory(to), rom.packets[type], rom.lengths[type]);
    }
    put_le16(block + 4,
             rom.packet_length_said != 0 ? rom.packet_length_said : (uint16_t)rom.lengths[type]);
}

static void transmit(const uint8_t *block)
{
    uint32_t descriptor = AT(get_le32(block + 8)), destination = AT(get_le32(block + 4));
    const uint8_t *bytes = host_memory(descriptor);
    uint32_t from = AT(get_le32(bytes + 2));

    assert_true(descriptor >= 0xA000 && descriptor < 0xC000);
    rom.sent_protocol = block[2];
    rom.sent_flag = block[3];
    rom.sent_length = get_le16(bytes);
    rom.sent_from = from;
    assert_int_equal(get_le16(bytes + 6), 0);
    assert_true(from + rom.sent_length <= 0xC000 && rom.sent_length <= 1514);
    memcpy(rom.sent, host_memory(from), rom.sent_length);
    memmove(rom.sent + 1520, host_memory(destination), 6);
}

static void serve_interrupt(uint8_t *block)
{
    const struct event *event = &rom.events[rom.event];
    uint32_t place = 0x9D000000u;

    if (get_le16(block + 2) == 1) {
        put_le16(block + 2, 1); /* "not ours", as some say always */
        return;
    }
    put_le16(block + 2, event->flag);
    if (event->flag == 0)
        return;
    rom.event++;
    if (event->bytes != NULL)
        memcpy(host_memory(AT(place)), event->bytes, event->piece);
    put_le16(block + 4, event->piece);
    put_le16(block + 6, event->whole);
    put_le32(block + 10, event->place != 0 ? event->place : place);
}

void real_mode_pxe(uint32_t far_pointer, struct real_mode_registers *registers)
{
    uint8_t *block = host_memory(0x9000);
    size_t used = strlen(rom.log);

    assert_int_equal(far_pointer, rom.entry);
    assert_int_equal(registers->es, 0x900);
    assert_int_equal(registers->edi, 0);
    snprintf(rom.log + used, sizeof rom.log - used, "%02x ", (unsigned)registers->ebx);
    if (rom.failing == registers->ebx) {
        put_le16(block, 0x6A);
        registers->eax = 0xFFFF0001u;
        return;
    }
    registers->eax = 0xFFFF0000u;
    put_le16(block, 0);
    switch (registers->ebx) {
    case 0x06:
        rom.opened_filter = get_le16(block + 4);
        break;
    case 0x08:
        transmit(block);
        break;
    case 0x0C:
        put_le16(block + 4, rom.interrupt);
        put_le16(block + 10, rom.address_length);
        memcpy(block + 12, station, 6);
        break;
    case 0x12:
        block[2] = (uint8_t)rom.nic_type;
        put_le16(block + 11, rom.place);
        break;
    case 0x14:
        serve_interrupt(block);
        break;
    case 0x71:
        get_cached_info(block);
        break;
    case 0x02:
    case 0x05:
    case 0x07:
    case 0x15:
    case 0x70:
        break;
    default:
        assert_int_equal(registers->ebx, -1); /* nothing else is asked */
    }
}

/* --- The ROM's structures --------------------------------------------------------------------- */

static void balance(uint32_t at, unsigned length, unsigned checksum_at)
{
    uint8_t *bytes = host_memory(at), sum = 0;

    bytes[checksum_at] = 0;
    for (unsigned i = 0; i < length; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[checksum_at] = (uint8_t)-sum;
}

static void put_pxe(void)
{
    uint8_t *bytes = host_memory(AT(PXE));

    memset(bytes, 0, 0x58);
    memcpy(bytes, "!PXE", 4);
    bytes[4] = 0x58;
    put_le32(bytes + 16, ENTRY);
    put_le16(bytes + 40, 0x9800); /* UNDI's data */
    put_le16(bytes + 46, 0x1234);
    put_le16(bytes + 48, 0x8000); /* UNDI's code, far below the rest */
    put_le16(bytes + 54, 0x2000);
    balance(AT(PXE), 0x58, 5);
}

static void put_pxenv(uint16_t version)
{
    uint8_t *bytes = host_memory(AT(PXENV));

    memset(bytes, 0, 0x2C);
    memcpy(bytes, "PXENV+", 6);
    put_le16(bytes + 6, version);
    bytes[8] = 0x2C;
    put_le32(bytes + 10, OLD_ENTRY);
    put_le16(bytes + 0x20, 0x9700);
    put_le16(bytes + 0x22, 0x800);
    put_le32(bytes + 0x28, PXE);
    balance(AT(PXENV), 0x2C, 9);
}

static void start_by(uint32_t pxe, uint32_t pxenv)
{
    put_le32(host_memory(entry_information), pxe);
    put_le32(host_memory(entry_information + 4), pxenv);
    pxe_start();
}

static int setup(void **state)
{
    (void)state;
    host_reset(RAM);
    memset(host_memory(0), 0, 0x500);
    put_le16(host_memory(0x413), BASE_KB);
    memset(&rom, 0, sizeof rom);
    rom.entry = ENTRY;
    rom.nic_type = 2;
    rom.place = 1 << 8 | 5 << 3 | 2;
    rom.interrupt = 11;
    rom.address_length = 6;
    pci_identity = 0x10001AF4; /* virtio: none of ours */
    masks[0] = masks[1] = 0;
    put_pxe();
    put_pxenv(0x0201);
    api_entry = 0;
    api_is_old = memory_is_kept = false;
    segment_count = 0;
    memset(&card, 0, sizeof card);
    attached_id.vendor = attached_id.device = 0;
    words = NULL;
    ack.length = reply.length = 0;
    in_service = false;
    gathered_length = 0;
    return 0;
}

/* --- Finding it ------------------------------------------------------------------------------- */

static void test_structure_from_the_stack(void **state)
{
    (void)state;
    start_by(PXE, 0);
    assert_int_equal(api_entry, ENTRY);
    assert_string_equal(rom.log, "71 71 12 ");
    assert_string_equal(pxe_boot_path(), "01:05.2");
}

static void test_pxenv_leads_to_it(void **state)
{
    (void)state;
    start_by(0, PXENV);
    assert_int_equal(api_entry, ENTRY);
    assert_false(api_is_old);
}

static void test_pxenv_from_the_interrupt(void **state)
{
    (void)state;
    rom.in_interrupt_1a = true;
    start_by(0, 0);
    assert_int_equal(api_entry, ENTRY);
}

static void test_old_stack(void **state)
{
    (void)state;
    put_pxenv(0x0200);
    rom.entry = OLD_ENTRY;
    start_by(0, PXENV);
    assert_int_equal(api_entry, OLD_ENTRY);
    pxe_leave();
    assert_string_equal(rom.log, "71 71 12 05 70 02 ");
}

static void test_damage(void **state)
{
    static const struct {
        unsigned at, value;
    } damages[] = {{0, 'x'}, {4, 0x57}, {5, 0xEE}, {20, 1}};

    (void)state;
    for (unsigned i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        put_pxe();
        host_memory(AT(PXE))[damages[i].at] = (uint8_t)damages[i].value;
        start_by(PXE, 0);
        assert_int_equal(api_entry, 0);
    }
    put_pxe();
    put_le32(host_memory(AT(PXE)) + 16, 0);
    balance(AT(PXE), 0x58, 5);
    start_by(PXE, 0);
    assert_int_equal(api_entry, 0);
    start_by(0xFFFFFFFF, 0xFFFFFFF0);
    assert_int_equal(api_entry, 0);
    assert_string_equal(rom.log, "");
    assert_string_equal(pxe_boot_path(), "");
    assert_int_equal(pxe_memory(NULL, 0), 0);
    assert_non_null(strstr(host_console(), "left no stack"));
    pxe_leave();
    assert_string_equal(rom.log, "");
}

/* --- What it was told ------------------------------------------------------------------------- */

/* A packet with one option. */
static size_t make_packet(uint8_t *bytes, uint8_t code, const char *value)
{
    size_t length = strlen(value);

    memset(bytes, 0, 300);
    bytes[0] = 2;
    put_be32(bytes + 236, 0x63825363);
    bytes[240] = code;
    bytes[241] = (uint8_t)length;
    memcpy(bytes + 242, value, length);
    bytes[242 + length] = 255;
    return 300;
}

static void test_packets(void **state)
{
    static uint8_t first[300], second[300];
    struct platform_lease lease;

    (void)state;
    rom.packets[2] = first;
    rom.lengths[2] = make_packet(first, 12, "first");
    rom.packets[3] = second;
    rom.lengths[3] = make_packet(second, 12, "second");
    start_by(PXE, 0);
    assert_true(pxe_lease(&lease));
    assert_int_equal(lease.ack_length, 300);
    assert_memory_equal(lease.ack, first, 300);
    assert_memory_equal(lease.boot, second, 300);
    assert_string_equal(pxe_words(), "");
}

static void test_packets_without_end(void **state)
{
    struct platform_lease lease;

    (void)state;
    rom.packet_length_said = 0xFFFF;
    start_by(PXE, 0);
    assert_true(pxe_lease(&lease));
    assert_int_equal(lease.ack_length, NETWORK_PACKET_MAXIMUM);
}

static void test_no_packets(void **state)
{
    struct platform_lease lease;

    (void)state;
    rom.failing = 0x71;
    start_by(PXE, 0);
    assert_false(pxe_lease(&lease));
}

static void test_words(void **state)
{
    static uint8_t first[300], second[300];

    (void)state;
    rom.packets[2] = first;
    rom.lengths[2] = make_packet(first, 224, "sawboot file=kernel");
    rom.packets[3] = second;
    rom.lengths[3] = make_packet(second, 12, "x");
    start_by(PXE, 0);
    assert_string_equal(pxe_words(), "file=kernel");
    setup(NULL);
    rom.packets[2] = first;
    rom.lengths[2] = 300;
    rom.packets[3] = second;
    rom.lengths[3] = make_packet(second, 224, "sawboot ");
    start_by(PXE, 0);
    assert_string_equal(pxe_words(), "");
    setup(NULL);
    rom.packets[2] = first;
    rom.lengths[2] = make_packet(first, 224, "somebody else's");
    start_by(PXE, 0);
    assert_string_equal(pxe_words(), "");
}

/* --- Its end, and its memory ------------------------------------------------------------------ */

static void test_left_at_once_for_a_card_of_ours(void **state)
{
    struct memory_map_entry entries[8];

    (void)state;
    pci_identity = 0x813910EC;
    start_by(PXE, 0);
    assert_string_equal(rom.log, "71 71 12 05 70 15 ");
    assert_string_equal(pxe_boot_path(), "01:05.2");
    assert_int_equal(pxe_memory(entries, 8), 0);
    pxe_leave();
    assert_string_equal(rom.log, "71 71 12 05 70 15 ");
}

static void test_left_when_the_card_is_not_told(void **state)
{
    (void)state;
    rom.nic_type = 3;
    start_by(PXE, 0);
    assert_string_equal(rom.log, "71 71 12 05 70 15 ");
    assert_string_equal(pxe_boot_path(), "");
}

static void test_memory_while_it_lives(void **state)
{
    struct memory_map_entry entries[8];

    (void)state;
    start_by(PXE, 0);
    assert_int_equal(pxe_memory(entries, 8), 3);
    assert_int_equal(entries[0].base, 0x98000);
    assert_int_equal(entries[0].length, 0x1234);
    assert_int_equal(entries[1].base, 0x80000);
    assert_int_equal(entries[1].length, 0x2000);
    assert_int_equal(entries[2].base, BASE_KB * 1024);
    assert_int_equal(entries[2].length, (640 - BASE_KB) * 1024);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(entries[i].type, MEMORY_RESERVED);
    assert_int_equal(pxe_memory(entries, 1), 1);
    pxe_leave();
    assert_int_equal(pxe_memory(entries, 8), 0);
}

static void test_memory_of_a_stack_that_has_to_stay(void **state)
{
    struct memory_map_entry entries[8];

    (void)state;
    pci_identity = 0x813910EC;
    rom.failing = 0x15;
    start_by(PXE, 0);
    assert_int_equal(pxe_memory(entries, 8), 3);
}

/* --- UNDI ------------------------------------------------------------------------------------- */

static struct nic nic;
static uint8_t received[1600];
static size_t received_length, received_count;

static void take(struct nic *from, const uint8_t *frame, size_t length)
{
    assert_ptr_equal(from, &nic);
    memcpy(received, frame, length);
    received_length = length;
    received_count++;
}

/* Started, and the card opened. */
static int setup_open(void **state)
{
    setup(state);
    start_by(PXE, 0);
    memset(&nic, 0, sizeof nic);
    nic.pci = card;
    nic.driver = nic_driver_for(&card, &nic.id);
    assert_ptr_equal(nic.driver, &undi);
    rom.log[0] = '\0';
    received_count = 0;
    assert_int_equal(undi.open(&nic), OK);
    assert_string_equal(rom.log, "0c 07 06 ");
    rom.log[0] = '\0';
    return 0;
}

static void test_open_and_close(void **state)
{
    (void)state;
    assert_memory_equal(nic.address, station, 6);
    assert_int_equal(rom.opened_filter, 3);
    assert_true(undi.link(&nic));
    /* Interrupt 11 is the second chip's line 3. */
    assert_int_equal(masks[0], 0);
    assert_int_equal(masks[1], 0x08);
    undi.close(&nic);
    assert_string_equal(rom.log, "07 ");
    assert_int_equal(masks[1], 0);
    /* A line that was masked stays so. */
    masks[1] = 0x18;
    assert_int_equal(undi.open(&nic), OK);
    undi.close(&nic);
    assert_int_equal(masks[1], 0x18);
    rom.interrupt = 300;
    masks[1] = 0;
    assert_int_equal(undi.open(&nic), OK);
    assert_int_equal(masks[0] | masks[1], 0);
    undi.close(&nic);
    pxe_leave();
    assert_int_equal(undi.open(&nic), ERROR_PC_UNDI);
}

static void test_open_fails(void **state)
{
    (void)state;
    undi.close(&nic);
    rom.failing = 0x06;
    assert_int_equal(undi.open(&nic), ERROR_PC_UNDI);
    assert_non_null(strstr(error_detail(), "status 6a"));
    assert_int_equal(masks[1], 0);
    rom.failing = 0x0C;
    assert_int_equal(undi.open(&nic), ERROR_PC_UNDI);
    rom.failing = 0;
    rom.address_length = 20;
    assert_int_equal(undi.open(&nic), ERROR_NIC_ADDRESS);
    rom.address_length = 6;
    nic.pci.slot++;
    assert_int_equal(undi.open(&nic), ERROR_PC_UNDI);
    assert_non_null(strstr(error_detail(), "drives 01:05.2 only"));
}

static void test_transmit(void **state)
{
    uint8_t frame[1514], pattern[1514];
    uint32_t first;

    (void)state;
    for (unsigned i = 0; i < sizeof frame; i++)
        pattern[i] = frame[i] = (uint8_t)(i * 7);
    put_be16(frame + 12, 0x0800);
    assert_int_equal(undi.transmit(&nic, frame, sizeof frame), OK);
    assert_int_equal(rom.sent_protocol, 1);
    assert_int_equal(rom.sent_flag, 0);
    assert_int_equal(rom.sent_length, 1500);
    assert_memory_equal(rom.sent, pattern + 14, 1500);
    assert_memory_equal(rom.sent + 1520, pattern, 6);
    first = rom.sent_from;

    memset(frame, 0xFF, 6);
    put_be16(frame + 12, 0x0806);
    assert_int_equal(undi.transmit(&nic, frame, 42), OK);
    assert_int_equal(rom.sent_protocol, 2);
    assert_int_equal(rom.sent_flag, 1);
    assert_int_equal(rom.sent_length, 46);
    assert_memory_equal(rom.sent, pattern + 14, 28);
    assert_int_equal(rom.sent[28], 0); /* padding */
    assert_int_equal(rom.sent[45], 0);
    assert_int_not_equal(rom.sent_from, first); /* the first may still be on its way */

    put_be16(frame + 12, 0x88CC);
    assert_int_equal(undi.transmit(&nic, frame, 100), OK);
    assert_int_equal(rom.sent_protocol, 0);
    assert_int_equal(rom.sent_length, 100);
    assert_memory_equal(rom.sent, frame, 100);
    assert_int_equal(nic.counters.transmitted, 3);

    assert_int_equal(undi.transmit(&nic, frame, 13), ERROR_NIC_TRANSMIT);
    assert_int_equal(undi.transmit(&nic, frame, 1515), ERROR_NIC_TRANSMIT);
    rom.failing = 0x08;
    assert_int_equal(undi.transmit(&nic, frame, 100), ERROR_NIC_TRANSMIT);
    assert_int_equal(nic.counters.transmit_errors, 1);
}

static void test_poll(void **state)
{
    uint8_t frame[1514];

    (void)state;
    for (unsigned i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)(i * 5);
    assert_int_equal(undi.poll(&nic, take, 8), 0);
    assert_string_equal(rom.log, "14 14 "); /* start, process: done */

    rom.events[0] = (struct event){.flag = 2};
    rom.events[1] = (struct event){.flag = 3, .piece = 1000, .whole = 1514, .bytes = frame};
    rom.events[2] = (struct event){.flag = 3, .piece = 514, .whole = 1514, .bytes = frame + 1000};
    rom.events[3] = (struct event){.flag = 3, .piece = 60, .whole = 60, .bytes = frame};
    rom.log[0] = '\0';
    assert_int_equal(undi.poll(&nic, take, 1), 1);
    assert_int_equal(received_length, 1514);
    assert_memory_equal(received, frame, 1514);
    assert_string_equal(rom.log, "14 14 14 14 ");
    rom.log[0] = '\0';
    assert_int_equal(undi.poll(&nic, take, 8), 1); /* goes on where it was */
    assert_string_equal(rom.log, "14 14 ");
    assert_int_equal(received_length, 60);
    assert_int_equal(nic.counters.received, 2);
}

static void test_poll_of_nonsense(void **state)
{
    static const uint8_t frame[1514];
    static const struct event nonsense[] = {
        {.flag = 3, .piece = 61, .whole = 60, .bytes = frame},
        {.flag = 3, .piece = 0, .whole = 0},
        {.flag = 3, .piece = 14, .whole = 14, .bytes = frame},
        {.flag = 3, .piece = 1400, .whole = 0xFFFF, .bytes = frame},
        {.flag = 3, .piece = 0xFFFF, .whole = 0xFFFF},
        {.flag = 3, .piece = 100, .whole = 100, .place = 0xFFFFFFFF},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        memset(rom.events, 0, sizeof rom.events);
        rom.event = 0;
        rom.events[0] = nonsense[i];
        assert_int_equal(undi.poll(&nic, take, 8), 0);
        /* And a good one behind it is a good one. */
        rom.event = 0;
        rom.events[0] = (struct event){.flag = 3, .piece = 60, .whole = 60, .bytes = frame};
        assert_int_equal(undi.poll(&nic, take, 8), 1);
    }
    assert_int_equal(received_count, sizeof nonsense / sizeof nonsense[0]);
    rom.event = 0;
    rom.events[0] = (struct event){.flag = 77};
    assert_int_equal(undi.poll(&nic, take, 8), 0);
    rom.failing = 0x14;
    assert_int_equal(undi.poll(&nic, take, 8), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_structure_from_the_stack, setup),
        cmocka_unit_test_setup(test_pxenv_leads_to_it, setup),
        cmocka_unit_test_setup(test_pxenv_from_the_interrupt, setup),
        cmocka_unit_test_setup(test_old_stack, setup),
        cmocka_unit_test_setup(test_damage, setup),
        cmocka_unit_test_setup(test_packets, setup),
        cmocka_unit_test_setup(test_packets_without_end, setup),
        cmocka_unit_test_setup(test_no_packets, setup),
        cmocka_unit_test_setup(test_words, setup),
        cmocka_unit_test_setup(test_left_at_once_for_a_card_of_ours, setup),
        cmocka_unit_test_setup(test_left_when_the_card_is_not_told, setup),
        cmocka_unit_test_setup(test_memory_while_it_lives, setup),
        cmocka_unit_test_setup(test_memory_of_a_stack_that_has_to_stay, setup),
        cmocka_unit_test_setup(test_open_and_close, setup_open),
        cmocka_unit_test_setup(test_open_fails, setup_open),
        cmocka_unit_test_setup(test_transmit, setup_open),
        cmocka_unit_test_setup(test_poll, setup_open),
        cmocka_unit_test_setup(test_poll_of_nonsense, setup_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
