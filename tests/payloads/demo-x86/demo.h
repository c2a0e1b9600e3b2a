/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demonstration kernels for x86: start as Apple's XNU would and judge what they were given.
 * Addresses in uint32_t are physical and can be dereferenced where they are.
 */
#ifndef DEMO_X86_DEMO_H
#define DEMO_X86_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/memory.h"

/* Virtual addresses are these above the physical ones. */
#ifdef __x86_64__
#define KERNEL_BASE 0xFFFFFF8000000000ull
#define KERNEL_BITS 64
#define KERNEL_CPU  0x01000007u /* CPU_TYPE_X86_64, <mach/machine.h> */
#else
#define KERNEL_BASE 0ull
#define KERNEL_BITS 32
#define KERNEL_CPU  7u /* CPU_TYPE_I386 */
#endif

static inline uint32_t physical_of(const void *address)
{
    return (uint32_t)((uintptr_t)address - KERNEL_BASE);
}

#endif
