/* SPDX-License-Identifier: BSD-2-Clause */
/* Hand-over to Open Firmware client programs (XCOFF, ELF): builds the launch. */
#ifndef LOADER_CLIENT_H
#define LOADER_CLIENT_H

#include "console/error.h"
#include "loader/image.h"
#include "loader/launch.h"

/*
 * Fills `launch` from a plan and the planned bytes, which lie in claimed memory. `arguments`
 * becomes /chosen bootargs (NULL: none), `path` /chosen bootpath: where the program came from.
 * Programs look for a ':' in it to tell the device from the file, so one is put behind a path that
 * has none; the result then lives until the next call. Bytes and strings are kept, not copied;
 * nothing is claimed. Errors: ERROR_LAUNCH_KIND (no client program), ERROR_MEMORY_RANGE (the image
 * lies above 4 GB), ERROR_DEVTREE_PATH (a path without ':' that is too long).
 */
error_t client_prepare(const struct image_plan *plan, const uint8_t *image, const char *arguments,
                       const char *path, struct launch *launch);

#endif
