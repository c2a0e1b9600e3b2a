/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hand-over to Apple's XNU: builds all that the kernel expects and yields a launch. One function
 * for each processor. Everything they write is in memory that they claimed.
 */
#ifndef DARWIN_XNU_H
#define DARWIN_XNU_H

#include "darwin/devtree.h"
#include "drivers/nic.h"
#include "loader/image.h"
#include "loader/launch.h"
#include "net/fetch.h"
#include "net/network.h"

#define XNU_PACKAGES_MAXIMUM 8

struct xnu_request {
    const struct image_plan *plan;
    const uint8_t *image; /* the planned bytes */
    size_t image_length;
    const struct nic *nic; /* the card that we booted from */
    const struct network_config *network;
    const char *boot_file;             /* as it goes into rootpath after the ':' ("mach_kernel") */
    const char *arguments;             /* the kernel's command line */
    const struct fetched_file *driver; /* `driver=`: checked mkext v1, or NULL */
    size_t package_count;              /* `mkext=` */
    const struct fetched_file *packages;
};

/*
 * `tree` is the platform's tree, to be added to. On success `launch` is complete; on failure
 * nothing was overwritten.
 */
error_t xnu_powerpc_prepare(const struct xnu_request *request, struct devtree *tree,
                            struct launch *launch);

#endif
