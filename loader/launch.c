/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/launch.h"

#include "boot/platform.h"

void launch_release(struct launch *launch)
{
    if (launch->owned != NULL)
        platform_release(launch->owned, launch->owned_length);
    launch->owned = NULL;
    launch->owned_length = 0;
}
