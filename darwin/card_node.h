/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The node of the card that we boot from: what firmware without a driver for it leaves out is
 * added, so that the kernel finds the card, its driver and its address.
 */
#ifndef DARWIN_CARD_NODE_H
#define DARWIN_CARD_NODE_H

#include "darwin/devtree.h"
#include "drivers/nic.h"

/* The card's node, by the firmware's handle or by path. ERROR_DEVTREE_NODE if it is not there. */
error_t card_node_find(const struct devtree *tree, const struct nic *nic,
                       struct devtree_node **node);
/*
 * Adds the missing ones of: name, AAPL,unit-string, device_type, reg, vendor-id and the other
 * numbers of configuration space, interrupts, compatible (the right "pciVVVV,DDDD" goes behind what
 * is there), network-type, local-mac-address, mac-address, max-frame-size, address-bits. What
 * firmware says stays, but for device_type.
 * PCI-PCI bridges above it get device_type, #address-cells, #size-cells and (empty) ranges if they
 * lack them.
 */
error_t card_node_complete(struct devtree *tree, struct devtree_node *node, const struct nic *nic);

#endif
