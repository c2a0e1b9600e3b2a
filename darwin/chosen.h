/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader tells the kernel in /chosen, /chosen/memory-map and on the root: where it was
 * booted from, what the boot server answered, and what lies where in memory.
 */
#ifndef DARWIN_CHOSEN_H
#define DARWIN_CHOSEN_H

#include "darwin/devtree.h"
#include "net/network.h"

/*
 * Root: net-boot. /chosen (made if there is none): the server's reply as bootp-response and, if
 * it came by DHCP, as dhcp-response too, bootargs, bootpath, rootpath ("<path of the card's
 * node>:,\<file>"), and the counters that Apple's loader leaves. What firmware said about another
 * boot is taken out.
 */
error_t chosen_announce(struct devtree *tree, const struct devtree_node *card,
                        const struct network_config *network, const char *boot_file,
                        const char *arguments);

/*
 * The part of it that is the same on every machine: the server's reply as bootp-response and, if it
 * came by DHCP, as dhcp-response too. What is there of another boot is taken out.
 */
error_t chosen_add_reply(struct devtree *tree, struct devtree_node *chosen,
                         const struct network_config *network);

/*
 * Makes /chosen/memory-map, empty but for AAPL,phandle (one that no other node has) and name. To
 * be called when all other nodes are there.
 */
error_t memory_map_create(struct devtree *tree, struct devtree_node **memory_map);

/* The most that an entry takes in the flattened tree. */
#define MEMORY_MAP_ENTRY_SIZE 44
/* Adds an entry: a physical address and a length in bytes. Setting it again replaces it. */
error_t memory_map_set(struct devtree *tree, struct devtree_node *memory_map, const char *name,
                       uint32_t address, uint32_t length);

#endif
