/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Apple's flattened device tree (specs: xnu-handoff 3.1) as XNU's reader sees it, but
 * with every rule that the reader only relies on checked first.
 */
#ifndef PAYLOADS_TREE_H
#define PAYLOADS_TREE_H

#include <stdbool.h>
#include <stdint.h>

/* A node is the offset of its first word in the blob; TREE_NONE is no node. */
typedef uint32_t tree_node;
#define TREE_ROOT 0u
#define TREE_NONE UINT32_MAX

struct tree_value {
    const uint8_t *bytes;
    uint32_t length;
};

/* Reads a word in the byte order of the tree, which is the processor's: get_be32, get_le32. */
typedef uint32_t tree_reader(const void *at);

/*
 * Checks the whole blob and prints the verdicts. The other functions may be used when it returned
 * true.
 */
bool tree_check(const uint8_t *blob, uint32_t length, tree_reader *reader);

bool tree_get(tree_node node, const char *property, struct tree_value *value);
/* The first word of a property of at least four bytes; false otherwise. */
bool tree_get_word(tree_node node, const char *property, uint32_t *number);
/* A property as text: NULL if absent or without a NUL at its end. */
const char *tree_get_text(tree_node node, const char *property);
/* True if a list of strings contains `text`. */
bool tree_has_text(tree_node node, const char *property, const char *text);

uint32_t tree_property_count(tree_node node);
/* The property at `index` in the node's order. */
const char *tree_property_at(tree_node node, uint32_t index, struct tree_value *value);

tree_node tree_first_child(tree_node node);
/* The next child of `parent` after `child`. */
tree_node tree_next_child(tree_node parent, tree_node child);
tree_node tree_parent(tree_node node);
/* Depth-first successor over the whole tree, parents first. */
tree_node tree_next(tree_node node);

/* As XNU's DTFindEntry: the first node, depth first, with a property of exactly this text. */
tree_node tree_find_property(const char *property, const char *text);
/* As XNU's DTLookupEntry: "/chosen/memory-map", by names without unit addresses. */
tree_node tree_lookup(const char *path);
/*
 * As IOKit's IORegistryEntry::fromPath: "/pci@f2000000/rtl8139@f", up to a ':' or the end; a path
 * that does not begin with '/' goes through /aliases. A component needs name and unit
 * (AAPL,unit-string, or else the first word of reg in upper-case hexadecimal).
 */
tree_node tree_resolve(const char *path);

#endif
