/* SPDX-License-Identifier: BSD-2-Clause */
#include "window.h"

#include <stddef.h>

#include "demo.h"

#define FOUR_GIGABYTES 0x100000000ull

#ifdef __x86_64__
/* start.S maps the directory to virtual 4 GB; its first entry is a page of 2 MB. */
#define WINDOW        FOUR_GIGABYTES
#define PAGE_LENGTH   0x200000ull
#define PRESENT_WRITE 0x003ull
#define LARGE         0x080ull

extern uint64_t window_directory[512];

static void *window_above(uint64_t physical)
{
    window_directory[0] = (physical & ~(PAGE_LENGTH - 1)) | PRESENT_WRITE | LARGE;
    __asm__ volatile("invlpg (%0)" ::"r"((void *)WINDOW) : "memory");
    return (void *)(WINDOW + physical % PAGE_LENGTH);
}
#else
static void *window_above(uint64_t physical)
{
    (void)physical;
    return NULL;
}
#endif

void *window_to(uint64_t physical)
{
    return physical < FOUR_GIGABYTES ? memory_at((uint32_t)physical) : window_above(physical);
}
