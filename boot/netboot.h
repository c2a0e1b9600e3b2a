/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies beside the booter that a NetBoot server names: the kernel and its extensions, under the
 * names that Apple's own booter asks for. The booter itself is not needed.
 */
#ifndef BOOT_NETBOOT_H
#define BOOT_NETBOOT_H

#include "boot/files.h"

/*
 * Fetches the kernel ("mach.macosx", or what the configuration calls it) that belongs to `booter`,
 * a path on the boot server: from its folder, or, as one image may be for several kinds of machine,
 * from the folder "ppc" or "i386" in it or around it. If there is no mach.macosx, the booter's own
 * file. Unless mkext= names some, its extensions (the kernel's name and ".mkext") as well; they may
 * be missing.
 */
error_t netboot_fetch(const struct options *options, const char *booter, struct boot_files *files);

#endif
