/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files that came together with the loader (multiboot modules: QEMU's -initrd, GRUB's `module`).
 * As URIs they are called module:NAME (the first word of the module's own command line, with or
 * without its folders) or module:NUMBER (from 0), wherever the loader takes a URI.
 */
#ifndef BOOT_MODULES_H
#define BOOT_MODULES_H

#include "boot/options.h"

/*
 * Gives each module that no option names its part, by its content: an mkext archive becomes an
 * mkext=, the first other one the kernel unless file= names one, all further ones a module=.
 */
error_t modules_assign(struct options *options);

#endif
