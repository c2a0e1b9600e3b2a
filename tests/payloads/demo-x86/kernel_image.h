/* SPDX-License-Identifier: BSD-2-Clause */
/* This kernel's own Mach-O header in memory. */
#ifndef DEMO_X86_KERNEL_IMAGE_H
#define DEMO_X86_KERNEL_IMAGE_H

#include <stdint.h>

/* The lowest and the highest physical address of our segments. */
uint32_t kernel_first(void);
uint32_t kernel_end(void);

#endif
