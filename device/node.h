/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What makes the firmware's nodes network devices, and what /chosen and /aliases say about the
 * boot. Everything is written into the firmware's own tree, so that Forth sees it as well.
 */
#ifndef DEVICE_NODE_H
#define DEVICE_NODE_H

#include "console/error.h"
#include "device/cards.h"
#include "device/device.h"
#include "net/network.h"

/* The card's properties, where the firmware has none (of use). */
void node_complete(const struct card *card);
/* Aliases `enet` and `net` for the card, where the machine has none. */
void node_alias(const struct card *card);
/* The driver for a Darwin kernel, if the boot has one, whatever the card's ROM has put there. */
void node_driver(const struct card *card, const struct device_boot *boot);
/* The card that an alias of ours means, or NULL. */
struct card *node_of_alias(const char *name);

/* /chosen bootpath, bootargs. ERROR_LAUNCH_FIRMWARE if they cannot be written. */
error_t node_announce_boot(const struct device_boot *boot);
/*
 * The server's reply: /chosen bootp-response, and dhcp-response or bsdp-response if it came that
 * way. `file` goes into an empty file field: that is where Apple's loader finds its folder (NULL:
 * none).
 */
void node_announce_reply(const struct network_config *config, const char *file);

#endif
