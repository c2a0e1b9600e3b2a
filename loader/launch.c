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

#ifndef SAWBOOT_SMALL

void launch_label(struct launch *launch, enum launch_content content, const char *name,
                  uint64_t address, uint64_t length)
{
    if (length != 0 && launch->label_count < LAUNCH_LABELS_MAXIMUM)
        launch->labels[launch->label_count++] =
            (struct launch_label){content, name, address, length};
}

#endif
