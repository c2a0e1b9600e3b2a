/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guesses the next bit of a program for PowerPC or x86 from what has come before it. tools/pack and
 * boot/unpack/packed.c turn the guesses into short and back into long bytes: the better the guess,
 * the shorter.
 *
 * For every bit there are several opinions, one for each context in which it can be seen: the bytes
 * before it, the instruction it is part of with those before that, and so on (contexts.h). Each
 * context that was met before leads to what followed there: a probability that was learned, and the
 * last few bits themselves, which lead to another one. A mixer adds them up, weighted by how well
 * each did lately (M. Mahoney, "Adaptive Weighing of Context Models for Lossless Data Compression",
 * 2005). It is all integer arithmetic, so that both sides, whatever their processor, guess the
 * same.
 *
 * Most contexts are met once only. Of these there is just the byte that followed, so that memory is
 * left for the others.
 */
#ifndef BOOT_UNPACK_PREDICTOR_H
#define BOOT_UNPACK_PREDICTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/unpack/contexts.h"

/* Room for all of it, which boot/fcode/loader.fth takes for the first start of a card. */
#define PREDICTOR_ROOM 0x840000u

/* Two of each context, and a constant. */
#define PREDICTOR_INPUTS (2 * CONTEXTS + 1)
/* Sets of weights: by kind and known bits; by kind and number of known contexts; by the last byte.
 */
#define PREDICTOR_SETS      (CONTEXTS_KINDS * (256 + CONTEXTS + 1) + 256)
#define PREDICTOR_STRETCHED 2048
#define PREDICTOR_FIRSTS    0x100000u
#define PREDICTOR_SLOTS     0x160000u

/* What followed a context. */
struct predictor_slot {
    uint16_t chance; /* that the bit is 1, in 4096ths; in the low 4 bits how well that is known */
    uint8_t history; /* the last bits, 7 at most, behind a leading 1 */
    uint8_t check;   /* of the context's hash; what belongs to another context is given up */
};

/* What is known of a context. */
struct predictor_view {
    uint32_t hash;
    uint32_t seen;   /* what followed it first, behind a leading 1; 0: it was never met */
    uint16_t *first; /* where that is */
    struct predictor_slot *line; /* where the bits are */
    struct predictor_slot *slot; /* and this one's; NULL: the context is not known */
    uint16_t chances[256];       /* by the history */
};

/* All of it, 9 MB, is set by predictor_begin. What is short comes first, as that makes short code.
 */
struct predictor {
    unsigned left;    /* how many of the byte's bits are not known */
    uint32_t partial; /* the bits of the byte that are known, behind a leading 1 */
    unsigned known;   /* how many of the contexts are */
    uint32_t guess;

    int32_t *sets[3];
    struct contexts contexts;

    uint16_t rates[16];
    int32_t inputs[PREDICTOR_INPUTS];
    struct predictor_view views[CONTEXTS];
    int32_t weights[PREDICTOR_SETS][PREDICTOR_INPUTS];
    /* Probabilities of logarithms of odds, in 256ths, and the other way round. */
    uint16_t squashed[PREDICTOR_STRETCHED];
    int16_t stretched[4096];
    uint16_t firsts[PREDICTOR_FIRSTS]; /* 7 bits of the hash, a 1, the byte; 0: nothing yet */
    struct predictor_slot slots[PREDICTOR_SLOTS];
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
