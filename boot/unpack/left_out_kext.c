/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loaders in cards' ROMs say instead of reading folders of drivers (docs/roms.md). */
#include "darwin/kext.h"

error_t kext_executable_name(const uint8_t *plist, size_t length, char name[KEXT_NAME_LENGTH])
{
    (void)plist;
    (void)length;
    (void)name;
    return fail(ERROR_KEXT_PLIST, "folders are left out of the loader in the card's ROM");
}

/* Never asked for: without a name there is no executable. */
error_t kext_executable_slice(const uint8_t *bytes, size_t length, uint32_t cpu_type,
                              const uint8_t **slice, size_t *slice_length)
{
    (void)bytes;
    (void)length;
    (void)cpu_type;
    (void)slice;
    (void)slice_length;
    return ERROR_KEXT_PLIST;
}
