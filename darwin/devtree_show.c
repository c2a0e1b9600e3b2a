/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/devtree_show.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "lib/bytes.h"

#define PATH_LENGTH  512
#define VALUE_LENGTH 400 /* what one print takes, with the name */
#define INDENT       2u
#define DEEPEST      20u

/* --- Values ---------------------------------------------------------------------------------- */

/* Strings one behind the other, none of them empty but a single one, all of it printable. */
static bool is_text(const uint8_t *value, size_t length)
{
    if (length == 0 || value[length - 1] != '\0') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        bool starts = i == 0 || value[i - 1] == '\0';
        if (value[i] == '\0' ? starts && length != 1 : value[i] < ' ' || value[i] >= 0x7F) {
            return false;
        }
    }
    return true;
}

struct text {
    char *bytes;
    size_t used, size;
    bool full;
};

/* Adds a piece if all of it fits with the "..." that may have to follow. */
static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    char piece[48];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece, sizeof(piece), format, arguments);
    va_end(arguments);
    size_t length = strlen(piece);
    if (text->full || text->used + length + sizeof("...") > text->size) {
        text->full = true;
        return;
    }
    memcpy(text->bytes + text->used, piece, length + 1);
    text->used += length;
}

static void add_strings(struct text *text, const uint8_t *value, size_t length)
{
    for (size_t i = 0; i < length && !text->full; i++) {
        bool starts = i == 0 || value[i - 1] == '\0';
        if (starts) {
            add(text, "%s\"", i != 0 ? ", " : "");
        }
        if (value[i] == '\0') {
            add(text, "\"");
        } else {
            add(text, "%c", value[i]);
        }
    }
}

static void add_cells(struct text *text, const uint8_t *value, size_t length, bool big_endian)
{
    add(text, "<");
    for (size_t i = 0; i < length && !text->full; i += 4) {
        uint32_t cell = big_endian ? get_be32(value + i) : get_le32(value + i);
        add(text, "%s%08x", i != 0 ? " " : "", (unsigned)cell);
    }
    add(text, ">");
}

static void add_bytes(struct text *text, const uint8_t *value, size_t length)
{
    add(text, "[");
    for (size_t i = 0; i < length && !text->full; i++) {
        add(text, "%s%02x", i != 0 ? " " : "", value[i]);
    }
    add(text, "]");
}

void devtree_value_text(const uint8_t *value, size_t length, bool big_endian, char *out,
                        size_t size)
{
    struct text text = {out, 0, size, false};
    if (size == 0) {
        return;
    }
    out[0] = '\0';
    if (length == 0) {
        return;
    }
    if (is_text(value, length)) {
        add_strings(&text, value, length);
    } else if (length % 4 == 0) {
        add_cells(&text, value, length, big_endian);
    } else {
        add_bytes(&text, value, length);
    }
    if (text.full && text.used + sizeof("...") <= size) {
        memcpy(out + text.used, "...", sizeof("..."));
    }
}

/* --- Nodes ----------------------------------------------------------------------------------- */

/* The last component of the node's path: "rtl8139@d"; "/" of the root. */
static const char *last_component(const struct devtree_node *node, char path[PATH_LENGTH])
{
    if (devtree_path(node, path, PATH_LENGTH) != OK) {
        const char *name = devtree_get_string(node, "name");
        error_clear();
        return name != NULL ? name : "?";
    }
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static unsigned depth_of(const struct devtree_node *node)
{
    unsigned depth = 0;
    for (; node->parent != NULL && depth < DEEPEST; node = node->parent) {
        depth++;
    }
    return depth;
}

void devtree_list(const struct devtree *tree, bool (*interrupted)(void))
{
    char path[PATH_LENGTH];
    const struct devtree_node *node = tree->root;
    for (; node != NULL && !interrupted(); node = devtree_next(node)) {
        print("%*s%s\n", (int)(INDENT * depth_of(node)), "", last_component(node, path));
    }
}

void devtree_show(const struct devtree_node *node, bool big_endian, bool (*interrupted)(void))
{
    char text[VALUE_LENGTH], path[PATH_LENGTH];
    if (devtree_path(node, path, sizeof(path)) == OK) {
        print("%s\n", path);
    }
    const struct devtree_property *property = node->first_property;
    for (; property != NULL && !interrupted(); property = property->next) {
        devtree_value_text(property->value, property->length, big_endian, text, sizeof(text));
        print("  %-24s %s", property->name, text);
        if (strlen(text) >= 3 && strcmp(text + strlen(text) - 3, "...") == 0) {
            print(" (%u bytes)", (unsigned)property->length);
        }
        print("\n");
    }
    for (node = node->first_child; node != NULL && !interrupted(); node = node->next) {
        print("  + %s\n", last_component(node, path));
    }
}
