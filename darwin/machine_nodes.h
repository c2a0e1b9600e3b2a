/* SPDX-License-Identifier: BSD-2-Clause */
/* What XNU's platform expert for PowerPC insists on in the machine's own nodes. */
#ifndef DARWIN_MACHINE_NODES_H
#define DARWIN_MACHINE_NODES_H

#include "darwin/devtree.h"

/*
 * Gives every node a name and its strings their end, fills in clock frequencies that the kernel
 * would divide by, and says what else is missing. ERROR_DEVTREE_NODE if there is no processor node.
 */
error_t machine_nodes_complete(struct devtree *tree);

#endif
