/* SPDX-License-Identifier: BSD-2-Clause */
#include "serial.h"

#include "../common/strings.h"
#include "lib/bytes.h"

/*
 * Zilog 8530 behind mac-io, channel A. XNU: base of the I/O chip plus 0x12000 where a node "escc"
 * exists, registers 2 (control) and 6 (data) from there (specs: xnu-handoff 1.6).
 */
#define SCC_OFFSET    0x12000u
#define SCC_CONTROL_A 2
#define SCC_DATA_A    6
#define MAC99_MAC_IO  0x80000000u

/* Zilog SCC user's manual, chapter 5: RR0 bit 2 "Tx Buffer Empty". */
#define TX_BUFFER_EMPTY 0x04
#define TX_POLLS        1000000u /* about a second: a character takes 0.2 ms at 57600 baud */

static uint32_t base;

static uint8_t control_read(void)
{
    uint8_t value = *(volatile uint8_t *)(base + SCC_CONTROL_A);
    __asm__ volatile("eieio" ::: "memory");
    return value;
}

static void control_write(uint8_t index, uint8_t value)
{
    volatile uint8_t *control = (volatile uint8_t *)(base + SCC_CONTROL_A);
    *control = index;
    __asm__ volatile("eieio" ::: "memory");
    *control = value;
    __asm__ volatile("eieio" ::: "memory");
}

struct found {
    bool dbdma, mac_io, escc;
    uint32_t dbdma_base, mac_io_base;
};

static bool value_is(const uint8_t *value, uint32_t length, const char *text)
{
    return length == strlen(text) + 1 && memcmp(value, text, length) == 0;
}

/* One pass over the blob; returns the offset behind the node or 0 when it makes no sense. */
static uint32_t look(const uint8_t *tree, uint32_t size, uint32_t at, unsigned depth,
                     struct found *found)
{
    if (depth == 0 || !bytes_within(size, at, 8))
        return 0;
    uint32_t properties = get_be32(tree + at), children = get_be32(tree + at + 4), address = 0;
    bool dbdma = false, mac_io = false, has_assigned = false;
    at += 8;
    for (; properties > 0; properties--) {
        if (!bytes_within(size, at, 36))
            return 0;
        const char *name = (const char *)tree + at;
        uint32_t length = get_be32(tree + at + 32);
        if (!bytes_within(size, (uint64_t)at + 36, round_up(length, 4)))
            return 0;
        const uint8_t *value = tree + at + 36;
        if (strncmp(name, "device_type", 32) == 0) {
            dbdma |= value_is(value, length, "dbdma");
            mac_io |= value_is(value, length, "mac-io");
        } else if (strncmp(name, "name", 32) == 0) {
            found->escc |= value_is(value, length, "escc");
        } else if (strncmp(name, "AAPL,address", 32) == 0 && length >= 4) {
            address = get_be32(value);
            has_assigned = true;
        } else if (strncmp(name, "assigned-addresses", 32) == 0 && length >= 12 && !has_assigned) {
            address = get_be32(value + 8);
        }
        at += 36 + (uint32_t)round_up(length, 4);
    }
    if (dbdma && !found->dbdma) {
        found->dbdma = true;
        found->dbdma_base = address;
    }
    if (mac_io && !found->mac_io) {
        found->mac_io = true;
        found->mac_io_base = address;
    }
    for (; children > 0; children--) {
        at = look(tree, size, at, depth - 1, found);
        if (at == 0)
            return 0;
    }
    return at;
}

bool serial_open(const uint8_t *tree, uint32_t length)
{
    struct found found;
    memset(&found, 0, sizeof(found));
    if (tree != NULL)
        look(tree, length, 0, 24, &found);
    uint32_t chip = found.dbdma ? found.dbdma_base : found.mac_io ? found.mac_io_base : 0;
    bool good = chip != 0 && found.escc;
    base = (good ? chip : MAC99_MAC_IO) + SCC_OFFSET;
    control_write(4, 0x44); /* WR4: 16 times clock, one stop bit, no parity */
    control_write(3, 0xC1); /* WR3: eight bits, receiver on */
    control_write(5, 0xEA); /* WR5: eight bits, transmitter on, DTR, RTS */
    return good;
}

static void put_raw(char character)
{
    for (uint32_t polls = 0; (control_read() & TX_BUFFER_EMPTY) == 0 && polls < TX_POLLS;)
        polls++;
    *(volatile uint8_t *)(base + SCC_DATA_A) = (uint8_t)character;
    __asm__ volatile("eieio" ::: "memory");
}

void serial_put(char character)
{
    if (character == '\n')
        put_raw('\r');
    put_raw(character);
}

uint32_t serial_address(void)
{
    return base;
}
