/* SPDX-License-Identifier: BSD-2-Clause */
/* Any physical address, also above 4 GB where a 64-bit kernel can go. */
#ifndef DEMO_X86_WINDOW_H
#define DEMO_X86_WINDOW_H

#include <stdint.h>

/* A pointer to that byte until the next call; NULL if this kernel cannot reach it. */
void *window_to(uint64_t physical);

#endif
