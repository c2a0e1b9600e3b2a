/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command `crash` of an image that is the loader otherwise: does what a defect of the loader
 * would do. tests/qemu/protection.t watches how the loader takes it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/commands/command.h"
#include "boot/stack.h"
#include "console/console.h"
#include "lib/bytes.h"

extern uint32_t stack_end[];

#ifdef __i386__
static const uint8_t returning[] = {0xC3};
#else
static const uint8_t returning[] = {0x4E, 0x80, 0x00, 0x20};
#endif

/* The compiler knows neither how much is written nor that nothing reads it. */
static volatile size_t much = 96;

static void __attribute__((noinline)) fill(volatile uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)'x';
}

static void __attribute__((noinline)) overrun(void)
{
    uint8_t line[16];

    fill(line, much);
}

/* Calls itself until the stack has no more than `left` bytes, and comes back. */
static unsigned __attribute__((noinline)) descend(uintptr_t left)
{
    uint8_t here[64];

    fill(here, 1);
    if ((uintptr_t)here < (uintptr_t)stack_end + left)
        return here[0];
    unsigned below = descend(left);
    fill(here, 1); /* still in use: no loop will do */
    return below + here[0];
}

static void call(void *place)
{
    ((void (*)(void))(uintptr_t)place)();
}

static void call_data(uint8_t *place)
{
    memcpy(place, returning, sizeof returning);
    __asm__ volatile("" ::: "memory");
    call(place);
}

static error_t run(char *arguments)
{
    static uint8_t variable[16];
    uint8_t local[16];
    uint8_t *heap = malloc(16);

    print("crash %s\n", arguments);
    if (strcmp(arguments, "overrun") == 0)
        overrun();
    else if (strcmp(arguments, "nearly") == 0) /* all but the marked words */
        descend(STACK_MARKED_WORDS * 4 + 512);
    else if (strcmp(arguments, "deep") == 0)
        descend(64);
    else if (strcmp(arguments, "endless") == 0)
        descend(-(uintptr_t)stack_end);
    else if (strcmp(arguments, "heap") == 0)
        call_data(heap);
    else if (strcmp(arguments, "stack") == 0)
        call_data(local);
    else if (strcmp(arguments, "variable") == 0)
        call_data(variable);
    else if (strcmp(arguments, "text") == 0)
        *(volatile uint8_t *)(uintptr_t)run = 0;
    else if (strcmp(arguments, "constant") == 0)
        *(volatile uint8_t *)(uintptr_t)returning = 0;
    else
        return fail(ERROR_OPTION_VALUE, "crash %s", arguments);
    free(heap);
    print("survived\n");
    return OK;
}

COMMAND(crash) = {
    .name = "crash",
    .arguments = "HOW",
    .summary = "what a defect would do",
    .run = run,
};
