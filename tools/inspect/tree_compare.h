/* SPDX-License-Identifier: BSD-2-Clause */
/* Two device trees, property by property. */
#ifndef TOOLS_INSPECT_TREE_COMPARE_H
#define TOOLS_INSPECT_TREE_COMPARE_H

#include <stddef.h>

#include "darwin/devtree.h"
#include "tools/inspect/document.h"

/*
 * Appends a row for each difference to the list: path, property ("" for a whole node), change
 * ("only in the first", "only in the second", "differs", "children in another order") and both
 * values. Nodes belong together by name and unit address; of several of the same name, by their
 * order. Returns how many rows were added.
 */
size_t tree_compare(const struct devtree *first, const struct devtree *second, struct value *list);

#endif
