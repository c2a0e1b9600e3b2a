/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the host platform ask of each other. */
#ifndef BOOT_HOST_INTERNAL_H
#define BOOT_HOST_INTERNAL_H

void host_cards_reset(void);
void host_tree_reset(void);
void host_pc_reset(void);

#endif
