/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guesses the next bit of a program for PowerPC or x86 from what has come before it. tools/pack and
 * boot/unpack/packed.c turn the guesses into short and back into long bytes: the better the guess,
 * the shorter.
 *
 * For every bit there are several opinions, one for each context in which it can be seen: the bytes
 * before it, the instruction it is part of with those before that, and so on (contexts.h). Each
 * context that was met before leads to the last few bits that followed there, and these to a
 * probability that was learned. A mixer adds them up, weighted by how well each did lately
 * (M. Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression", 2005). It is
 * all integer arithmetic, so that both sides, whatever their processor, guess the same.
 *
 * Most contexts are met once only. Of these there is just the byte that followed, so that memory is
 * left for the others, and nothing is done for contexts that were never met.
 *
 * A machine waits for this whenever it starts: there is no division in what is done for a bit, and
 * as few multiplications as there are contexts, twice.
 */
#ifndef BOOT_UNPACK_PREDICTOR_H
#define BOOT_UNPACK_PREDICTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/unpack/contexts.h"

/* Room for all of it, which boot/fcode/loader.fth takes for the first start of a card. */
#define PREDICTOR_ROOM 0x450000u

/* One of each context, and a constant. */
#define PREDICTOR_INPUTS (CONTEXTS + 1)
/* Sets of weights: by kind and known bits; by kind and number of new contexts; by the last byte.
 */
#define PREDICTOR_SETS      (CONTEXTS_KINDS * (256 + CONTEXTS + 1) + 256)
#define PREDICTOR_STRETCHED 2048
#define PREDICTOR_FIRSTS    0x100000u
#define PREDICTOR_SLOTS     0x100000u
#define PREDICTOR_HISTORIES 0x400u

/* What is known of a context that was met before. */
struct predictor_view {
    uint32_t seen;     /* what followed it first, behind a leading 1 */
    uint32_t check;    /* of its hash, as a slot has it */
    uint32_t history;  /* what followed it, as a slot has it */
    uint16_t *slot;    /* where that is, which is written when the bit is known */
    uint16_t *chances; /* of this kind of context, by the history */
    uint16_t *line;    /* where the slots are; predictor.c says what they hold */
    int32_t input;     /* for the mixer */
    int32_t weight;    /* for it: the sum of those that are the same for all of the byte */
    unsigned number;   /* which context it is */
    uint32_t hash;
};

/* All of it, 4 MB, is set by predictor_begin. What is short comes first, as that makes short code.
 */
struct predictor {
    unsigned left;    /* how many of the byte's bits are not known */
    uint32_t partial; /* the bits of the byte that are known, behind a leading 1 */
    uint32_t node;    /* the same in the half of the byte */
    unsigned used;    /* how many views there are */
    unsigned new;     /* how many contexts are not known */
    uint32_t guess;
    int32_t pace; /* how fast weights change */

    int32_t *sets[3]; /* of weights: the first for a bit, the others for a byte */
    struct contexts contexts;

    struct predictor_view views[CONTEXTS];
    uint16_t *new_firsts[CONTEXTS];                  /* where the byte of those goes */
    uint16_t chances[CONTEXTS][PREDICTOR_HISTORIES]; /* by what followed the context */
    int32_t weights[PREDICTOR_SETS][PREDICTOR_INPUTS];
    /* Probabilities of logarithms of odds, in 256ths, and the other way round. */
    uint16_t squashed[PREDICTOR_STRETCHED];
    int16_t stretched[4096];
    uint16_t firsts[PREDICTOR_FIRSTS]; /* 7 bits of the hash, a 1, the byte; 0: nothing yet */
    uint16_t slots[PREDICTOR_SLOTS];
};

/*
 * `bytes` are what is to be guessed; of them are read only those before the one whose bits are
 * asked for. The first `code_length` of them are instructions for the processor.
 */
void predictor_begin(struct predictor *predictor, unsigned processor, const uint8_t *bytes,
                     size_t code_length);
/* The probability, in 65536ths, that the next bit is 1. Neither 0 nor 65536. */
uint32_t predictor_guess(struct predictor *predictor);
/* To be called after each guess: what the bit was. After the eighth, the byte has to be there. */
void predictor_learn(struct predictor *predictor, unsigned bit);

#endif
