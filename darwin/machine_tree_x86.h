/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree of a PC, which has none of its own: what XNU and IOKit's platform drivers look
 * for (xnu-handoff section 2.8). Numbers are little-endian.
 */
#ifndef DARWIN_MACHINE_TREE_X86_H
#define DARWIN_MACHINE_TREE_X86_H

#include "boot/platform.h"
#include "darwin/devtree.h"
#include "darwin/efi_tables.h"
#include "darwin/xnu.h"

/*
 * Root, /chosen and /efi with everything that does not depend on addresses but for those of
 * `tables`. `tree` has an empty root.
 */
error_t machine_tree_build(struct devtree *tree, const struct xnu_request *request,
                           const struct pc_information *pc, const struct efi_tables *tables);

/* Makes /chosen/memory-map, empty but for its name. */
error_t machine_tree_memory_map(struct devtree *tree, struct devtree_node **memory_map);
/* Adds an entry to it. Setting it again replaces it. MEMORY_MAP_ENTRY_SIZE (darwin/chosen.h) is the
 * most that it takes in the flattened tree. */
error_t machine_tree_memory_map_set(struct devtree *tree, struct devtree_node *memory_map,
                                    const char *name, uint32_t address, uint32_t length);

#endif
