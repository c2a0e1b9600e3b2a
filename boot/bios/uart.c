/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first serial port, 115200 baud, 8 bits, no parity: a 16550 (National Semiconductor PC16550D
 * data sheet) or what passes for one. Polled.
 */
#include "boot/bios/bios.h"

enum {
    COM1 = 0x3F8,
    DATA = COM1,
    DIVISOR_LOW = COM1,
    INTERRUPT_ENABLE = COM1 + 1,
    DIVISOR_HIGH = COM1 + 1,
    FIFO_CONTROL = COM1 + 2,
    LINE_CONTROL = COM1 + 3,
    MODEM_CONTROL = COM1 + 4,
    LINE_STATUS = COM1 + 5,
    MODEM_STATUS = COM1 + 6,
    SCRATCH = COM1 + 7,

    LINE_8N1 = 0x03,
    LINE_DIVISOR = 0x80,
    DIVISOR_115200 = 1, /* 1.8432 MHz / 16 / 1 */
    FIFO_ON_AND_EMPTY = 0x07,
    MODEM_DTR_RTS = 0x03,
    MODEM_LOOP_OUT2_RTS = 0x1A, /* shows as DCD and CTS in the modem status */
    MODEM_STATUS_DCD_CTS = 0x90,
    STATUS_RECEIVED = 0x01,
    STATUS_ROOM = 0x20,
    NO_PORT = 0xFF,
};

/* A character takes 87 us on the wire, the whole FIFO 1.4 ms; a busy terminal may stop us longer.
 */
#define ROOM_US 200000u
/* Bounds the wait where the clock stands still. */
#define ROOM_READS 10000000u

static bool present;
/* The port does not get rid of its characters: they are dropped until it has room again. */
static bool stalled;

static bool scratch_keeps(uint8_t value)
{
    port_write8(SCRATCH, value);
    port_write8(INTERRUPT_ENABLE, 0); /* another value on the bus: an empty one may keep it */
    return port_read8(SCRATCH) == value;
}

static bool loops_back(void)
{
    port_write8(MODEM_CONTROL, MODEM_LOOP_OUT2_RTS);
    uint8_t status = port_read8(MODEM_STATUS);
    port_write8(MODEM_CONTROL, 0);
    return (status & 0xF0) == MODEM_STATUS_DCD_CTS;
}

void uart_initialise(void)
{
    present = false;
    stalled = false;
    if (port_read8(LINE_STATUS) == NO_PORT)
        return;
    port_write8(INTERRUPT_ENABLE, 0);
    if (!(scratch_keeps(0x5A) && scratch_keeps(0xA5)) && !loops_back())
        return;
    port_write8(LINE_CONTROL, LINE_DIVISOR);
    port_write8(DIVISOR_LOW, DIVISOR_115200);
    port_write8(DIVISOR_HIGH, 0);
    port_write8(LINE_CONTROL, LINE_8N1);
    port_write8(FIFO_CONTROL, FIFO_ON_AND_EMPTY);
    port_write8(MODEM_CONTROL, MODEM_DTR_RTS);
    present = true;
}

static bool has_room(void)
{
    return port_read8(LINE_STATUS) & STATUS_ROOM;
}

static bool wait_for_room(void)
{
    if (has_room())
        return true;
    if (stalled)
        return false;
    uint64_t start = platform_microseconds();
    for (unsigned reads = 0; reads < ROOM_READS; reads++) {
        if (has_room())
            return true;
        if (platform_microseconds() - start >= ROOM_US)
            break;
    }
    return false;
}

void uart_put(char c)
{
    if (!present)
        return;
    stalled = !wait_for_room();
    if (!stalled)
        port_write8(DATA, (uint8_t)c);
}

int uart_get(void)
{
    if (!present)
        return -1;
    uint8_t status = port_read8(LINE_STATUS);
    if (status == NO_PORT || !(status & STATUS_RECEIVED))
        return -1;
    return port_read8(DATA);
}
