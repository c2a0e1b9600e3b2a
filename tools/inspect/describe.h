/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader sees in a file, by the loader's own parsers. Each function appends what it finds
 * to an object (document.h) and returns true if the loader would take the file; where it would not,
 * the object has the member "refused" with the loader's error.
 */
#ifndef TOOLS_INSPECT_DESCRIBE_H
#define TOOLS_INSPECT_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "darwin/devtree.h"
#include "loader/image.h"
#include "tools/inspect/document.h"

struct subject {
    const uint8_t *bytes;
    size_t length;
    bool has_cpu; /* only what this kind of machine would see */
    enum image_cpu cpu;
};

/* Finds out by the content what it is ("kind"), and describes that. */
bool describe(const struct subject *subject, struct value *out);
/* Describes it as one kind, by the name that "kind" has; false and nothing done: no such kind. */
bool describe_as(const struct subject *subject, const char *kind, struct value *out, bool *good);
/* "kernel, mkext, ..." */
const char *describe_kinds(void);

/* The loader's error as the member "refused". */
void put_refusal(struct value *out, error_t error);

/* Kernels and programs in all their wrappings. */
bool describe_kernel(const struct subject *subject, struct value *out);
bool describe_mkext(const struct subject *subject, struct value *out);
bool describe_rom(const struct subject *subject, struct value *out);
bool describe_configuration(const struct subject *subject, struct value *out);
/* A flattened device tree of either byte order. */
bool describe_tree(const struct subject *subject, struct value *out);
/* XNU's boot_args of either processor. */
bool describe_boot_args(const struct subject *subject, struct value *out);
/* The dumps in the log of a console. */
bool describe_log(const struct subject *subject, struct value *out);

/* True if the bytes look like that kind. Kernels are what is left. */
bool is_mkext(const struct subject *subject);
bool is_rom(const struct subject *subject);
bool is_configuration(const struct subject *subject);
bool is_tree(const struct subject *subject);
bool is_log(const struct subject *subject);

/* A tree of whichever byte order the bytes are; for devtree_free. Errors: devtree_unflatten's. */
error_t tree_read(const uint8_t *bytes, size_t length, struct devtree *tree, bool *big_endian);
/* Its nodes, and the ranges that /chosen/memory-map has. */
void put_tree(struct value *out, const struct devtree *tree, bool big_endian);
/* A property's value in few characters: texts, words, bytes. In a static buffer. */
const char *tree_value_text(const struct devtree_property *property);
/* "/chosen/memory-map", in malloc'd memory. */
char *tree_node_path(const struct devtree_node *node);

/* The bytes of a kernel without its wrappings, in malloc'd memory; NULL: `error` says why. */
uint8_t *kernel_unwrap(const struct subject *subject, size_t *length, error_t *error);

#endif
