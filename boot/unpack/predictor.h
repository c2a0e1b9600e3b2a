/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guesses the next bit of a program for PowerPC from what has come before it. tools/pack and
 * boot/unpack/packed.c turn the guesses into short and back into long bytes: the better the guess,
 * the shorter. Packs such programs 12 % smaller than LZMA does, with less code.
 *
 * For every bit there are several opinions, one for each context in which it can be seen: the bytes
 * before it, the instruction it is part of with the one before that, the byte at the same place of
 * the instruction before, and so on. Each context leads to a probability that was learned from what
 * followed it so far; a mixer adds them up, weighted by how well each did lately (M. Mahoney,
 * "Adaptive Weighing of Context Models for Lossless Data Compression", 2005). It is all integer
 * arithmetic, so that both sides, whatever their processor, guess the same.
 */
#ifndef BOOT_UNPACK_PREDICTOR_H
#define BOOT_UNPACK_PREDICTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for all of it, which boot/fcode/loader.fth takes for the first start of a card. */
#define PREDICTOR_ROOM 0x840000u

#define PREDICTOR_CONTEXTS 10
#define PREDICTOR_INPUTS   (PREDICTOR_CONTEXTS + 2)
/* Sets of weights: by the bit's place in instruction and byte; by place and length of the match. */
#define PREDICTOR_PLACES    5
#define PREDICTOR_LONGEST   15
#define PREDICTOR_SETS      (PREDICTOR_PLACES * (256 + PREDICTOR_LONGEST + 1))
#define PREDICTOR_SLOTS     0x400000u
#define PREDICTOR_POSITIONS 0x4000u

/* All of it, 9 MB, is set by predictor_begin. */
struct predictor {
    const uint8_t *bytes;
    size_t at; /* the byte that is being guessed */
    size_t code_length;
    unsigned place;   /* of the byte in its instruction; 4 behind the code */
    unsigned left;    /* how many of the byte's bits are not known */
    uint32_t partial; /* the bits of the byte that are known, behind a leading 1 */
    uint32_t letters; /* hash of the word that a text is in */
    uint32_t contexts[PREDICTOR_CONTEXTS];

    /* The longest match of the bytes before with earlier ones. */
    size_t match; /* what followed those */
    unsigned match_length;
    bool match_speaks;
    unsigned match_says;
    uint16_t match_trust[PREDICTOR_LONGEST + 1];
    uint32_t seen[PREDICTOR_POSITIONS];

    uint32_t guess;
    int32_t inputs[PREDICTOR_INPUTS];
    int32_t *by_place, *by_match;
    int32_t weights[PREDICTOR_SETS][PREDICTOR_INPUTS];
    int16_t stretched[4096];
    uint16_t rates[16];
    /* Probabilities that the bit is 1, 12 bits, and in the low 4 how often they were learned. */
    uint16_t *line[PREDICTOR_CONTEXTS], *slot[PREDICTOR_CONTEXTS];
    uint16_t slots[PREDICTOR_SLOTS];
};

/*
 * `bytes` are what is to be guessed; of them are read only those before the one whose bits are
 * asked for. The first `code_length` of them are instructions.
 */
void predictor_begin(struct predictor *predictor, const uint8_t *bytes, size_t code_length);
/* The probability, in 65536ths, that the next bit is 1. Neither 0 nor 65536. */
uint32_t predictor_guess(struct predictor *predictor);
/* To be called after each guess: what the bit was. After the eighth, the byte has to be there. */
void predictor_learn(struct predictor *predictor, unsigned bit);

#endif
