/* SPDX-License-Identifier: BSD-2-Clause */
/* A device tree on the console, for people. */
#ifndef DARWIN_DEVTREE_SHOW_H
#define DARWIN_DEVTREE_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "darwin/devtree.h"

/* A line for each node, indented by its depth, until `interrupted` is true. */
void devtree_list(const struct devtree *tree, bool (*interrupted)(void));

/*
 * A node's path, its properties and the names of its children. `big_endian`: the order of the
 * kernel's 32-bit numbers.
 */
void devtree_show(const struct devtree_node *node, bool big_endian, bool (*interrupted)(void));

/*
 * A property's value as text, cut off to `size` bytes with the NUL: strings in quotes, where all of
 * it is NUL-terminated text; 32-bit numbers in <>, where the length is a multiple of 4; else bytes
 * in []. What is cut off ends in "...".
 */
void devtree_value_text(const uint8_t *value, size_t length, bool big_endian, char *text,
                        size_t size);

#endif
