/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Started from a card's ROM: the path that firmware booted names the card, and behind its ':' what
 * to boot from where ("/pci/sawboot@d:192.168.7.1,mach_kernel"). That stands for the words nic=,
 * net= and file=, where the user gave none.
 */
#ifndef BOOT_BOOT_PATH_H
#define BOOT_BOOT_PATH_H

#include "boot/options.h"
#include "device/arguments.h"
#include "drivers/pci.h"
#include "net/network.h"

struct boot_path {
    struct boot_arguments arguments; /* of them, what no word replaces */
    char card[PCI_PATH_LENGTH];
    char net[BOOT_ARGUMENTS_NET_LENGTH];
    char file[BOOT_ARGUMENTS_FILE_LENGTH];
};

/*
 * Gives the options what the path says and they do not. A path that names none of our cards (a
 * disk, the built-in port) changes nothing. `options` points into `boot_path` afterwards.
 * Errors: those of boot_arguments_parse and boot_arguments_net, if words do not replace all that
 * the arguments say.
 */
error_t boot_path_apply(const char *path, struct options *options, struct boot_path *boot_path);

/*
 * Once the network is configured: makes the path's server the one that is asked for files, and
 * gives the options the path's file, which may lie beside the one that the server named.
 */
error_t boot_path_finish(struct boot_path *boot_path, struct network_config *network,
                         struct options *options);

#endif
