/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Apple's flattened device tree: what can be read is written again, and that reads as the same
 * tree.
 */
#include <stdlib.h>
#include <string.h>

#include "darwin/devtree.h"
#include "tests/fuzz/fuzz.h"

static void check_same(const struct devtree *a, const struct devtree *b)
{
    const struct devtree_node *node = a->root, *other = b->root;

    for (; node != NULL && other != NULL; node = devtree_next(node), other = devtree_next(other)) {
        const struct devtree_property *property = node->first_property;
        const struct devtree_property *same = other->first_property;

        for (; property != NULL && same != NULL; property = property->next, same = same->next) {
            FUZZ_CHECK(strcmp(property->name, same->name) == 0);
            FUZZ_CHECK(property->length == same->length);
            FUZZ_CHECK(property->length == 0 ||
                       memcmp(property->value, same->value, property->length) == 0);
            FUZZ_CHECK(devtree_get(node, property->name) == property);
        }
        FUZZ_CHECK(property == NULL && same == NULL);
        FUZZ_CHECK(node->handle == other->handle);
        FUZZ_CHECK((node->parent == NULL) == (other->parent == NULL));
    }
    FUZZ_CHECK(node == NULL && other == NULL);
}

/* A path leads to its node, or to one before it that has the same. */
static void check_paths(const struct devtree *tree)
{
    char path[128], found_path[128];

    for (const struct devtree_node *node = tree->root; node != NULL; node = devtree_next(node)) {
        const struct devtree_node *found;

        error_clear();
        if (!fuzz_succeeded(devtree_path(node, path, sizeof path)))
            continue;
        FUZZ_CHECK(memchr(path, '\0', sizeof path) != NULL && path[0] == '/');
        found = devtree_find(tree, path);
        if (found != NULL)
            fuzz_succeeded(devtree_path(found, found_path, sizeof found_path));
        FUZZ_CHECK(node->handle == 0 || devtree_find_handle(tree, node->handle) != NULL);
        devtree_get_string(node, "name");
        devtree_has_string(node, "compatible", "pci");
    }
}

static void write_again(const struct devtree *tree, size_t read, bool big_endian)
{
    size_t length = devtree_flat_length(tree);
    uint8_t *flat = fuzz_allocate(length), *again = fuzz_allocate(length);
    struct devtree same;

    FUZZ_CHECK(length == read);
    FUZZ_CHECK(devtree_flatten(tree, big_endian, flat, length - 1) == ERROR_DEVTREE_FLAT);
    FUZZ_CHECK(devtree_flatten(tree, big_endian, flat, length) == OK);
    error_clear();
    if (fuzz_succeeded(devtree_unflatten(&same, big_endian, flat, length))) {
        check_same(tree, &same);
        FUZZ_CHECK(devtree_flatten(&same, big_endian, again, length) == OK);
        FUZZ_CHECK(memcmp(flat, again, length) == 0);
        devtree_free(&same);
    } else {
        FUZZ_CHECK(fuzz_heap_is_empty());
    }
    free(flat);
    free(again);
}

static void try_order(const uint8_t *bytes, size_t length, bool big_endian)
{
    struct devtree tree;

    error_clear();
    if (!fuzz_succeeded(devtree_unflatten(&tree, big_endian, bytes, length)))
        return;
    write_again(&tree, length, big_endian);
    check_paths(&tree);
    devtree_free(&tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    fuzz_begin(bytes, length);
    try_order(bytes, length, true);
    try_order(bytes, length, false);
    fuzz_end();
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t room, unsigned seed)
{
    return fuzz_mutate(bytes, length, room, seed, NULL);
}
