/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serial EEPROMs as the wires see them: a Microwire part (93C46, 93C56) and an SPI one (25040).
 * They take a bit on the clock's rising edge and forget what they were doing when deselected.
 */
#ifndef TESTS_UNIT_MODELS_SERIAL_MODEL_H
#define TESTS_UNIT_MODELS_SERIAL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

struct serial_model {
    uint16_t words[256];
    unsigned address_bits; /* 0: no part, the wire reads as ones */
    bool spi;
    unsigned spi_busy; /* status reads that still say "busy" */

    bool selected, clock, output;
    bool started, reading;
    unsigned bits;
    uint32_t input;
    unsigned position; /* of the next bit to put out, counted from the part's first */
    uint32_t status, status_bits;
};

/* New levels of the wires (`selected` as the part understands it). */
void serial_model_wires(struct serial_model *part, bool selected, bool clock, bool data);

#endif
