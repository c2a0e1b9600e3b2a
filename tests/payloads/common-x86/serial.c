/* SPDX-License-Identifier: BSD-2-Clause */
#include "serial.h"

#include <stdint.h>

#include "processor.h"

/* National Semiconductor PC16550D, section 8: registers from the base. */
#define COM1           0x3F8
#define DATA           (COM1 + 0) /* divisor, low byte, while LINE_DIVISOR is set */
#define INTERRUPTS     (COM1 + 1) /* divisor, high byte */
#define FIFO           (COM1 + 2)
#define LINE           (COM1 + 3)
#define MODEM          (COM1 + 4)
#define STATUS         (COM1 + 5)
#define LINE_8N1       0x03
#define LINE_DIVISOR   0x80
#define FIFO_ON        0x07 /* on, both cleared */
#define MODEM_READY    0x03 /* DTR, RTS */
#define STATUS_TAKES   0x20 /* the transmitter's holding register is empty */
#define STATUS_POLLS   1000000u
#define DIVISOR_115200 1

void serial_open(void)
{
    port_write_8(INTERRUPTS, 0);
    port_write_8(LINE, LINE_DIVISOR);
    port_write_8(DATA, DIVISOR_115200);
    port_write_8(INTERRUPTS, 0);
    port_write_8(LINE, LINE_8N1);
    port_write_8(FIFO, FIFO_ON);
    port_write_8(MODEM, MODEM_READY);
}

static void put_raw(char character)
{
    for (uint32_t polls = 0; (port_read_8(STATUS) & STATUS_TAKES) == 0 && polls < STATUS_POLLS;)
        polls++;
    port_write_8(DATA, (uint8_t)character);
}

void serial_put(char character)
{
    if (character == '\n')
        put_raw('\r');
    put_raw(character);
}
