/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/kext.h"

#include <string.h>

#include "darwin/fat_slice.h"
#include "darwin/plist.h"
#include "lib/bytes.h"

/* <mach-o/loader.h>, struct mach_header; the 64-bit one has a reserved word more. */
#define MH_MAGIC       0xFEEDFACEu
#define MH_MAGIC_64    0xFEEDFACFu
#define HEADER_SIZE    28
#define HEADER_SIZE_64 32
#define AT_CPU_TYPE    4
#define AT_FILE_TYPE   12
#define MH_OBJECT      1
#define MH_KEXT_BUNDLE 11 /* 64-bit kernel extensions */

error_t kext_executable_name(const uint8_t *plist, size_t length, char name[KEXT_NAME_LENGTH])
{
    struct plist_value root, executable;

    name[0] = '\0';
    if (!plist_open(plist, length, &root) || root.kind != PLIST_DICT)
        return fail(ERROR_KEXT_PLIST, "Info.plist: %u bytes that are no property list in XML",
                    (unsigned)length);
    if (!plist_find(&root, "CFBundleExecutable", &executable))
        return OK;
    if (executable.kind != PLIST_STRING || !plist_text(&executable, name, KEXT_NAME_LENGTH)) {
        name[0] = '\0';
        return fail(ERROR_KEXT_PLIST,
                    "Info.plist: CFBundleExecutable is no string of at most %d characters",
                    KEXT_NAME_LENGTH - 1);
    }
    if (name[0] == '\0' || strchr(name, '/') != NULL)
        return fail(ERROR_KEXT_PLIST, "Info.plist: CFBundleExecutable \"%.60s\" is no file name",
                    name);
    return OK;
}

static error_t check_thin(const uint8_t *bytes, size_t length, uint32_t cpu_type)
{
    bool big = length >= 4 && bytes[0] == 0xFE;
    uint32_t (*get32)(const void *) = big ? get_be32 : get_le32;
    uint32_t magic = length >= 4 ? get32(bytes) : 0, found, file_type;

    if (magic != MH_MAGIC && magic != MH_MAGIC_64)
        return fail(ERROR_IMAGE_KIND, "it is no Mach-O file");
    if (length < (magic == MH_MAGIC_64 ? HEADER_SIZE_64 : HEADER_SIZE))
        return fail(ERROR_IMAGE_TRUNCATED, "Mach-O: only %u bytes", (unsigned)length);
    found = get32(bytes + AT_CPU_TYPE);
    if (found != cpu_type)
        return fail(ERROR_MKEXT_CPU, "Mach-O: cputype is 0x%x, the kernel's is 0x%x",
                    (unsigned)found, (unsigned)cpu_type);
    file_type = get32(bytes + AT_FILE_TYPE);
    if (file_type != MH_OBJECT && file_type != MH_KEXT_BUNDLE)
        return fail(ERROR_IMAGE_KIND,
                    "Mach-O: filetype is %u, a kernel extension has 1 (object) or 11 (kext bundle)",
                    (unsigned)file_type);
    return OK;
}

error_t kext_executable_slice(const uint8_t *bytes, size_t length, uint32_t cpu_type,
                              const uint8_t **slice, size_t *slice_length)
{
    struct fat_slice found;

    switch (fat_slice_find(bytes, length, cpu_type, &found)) {
    case FAT_FOUND:
    case FAT_THIN:
        break;
    case FAT_NO_SLICE:
        return fail(ERROR_MKEXT_CPU, "fat file: none of its %u slices has cputype 0x%x",
                    (unsigned)found.count, (unsigned)cpu_type);
    default:
        return fail(ERROR_IMAGE_TRUNCATED,
                    "fat file: its %u slices (one of them 0x%x bytes at 0x%x) are not all in its "
                    "%llu bytes",
                    (unsigned)found.count, (unsigned)found.size, (unsigned)found.offset,
                    (unsigned long long)length);
    }
    *slice = found.bytes;
    *slice_length = found.length;
    return check_thin(found.bytes, found.length, cpu_type);
}
