/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every node's phandle, and a replay of how IOKit maps every node's interrupts: a walk that does
 * not end hangs XNU for ever.
 */
#ifndef DEMO_INTERRUPTS_H
#define DEMO_INTERRUPTS_H

void check_interrupts(void);

#endif
