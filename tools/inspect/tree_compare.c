/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/inspect/tree_compare.h"

#include <stdlib.h>
#include <string.h>

#include "tools/inspect/describe.h"

static const char only_first[] = "only in the first";
static const char only_second[] = "only in the second";

static void put_difference(struct value *list, const struct devtree_node *node,
                           const char *property, const char *change,
                           const struct devtree_property *first,
                           const struct devtree_property *second)
{
    struct value *row = put_object(list, NULL);
    char *path = tree_node_path(node);

    put_text(row, "path", path);
    put_text(row, "property", property);
    put_text(row, "change", change);
    put_text(row, "first", first != NULL ? tree_value_text(first) : "");
    put_text(row, "second", second != NULL ? tree_value_text(second) : "");
    free(path);
}

static bool same_property(const struct devtree_node *a, const struct devtree_node *b,
                          const char *name)
{
    const struct devtree_property *p = devtree_get(a, name), *q = devtree_get(b, name);

    if (p == NULL || q == NULL)
        return p == q;
    return p->length == q->length && (p->length == 0 || memcmp(p->value, q->value, p->length) == 0);
}

/* The same component of a path. */
static bool same_name(const struct devtree_node *a, const struct devtree_node *b)
{
    return same_property(a, b, "name") && same_property(a, b, "AAPL,unit-string");
}

static size_t number_among_namesakes(const struct devtree_node *node)
{
    size_t number = 0;

    for (const struct devtree_node *n = node->parent->first_child; n != node; n = n->next)
        number += same_name(n, node);
    return number;
}

static const struct devtree_node *namesake(const struct devtree_node *node,
                                           const struct devtree_node *parent)
{
    size_t number = number_among_namesakes(node);

    for (const struct devtree_node *n = parent->first_child; n != NULL; n = n->next)
        if (same_name(n, node) && number-- == 0)
            return n;
    return NULL;
}

static size_t compare_properties(const struct devtree_node *a, const struct devtree_node *b,
                                 struct value *list)
{
    size_t count = 0;

    for (const struct devtree_property *p = a->first_property; p != NULL; p = p->next) {
        const struct devtree_property *q = devtree_get(b, p->name);

        if (q != NULL && same_property(a, b, p->name))
            continue;
        put_difference(list, a, p->name, q != NULL ? "differs" : only_first, p, q);
        count++;
    }
    for (const struct devtree_property *q = b->first_property; q != NULL; q = q->next)
        if (devtree_get(a, q->name) == NULL) {
            put_difference(list, b, q->name, only_second, NULL, q);
            count++;
        }
    return count;
}

/* Children that both have, in another order: kernels number devices in the order of the tree. */
static bool in_order(const struct devtree_node *a, const struct devtree_node *b)
{
    const struct devtree_node *at = b->first_child;

    for (const struct devtree_node *n = a->first_child; n != NULL; n = n->next) {
        const struct devtree_node *other = namesake(n, b);

        if (other == NULL)
            continue;
        while (at != NULL && at != other)
            at = at->next;
        if (at == NULL)
            return false;
        at = at->next;
    }
    return true;
}

static size_t compare_nodes(const struct devtree_node *a, const struct devtree_node *b,
                            struct value *list)
{
    size_t count = compare_properties(a, b, list);

    for (const struct devtree_node *n = a->first_child; n != NULL; n = n->next) {
        const struct devtree_node *other = namesake(n, b);

        if (other != NULL) {
            count += compare_nodes(n, other, list);
            continue;
        }
        put_difference(list, n, "", only_first, NULL, NULL);
        count++;
    }
    for (const struct devtree_node *n = b->first_child; n != NULL; n = n->next)
        if (namesake(n, a) == NULL) {
            put_difference(list, n, "", only_second, NULL, NULL);
            count++;
        }
    if (!in_order(a, b)) {
        put_difference(list, a, "", "children in another order", NULL, NULL);
        count++;
    }
    return count;
}

size_t tree_compare(const struct devtree *first, const struct devtree *second, struct value *list)
{
    return compare_nodes(first->root, second->root, list);
}
