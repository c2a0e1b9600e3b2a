/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_MKEXT_VERSIONS_H
#define TOOLS_MKEXT_VERSIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A version as kernel extensions have it ('vers': "1.2.3d4": up to three numbers and, for one that
 * is not out yet, d, a, b or f(c) with a number), as one that can be compared. False: it is none.
 */
bool version_parse(const char *text, uint64_t *version);

#endif
