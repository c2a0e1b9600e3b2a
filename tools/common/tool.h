/* SPDX-License-Identifier: BSD-2-Clause */
/* What every host tool does: read and write whole files, and stop with a message. */
#ifndef TOOLS_COMMON_TOOL_H
#define TOOLS_COMMON_TOOL_H

#include <stddef.h>
#include <stdint.h>

/* Each tool defines its own name; messages start with it. */
extern const char tool_name[];

struct file {
    uint8_t *bytes; /* from malloc; a zero stands behind the last one */
    size_t length;
    uint32_t modified; /* Unix time; 0 for files that were not read */
};

/* Prints "name: message" to standard error and exits with status 1. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Zeros, for free(); never NULL. */
void *allocate(size_t length);
/* These come back only if everything went well. */
struct file read_file(const char *path);
void write_file(const char *path, const uint8_t *bytes, size_t length);

#endif
