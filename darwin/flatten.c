/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Apple's flattened device tree (xnu-handoff section 3.1): a node is two counts (properties,
 * children), its properties, its children. A property is 32 bytes of name, a length, the value
 * padded with zeros to a multiple of four. Nodes stand in depth-first order, so that no recursion
 * is needed either way.
 */
#include <string.h>

#include "darwin/devtree.h"
#include "lib/bytes.h"

#define NODE_HEADER     8u
#define PROPERTY_NAME   32u
#define PROPERTY_HEADER 36u
#define DEPTH_MAXIMUM   64u

/*
 * The kernel's reader takes a node without properties for the end of its branch, so such a node
 * gets an empty name.
 */
static const struct devtree_property empty_name = {
    .name = "name", .length = 1, .value = (const uint8_t *)""};

static const struct devtree_property *first_written(const struct devtree_node *node)
{
    return node->first_property != NULL ? node->first_property : &empty_name;
}

static uint32_t count_properties(const struct devtree_node *node)
{
    uint32_t count = 0;
    const struct devtree_property *property = first_written(node);
    for (; property != NULL; property = property->next) {
        count++;
    }
    return count;
}

static uint32_t count_children(const struct devtree_node *node)
{
    uint32_t count = 0;
    for (const struct devtree_node *child = node->first_child; child != NULL; child = child->next) {
        count++;
    }
    return count;
}

size_t devtree_flat_length(const struct devtree *tree)
{
    size_t length = 0;
    for (const struct devtree_node *node = tree->root; node != NULL; node = devtree_next(node)) {
        length += NODE_HEADER;
        const struct devtree_property *property = first_written(node);
        for (; property != NULL; property = property->next) {
            length += PROPERTY_HEADER + (size_t)round_up(property->length, 4);
        }
    }
    return length;
}

static void put32(uint8_t *at, bool big_endian, uint32_t value)
{
    if (big_endian) {
        put_be32(at, value);
    } else {
        put_le32(at, value);
    }
}

static uint32_t get32(const uint8_t *at, bool big_endian)
{
    return big_endian ? get_be32(at) : get_le32(at);
}

error_t devtree_flatten(const struct devtree *tree, bool big_endian, uint8_t *out, size_t size)
{
    if (devtree_flat_length(tree) > size) {
        return fail(ERROR_DEVTREE_FLAT, "it needs %u bytes and has room for %u",
                    (unsigned)devtree_flat_length(tree), (unsigned)size);
    }
    for (const struct devtree_node *node = tree->root; node != NULL; node = devtree_next(node)) {
        put32(out, big_endian, count_properties(node));
        put32(out + 4, big_endian, count_children(node));
        out += NODE_HEADER;
        const struct devtree_property *property = first_written(node);
        for (; property != NULL; property = property->next) {
            size_t padded = (size_t)round_up(property->length, 4);
            memset(out, 0, PROPERTY_NAME);
            memcpy(out, property->name, strlen(property->name));
            put32(out + PROPERTY_NAME, big_endian, property->length);
            out += PROPERTY_HEADER;
            if (property->length != 0) {
                memcpy(out, property->value, property->length);
            }
            memset(out + property->length, 0, padded - property->length);
            out += padded;
        }
    }
    return OK;
}

/* --- Reading ------------------------------------------------------------------------------ */

struct reader {
    const uint8_t *bytes;
    size_t length, at;
    bool big_endian;
};

static error_t damaged(const struct reader *reader, const char *what)
{
    return fail(ERROR_DEVTREE_FLAT, "%s at offset %u of %u", what, (unsigned)reader->at,
                (unsigned)reader->length);
}

static error_t read_property(struct reader *reader, struct devtree *tree, struct devtree_node *node)
{
    if (!bytes_within(reader->length, reader->at, PROPERTY_HEADER)) {
        return damaged(reader, "a property is cut off");
    }
    const uint8_t *header = reader->bytes + reader->at;
    if (memchr(header, 0, PROPERTY_NAME) == NULL) {
        return damaged(reader, "a property's name has no end");
    }
    const char *name = (const char *)header;
    if (name[0] == 0 || devtree_get(node, name) != NULL) {
        return damaged(reader, "a property's name is empty or appears twice");
    }
    uint32_t length = get32(header + PROPERTY_NAME, reader->big_endian);
    uint64_t padded = round_up(length, 4);
    if (!bytes_within(reader->length, (uint64_t)reader->at + PROPERTY_HEADER, padded)) {
        return damaged(reader, "a property's value is longer than the tree");
    }
    const uint8_t *value = header + PROPERTY_HEADER;
    error_t error = devtree_set(tree, node, name, value, length);
    if (error != OK) {
        return error;
    }
    if (length == 4 && strcmp(name, "AAPL,phandle") == 0) {
        node->handle = get32(value, reader->big_endian);
    }
    reader->at += PROPERTY_HEADER + (size_t)padded;
    return OK;
}

/* Reads a node's counts and properties; its children follow. */
static error_t read_node(struct reader *reader, struct devtree *tree, struct devtree_node *node,
                         uint32_t *children)
{
    if (!bytes_within(reader->length, reader->at, NODE_HEADER)) {
        return damaged(reader, "a node is cut off");
    }
    uint32_t properties = get32(reader->bytes + reader->at, reader->big_endian);
    *children = get32(reader->bytes + reader->at + 4, reader->big_endian);
    if (properties == 0) {
        return damaged(reader, "a node has no properties");
    }
    reader->at += NODE_HEADER;
    for (uint32_t i = 0; i < properties; i++) {
        error_t error = read_property(reader, tree, node);
        if (error != OK) {
            return error;
        }
    }
    return OK;
}

static error_t read_tree(struct reader *reader, struct devtree *tree)
{
    uint32_t left[DEPTH_MAXIMUM]; /* children still to come, for each open level */
    size_t depth = 0;
    struct devtree_node *node = tree->root;
    error_t error = read_node(reader, tree, node, &left[0]);
    while (error == OK) {
        while (left[depth] == 0) {
            if (depth == 0) {
                return reader->at == reader->length
                           ? OK
                           : damaged(reader, "there are bytes after the last node");
            }
            depth--;
            node = node->parent;
        }
        left[depth]--;
        if (depth + 1 == DEPTH_MAXIMUM) {
            return damaged(reader, "nodes are nested too deeply");
        }
        node = devtree_add(tree, node);
        if (node == NULL) {
            return fail(ERROR_MEMORY_HEAP, "while reading a flattened device tree");
        }
        depth++;
        error = read_node(reader, tree, node, &left[depth]);
    }
    return error;
}

error_t devtree_unflatten(struct devtree *tree, bool big_endian, const uint8_t *flat, size_t length)
{
    struct reader reader = {.bytes = flat, .length = length, .big_endian = big_endian};
    error_t error = devtree_create(tree);
    if (error == OK) {
        error = read_tree(&reader, tree);
    }
    if (error != OK) {
        devtree_free(tree);
    }
    return error;
}
