/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of one boot: the kernel, its mkexts, the driver for the card. Fetched
 * and checked before anything is decided.
 */
#ifndef BOOT_FILES_H
#define BOOT_FILES_H

#include "boot/options.h"
#include "net/fetch.h"
#include "net/network.h"

struct boot_files {
    struct fetched_file kernel;
    bool has_driver;
    struct fetched_file driver;
    size_t package_count;
    struct fetched_file packages[OPTIONS_MKEXTS_MAXIMUM];
};

/* On failure nothing stays claimed. */
error_t files_fetch(const struct options *options, const struct network_config *network,
                    struct boot_files *files);
void files_release(struct boot_files *files);

#endif
