/* SPDX-License-Identifier: BSD-2-Clause */
/* The screen that the kernel draws on from its first moment. */
#ifndef DARWIN_DISPLAY_H
#define DARWIN_DISPLAY_H

#include "darwin/boot_args_powerpc.h"
#include "darwin/devtree.h"

/*
 * Chooses the boot display: the alias `screen`, else the output-device option, else the first
 * node of device_type display that tells its size and its frame buffer. Marks it with
 * AAPL,boot-display and fills `video`; without one, `video` is all 0, which makes the kernel use
 * its serial port (Mac OS X 10.3 and later).
 */
error_t display_announce(struct devtree *tree, struct boot_video *video);

#endif
