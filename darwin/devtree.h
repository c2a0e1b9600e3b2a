/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device tree in memory, and Apple's flattened form of it.
 *
 * The platform fills a tree with the firmware's nodes; the hand-over adds to it (the firmware's own
 * tree is never changed); devtree_flatten writes what XNU reads (specs: xnu-handoff section 3.1).
 */
#ifndef DARWIN_DEVTREE_H
#define DARWIN_DEVTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

#define DEVTREE_NAME_MAXIMUM 31 /* without the NUL: the flattened field has 32 bytes */

struct devtree_property {
    struct devtree_property *next;
    char name[DEVTREE_NAME_MAXIMUM + 1];
    uint32_t length;
    const uint8_t *value; /* in the tree's memory, or the caller's (devtree_set_reference) */
};

struct devtree_node {
    struct devtree_node *parent, *first_child, *last_child, *next;
    struct devtree_property *first_property, *last_property;
    uint32_t handle; /* the platform's own: Open Firmware phandle; 0 for nodes of ours */
};

struct devtree_block; /* a piece of the tree's memory; allocated by malloc, freed by devtree_free */

struct devtree {
    struct devtree_node *root;
    struct devtree_block *blocks;
};

/* An empty tree with a root node that has no properties. ERROR_MEMORY_HEAP when malloc fails. */
error_t devtree_create(struct devtree *tree);
void devtree_free(struct devtree *tree);

/* Appends a child. NULL when malloc fails. */
struct devtree_node *devtree_add(struct devtree *tree, struct devtree_node *parent);

/*
 * Sets a property: replaces the value of an existing one in its place, appends otherwise. The value
 * is copied. Names over 31 characters are refused (ERROR_DEVTREE_NAME).
 */
error_t devtree_set(struct devtree *tree, struct devtree_node *node, const char *name,
                    const void *value, size_t length);
/* The same without a copy: the value must outlive the tree. */
error_t devtree_set_reference(struct devtree *tree, struct devtree_node *node, const char *name,
                              const void *value, size_t length);
/*
 * Leaves memory to the tree, for values that are set by reference: devtree_free gives it to
 * `release`. On failure (ERROR_MEMORY_HEAP) it stays with the caller.
 */
error_t devtree_adopt(struct devtree *tree, void *memory, size_t length,
                      void (*release)(void *memory, size_t length));
error_t devtree_set_string(struct devtree *tree, struct devtree_node *node, const char *name,
                           const char *text); /* with its NUL */
error_t devtree_set_be32(struct devtree *tree, struct devtree_node *node, const char *name,
                         uint32_t value);
error_t devtree_set_le32(struct devtree *tree, struct devtree_node *node, const char *name,
                         uint32_t value);
error_t devtree_set_le64(struct devtree *tree, struct devtree_node *node, const char *name,
                         uint64_t value);
void devtree_remove(struct devtree_node *node, const char *name);

const struct devtree_property *devtree_get(const struct devtree_node *node, const char *name);
/* The property as a NUL-terminated string, or NULL if it is absent or has no NUL. */
const char *devtree_get_string(const struct devtree_node *node, const char *name);
/* True if the property's list of strings ("compatible") contains `text`. */
bool devtree_has_string(const struct devtree_node *node, const char *name, const char *text);

/*
 * Finds "/a/b@1,2/c": a component matches a node's `name`, and its unit address, where the
 * component has one, its AAPL,unit-string. "/" is the root. NULL if there is none.
 */
struct devtree_node *devtree_find(const struct devtree *tree, const char *path);
struct devtree_node *devtree_find_handle(const struct devtree *tree, uint32_t handle);
/* The next node in depth-first order, NULL after the last. */
struct devtree_node *devtree_next(const struct devtree_node *node);
/* Writes "/a/b@1,2" as IOKit and devtree_find know the node. ERROR_DEVTREE_PATH if it does not fit.
 */
error_t devtree_path(const struct devtree_node *node, char *path, size_t size);

/* Length of the flattened tree in bytes. */
size_t devtree_flat_length(const struct devtree *tree);
/*
 * Writes the flattened tree. `big_endian` is the kernel's byte order (counts and lengths only:
 * values are bytes). `out` has devtree_flat_length bytes. Every node gets at least one property.
 */
error_t devtree_flatten(const struct devtree *tree, bool big_endian, uint8_t *out, size_t size);
/* Reads a flattened tree with every bound checked; for tools and tests. */
error_t devtree_unflatten(struct devtree *tree, bool big_endian, const uint8_t *flat,
                          size_t length);

#endif
