/* SPDX-License-Identifier: BSD-2-Clause */
/* What the core's console needs of a platform, for the tools: text goes to standard error. */
#include <stdio.h>

#include "boot/platform.h"

void platform_write(const char *text, size_t length)
{
    fwrite(text, 1, length, stderr);
}
