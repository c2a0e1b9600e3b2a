/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_MKEXT_VERIFY_H
#define TOOLS_MKEXT_VERIFY_H

#include "tools/mkext/archive.h"

/*
 * Checks a file, thin or fat, as the loader does and beyond: every field of every header, every
 * stream, every property list. False, with a message that names the field. `count` is that of the
 * kernel extensions in it, of all slices together.
 */
bool verify_file(const char *path, size_t *count, char message[ARCHIVE_MESSAGE_SIZE]);

#endif
