/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver that a card carries in its own ROM (docs/roms.md), for the kernel to find on the
 * card's node. The ROM's FCode may have put it there; else it is read from the ROM here.
 */
#ifndef DARWIN_ROM_DRIVER_H
#define DARWIN_ROM_DRIVER_H

#include "darwin/devtree.h"
#include "drivers/nic.h"

#define ROM_DRIVER_PROPERTY "driver,AAPL,MacOSX,PowerPC"

/*
 * Gives the node the driver of the card's ROM, if it has one. A driver that the kernel could not
 * use is left out, and the console tells: the boot does not depend on it.
 */
error_t rom_driver_add(struct devtree *tree, struct devtree_node *card, const struct nic *nic);

#endif
