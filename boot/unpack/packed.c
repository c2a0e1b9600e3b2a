/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/unpack/packed.h"

#include "lib/bytes.h"
#include "lib/crc32.h"

/* Primary opcode 18 with AA clear and LK set. */
#define CALL_MASK   0xFC000003u
#define CALL        0x48000001u
#define TARGET_MASK 0x03FFFFFCu

uint32_t packed_length(const uint8_t *packed)
{
    return get_be32(packed);
}

uint32_t packed_memory(const uint8_t *packed)
{
    return get_be32(packed + 4);
}

static void add_to_calls(uint8_t *code, size_t length, bool place)
{
    for (uint32_t at = 0; length - at >= 4; at += 4) {
        uint32_t word = get_be32(code + at), target = place ? word + at : word - at;

        if ((word & CALL_MASK) == CALL)
            put_be32(code + at, CALL | (target & TARGET_MASK));
    }
}

void packed_calls_absolute(uint8_t *code, size_t length)
{
    add_to_calls(code, length, true);
}

void packed_calls_relative(uint8_t *code, size_t length)
{
    add_to_calls(code, length, false);
}

uint32_t packed_middle(const struct packed_range *range, uint32_t guess)
{
    uint32_t width = range->high - range->low;

    return range->low + width / 65536 * guess + width % 65536 * guess / 65536;
}

unsigned packed_narrow(struct packed_range *range, uint32_t middle, unsigned bit)
{
    unsigned settled = 0;

    if (bit != 0)
        range->high = middle;
    else
        range->low = middle + 1;
    for (; (range->low ^ range->high) < 0x1000000; settled++) {
        range->low <<= 8;
        range->high = range->high << 8 | 0xFF;
    }
    return settled;
}

/* Zeros follow the packed bytes. */
static uint32_t next_byte(const uint8_t *packed, size_t length, size_t *at)
{
    return *at < length ? packed[(*at)++] : 0;
}

bool packed_unpack(const uint8_t *packed, size_t length, struct predictor *predictor, uint8_t *out)
{
    uint32_t size = packed_length(packed), code_length = get_be32(packed + 8), value = 0;
    struct packed_range range = {0, UINT32_MAX};
    size_t in = PACKED_HEADER;

    if (code_length > size)
        return false;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | next_byte(packed, length, &in);
    predictor_begin(predictor, out, code_length);
    for (uint32_t at = 0; at < size; at++) {
        uint32_t byte = 0;

        for (unsigned i = 0; i < 8; i++) {
            uint32_t middle = packed_middle(&range, predictor_guess(predictor));
            unsigned bit = value <= middle;

            byte = byte << 1 | bit;
            out[at] = (uint8_t)byte; /* complete before the predictor looks at it */
            for (unsigned n = packed_narrow(&range, middle, bit); n > 0; n--)
                value = value << 8 | next_byte(packed, length, &in);
            predictor_learn(predictor, bit);
        }
    }
    packed_calls_relative(out, code_length);
    return crc32_ieee(out, size) == get_be32(packed + 12);
}
