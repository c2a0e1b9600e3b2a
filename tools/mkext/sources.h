/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes into an archive: out of folders and of other archives, for one processor or for any. */
#ifndef TOOLS_MKEXT_SOURCES_H
#define TOOLS_MKEXT_SOURCES_H

#include "tools/mkext/archive.h"

struct source {
    const char *path;
    bool is_archive; /* otherwise a .kext folder */
    struct archive archive;
};

/* Finds out what a name of the command line is. */
void source_open(const char *path, struct source *source);

/*
 * What a source has for this processor. With `thin`, fat executables are cut down to it, and what
 * has no code for it is left out with a note. The version of the archive that it came from goes to
 * *version, if it came from one. Ends the tool if the source has nothing for the processor.
 */
void source_read(const struct source *source, const struct processor *processor, bool thin,
                 struct kexts *kexts, uint32_t *version);

#endif
