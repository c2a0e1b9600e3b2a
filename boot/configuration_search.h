/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The step between address and files: finds the configuration file, if there is one, and completes
 * the options with it.
 */
#ifndef BOOT_CONFIGURATION_SEARCH_H
#define BOOT_CONFIGURATION_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/options.h"
#include "net/network.h"

struct nic;

/* Longer than all of these names. */
#define CONFIGURATION_NAME_LENGTH 32

/*
 * What is looked for where nobody names a file, in this order: "sawboot/01-" and the card's
 * address with dashes, "sawboot/" and ours (network order) in hexadecimal, C0A80701, which loses a
 * digit each time, "sawboot/default". (PXELINUX looks for its files in the same way.) False behind
 * the last.
 */
bool configuration_name(size_t index, const uint8_t station[6], uint32_t address,
                        char name[CONFIGURATION_NAME_LENGTH]);

/*
 * Once the network is configured. The file is, first of these:
 *   what config= names ("none": no file), and then it has to be there;
 *   what the server names to boot, if that ends in ".plist";
 *   com.apple.Boot.plist beside the file that the server names (beside the booter, if a NetBoot
 *   server names one);
 *   if nobody names a file, or the server names the loader itself, the first of configuration_name.
 * Where file= is given and config= is not, or a NetBoot server's booter is started itself, nothing
 * is looked for. A file that the server refuses is not there; a server that does not answer for one
 * is asked for no other. Errors: those of configuration_parse and fetch_file.
 */
error_t configuration_read(const struct nic *nic, const struct network_config *network,
                           struct options *options);

#endif
