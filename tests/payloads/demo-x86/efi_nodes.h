/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree's root and /efi (specs: xnu-handoff 2.8). */
#ifndef DEMO_X86_EFI_NODES_H
#define DEMO_X86_EFI_NODES_H

#include "efi_tables.h"

/* `tables`: the system table says the same. */
void check_efi_nodes(const struct efi_tables *tables);

#endif
