/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/models/serial_model.h"

/* Microwire words go out most significant bit first; SPI ones low byte first. */
static bool stored_bit(const struct serial_model *part, unsigned position)
{
    unsigned word = position / 16 & 0xFF, bit = position % 16;

    if (part->spi)
        return part->words[word] >> (bit < 8 ? 7 - bit : 23 - bit) & 1;
    return part->words[word] >> (15 - bit) & 1;
}

static void microwire_edge(struct serial_model *part, bool data)
{
    if (part->reading) {
        part->output = stored_bit(part, part->position++);
        return;
    }
    if (!part->started) {
        part->started = data;
        return;
    }
    part->input = part->input << 1 | data;
    if (++part->bits == 2 + part->address_bits && part->input >> part->address_bits == 2) {
        part->reading = true;
        part->position = (part->input & ((1u << part->address_bits) - 1)) * 16;
        part->output = false; /* the dummy bit */
    }
}

static void spi_rising(struct serial_model *part, bool data)
{
    if (part->reading)
        return;
    part->input = part->input << 1 | data;
    part->bits++;
    if (part->bits == 8 && part->input == 5) {
        part->reading = true;
        part->status_bits = 8;
        part->status = part->spi_busy != 0 ? 1 : 0;
        if (part->spi_busy != 0)
            part->spi_busy--;
    } else if (part->bits == 8 + part->address_bits) {
        unsigned command = part->input >> part->address_bits & 0xFF;
        unsigned address = part->input & ((1u << part->address_bits) - 1);

        if ((command & ~8u) == 3) {
            part->reading = true;
            part->position = (address | (command & 8 ? 0x100 : 0)) * 8;
        }
    }
}

static void spi_falling(struct serial_model *part)
{
    if (!part->reading)
        return;
    if (part->status_bits != 0)
        part->output = part->status >> --part->status_bits & 1;
    else
        part->output = stored_bit(part, part->position++);
}

void serial_model_wires(struct serial_model *part, bool selected, bool clock, bool data)
{
    bool rising = clock && !part->clock, falling = !clock && part->clock;

    part->clock = clock;
    if (!selected || part->address_bits == 0) {
        part->started = part->reading = false;
        part->bits = 0;
        part->input = 0;
        part->status_bits = 0;
        part->output = true;
        return;
    }
    if (part->spi) {
        if (rising)
            spi_rising(part, data);
        if (falling)
            spi_falling(part);
    } else if (rising) {
        microwire_edge(part, data);
    }
}
