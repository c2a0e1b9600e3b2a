/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/devtree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"

/* Nodes and small values share blocks of this size; larger values get blocks of their own. */
#define BLOCK_SIZE      8192u
#define LARGE_SIZE      2048u
#define BLOCK_ALIGNMENT 8u

struct devtree_block {
    struct devtree_block *next;
    size_t used, size; /* of `bytes` */
    /* What the tree was given to keep, and how it goes back; NULL where there is nothing. */
    void *adopted;
    size_t adopted_length;
    void (*release)(void *memory, size_t length);
    _Alignas(BLOCK_ALIGNMENT) uint8_t bytes[];
};

static struct devtree_block *new_block(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct devtree_block)) {
        return NULL;
    }
    struct devtree_block *block = malloc(sizeof(*block) + size);
    if (block != NULL) {
        block->next = NULL;
        block->adopted = NULL;
        block->used = 0;
        block->size = size;
    }
    return block;
}

/* A full block. It goes behind the first, so that the room left in that one stays in use. */
static struct devtree_block *add_full_block(struct devtree *tree, size_t size)
{
    struct devtree_block *full = new_block(size);
    if (full == NULL) {
        return NULL;
    }
    full->used = size;
    if (tree->blocks == NULL) {
        tree->blocks = full;
    } else {
        full->next = tree->blocks->next;
        tree->blocks->next = full;
    }
    return full;
}

/* Memory that lives as long as the tree. NULL when malloc fails. */
static void *take(struct devtree *tree, size_t size)
{
    struct devtree_block *block = tree->blocks;
    if (size > LARGE_SIZE) {
        struct devtree_block *large = add_full_block(tree, size);
        return large != NULL ? large->bytes : NULL;
    }
    size_t rounded = (size_t)round_up(size, BLOCK_ALIGNMENT);
    if (block == NULL || block->size - block->used < rounded) {
        block = new_block(BLOCK_SIZE);
        if (block == NULL) {
            return NULL;
        }
        block->next = tree->blocks;
        tree->blocks = block;
    }
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

static error_t heap_failure(const char *what)
{
    return fail(ERROR_MEMORY_HEAP, "while building the device tree (%s)", what);
}

error_t devtree_create(struct devtree *tree)
{
    tree->root = NULL;
    tree->blocks = NULL;
    tree->root = devtree_add(tree, NULL);
    return tree->root != NULL ? OK : heap_failure("its root");
}

void devtree_free(struct devtree *tree)
{
    struct devtree_block *block = tree->blocks;
    while (block != NULL) {
        struct devtree_block *next = block->next;
        if (block->adopted != NULL) {
            block->release(block->adopted, block->adopted_length);
        }
        free(block);
        block = next;
    }
    tree->blocks = NULL;
    tree->root = NULL;
}

error_t devtree_adopt(struct devtree *tree, void *memory, size_t length,
                      void (*release)(void *memory, size_t length))
{
    struct devtree_block *block = add_full_block(tree, 0);
    if (block == NULL) {
        return heap_failure("a large property");
    }
    block->adopted = memory;
    block->adopted_length = length;
    block->release = release;
    return OK;
}

struct devtree_node *devtree_add(struct devtree *tree, struct devtree_node *parent)
{
    struct devtree_node *node = take(tree, sizeof(*node));
    if (node == NULL) {
        return NULL;
    }
    memset(node, 0, sizeof(*node));
    node->parent = parent;
    if (parent != NULL) {
        if (parent->last_child != NULL) {
            parent->last_child->next = node;
        } else {
            parent->first_child = node;
        }
        parent->last_child = node;
    }
    return node;
}

static struct devtree_property *find_property(const struct devtree_node *node, const char *name)
{
    struct devtree_property *property = node->first_property;
    while (property != NULL && strcmp(property->name, name) != 0) {
        property = property->next;
    }
    return property;
}

error_t devtree_set_reference(struct devtree *tree, struct devtree_node *node, const char *name,
                              const void *value, size_t length)
{
    size_t name_length = strlen(name);
    if (name_length > DEVTREE_NAME_MAXIMUM) {
        return fail(ERROR_DEVTREE_NAME, "property %s has %u characters, %u at most", name,
                    (unsigned)name_length, DEVTREE_NAME_MAXIMUM);
    }
    /* The flattened length field has 32 bits, and its padding must not wrap it. */
    if (length > UINT32_MAX - 3) {
        return heap_failure(name);
    }
    struct devtree_property *property = find_property(node, name);
    if (property == NULL) {
        property = take(tree, sizeof(*property));
        if (property == NULL) {
            return heap_failure(name);
        }
        memset(property, 0, sizeof(*property));
        memcpy(property->name, name, name_length);
        if (node->last_property != NULL) {
            node->last_property->next = property;
        } else {
            node->first_property = property;
        }
        node->last_property = property;
    }
    property->value = value;
    property->length = (uint32_t)length;
    return OK;
}

error_t devtree_set(struct devtree *tree, struct devtree_node *node, const char *name,
                    const void *value, size_t length)
{
    uint8_t *copy = NULL;
    if (length != 0) {
        copy = take(tree, length);
        if (copy == NULL) {
            return heap_failure(name);
        }
        memcpy(copy, value, length);
    }
    return devtree_set_reference(tree, node, name, copy, length);
}

error_t devtree_set_string(struct devtree *tree, struct devtree_node *node, const char *name,
                           const char *text)
{
    return devtree_set(tree, node, name, text, strlen(text) + 1);
}

error_t devtree_set_be32(struct devtree *tree, struct devtree_node *node, const char *name,
                         uint32_t value)
{
    uint8_t bytes[4];
    put_be32(bytes, value);
    return devtree_set(tree, node, name, bytes, sizeof(bytes));
}

error_t devtree_set_le32(struct devtree *tree, struct devtree_node *node, const char *name,
                         uint32_t value)
{
    uint8_t bytes[4];
    put_le32(bytes, value);
    return devtree_set(tree, node, name, bytes, sizeof(bytes));
}

error_t devtree_set_le64(struct devtree *tree, struct devtree_node *node, const char *name,
                         uint64_t value)
{
    uint8_t bytes[8];
    put_le64(bytes, value);
    return devtree_set(tree, node, name, bytes, sizeof(bytes));
}

void devtree_remove(struct devtree_node *node, const char *name)
{
    struct devtree_property *previous = NULL;
    struct devtree_property *property = node->first_property;
    while (property != NULL && strcmp(property->name, name) != 0) {
        previous = property;
        property = property->next;
    }
    if (property == NULL) {
        return;
    }
    if (previous != NULL) {
        previous->next = property->next;
    } else {
        node->first_property = property->next;
    }
    if (node->last_property == property) {
        node->last_property = previous;
    }
}

const struct devtree_property *devtree_get(const struct devtree_node *node, const char *name)
{
    return find_property(node, name);
}

const char *devtree_get_string(const struct devtree_node *node, const char *name)
{
    const struct devtree_property *property = find_property(node, name);
    if (property == NULL || property->length == 0 ||
        memchr(property->value, 0, property->length) == NULL) {
        return NULL;
    }
    return (const char *)property->value;
}

bool devtree_has_string(const struct devtree_node *node, const char *name, const char *text)
{
    const struct devtree_property *property = find_property(node, name);
    size_t wanted = strlen(text);
    uint32_t at = 0;
    while (property != NULL && at < property->length) {
        const uint8_t *start = property->value + at;
        const uint8_t *end = memchr(start, 0, property->length - at);
        if (end == NULL) {
            return false; /* not terminated: the kernel would not know its end either */
        }
        size_t length = (size_t)(end - start);
        if (length == wanted && memcmp(start, text, wanted) == 0) {
            return true;
        }
        at += (uint32_t)length + 1;
    }
    return false;
}

/* --- Paths -------------------------------------------------------------------------------- */

/* The text of a property without a trailing NUL: unit strings have none, names have one. */
static size_t text_of(const struct devtree_node *node, const char *name, const char **text)
{
    const struct devtree_property *property = find_property(node, name);
    if (property == NULL || property->length == 0) {
        *text = "";
        return 0;
    }
    *text = (const char *)property->value;
    const uint8_t *end = memchr(property->value, 0, property->length);
    return end != NULL ? (size_t)(end - property->value) : property->length;
}

static bool text_is(const struct devtree_node *node, const char *property, const char *wanted,
                    size_t length)
{
    const char *text;
    return text_of(node, property, &text) == length && memcmp(text, wanted, length) == 0;
}

/* Matches "name", "name@unit" and, as firmware allows it, "@unit". */
static bool component_matches(const struct devtree_node *node, const char *component, size_t length)
{
    const char *at = memchr(component, '@', length);
    size_t name_length = at != NULL ? (size_t)(at - component) : length;
    if ((name_length != 0 || at == NULL) && !text_is(node, "name", component, name_length)) {
        return false;
    }
    return at == NULL || text_is(node, "AAPL,unit-string", at + 1, length - name_length - 1);
}

struct devtree_node *devtree_find(const struct devtree *tree, const char *path)
{
    if (path[0] != '/') {
        return NULL;
    }
    struct devtree_node *node = tree->root;
    while (node != NULL) {
        path += strspn(path, "/");
        /* Arguments for the device start at ':' and are none of the tree's business. */
        size_t length = strcspn(path, "/:");
        if (length == 0) {
            return node;
        }
        struct devtree_node *child = node->first_child;
        while (child != NULL && !component_matches(child, path, length)) {
            child = child->next;
        }
        node = child;
        path += length;
    }
    return NULL;
}

struct devtree_node *devtree_find_handle(const struct devtree *tree, uint32_t handle)
{
    if (handle == 0) {
        return NULL; /* nodes of ours have none */
    }
    struct devtree_node *node = tree->root;
    while (node != NULL && node->handle != handle) {
        node = devtree_next(node);
    }
    return node;
}

struct devtree_node *devtree_next(const struct devtree_node *node)
{
    if (node->first_child != NULL) {
        return node->first_child;
    }
    while (node != NULL && node->next == NULL) {
        node = node->parent;
    }
    return node != NULL ? node->next : NULL;
}

/* Puts `length` bytes in front of what the buffer's end already holds. */
static bool prepend(char *path, size_t *start, const char *text, size_t length)
{
    if (length > *start) {
        return false;
    }
    *start -= length;
    memcpy(path + *start, text, length);
    return true;
}

error_t devtree_path(const struct devtree_node *node, char *path, size_t size)
{
    /* From the end towards the root, then moved to the front. */
    size_t start = size;
    bool fits = size > 0 && prepend(path, &start, "", 1);
    if (fits && node->parent == NULL) {
        fits = prepend(path, &start, "/", 1);
    }
    for (; fits && node->parent != NULL; node = node->parent) {
        const char *unit, *name;
        size_t unit_length = text_of(node, "AAPL,unit-string", &unit);
        size_t name_length = text_of(node, "name", &name);
        if (unit_length != 0) {
            fits = prepend(path, &start, unit, unit_length) && prepend(path, &start, "@", 1);
        }
        fits = fits && prepend(path, &start, name, name_length) && prepend(path, &start, "/", 1);
    }
    if (!fits) {
        return fail(ERROR_DEVTREE_PATH, "%u bytes are not enough", (unsigned)size);
    }
    memmove(path, path + start, size - start);
    return OK;
}
