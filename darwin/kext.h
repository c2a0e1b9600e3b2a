/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single kernel extensions: what has to be known of an Info.plist (an XML property list) and of
 * the executable to hand them over as Driver-... entries of the memory map.
 */
#ifndef DARWIN_KEXT_H
#define DARWIN_KEXT_H

#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

#define KEXT_NAME_LENGTH 256

/*
 * The value of CFBundleExecutable at the top level of an Info.plist; "" if there is none (the
 * kext has only properties). ERROR_KEXT_PLIST: no XML property list, or a name with '/' in it.
 */
error_t kext_executable_name(const uint8_t *plist, size_t length, char name[KEXT_NAME_LENGTH]);

/*
 * The slice of a fat executable for a Mach-O CPU type; a thin one as it is. ERROR_MKEXT_CPU if it
 * is for other processors, ERROR_IMAGE_... if it is no Mach-O file or a damaged fat one.
 */
error_t kext_executable_slice(const uint8_t *bytes, size_t length, uint32_t cpu_type,
                              const uint8_t **slice, size_t *slice_length);

#endif
