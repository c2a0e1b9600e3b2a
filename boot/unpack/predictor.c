/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/unpack/predictor.h"

_Static_assert(sizeof(struct predictor) <= PREDICTOR_ROOM, "boot/fcode/loader.fth");

#define STRETCH_LIMIT  (PREDICTOR_STRETCHED - 1)
#define WEIGHT_CHANCE  2000 /* the first weights, of 65536, in each of the sets */
#define WEIGHT_HISTORY 3000
#define CONSTANT_INPUT 450
#define HISTORY_RATE   700

/* The probability, in 65536ths, of which the logarithm of the odds is `logarithm`. */
static uint32_t squash(const struct predictor *predictor, int32_t logarithm)
{
    return logarithm < 0 ? predictor->squashed[-logarithm] : 65536 - predictor->squashed[logarithm];
}

/* `value`, `rate` 65536ths nearer to all or nothing. */
static uint32_t approach(uint32_t value, unsigned bit, uint32_t rate)
{
    return bit != 0 ? value + (65535 - value) * rate / 65536 : value - value * rate / 65536;
}

/* Everything that depends on whole bytes. */
static void begin_byte(struct predictor *predictor)
{
    predictor->partial = 1;
    predictor->left = 8;
    predictor->known = 0;
    for (unsigned i = 0; i < CONTEXTS; i++) {
        struct predictor_view *view = &predictor->views[i];
        uint32_t hash = predictor->contexts.hashes[i], check = hash >> 24 | 1;
        uint16_t *first = predictor->firsts + hash % PREDICTOR_FIRSTS;

        view->hash = hash;
        view->first = first;
        view->seen = 0;
        if (*first >> 8 == check) {
            view->seen = 0x100u | (*first & 0xFF);
            predictor->known++;
        } else {
            *first = (uint16_t)(check << 8);
        }
    }
}

void predictor_begin(struct predictor *predictor, unsigned processor, const uint8_t *bytes,
                     size_t code_length)
{
    int32_t logarithm = -STRETCH_LIMIT;
    uint32_t odds = 0x40000;

    /* 65536 / (1 + e^(i / 256)) */
    for (uint32_t i = 0; i <= STRETCH_LIMIT; i++) {
        predictor->squashed[i] = (uint16_t)(UINT32_MAX / ((0x40000 + odds) / 4));
        odds += odds / 256 + odds / 131072;
    }
    for (uint32_t i = 0; i < 4096; i++) {
        while (logarithm < STRETCH_LIMIT && squash(predictor, logarithm) < i * 16 + 8)
            logarithm++;
        predictor->stretched[i] = (int16_t)logarithm;
    }
    /* The first time is not believed altogether. */
    for (uint32_t i = 0; i < 16; i++)
        predictor->rates[i] = (uint16_t)(655360 / (10 * (i < 8 ? i : i * 4 - 24) + 14));
    for (unsigned i = 0; i < CONTEXTS; i++) {
        uint16_t *chances = predictor->views[i].chances;
        unsigned times = 0;

        chances[1] = 0x8000;
        for (unsigned history = 2; history < 256; history++) {
            /* As if the bits had come one after another. */
            if (history >> (times + 2) != 0)
                times++;
            chances[history] =
                (uint16_t)approach(chances[history / 2], history & 1, predictor->rates[times]);
        }
    }
    for (unsigned set = 0; set < PREDICTOR_SETS; set++)
        for (unsigned i = 0; i < PREDICTOR_INPUTS; i++)
            predictor->weights[set][i] = i % 2 == 0 ? WEIGHT_CHANCE : WEIGHT_HISTORY;
    for (uint32_t i = 0; i < PREDICTOR_FIRSTS; i++)
        predictor->firsts[i] = 0;
    for (uint32_t i = 0; i < PREDICTOR_SLOTS; i++)
        predictor->slots[i] = (struct predictor_slot){0x8000, 1, 0};
    contexts_begin(&predictor->contexts, processor, bytes, code_length);
    begin_byte(predictor);
}

static void learn(const struct predictor *predictor, struct predictor_slot *slot, unsigned bit)
{
    uint32_t history = slot->history * 2u + bit, times = slot->chance % 16;
    uint32_t chance = approach(slot->chance, bit, predictor->rates[times]);

    /* After the eighth time, about every fourth one counts. */
    if (times < 8 || (times < 15 && chance / 16 % 4 == 0))
        times++;
    slot->chance = (uint16_t)(chance / 16 * 16 + times);
    slot->history = (uint8_t)(slot->history < 128 ? history : history | 128);
}

uint32_t predictor_guess(struct predictor *predictor)
{
    uint32_t partial = predictor->partial, first = partial < 16 ? 1 : 16, known = 1, node;
    int32_t sum = 0, *inputs = predictor->inputs;

    /* A byte is two trees of 15 nodes each, so that a tree is in one line of the cache. */
    while (partial >= first * known * 2)
        known *= 2;
    node = known | partial % known;
    for (unsigned i = 0; i < CONTEXTS; i++, inputs += 2) {
        struct predictor_view *view = &predictor->views[i];
        uint32_t hash = view->hash;
        struct predictor_slot *slot = NULL;

        inputs[0] = inputs[1] = 0;
        if (view->seen != 0) {
            if (node == 1)
                view->line =
                    predictor->slots + contexts_hash(hash, partial) % (PREDICTOR_SLOTS / 16) * 16;
            /* Others have their nodes elsewhere in the same line. */
            slot = view->line + (node ^ (hash >> 16 & 15));
            if (slot->check != (uint8_t)(hash >> 20))
                *slot = (struct predictor_slot){0x8000, 1, (uint8_t)(hash >> 20)};
            if (slot->history == 1 && view->seen >> predictor->left == partial)
                learn(predictor, slot, view->seen >> (predictor->left - 1) & 1);
            if (slot->history != 1) {
                inputs[0] = predictor->stretched[slot->chance / 16];
                inputs[1] = predictor->stretched[view->chances[slot->history] / 16];
            }
        }
        view->slot = slot;
    }
    inputs[0] = CONSTANT_INPUT;

    inputs = predictor->inputs;
    known = predictor->contexts.kind;
    predictor->sets[0] = predictor->weights[known * 256 + partial];
    predictor->sets[1] =
        predictor->weights[CONTEXTS_KINDS * 256 + known * (CONTEXTS + 1) + predictor->known];
    predictor->sets[2] = predictor->weights[CONTEXTS_KINDS * (256 + CONTEXTS + 1) +
                                            contexts_back(&predictor->contexts, 1)];
    for (unsigned i = 0; i < PREDICTOR_INPUTS; i++)
        sum += inputs[i] *
               ((predictor->sets[0][i] + predictor->sets[1][i] + predictor->sets[2][i]) / 4) / 256;
    sum /= 64;
    if (sum > STRETCH_LIMIT)
        sum = STRETCH_LIMIT;
    if (sum < -STRETCH_LIMIT)
        sum = -STRETCH_LIMIT;
    predictor->guess = squash(predictor, sum);
    return predictor->guess;
}

void predictor_learn(struct predictor *predictor, unsigned bit)
{
    /* What is new is learned faster at first. */
    int32_t pace = 6 * 4 + 80000 / (2000 + (int32_t)predictor->contexts.at);
    int32_t error = (((int32_t)bit << 16) - (int32_t)predictor->guess) * pace / 64;

    for (unsigned i = 0; i < PREDICTOR_INPUTS; i++) {
        int32_t change = (predictor->inputs[i] * error + 0x8000) >> 16;

        for (unsigned set = 0; set < 3; set++)
            predictor->sets[set][i] += change;
    }
    for (unsigned i = 0; i < CONTEXTS; i++) {
        struct predictor_view *view = &predictor->views[i];

        if (view->slot == NULL)
            continue;
        if (view->slot->history != 1) {
            uint16_t *chance = &view->chances[view->slot->history];

            *chance = (uint16_t)approach(*chance, bit, HISTORY_RATE);
        }
        learn(predictor, view->slot, bit);
    }
    predictor->partial = predictor->partial * 2 + bit;
    if (--predictor->left == 0) {
        for (unsigned i = 0; i < CONTEXTS; i++)
            if (predictor->views[i].seen == 0)
                *predictor->views[i].first |= predictor->partial & 0xFF;
        contexts_next(&predictor->contexts);
        begin_byte(predictor);
    }
}
