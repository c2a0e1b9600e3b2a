/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/unpack/predictor.h"

_Static_assert(sizeof(struct predictor) <= PREDICTOR_ROOM, "boot/fcode/loader.fth");

#define LEARNED_MAXIMUM 9    /* from then on a probability follows at the same pace */
#define STRETCH_LIMIT   2047 /* 8: the logarithms of odds are in 256ths */
#define MATCH_BYTES     3
#define WEIGHT_FIRST    5500 /* of 65536, in each of the two sets */
#define WEIGHT_PACE     10
#define CONSTANT_INPUT  400

/*
 * 65536 / (1 + e^x) for x = 8, 7.5, ... 0. A table would have an address, and the code that unpacks
 * for Forth runs anywhere (start.S).
 */
static uint32_t curve(uint32_t step)
{
    switch (step) {
    case 0:
        return 22;
    case 1:
        return 36;
    case 2:
        return 59;
    case 3:
        return 97;
    case 4:
        return 162;
    case 5:
        return 267;
    case 6:
        return 439;
    case 7:
        return 720;
    case 8:
        return 1179;
    case 9:
        return 1921;
    case 10:
        return 3108;
    case 11:
        return 4972;
    case 12:
        return 7812;
    case 13:
        return 11956;
    case 14:
        return 17625;
    case 15:
        return 24743;
    default:
        return 32768;
    }
}

/* The probability, in 65536ths, of which the logarithm of the odds is `logarithm`. */
static uint32_t squash(int32_t logarithm)
{
    uint32_t distance = (uint32_t)(logarithm < 0 ? -logarithm : logarithm);
    uint32_t at = STRETCH_LIMIT + 1 - distance, step = at / 128, part = at % 128;
    uint32_t value = curve(step);

    if (part != 0)
        value += (curve(step + 1) - value) * part / 128;
    return logarithm < 0 ? value : 65536 - value;
}

static uint32_t hash(uint32_t first, uint32_t second)
{
    uint32_t value = (first + second * 0x9E3779B9u) * 0x2545F491u;

    value ^= value >> 15;
    value *= 0x2C1B3C6Du;
    return value ^ value >> 12;
}

static uint32_t back(const struct predictor *predictor, size_t distance)
{
    return predictor->at >= distance ? predictor->bytes[predictor->at - distance] : 0;
}

static void find_match(struct predictor *predictor)
{
    const uint8_t *now = predictor->bytes + predictor->at;
    uint32_t last = 0, *seen;
    unsigned length = predictor->match_length;

    for (unsigned i = 1; i <= MATCH_BYTES; i++)
        last = hash(last, back(predictor, i));
    seen = &predictor->seen[last % PREDICTOR_POSITIONS];
    if (length != 0 && predictor->bytes[predictor->match] == now[-1]) {
        predictor->match++;
        length++;
    } else {
        const uint8_t *then = predictor->bytes + *seen;

        predictor->match = *seen;
        length = 0;
        while (length < PREDICTOR_LONGEST && length < *seen &&
               then[-1 - (int)length] == now[-1 - (int)length])
            length++;
    }
    predictor->match_length = length < PREDICTOR_LONGEST ? length : PREDICTOR_LONGEST;
    *seen = (uint32_t)predictor->at;
}

/* Everything that depends on whole bytes. */
static void begin_byte(struct predictor *predictor)
{
    uint32_t one = back(predictor, 1), two = back(predictor, 2), three = back(predictor, 3);
    uint32_t four = back(predictor, 4), lower = one | 0x20;
    unsigned place = predictor->at % 4;
    uint32_t instruction = 1, before;

    for (unsigned i = place; i > 0; i--)
        instruction = instruction << 8 | back(predictor, i);
    /* Operation and first register of the instruction before. */
    before = (back(predictor, place + 4) << 8 | back(predictor, place + 3)) >> 5;
    if (lower >= 'a' && lower <= 'z')
        predictor->letters = hash(predictor->letters, one);
    else
        predictor->letters = 0;
    if (predictor->at >= predictor->code_length)
        place = PREDICTOR_PLACES - 1;
    predictor->place = place;
    predictor->partial = 1;
    predictor->left = 8;
    instruction = instruction * 8 + place;

    uint32_t contexts[PREDICTOR_CONTEXTS] = {
        place,
        instruction,
        hash(instruction, before),
        one << 8 | place,
        two << 16 | one << 8 | place,
        four << 16 | one << 8 | place,
        four << 8 | place,
        three << 16 | two << 8 | place,
        four << 16 | two << 8 | place,
        hash(predictor->letters, place),
    };
    for (unsigned i = 0; i < PREDICTOR_CONTEXTS; i++)
        predictor->contexts[i] = hash(contexts[i], i + 1);
    if (predictor->at != 0)
        find_match(predictor);
}

void predictor_begin(struct predictor *predictor, const uint8_t *bytes, size_t code_length)
{
    int32_t logarithm = -STRETCH_LIMIT;

    predictor->bytes = bytes;
    predictor->at = 0;
    predictor->code_length = code_length;
    predictor->letters = 0;
    predictor->match_length = 0;
    for (uint32_t i = 0; i < 4096; i++) {
        while (logarithm < STRETCH_LIMIT && squash(logarithm) < i * 16 + 8)
            logarithm++;
        predictor->stretched[i] = (int16_t)logarithm;
    }
    /* The first time is not believed altogether. */
    for (uint32_t i = 0; i < 16; i++)
        predictor->rates[i] = (uint16_t)(65536 * 10 / (10 * i + 13));
    for (unsigned i = 0; i <= PREDICTOR_LONGEST; i++)
        predictor->match_trust[i] = 40000;
    for (unsigned i = 0; i < PREDICTOR_POSITIONS; i++)
        predictor->seen[i] = 0;
    for (int32_t *weight = predictor->weights[0]; weight != predictor->weights[PREDICTOR_SETS];)
        *weight++ = WEIGHT_FIRST;
    for (uint32_t i = 0; i < PREDICTOR_SLOTS; i++)
        predictor->slots[i] = 0x8000;
    begin_byte(predictor);
}

/* What the match says of the next bit. */
static int32_t match_opinion(struct predictor *predictor)
{
    uint32_t expected;
    int32_t opinion;

    predictor->match_speaks = false;
    if (predictor->match_length == 0)
        return 0;
    expected = predictor->bytes[predictor->match] | 0x100u;
    if (expected >> predictor->left != predictor->partial) {
        predictor->match_length = 0;
        return 0;
    }
    predictor->match_speaks = true;
    predictor->match_says = expected >> (predictor->left - 1) & 1;
    opinion = predictor->stretched[predictor->match_trust[predictor->match_length] / 16];
    return predictor->match_says != 0 ? opinion : -opinion;
}

uint32_t predictor_guess(struct predictor *predictor)
{
    uint32_t partial = predictor->partial, first = partial < 16 ? 1 : 16, known = 1, node;
    int32_t sum = 0, *inputs = predictor->inputs;

    /* A byte is two trees of 15 nodes each, so that a tree is in one line of the cache. */
    while (partial >= first * known * 2)
        known *= 2;
    node = known | partial % known;
    for (unsigned i = 0; i < PREDICTOR_CONTEXTS; i++) {
        uint32_t slot;

        if (node == 1)
            predictor->line[i] = predictor->slots + hash(predictor->contexts[i], partial) %
                                                        (PREDICTOR_SLOTS / 16) * 16;
        predictor->slot[i] = predictor->line[i] + node;
        slot = *predictor->slot[i];
        inputs[i] = slot % 16 != 0 ? predictor->stretched[slot / 16] : 0;
    }
    inputs[PREDICTOR_CONTEXTS] = match_opinion(predictor);
    inputs[PREDICTOR_CONTEXTS + 1] = CONSTANT_INPUT;

    predictor->by_place = predictor->weights[predictor->place * 256 + partial];
    predictor->by_match =
        predictor
            ->weights[PREDICTOR_PLACES * 256 + predictor->place * 16 + predictor->match_length];
    for (unsigned i = 0; i < PREDICTOR_INPUTS; i++)
        sum += inputs[i] * (predictor->by_place[i] + predictor->by_match[i]) / 256;
    sum /= 256;
    if (sum > STRETCH_LIMIT)
        sum = STRETCH_LIMIT;
    if (sum < -STRETCH_LIMIT)
        sum = -STRETCH_LIMIT;
    predictor->guess = squash(sum);
    return predictor->guess;
}

/* `value`, `rate` 65536ths nearer to all or nothing. */
static uint32_t approach(uint32_t value, unsigned bit, uint32_t rate)
{
    return bit != 0 ? value + (65535 - value) * rate / 65536 : value - value * rate / 65536;
}

void predictor_learn(struct predictor *predictor, unsigned bit)
{
    int32_t error = (((int32_t)bit << 16) - (int32_t)predictor->guess) * WEIGHT_PACE / 16;

    for (unsigned i = 0; i < PREDICTOR_INPUTS; i++) {
        int32_t change = (predictor->inputs[i] * error + 0x8000) >> 16;

        predictor->by_place[i] += change;
        predictor->by_match[i] += change;
    }
    for (unsigned i = 0; i < PREDICTOR_CONTEXTS; i++) {
        uint32_t slot = *predictor->slot[i], times = slot % 16;

        slot = approach(slot, bit, predictor->rates[times]);
        if (times < LEARNED_MAXIMUM)
            times++;
        *predictor->slot[i] = (uint16_t)(slot / 16 * 16 + times);
    }
    if (predictor->match_speaks) {
        uint16_t *trust = &predictor->match_trust[predictor->match_length];

        *trust = (uint16_t)approach(*trust, predictor->match_says == bit, 1024);
    }
    predictor->partial = predictor->partial * 2 + bit;
    if (--predictor->left == 0) {
        predictor->at++;
        begin_byte(predictor);
    }
}
