/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOOLS_MKEXT_LIST_H
#define TOOLS_MKEXT_LIST_H

/* Prints what is in an archive, thin or fat. Ends the tool if it is damaged. */
void list_file(const char *path);

#endif
