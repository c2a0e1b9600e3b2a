/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's device tree, copied as XNU's loader protocol wants it.
 */
#include <stdlib.h>
#include <string.h>

#include "boot/openfirmware/openfirmware.h"
#include "console/console.h"
#include "darwin/devtree.h"

#define NODES_MAXIMUM      4096
#define DEPTH_MAXIMUM      32
#define PROPERTIES_MAXIMUM 512  /* of one node */
#define LARGE_PROPERTY     4096 /* from here on a value gets pages of its own, not heap */

struct copy {
    struct devtree *tree;
    unsigned nodes;
};

/* The text behind the '@' of the path's last component; NULL if there is none. */
static const char *unit_address(const char *path)
{
    const char *component = strrchr(path, '/');
    return component == NULL ? NULL : strchr(component, '@');
}

static error_t copy_large_property(struct copy *copy, struct devtree_node *node, of_cell handle,
                                   const char *name, int32_t length)
{
    uint8_t *value = platform_claim((size_t)length, OF_PAGE);
    if (value == NULL)
        return fail(ERROR_MEMORY_CLAIM, "property %s of the device tree, %d bytes", name,
                    (int)length);
    error_t error = devtree_adopt(copy->tree, value, (size_t)length, platform_release);
    if (error != OK) {
        platform_release(value, (size_t)length);
        return error;
    }
    int32_t got = of_property(handle, name, value, (size_t)length);
    return devtree_set_reference(copy->tree, node, name, value, got < 0 ? 0 : (size_t)got);
}

static error_t copy_property(struct copy *copy, struct devtree_node *node, of_cell handle,
                             const char *name)
{
    int32_t length = of_property_length(handle, name);
    if (length > LARGE_PROPERTY)
        return copy_large_property(copy, node, handle, name, length);
    /*
     * A length of -1 for a property that nextprop has just named: some firmwares compute values
     * only when they are fetched, so fetching decides.
     */
    static uint8_t value[LARGE_PROPERTY]; /* not on the stack: the tree is walked recursively */
    int32_t got = of_property(handle, name, value, sizeof value);
    return devtree_set(copy->tree, node, name, value, got < 0 ? 0 : (size_t)got);
}

static error_t copy_properties(struct copy *copy, struct devtree_node *node, of_cell handle)
{
    char path[OF_PATH_LENGTH], previous[128] = "", name[128];
    error_t error = devtree_set_be32(copy->tree, node, "AAPL,phandle", handle);
    const char *unit = of_path(handle, path, sizeof path) ? unit_address(path) : NULL;
    /* Without its NUL, as BootX has it (specs: xnu-handoff section 3.3). */
    if (error == OK && unit != NULL)
        error = devtree_set(copy->tree, node, "AAPL,unit-string", unit + 1, strlen(unit + 1));

    for (unsigned count = 0; error == OK && of_next_property(handle, previous, name); count++) {
        if (count == PROPERTIES_MAXIMUM) {
            print("device tree: %s has more than %u properties; the rest is left out\n", path,
                  PROPERTIES_MAXIMUM);
            break;
        }
        if (strlen(name) > DEVTREE_NAME_MAXIMUM)
            print_verbose("device tree: %s: property %s is left out, its name is too long\n", path,
                          name);
        else
            error = copy_property(copy, node, handle, name);
        memcpy(previous, name, sizeof previous);
    }
    return error;
}

static error_t copy_children(struct copy *copy, struct devtree_node *parent, of_cell handle,
                             unsigned depth)
{
    error_t error = OK;
    for (of_cell child = of_child(handle); error == OK && child != 0; child = of_peer(child)) {
        if (depth == DEPTH_MAXIMUM || copy->nodes++ == NODES_MAXIMUM)
            return fail(ERROR_LAUNCH_FIRMWARE, "the device tree is too deep or does not end");
        struct devtree_node *node = devtree_add(copy->tree, parent);
        if (node == NULL)
            return fail(ERROR_MEMORY_HEAP, "copying the device tree");
        node->handle = child;
        error = copy_properties(copy, node, child);
        if (error == OK)
            error = copy_children(copy, node, child, depth + 1);
    }
    return error;
}

static bool is_display(of_cell node)
{
    char type[16];
    return of_property_text(node, "device_type", type, sizeof type) && strcmp(type, "display") == 0;
}

static of_cell find_display(of_cell node, unsigned depth, unsigned *nodes)
{
    for (; node != 0 && (*nodes)++ < NODES_MAXIMUM; node = of_peer(node)) {
        if (is_display(node))
            return node;
        of_cell found = depth < DEPTH_MAXIMUM ? find_display(of_child(node), depth + 1, nodes) : 0;
        if (found != 0)
            return found;
    }
    return 0;
}

/*
 * With a serial console nobody has opened the display, and a closed display has no `address` and on
 * real cards no mode. Apple's loader opens it for the kernel, so it is opened here; a screen
 * console is open already and is left alone.
 */
static void open_display(void)
{
    static bool tried;
    char path[OF_PATH_LENGTH];
    of_cell node = 0;
    unsigned nodes = 0;
    if (tried)
        return;
    tried = true;
    if (of_property_text(of_find("/aliases"), "screen", path, sizeof path))
        node = of_find(path);
    if (!of_exists(node) || !is_display(node)) /* `screen` may be the serial port */
        node = find_display(of_child(of_peer(0)), 0, &nodes);
    if (!of_exists(node) || of_property_length(node, "address") == 4 ||
        !of_path(node, path, sizeof path))
        return;
    print_verbose("opening the display %s\n", path);
    if (of_open(path) == 0)
        print_verbose("  the firmware cannot open it\n");
}

error_t platform_device_tree(struct devtree *tree)
{
    open_display();
    struct copy copy = {tree, 0};
    of_cell root = of_peer(0);
    error_t error = devtree_create(tree);
    if (error != OK)
        return error;
    tree->root->handle = root;
    error = copy_properties(&copy, tree->root, root);
    if (error == OK)
        error = copy_children(&copy, tree->root, root, 0);
    if (error != OK)
        devtree_free(tree);
    return error;
}
