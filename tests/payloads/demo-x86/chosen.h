/* SPDX-License-Identifier: BSD-2-Clause */
/* /chosen: the command line once more, and how the machine was netbooted (specs: 2.8, 9.4). */
#ifndef DEMO_X86_CHOSEN_H
#define DEMO_X86_CHOSEN_H

void check_chosen(void);

#endif
