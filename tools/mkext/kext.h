/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel extensions in the tool's memory, wherever they came from: a folder, or an archive of
 * either version. Memory is never given back: the tool ends soon.
 */
#ifndef TOOLS_MKEXT_KEXT_H
#define TOOLS_MKEXT_KEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/common/tool.h"
#include "tools/mkext/plist_tree.h"

#define IDENTIFIER_MAXIMUM 63 /* KMOD_MAX_NAME less the NUL, <mach/kmod.h> */

struct kext_resource {
    const char *name;
    struct file file;
};

struct kext {
    const char *where;                /* for messages: a folder, or an archive and a number */
    struct file plist;                /* Info.plist, byte for byte where it has been a file */
    struct plist_node *info;          /* the same, parsed, without what version 2 adds */
    const char *identifier, *version; /* "" if it has none */
    const char *executable;           /* its name, "" if there is none */
    struct file module;               /* length 0: no executable */
    const char *bundle_path;          /* as version 2 has them, or NULL */
    const char *executable_path;
    struct kext_resource *resources; /* of version 2 alone */
    size_t resource_count;
};

struct kexts {
    struct kext *items;
    size_t count;
};

/* One more, empty one. It moves when the next is added. */
struct kext *kexts_add(struct kexts *kexts);

/*
 * Reads kext->plist into the other fields. False, with a message, if it cannot be read or has no
 * CFBundleIdentifier.
 */
bool kext_read_info(struct kext *kext, char message[PLIST_MESSAGE_SIZE]);

/*
 * What Mac OS X 10.3 to 10.5 drop a kernel extension for (specs: xnu-handoff section 4.3); NULL if
 * there is nothing. The text is in a static buffer.
 */
const char *kext_complaint(const struct kext *kext);
/* Prints what is only odd. */
void kext_note_oddities(const struct kext *kext);

/* A name that becomes part of a path must stay in its folder. */
bool is_plain_name(const char *name);

/* "format", in memory of its own. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "mkext: note: ..." on standard error. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
