/* SPDX-License-Identifier: BSD-2-Clause */
/* The simulated firmware's device tree: a flattened one that a test supplies. */
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/host/internal.h"
#include "darwin/devtree.h"

static uint8_t *flat;
static size_t flat_length;

void host_tree_reset(void)
{
    free(flat);
    flat = NULL;
    flat_length = 0;
}

void host_set_tree(const uint8_t *bytes, size_t length)
{
    host_tree_reset();
    flat = malloc(length);
    if (flat == NULL)
        abort();
    memcpy(flat, bytes, length);
    flat_length = length;
}

error_t platform_device_tree(struct devtree *tree)
{
    if (flat == NULL)
        return devtree_create(tree);
    return devtree_unflatten(tree, true, flat, flat_length);
}
