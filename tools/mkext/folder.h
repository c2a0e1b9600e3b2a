/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel extensions as .kext folders. */
#ifndef TOOLS_MKEXT_FOLDER_H
#define TOOLS_MKEXT_FOLDER_H

#include "tools/mkext/kext.h"

/*
 * Adds a .kext folder, then its plug-ins in the order of their names (byte order, so that an
 * archive does not depend on the user's language). The tool ends if something in it cannot be used.
 */
void folder_read(const char *folder, struct kexts *kexts);

/* Writes each as "folder/<identifier>.kext"; a second one of a name gets its number behind it. */
void folder_write(const char *folder, const struct kexts *kexts);
void make_folder(const char *path);

#endif
