/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contexts in which a program's next byte is seen. What is the same in them may be followed by
 * the same byte: the bytes before it, the instruction up to it with the operations of those before,
 * and so on. Which contexts these are was found by trying on the loader itself: more of them make
 * it shorter by less than a hundredth each, and every one takes its part of the time.
 */
#ifndef BOOT_UNPACK_CONTEXTS_H
#define BOOT_UNPACK_CONTEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose instructions there are: the numbers that ELF files have for the processors. */
#define CONTEXTS_X86     3u
#define CONTEXTS_POWERPC 20u
/* What unpacks itself knows its own processor only; tools know both. */
#if defined SAWBOOT_SMALL && defined __i386__
#define CONTEXTS_KNOW(processor)    ((processor) == CONTEXTS_X86)
#define CONTEXTS_ARE_X86(processor) ((void)(processor), true)
#elif defined SAWBOOT_SMALL
#define CONTEXTS_KNOW(processor)    ((processor) == CONTEXTS_POWERPC)
#define CONTEXTS_ARE_X86(processor) ((void)(processor), false)
#else
#define CONTEXTS_KNOW(processor)    ((processor) == CONTEXTS_X86 || (processor) == CONTEXTS_POWERPC)
#define CONTEXTS_ARE_X86(processor) ((processor) == CONTEXTS_X86)
#endif

#define CONTEXTS 10
/* Those behind so many that are known add nothing: the most general ones come last. */
#define CONTEXTS_USED(processor) (CONTEXTS_ARE_X86(processor) ? 7 : 8)
#define CONTEXTS_KINDS           13

struct contexts {
    unsigned processor;
    const uint8_t *bytes;
    size_t at; /* the byte that is being guessed */
    size_t code_length;
    uint32_t letters; /* hash of the word that a text is in */

    unsigned kind;          /* what the byte is in its instruction, below CONTEXTS_KINDS */
    uint32_t instruction;   /* hash of it as far as it is known */
    uint32_t operations[4]; /* with their ModR/M bytes: this one and those before */
    uint32_t operand_size;  /* x86: of immediate operands, 2 or 4 */
    uint32_t displacement;  /* x86: how many bytes of it */
    uint32_t immediate;     /* and of the immediate operand are to come */
    uint32_t hashes[CONTEXTS];
};

/* `bytes` are those of predictor.h. */
void contexts_begin(struct contexts *contexts, unsigned processor, const uint8_t *bytes,
                    size_t code_length);
/* A byte more is known. */
void contexts_next(struct contexts *contexts);
/* The byte that many before the next one; 0 before the first one. */
uint32_t contexts_back(const struct contexts *contexts, size_t distance);
/* Both numbers, mixed well. */
uint32_t contexts_hash(uint32_t first, uint32_t second);

#endif
