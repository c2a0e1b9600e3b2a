/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Started by another network loader, a PXE ROM: what it was told about the network is used as far
 * as it goes. The file that it was told is ours, so the kernel's name has to come from elsewhere.
 */
#ifndef BOOT_CHAIN_H
#define BOOT_CHAIN_H

#include "boot/options.h"
#include "net/network.h"

/*
 * As network_configure. Where no word says how to get an address and file= says what to boot, the
 * first loader's lease is enough and nobody is asked. Else the boot server is asked, once, as
 * ourselves.
 */
error_t chain_configure(const struct options *options, struct network_config *config);

/* True if no word says what to boot and the server names the first loader's file again: us. */
bool chain_names_us(const struct options *options, const struct network_config *config);
/* Then ERROR_NET_ITSELF. */
error_t chain_check(const struct options *options, const struct network_config *config);

#endif
