/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From fetched files to a launch: recognises the image, plans it, and lets the
 * hand-over of its kind build what the kernel expects.
 */
#ifndef BOOT_HANDOVER_H
#define BOOT_HANDOVER_H

#include "boot/files.h"
#include "boot/options.h"
#include "darwin/devtree.h"
#include "drivers/nic.h"
#include "loader/image.h"
#include "loader/launch.h"
#include "net/network.h"

struct handover {
    struct image_plan plan;
    struct image_bytes image;
    struct devtree tree;
    bool has_tree;
    struct launch launch;
    struct video_mode video;     /* `video=` */
    struct fetch_uri client_uri; /* of an Open Firmware program */
    char client_path[PCI_PATH_LENGTH + FETCH_PATH_LENGTH + 20];
};

/* `nic` and `network` are NULL if no network was used. On failure nothing stays claimed and nothing
 * was overwritten. */
error_t handover_prepare(const struct options *options, const struct nic *nic,
                         const struct network_config *network, struct boot_files *files,
                         struct handover *handover);
void handover_release(struct handover *handover);

#endif
