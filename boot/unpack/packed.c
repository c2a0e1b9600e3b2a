/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/unpack/packed.h"

#include "lib/bytes.h"
#include "lib/crc32.h"

/* PowerPC: primary opcode 18 with AA clear and LK set. */
#define CALL_MASK   0xFC000003u
#define CALL        0x48000001u
#define TARGET_MASK 0x03FFFFFCu
/* x86: CALL rel32, and JMP rel32 with the lowest bit set. */
#define X86_CALL 0xE8

uint32_t packed_length(const uint8_t *packed)
{
    return get_be32(packed);
}

uint32_t packed_memory(const uint8_t *packed)
{
    return get_be32(packed + 4);
}

static void powerpc_calls(uint8_t *code, uint32_t length, bool absolute)
{
    for (uint32_t at = 0; length - at >= 4; at += 4) {
        uint32_t word = get_be32(code + at), target = absolute ? word + at : word - at;

        if ((word & CALL_MASK) == CALL)
            put_be32(code + at, CALL | (target & TARGET_MASK));
    }
}

/*
 * What looks like a call but leads elsewhere keeps clear of the others: the distances from -at to
 * length become the numbers from 0 to length, which are addresses from the code's beginning, and
 * from -at to 0, which are what is left. The highest byte first, as it is the easiest to guess.
 */
static void x86_calls(uint8_t *code, uint32_t length, bool absolute)
{
    for (uint32_t at = 0; at < length && length - at >= 5;) {
        uint8_t *operand = code + at + 1;
        uint32_t value;

        at++;
        if ((operand[-1] & 0xFE) != X86_CALL)
            continue;
        at += 4;
        if (absolute) {
            value = get_le32(operand);
            if (value + at < length)
                value += at;
            else if (value + at < length + at)
                value -= length;
            put_be32(operand, value);
        } else {
            value = get_be32(operand);
            if (value < length)
                value -= at;
            else if (value + at < at)
                value += length;
            put_le32(operand, value);
        }
    }
}

/* An unpacking program has the half of its own processor only. */
static void change_calls(unsigned processor, uint8_t *code, uint32_t length, bool absolute)
{
    if (CONTEXTS_ARE_X86(processor))
        x86_calls(code, length, absolute);
    else
        powerpc_calls(code, length, absolute);
}

void packed_calls_absolute(unsigned processor, uint8_t *code, uint32_t length)
{
    change_calls(processor, code, length, true);
}

void packed_calls_relative(unsigned processor, uint8_t *code, uint32_t length)
{
    change_calls(processor, code, length, false);
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
    uint32_t size = packed_length(packed), code_length = get_be32(packed + 8) & 0xFFFFFF, value = 0;
    unsigned processor = packed[8];
    struct packed_range range = {0, UINT32_MAX};
    size_t in = PACKED_HEADER;

    if (!CONTEXTS_KNOW(processor) || code_length > size)
        return false;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | next_byte(packed, length, &in);
    predictor_begin(predictor, processor, out, code_length);
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
    packed_calls_relative(processor, out, code_length);
    return crc32_ieee(out, size) == get_be32(packed + 12);
}
