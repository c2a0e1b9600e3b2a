/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Property lists in XML as trees, for the tool: read with expat, written as Apple's own tools write
 * them, so that a list in that form comes back the same. Order, numbers and dates stay as they
 * were; comments go.
 *
 * Memory is never given back: the tool ends soon.
 */
#ifndef TOOLS_MKEXT_PLIST_TREE_H
#define TOOLS_MKEXT_PLIST_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/common/buffer.h"

struct plist_node {
    const char *tag;                 /* "dict", "array", "key", "string", ... */
    char *text;                      /* UTF-8; "" for those with members */
    char *size;                      /* of an integer: its attribute, or NULL */
    char *id;                        /* its attribute ID, or NULL */
    struct plist_node *first, *last; /* members; of a dict keys and values in turn */
    struct plist_node *next;
};

#define PLIST_MESSAGE_SIZE 200

/*
 * The list's one value; zeros behind the text do not count. References (IDREF) have become copies
 * of what they refer to. NULL: it cannot be read, and the message says why and where.
 */
struct plist_node *plist_tree_parse(const uint8_t *bytes, size_t length,
                                    char message[PLIST_MESSAGE_SIZE]);

/* A dict's value; NULL if there is none or if it is no dict. */
struct plist_node *plist_tree_find(const struct plist_node *dict, const char *key);
/* The text of a dict's string; NULL if it has no such string. */
const char *plist_tree_string(const struct plist_node *dict, const char *key);
/* A number, decimal or 0x...; false for everything else. */
bool plist_tree_number(const struct plist_node *node, uint64_t *number);
/* Takes members whose keys begin so out of a dict. */
void plist_tree_remove(struct plist_node *dict, const char *beginning);
/* Adds a member at the end of a dict; `size` is an integer's attribute or NULL. */
void plist_tree_add(struct plist_node *dict, const char *key, const char *tag, const char *text,
                    const char *size);
struct plist_node *plist_tree_new(const char *tag, const char *text);
void plist_tree_append(struct plist_node *container, struct plist_node *member);
/* True if there is such a tag anywhere in it. */
bool plist_tree_has_tag(const struct plist_node *node, const char *tag);
/* Every <real> becomes an <integer>, as Apple's writer for the kernel makes it. */
void plist_tree_make_integers(struct plist_node *node);

/* A whole file as Info.plist is one. Attributes of the numbers are left out. */
void plist_tree_write_document(struct buffer *out, const struct plist_node *root);
/* The value alone, for the kernel's reader: with the sizes of numbers. */
void plist_tree_write_value(struct buffer *out, const struct plist_node *root);

#endif
