/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The option words: file= mkext= driver= args= net= nic= verbose. They come from the
 * boot arguments or from the prompt.
 */
#ifndef BOOT_OPTIONS_H
#define BOOT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "console/error.h"

#define OPTIONS_LENGTH         2048
#define OPTIONS_MKEXTS_MAXIMUM 8

struct options {
    const char *file; /* NULL: what the boot server says */
    const char *mkext[OPTIONS_MKEXTS_MAXIMUM];
    size_t mkext_count;
    const char *driver; /* NULL: none */
    const char *args;   /* the rest of the line; NULL: none given, "" : given and empty */
    const char *net;    /* NULL: automatic */
    const char *nic;    /* NULL: the first with a link */
    bool verbose;
    char storage[OPTIONS_LENGTH]; /* what the pointers point into */
};

/*
 * Splits words at white space; `args=` takes the rest of the line. A later word replaces an earlier
 * one, `mkext=` repeats. An unknown word is an error that names it.
 */
error_t options_parse(const char *text, struct options *options);

#endif
