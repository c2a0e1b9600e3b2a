/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that came with the loader: the multiboot loader's modules. */
#include "boot/bios/bios.h"

size_t platform_modules(struct platform_module *list, size_t maximum)
{
    return multiboot_modules(list, maximum);
}
