/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot server of a simulated machine, 10.0.2.2: it answers DHCP and BOOTP with the address
 * 10.0.2.15, as QEMU's user network does, and its files are those of a folder here.
 *
 * Addresses go over the simulated card, through the loader's own network. Files do not:
 * file_server.c has the functions of net/tftp.h, in whose place the tool is linked with it, and
 * names are taken as by TFTP.
 */
#ifndef TOOLS_INSPECT_SERVER_H
#define TOOLS_INSPECT_SERVER_H

#include <stdint.h>

#include "drivers/pci.h"

/* Puts the card into the simulated machine and its cable into the server. */
void server_connect(const struct pci_device *card, const uint8_t station[6]);

/* The boot file that its answers name; NULL (from the start on): none. The text stays the caller's.
 */
void server_set_boot_file(const char *name);

/* The folder that names are looked for in; NULL (from the start on): as they are given. */
void server_set_folder(const char *folder);

#endif
