/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt routing in the device tree, as IOKit follows it. IOKit goes round for ever, without a
 * message, at a node that has neither `interrupt-controller` nor `interrupt-map`, and crashes at
 * an `interrupt-parent` that it does not know. Firmware that leaves the properties of PCI-PCI
 * bridges out (OpenBIOS) would stop the kernel there.
 */
#ifndef DARWIN_INTERRUPTS_H
#define DARWIN_INTERRUPTS_H

#include "darwin/devtree.h"

/*
 * Follows the `interrupts` of every node. Where the way is broken and leads through PCI-PCI bridges
 * only, it is worked out from the pins and written as `interrupt-parent` and the controller's own
 * `interrupts`; otherwise `interrupts` is taken out and the node is named on the console.
 */
error_t interrupts_make_resolvable(struct devtree *tree);

#endif
