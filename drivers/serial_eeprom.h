/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serial EEPROMs read bit by bit over four wires that a card's register moves: Microwire parts
 * (93C46: 64 words, 6 address bits; 93C56/93C66: 8 address bits) and the bit shifting that SPI
 * parts share with them. Most significant bit first.
 */
#ifndef DRIVERS_SERIAL_EEPROM_H
#define DRIVERS_SERIAL_EEPROM_H

#include <stdbool.h>
#include <stdint.h>

struct serial_lines {
    void *context;
    /* Sets the wires and waits the half period that the part needs. */
    void (*drive)(void *context, bool selected, bool clock, bool data);
    /* The part's data output. */
    bool (*sample)(void *context);
};

/* Selects the part; the clock is low. */
void serial_begin(const struct serial_lines *lines);
/* Deselects it. */
void serial_end(const struct serial_lines *lines);
/* Shifts the low `bits` bits of `value` out. */
void serial_out(const struct serial_lines *lines, uint32_t value, unsigned bits);
/* Shifts `bits` bits in, at most 32. */
uint32_t serial_in(const struct serial_lines *lines, unsigned bits);

/* One 16-bit word of a Microwire part with `address_bits` address bits. */
uint16_t microwire_read(const struct serial_lines *lines, unsigned address_bits, unsigned word);

#endif
