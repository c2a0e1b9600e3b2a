/* SPDX-License-Identifier: BSD-2-Clause */
/* Some of the kernel extensions, with what these need. */
#ifndef TOOLS_MKEXT_SELECT_H
#define TOOLS_MKEXT_SELECT_H

#include "tools/mkext/kext.h"

/*
 * Keeps those with these CFBundleIdentifiers and, unless `alone`, all that they need by
 * OSBundleLibraries, directly and through others; in their order. What is needed but not there is
 * noted, if the kernel itself does not have it, and so is a library of an unsuitable version. The
 * tool ends for an identifier that is not there.
 */
void select_kexts(struct kexts *kexts, const char *const *identifiers, size_t count, bool alone);

#endif
