/* SPDX-License-Identifier: BSD-2-Clause */
#include "drivers/serial_eeprom.h"

/* Microwire: start bit 1 and the operation code 10, "read" (93C46 data sheet, instruction set). */
#define MICROWIRE_READ      0x6
#define MICROWIRE_READ_BITS 3

void serial_begin(const struct serial_lines *lines)
{
    lines->drive(lines->context, false, false, false);
    lines->drive(lines->context, true, false, false);
}

void serial_end(const struct serial_lines *lines)
{
    lines->drive(lines->context, false, false, false);
}

void serial_out(const struct serial_lines *lines, uint32_t value, unsigned bits)
{
    while (bits-- > 0) {
        bool bit = (value >> bits & 1) != 0;

        lines->drive(lines->context, true, false, bit);
        lines->drive(lines->context, true, true, bit); /* the part takes the bit on this edge */
    }
    lines->drive(lines->context, true, false, false);
}

uint32_t serial_in(const struct serial_lines *lines, unsigned bits)
{
    uint32_t value = 0;

    /* Microwire parts change their output on the rising edge, SPI parts on the falling one: while
     * the clock is high the output is stable for both. */
    while (bits-- > 0) {
        lines->drive(lines->context, true, true, false);
        value = value << 1 | (lines->sample(lines->context) ? 1u : 0u);
        lines->drive(lines->context, true, false, false);
    }
    return value;
}

uint16_t microwire_read(const struct serial_lines *lines, unsigned address_bits, unsigned word)
{
    uint16_t value;

    serial_begin(lines);
    serial_out(lines, MICROWIRE_READ, MICROWIRE_READ_BITS);
    /* With the last address bit the part puts out a 0 that is no data; our clock is past it. */
    serial_out(lines, word, address_bits);
    value = (uint16_t)serial_in(lines, 16);
    serial_end(lines);
    return value;
}
