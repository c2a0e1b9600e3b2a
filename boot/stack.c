/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/stack.h"

#include <stddef.h>

#include "boot/platform.h"
#include "console/console.h"
#include "console/error.h"

/* This file is compiled without the guard that it chooses (Makefile). */
#define MARK 0x5A7B0075u

static uint32_t *marked;

#ifndef SAWBOOT_HOST
/* Names that the compiler knows. */
extern uintptr_t __stack_chk_guard;
uintptr_t __stack_chk_guard;
void __stack_chk_fail(void) __attribute__((noreturn));
#endif

void stack_begin(uint32_t *end, uint64_t seed)
{
#ifndef SAWBOOT_HOST
    /* Spreads what the counter's lower bits are over the word (Steele, "SplitMix"). */
    seed = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9u;
    __stack_chk_guard = (uintptr_t)(seed >> 32);
    /* A string that is too long by one byte may not leave it as it was, nor show it. */
    *(uint8_t *)&__stack_chk_guard = 0;
#else
    (void)seed;
#endif
    for (size_t i = 0; i < STACK_MARKED_WORDS; i++)
        end[i] = MARK + (uint32_t)i;
    marked = end;
}

bool stack_is_whole(void)
{
    for (size_t i = 0; marked != NULL && i < STACK_MARKED_WORDS; i++)
        if (marked[i] != MARK + (uint32_t)i)
            return false;
    return true;
}

void stack_check(void)
{
    if (stack_is_whole())
        return;
    error_show(fail(ERROR_MEMORY_STACK, "its end has been written to"));
    platform_stop();
}

#ifndef SAWBOOT_HOST

/* Called where a function is about to return and finds the guard changed. */
void __stack_chk_fail(void)
{
    error_show(fail(ERROR_MEMORY_STACK, "a function has written past its variables, at %08X",
                    (unsigned)(uintptr_t)__builtin_return_address(0)));
    platform_stop();
}

#endif
