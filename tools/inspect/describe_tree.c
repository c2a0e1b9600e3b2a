/* SPDX-License-Identifier: BSD-2-Clause */
/* Apple's flattened device trees, of either byte order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/common/tool.h"
#include "tools/inspect/describe.h"

#define SHOWN_LENGTH 100
#define SHOWN_BYTES  32

error_t tree_read(const uint8_t *bytes, size_t length, struct devtree *tree, bool *big_endian)
{
    /* A count of properties is far below 64 K: the half of the word with the zeros tells. */
    *big_endian = length < 4 || get_be16(bytes) == 0;
    error_t error = devtree_unflatten(tree, *big_endian, bytes, length);

    return error;
}

/* Every tree has properties at its root, or it would be eight bytes of anything. */
bool is_tree(const struct subject *subject)
{
    struct devtree tree;
    bool big_endian, has_properties;

    if (subject->length < 8 || tree_read(subject->bytes, subject->length, &tree, &big_endian) != OK)
        return false;
    has_properties = tree.root->first_property != NULL;
    devtree_free(&tree);
    return has_properties;
}

static void text_property(const struct devtree_node *node, const char *name, const char **text,
                          size_t *length)
{
    const struct devtree_property *property = devtree_get(node, name);

    *text = "";
    *length = 0;
    if (property != NULL && property->length != 0) {
        *text = (const char *)property->value;
        *length = strnlen(*text, property->length);
    }
}

char *tree_node_path(const struct devtree_node *node)
{
    const char *name, *unit;
    size_t name_length, unit_length, front;
    char *path, *parent;

    if (node->parent == NULL) {
        path = allocate(2);
        path[0] = '/';
        return path;
    }
    parent = tree_node_path(node->parent);
    front = node->parent->parent == NULL ? 0 : strlen(parent);
    text_property(node, "name", &name, &name_length);
    text_property(node, "AAPL,unit-string", &unit, &unit_length);
    path = allocate(front + 1 + name_length + 1 + unit_length + 1);
    memcpy(path, parent, front);
    path[front++] = '/';
    memcpy(path + front, name, name_length);
    front += name_length;
    if (unit_length != 0) {
        path[front++] = '@';
        memcpy(path + front, unit, unit_length);
    }
    free(parent);
    return path;
}

/* --- Values ----------------------------------------------------------------------------------- */

/* Texts with a NUL behind each, none of them empty. */
static bool is_text(const struct devtree_property *property)
{
    bool begun = false;

    for (uint32_t i = 0; i < property->length; i++) {
        uint8_t c = property->value[i];

        if (c == 0 ? !begun : c < ' ' || c > '~')
            return false;
        begun = c != 0;
    }
    return property->length != 0;
}

static void show_text(const struct devtree_property *property, char *to)
{
    uint32_t last =
        property->value[property->length - 1] == 0 ? property->length - 1 : property->length;
    size_t used = 0;

    to[used++] = '"';
    for (uint32_t i = 0; i < last; i++) {
        if (used + 8 > SHOWN_LENGTH) {
            strcpy(to + used, "...");
            return;
        }
        if (property->value[i] != 0) {
            to[used++] = (char)property->value[i];
            continue;
        }
        memcpy(to + used, "\", \"", 4);
        used += 4;
    }
    to[used++] = '"';
    to[used] = '\0';
}

/* As words where they are whole ones: as they stand in memory, whatever the byte order. */
static void show_bytes(const struct devtree_property *property, char *to)
{
    uint32_t length = property->length < SHOWN_BYTES ? property->length : SHOWN_BYTES;
    unsigned group = property->length % 4 == 0 ? 4 : 1;
    size_t used = 0;

    to[0] = '\0';
    for (uint32_t i = 0; i < length; i++)
        used += (size_t)sprintf(to + used, "%s%02x", i != 0 && i % group == 0 ? " " : "",
                                property->value[i]);
    if (length < property->length)
        strcpy(to + used, " ...");
}

const char *tree_value_text(const struct devtree_property *property)
{
    static char text[SHOWN_LENGTH + 16];

    if (is_text(property))
        show_text(property, text);
    else
        show_bytes(property, text);
    return text;
}

static void put_property(struct value *list, const struct devtree_property *property)
{
    struct value *row = put_object(list, NULL);

    put_text(row, "name", property->name);
    put_number(row, "length", property->length);
    put_text(row, "shown", tree_value_text(property));
    put_hex(row, "bytes", property->value, property->length)->only_json = true;
}

/* --- The tree --------------------------------------------------------------------------------- */

static void put_node(struct value *list, const struct devtree_node *node)
{
    struct value *out = put_object(list, NULL), *properties;
    char *path = tree_node_path(node);

    put_text(out, "path", path);
    free(path);
    properties = put_list(out, "properties");
    for (const struct devtree_property *p = node->first_property; p != NULL; p = p->next)
        put_property(properties, p);
}

/* What XNU finds its things by: address and length, in the tree's byte order. */
static void put_memory_map(struct value *out, const struct devtree *tree, bool big_endian)
{
    uint32_t (*get32)(const void *) = big_endian ? get_be32 : get_le32;
    const struct devtree_node *node = devtree_find(tree, "/chosen/memory-map");
    struct value *list;

    if (node == NULL)
        return;
    list = put_list(out, "memory_map");
    for (const struct devtree_property *p = node->first_property; p != NULL; p = p->next) {
        struct value *row;

        /* Longer ones hold the same two as 64-bit words for other kernels; none is known here. */
        if (p->length != 8 || strcmp(p->name, "name") == 0)
            continue;
        row = put_object(list, NULL);
        put_text(row, "name", p->name);
        put_address(row, "address", get32(p->value));
        put_number(row, "length", get32(p->value + 4));
    }
}

void put_tree(struct value *out, const struct devtree *tree, bool big_endian)
{
    struct value *list;
    size_t nodes = 0, properties = 0;

    for (const struct devtree_node *node = tree->root; node != NULL; node = devtree_next(node)) {
        nodes++;
        for (const struct devtree_property *p = node->first_property; p != NULL; p = p->next)
            properties++;
    }
    put_text(out, "byte_order", big_endian ? "big" : "little");
    put_number(out, "node_count", nodes);
    put_number(out, "property_count", properties);
    put_memory_map(out, tree, big_endian);
    list = put_list(out, "nodes");
    for (const struct devtree_node *node = tree->root; node != NULL; node = devtree_next(node))
        put_node(list, node);
}

bool describe_tree(const struct subject *subject, struct value *out)
{
    struct devtree tree;
    bool big_endian;
    error_t error = tree_read(subject->bytes, subject->length, &tree, &big_endian);

    if (error != OK) {
        put_refusal(out, error);
        return false;
    }
    put_tree(out, &tree, big_endian);
    devtree_free(&tree);
    return true;
}
