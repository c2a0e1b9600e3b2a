/* SPDX-License-Identifier: BSD-2-Clause */
/* Archives as they are written. The same kernel extensions always give the same bytes. */
#ifndef TOOLS_MKEXT_WRITE_H
#define TOOLS_MKEXT_WRITE_H

#include "tools/common/buffer.h"
#include "tools/mkext/kext.h"
#include "tools/mkext/processors.h"

/* Version 1: LZSS for every file, or none (`stored`). */
void write_version_1(const struct kexts *kexts, const struct processor *processor, bool stored,
                     struct buffer *out);
/* Version 2: zlib where that is shorter, or nowhere. The processor may not be `any`. */
void write_version_2(const struct kexts *kexts, const struct processor *processor, bool stored,
                     struct buffer *out);

#endif
