/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <string.h>

#include "lib/bytes.h"
#include "loader/refuse.h"

struct signature {
    uint16_t offset;
    uint8_t length;
    error_t error;
    const char *bytes;
    const char *words;
};

/* In the order of trial: the longer or surer signature before the one that could be chance. */
static const struct signature signatures[] = {
    /* Formats of the other kind of machine, which this image of the loader may not have. */
    {0, 11, ERROR_IMAGE_CPU, "<CHRP-BOOT>", "a boot file for Power Macs"},
    {0, 2, ERROR_IMAGE_CPU, "\x01\xdf", "an XCOFF program for PowerPC"},
    {0x202, 4, ERROR_IMAGE_CPU, "HdrS", "a Linux bzImage, for x86 processors"},
    {0, 8, ERROR_IMAGE_KIND, "Joy!peff",
     "a PEF program (Mac OS 9 and earlier): it needs Mac OS to load it"},
    {0, 8, ERROR_IMAGE_KIND, "MKXTMOSX",
     "an mkext archive of drivers: name it with mkext= or driver="},
    {0, 8, ERROR_IMAGE_KIND, "!<arch>\n", "a library archive (ar)"},
    {0, 6, ERROR_IMAGE_KIND,
     "\xfd"
     "7zXZ\0",
     "xz-compressed: unpack it first"},
    {0, 4, ERROR_IMAGE_KIND, "PK\x03\x04", "a ZIP archive: unpack it first"},
    {0, 4, ERROR_IMAGE_KIND, "\xca\xfe\xba\xbf",
     "a fat file with 64-bit offsets, which no kernel comes in"},
    {0, 4, ERROR_IMAGE_KIND, "\x27\x05\x19\x56", "a U-Boot image: serve the kernel that is inside"},
    {0, 4, ERROR_IMAGE_KIND, "\xd0\x0d\xfe\xed", "a flattened device tree blob"},
    {0, 3, ERROR_IMAGE_KIND, "BZh", "bzip2-compressed: unpack it first"},
    {0, 2, ERROR_IMAGE_KIND, "MZ", "a PE or DOS program (EFI, Windows)"},
    {0, 2, ERROR_IMAGE_CPU, "\x01\xf7", "a 64-bit XCOFF program (magic 0x01F7)"},
    {0, 2, ERROR_IMAGE_CPU, "\x01\xef", "a 64-bit XCOFF program (magic 0x01EF)"},
    {0, 2, ERROR_IMAGE_CPU, "\x4c\x01", "a COFF program for i386"},
    {0, 2, ERROR_IMAGE_KIND, "#!", "a script"},
    {0, 5, ERROR_IMAGE_KIND, "<?xml", "an XML text, perhaps a property list"},
    {257, 5, ERROR_IMAGE_KIND, "ustar", "a tar archive: unpack it first"},
    {0x8001, 5, ERROR_IMAGE_KIND, "CD001", "a CD image: serve the kernel that is inside"},
};

/* Web servers, and TFTP servers fed by web downloads, give pages instead of files. */
static bool is_html(const uint8_t *bytes, size_t length)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body"};
    size_t at = 0;

    while (at < length && (bytes[at] == ' ' || (bytes[at] >= '\t' && bytes[at] <= '\r')))
        at++;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]), same = 0;

        while (same < n && at + same < length) {
            char c = (char)bytes[at + same];

            if (c >= 'A' && c <= 'Z')
                c = (char)(c - 'A' + 'a');
            if (c != starts[i][same])
                break;
            same++;
        }
        if (same == n)
            return true;
    }
    return false;
}

error_t image_refuse_known(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const struct signature *known = &signatures[i];

        if (bytes_within(length, known->offset, known->length) &&
            memcmp(bytes + known->offset, known->bytes, known->length) == 0)
            return fail(known->error, "the file is %s", known->words);
    }
    if (is_html(bytes, length))
        return fail(ERROR_IMAGE_KIND, "the file is an HTML page, perhaps a server's error page");
    return OK;
}
