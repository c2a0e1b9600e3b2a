/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/unpack/contexts.h"

/* What a byte of an x86 instruction is. */
enum {
    OPCODE,
    SECOND_OPCODE,
    MODRM,
    SIB,
    DISPLACEMENT,                 /* the last byte of one, and before it the others */
    IMMEDIATE = 4 + DISPLACEMENT, /* the same */
    DATA = CONTEXTS_KINDS - 1,    /* of PowerPC: 0 to 3 in instructions, and this */
};

uint32_t contexts_hash(uint32_t first, uint32_t second)
{
    uint32_t value = (first + second * 0x9E3779B9u) * 0x2545F491u;

    value ^= value >> 15;
    value *= 0x2C1B3C6Du;
    return value ^ value >> 12;
}

uint32_t contexts_back(const struct contexts *contexts, size_t distance)
{
    return contexts->at >= distance ? contexts->bytes[contexts->at - distance] : 0;
}

/* Four bytes, the one that many before the next as the lowest. */
static uint32_t word_back(const struct contexts *contexts, size_t distance)
{
    uint32_t word = 0;

    for (unsigned i = 4; i > 0; i--)
        word = word << 8 | contexts_back(contexts, distance + i - 1);
    return word;
}

/* --- PowerPC ------------------------------------------------------------------------------------
 */

static void powerpc_contexts(struct contexts *contexts)
{
    uint32_t last = word_back(contexts, 1), one = last & 0xFF, four = last >> 24;
    unsigned place = contexts->at % 4;
    uint32_t before = word_back(contexts, place + 1), second = word_back(contexts, place + 5);
    uint32_t known, operation, target, low;
    uint32_t *out = contexts->hashes;

    known = last & ((1u << 8 * place) - 1);
    /* The fields of instructions: bits 0-5, 6-10, and the higher half of the last 16. */
    operation = place > 0 ? known >> 8 * (place - 1) >> 2 : 0;
    target = place > 1 ? known >> 8 * (place - 2) >> 5 & 31 : 32;
    low = place > 2 ? one : 0;
    contexts->kind = contexts->at < contexts->code_length ? place : DATA;
    known = contexts_hash(known, place);

    out[0] = contexts_hash(known, before >> 21);
    if (contexts->kind == DATA)
        known = 0;
    out[1] = one;
    out[2] = four << 8 | one;
    out[3] = last >> 8 & 0xFFFF;
    out[4] = contexts->letters;
    out[5] = contexts_hash(last, word_back(contexts, 5) & 0xFFFF);
    out[6] = contexts_hash(contexts_hash(known, before >> 16), second >> 16);
    out[7] = operation;
    out[8] = last & 0xFFFF;
    out[9] = operation << 14 | target << 8 | low;
}

/* --- x86 ----------------------------------------------------------------------------------------
 */

/* Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, appendix A. */
#define FORM_MODRM   1u
#define FORM_BYTE    2u /* an immediate operand of one byte */
#define FORM_OPERAND 4u /* one as long as operands are */

/* A bit for each of the sixteen opcodes. */
static uint32_t form(uint32_t modrm, uint32_t byte, uint32_t operand, uint32_t low)
{
    return (modrm >> low & 1) | (byte >> low & 1) << 1 | (operand >> low & 1) << 2;
}

static uint32_t one_byte_form(uint32_t opcode)
{
    uint32_t low = opcode & 15;

    switch (opcode >> 4) {
    case 0:
    case 1:
    case 2:
    case 3:
        return form(0x0F0F, 0x1010, 0x2020, low);
    case 6:
        return form(0x0A0C, 0x0C00, 0x0300, low);
    case 7:
        return FORM_BYTE;
    case 8:
        return form(0xFFFF, 0x000D, 0x0002, low);
    case 0xA:
        return form(0, 0x0100, 0x020F, low);
    case 0xB:
        return form(0, 0x00FF, 0xFF00, low);
    case 0xC:
        return form(0x00F3, 0x2043, 0x0080, low);
    case 0xD:
        return form(0xFF0F, 0, 0, low);
    case 0xE:
        return form(0, 0x08FF, 0x0300, low);
    case 0xF:
        return form(0xC0C0, 0, 0, low);
    default:
        return 0;
    }
}

static uint32_t two_byte_form(uint32_t opcode)
{
    if (opcode >> 4 == 8)
        return FORM_OPERAND;
    if (opcode == 0xA4 || opcode == 0xAC || opcode == 0xBA)
        return FORM_MODRM | FORM_BYTE;
    if (opcode >> 3 == 0xC8 >> 3 || opcode >> 4 == 3) /* BSWAP; RDTSC and its neighbours */
        return 0;
    return FORM_MODRM;
}

/* What comes next in the instruction after the operation, the ModR/M and the SIB byte. */
static void x86_operands(struct contexts *contexts)
{
    if (contexts->displacement != 0) {
        contexts->kind = DISPLACEMENT + contexts->displacement - 1;
        return;
    }
    if (contexts->immediate != 0) {
        contexts->kind = IMMEDIATE + contexts->immediate - 1;
        return;
    }
    for (unsigned i = 3; i > 0; i--)
        contexts->operations[i] = contexts->operations[i - 1];
    contexts->operations[0] = 0;
    contexts->instruction = 0;
    contexts->operand_size = 4;
    contexts->kind = OPCODE;
}

/* The instruction goes on with `byte`. */
static void x86_follow(struct contexts *contexts, uint32_t byte)
{
    uint32_t form;

    contexts->instruction = contexts_hash(contexts->instruction, byte + 1);
    switch (contexts->kind) {
    case OPCODE:
        if (byte == 0x66)
            contexts->operand_size = 2;
        if (byte == 0x0F)
            contexts->kind = SECOND_OPCODE;
        if (byte == 0x66 || byte == 0x0F)
            return;
        contexts->operations[0] = byte;
        form = one_byte_form(byte);
        break;
    case SECOND_OPCODE:
        contexts->operations[0] = byte | 0x100;
        form = two_byte_form(byte);
        break;
    case MODRM:
        contexts->operations[0] |= (byte | 0x100) << 16;
        contexts->displacement = byte >> 6 == 1 ? 1 : byte >> 6 == 2 || (byte & 0xC7) == 5 ? 4 : 0;
        /* TEST, among others of the same opcodes */
        if ((contexts->operations[0] & 0x1FE) == 0xF6 && (byte & 0x38) < 0x10)
            contexts->immediate = (contexts->operations[0] & 1) != 0 ? contexts->operand_size : 1;
        if (byte < 0xC0 && (byte & 7) == 4)
            contexts->kind = SIB;
        else
            x86_operands(contexts);
        return;
    case SIB:
        if ((byte & 7) == 5 && (contexts->operations[0] >> 22 & 3) == 0)
            contexts->displacement = 4;
        x86_operands(contexts);
        return;
    default:
        if (contexts->displacement != 0)
            contexts->displacement--;
        else
            contexts->immediate--;
        x86_operands(contexts);
        return;
    }
    contexts->immediate = (form & FORM_BYTE) != 0      ? 1
                          : (form & FORM_OPERAND) != 0 ? contexts->operand_size
                                                       : 0;
    if ((form & FORM_MODRM) != 0)
        contexts->kind = MODRM;
    else
        x86_operands(contexts);
}

static void x86_contexts(struct contexts *contexts)
{
    uint32_t last = word_back(contexts, 1), place = 0, instruction;
    uint32_t *out = contexts->hashes, *operations = contexts->operations;

    if (contexts->at < contexts->code_length) {
        if (contexts->at != 0)
            x86_follow(contexts, last & 0xFF);
    } else {
        contexts->kind = DATA;
        contexts->instruction = 0;
        for (unsigned i = 0; i < 4; i++)
            operations[i] = 0;
        place = contexts->at % 4 << 24;
    }
    instruction = contexts->instruction;

    out[0] = contexts_hash(instruction, operations[1] & 0xFFFF);
    out[1] = contexts_hash(contexts_hash(out[0], operations[2] & 0xFFFF), operations[3] & 0xFFFF);
    out[2] = contexts_hash(instruction, operations[1]);
    out[3] = contexts_hash(last, word_back(contexts, 5) & 0xFFFF);
    out[4] = last & 0xFFFFFF;
    out[5] = operations[0] & 0x38FFFF;
    out[6] = contexts->letters + place;
    out[7] = last & 0xFFFF;
    out[8] = last & 0xFF;
    out[9] = place;
}

/* --- Both ---------------------------------------------------------------------------------------
 */

static void find(struct contexts *contexts)
{
    uint32_t one = contexts_back(contexts, 1), lower = one | 0x20;

    contexts->letters = lower >= 'a' && lower <= 'z' ? contexts_hash(contexts->letters, one) : 0;
    if (CONTEXTS_ARE_X86(contexts->processor))
        x86_contexts(contexts);
    else
        powerpc_contexts(contexts);
    for (unsigned i = 0; i < CONTEXTS; i++)
        contexts->hashes[i] = contexts_hash(contexts->hashes[i], i * 16 + contexts->kind);
}

void contexts_begin(struct contexts *contexts, unsigned processor, const uint8_t *bytes,
                    size_t code_length)
{
    for (uint8_t *at = (uint8_t *)contexts; at != (uint8_t *)(contexts + 1); at++)
        *at = 0;
    contexts->processor = processor;
    contexts->bytes = bytes;
    contexts->code_length = code_length;
    contexts->operand_size = 4;
    find(contexts);
}

void contexts_next(struct contexts *contexts)
{
    contexts->at++;
    find(contexts);
}
