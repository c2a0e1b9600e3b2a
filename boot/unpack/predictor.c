/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/unpack/predictor.h"

_Static_assert(sizeof(struct predictor) <= PREDICTOR_ROOM, "boot/fcode/loader.fth");

#define STRETCH_LIMIT  (PREDICTOR_STRETCHED - 1)
#define WEIGHT         5500 /* the first weights, of 65536 */
#define CONSTANT_INPUT 450
#define CHANCE_SHIFT   7
#define ERROR_IGNORED  1024

/*
 * A slot: the last bits, 9 at most, behind a leading 1, and 6 bits of the context's hash. What
 * belongs to another context is given up.
 */
#define HISTORY_MASK   (PREDICTOR_HISTORIES - 1)
#define CHECK_SHIFT    10
#define HISTORY_NONE   1u
#define HISTORY_FULL   (PREDICTOR_HISTORIES / 2)
#define CHECK_OF(hash) ((hash) >> 20 << CHECK_SHIFT & 0xFC00)

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

/* A byte is two trees of 15 nodes each, so that a tree is in one line of the cache. */
static void begin_tree(struct predictor *predictor)
{
    struct predictor_view *view = predictor->views, *end = view + predictor->used;

    predictor->node = 1;
    for (; view < end; view++)
        view->line = predictor->slots +
                     contexts_hash(view->hash, predictor->partial) % (PREDICTOR_SLOTS / 16) * 16;
}

/* Everything that depends on whole bytes. */
static void begin_byte(struct predictor *predictor)
{
    struct predictor_view *view = predictor->views;
    struct predictor_view *end = view + CONTEXTS_USED(predictor->contexts.processor);
    uint16_t **new_first = predictor->new_firsts;
    int32_t *two, *three;

    predictor->partial = 1;
    predictor->left = 8;
    for (unsigned i = 0; i < CONTEXTS; i++) {
        uint32_t hash = predictor->contexts.hashes[i], check = hash >> 24 | 1;
        uint16_t *first = predictor->firsts + hash % PREDICTOR_FIRSTS;

        if (*first >> 8 != check) {
            *first = (uint16_t)(check << 8);
            *new_first++ = first;
        } else if (view < end) {
            view->hash = hash;
            view->check = CHECK_OF(hash);
            view->chances = predictor->chances[i];
            view->number = i;
            view->seen = 0x100u | (*first & 0xFF);
            view++;
        }
    }
    predictor->used = (unsigned)(view - predictor->views);
    predictor->new = (unsigned)(new_first - predictor->new_firsts);
    /* What is new is learned faster at first. */
    predictor->pace = 40 + 160000 / (2000 + (int32_t)predictor->contexts.at);
    two = predictor->weights[CONTEXTS_KINDS * 256 + predictor->contexts.kind * (CONTEXTS + 1) +
                             predictor->new];
    three = predictor->weights[CONTEXTS_KINDS * (256 + CONTEXTS + 1) +
                               contexts_back(&predictor->contexts, 1)];
    predictor->sets[1] = two;
    predictor->sets[2] = three;
    while (view > predictor->views) {
        view--;
        view->weight = two[view->number] + three[view->number];
    }
    begin_tree(predictor);
}

/* All bits of a byte are known. */
static void end_byte(struct predictor *predictor)
{
    struct predictor_view *view = predictor->views, *end = view + predictor->used;

    for (; view < end; view++) {
        int32_t *two = predictor->sets[1] + view->number,
                *three = predictor->sets[2] + view->number;
        int32_t change = (view->weight - *two - *three) / 2;

        *two += change;
        *three += change;
    }
    for (unsigned i = 0; i < predictor->new; i++)
        *predictor->new_firsts[i] |= predictor->partial & 0xFF;
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
    for (unsigned i = 0; i < CONTEXTS; i++) {
        uint16_t *chances = predictor->chances[i];
        unsigned times = 0;

        chances[1] = 0x8000;
        for (unsigned history = 2; history < PREDICTOR_HISTORIES; history++) {
            /* As if the bits had come one after another. The first one is not believed altogether.
             */
            if (history >> (times + 2) != 0)
                times++;
            chances[history] =
                (uint16_t)approach(chances[history / 2], history & 1, 655360 / (10 * times + 14));
        }
    }
    for (unsigned set = 0; set < PREDICTOR_SETS; set++)
        for (unsigned i = 0; i < PREDICTOR_INPUTS; i++)
            predictor->weights[set][i] = WEIGHT;
    for (uint32_t i = 0; i < PREDICTOR_FIRSTS; i++)
        predictor->firsts[i] = 0;
    for (uint32_t i = 0; i < PREDICTOR_SLOTS; i++)
        predictor->slots[i] = HISTORY_NONE;
    contexts_begin(&predictor->contexts, processor, bytes, code_length);
    begin_byte(predictor);
}

uint32_t predictor_guess(struct predictor *predictor)
{
    uint32_t partial = predictor->partial, node = predictor->node;
    const int32_t *one = predictor->weights[predictor->contexts.kind * 256 + partial];
    const int32_t *two = predictor->sets[1], *three = predictor->sets[2];
    struct predictor_view *view = predictor->views, *end = view + predictor->used;
    const int16_t *stretched = predictor->stretched;
    unsigned left = predictor->left;
    int32_t sum = CONSTANT_INPUT * ((one[CONTEXTS] + two[CONTEXTS] + three[CONTEXTS]) >> 6);

    for (; view < end; view++) {
        uint32_t history;

        /* Others have their nodes elsewhere in the same line. */
        view->slot = view->line + (node ^ (view->hash & 15));
        history = *view->slot ^ view->check;
        if (history > HISTORY_MASK)
            history = HISTORY_NONE;
        if (history == HISTORY_NONE && view->seen >> left == partial)
            history = 2 | (view->seen >> (left - 1) & 1);
        view->history = history;
        if (history != HISTORY_NONE) {
            int32_t input = stretched[view->chances[history] / 16];

            view->input = input;
            sum += input * ((one[view->number] + view->weight) >> 6);
        }
    }
    predictor->sets[0] = predictor->weights[predictor->contexts.kind * 256 + partial];
    sum >>= 10;
    if (sum > STRETCH_LIMIT)
        sum = STRETCH_LIMIT;
    if (sum < -STRETCH_LIMIT)
        sum = -STRETCH_LIMIT;
    predictor->guess = squash(predictor, sum);
    return predictor->guess;
}

/* What was right to a 64th and better teaches nothing: these are a third of all bits. */
static int32_t error_of(const struct predictor *predictor, unsigned bit)
{
    int32_t error = (int32_t)(bit << 16) - (int32_t)predictor->guess;

    return error > -ERROR_IGNORED && error < ERROR_IGNORED ? 0 : (error * predictor->pace) >> 6;
}

void predictor_learn(struct predictor *predictor, unsigned bit)
{
    int32_t error = error_of(predictor, bit), change, certain = bit != 0 ? 65535 : 0;
    int32_t *one = predictor->sets[0], *two = predictor->sets[1], *three = predictor->sets[2];
    struct predictor_view *view = predictor->views, *end = view + predictor->used;

    change = (CONSTANT_INPUT * error + 0x8000) >> 16;
    one[CONTEXTS] += change;
    two[CONTEXTS] += change;
    three[CONTEXTS] += change;
    for (; view < end; view++) {
        uint32_t history = view->history;

        if (history != HISTORY_NONE) {
            uint16_t *chance = view->chances + history;

            *chance = (uint16_t)(*chance + ((certain - *chance) >> CHANCE_SHIFT));
            if (error != 0) {
                change = (view->input * error + 0x8000) >> 16;
                one[view->number] += change;
                view->weight += 2 * change;
            }
        }
        history = history * 2 + bit;
        if (history > HISTORY_MASK)
            history = (history & HISTORY_MASK) | HISTORY_FULL;
        *view->slot = (uint16_t)(view->check | history);
    }
    predictor->partial = predictor->partial * 2 + bit;
    predictor->node = predictor->node * 2 + bit;
    if (--predictor->left == 0) {
        end_byte(predictor);
        contexts_next(&predictor->contexts);
        begin_byte(predictor);
    } else if (predictor->left == 4) {
        begin_tree(predictor);
    }
}
