/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What notices that the loader's stack is damaged: marked words at its end, which are looked at
 * where the loader waits and before it jumps, and, in all images but those for cards' ROMs, the
 * compiler's guard in every function with an array (-fstack-protector-strong).
 */
#ifndef BOOT_STACK_H
#define BOOT_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* How many of the words at its end are never used by a stack that is large enough. */
#define STACK_MARKED_WORDS 64

/*
 * Marks the words from `end` on, the lowest of the stack's, and chooses the compiler's guard by
 * `seed`. To be called first, by a function that does not return.
 */
void stack_begin(uint32_t *end, uint64_t seed);
/* Whether the marks are as they were; true before stack_begin. */
bool stack_is_whole(void);
/* If they are not: says so and stops the machine, as nothing can be trusted any more. */
void stack_check(void);

#endif
