/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that came with the loader: the multiboot loader's modules, but for the words in one. */
#include "boot/bios/bios.h"

size_t platform_modules(struct platform_module *list, size_t maximum)
{
    static struct platform_module all[MODULES_MAXIMUM];
    size_t count = multiboot_modules(all, MODULES_MAXIMUM), kept = 0;

    for (size_t i = 0; i < count && kept < maximum; i++)
        if (!medium_words_is(&all[i]))
            list[kept++] = all[i];
    return kept;
}
