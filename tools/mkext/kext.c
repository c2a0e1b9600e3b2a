/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/kext.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"

char *text_of(const char *format, ...)
{
    va_list arguments, again;
    int length;
    char *text;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    if (length < 0)
        die("a text cannot be made");
    text = allocate((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return text;
}

void note(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: note: ", tool_name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

bool is_plain_name(const char *name)
{
    return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

struct kext *kexts_add(struct kexts *kexts)
{
    struct kext *kext;

    kexts->items = realloc(kexts->items, (kexts->count + 1) * sizeof *kexts->items);
    if (kexts->items == NULL)
        die("no memory for %zu kernel extensions", kexts->count + 1);
    kext = &kexts->items[kexts->count++];
    memset(kext, 0, sizeof *kext);
    return kext;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

bool kext_read_info(struct kext *kext, char message[PLIST_MESSAGE_SIZE])
{
    kext->info = plist_tree_parse(kext->plist.bytes, kext->plist.length, message);
    if (kext->info == NULL)
        return false;
    if (strcmp(kext->info->tag, "dict") != 0) {
        snprintf(message, PLIST_MESSAGE_SIZE, "its value is no dict but a %s", kext->info->tag);
        return false;
    }
    kext->identifier = or_empty(plist_tree_string(kext->info, "CFBundleIdentifier"));
    kext->version = or_empty(plist_tree_string(kext->info, "CFBundleVersion"));
    kext->executable = or_empty(plist_tree_string(kext->info, "CFBundleExecutable"));
    if (kext->identifier[0] == '\0') {
        snprintf(message, PLIST_MESSAGE_SIZE, "it has no CFBundleIdentifier");
        return false;
    }
    return true;
}

const char *kext_complaint(const struct kext *kext)
{
    static char text[300];
    const char *type = or_empty(plist_tree_string(kext->info, "CFBundlePackageType"));

    text[0] = '\0';
    if (strlen(kext->identifier) > IDENTIFIER_MAXIMUM)
        snprintf(text, sizeof text, "CFBundleIdentifier is longer than %d characters",
                 IDENTIFIER_MAXIMUM);
    else if (strcmp(type, "KEXT") != 0)
        snprintf(text, sizeof text, "CFBundlePackageType is \"%.100s\", not \"KEXT\"", type);
    else if (kext->version[0] == '\0')
        snprintf(text, sizeof text, "CFBundleVersion is missing");
    else if (kext->executable[0] != '\0' && !is_plain_name(kext->executable))
        snprintf(text, sizeof text, "CFBundleExecutable \"%.100s\" is no file name",
                 kext->executable);
    return text[0] != '\0' ? text : NULL;
}

static bool is_macho(const struct file *file)
{
    uint32_t magic = file->length >= 4 ? get_be32(file->bytes) : 0;

    return magic == 0xFEEDFACEu || magic == 0xFEEDFACFu || magic == 0xCEFAEDFEu ||
           magic == 0xCFFAEDFEu || magic == 0xCAFEBABEu || magic == 0xBEBAFECAu;
}

void kext_note_oddities(const struct kext *kext)
{
    if (kext->executable[0] != '\0' && plist_tree_find(kext->info, "OSBundleLibraries") == NULL)
        note("%s: no OSBundleLibraries; Mac OS X 10.3 and later want them with an executable",
             kext->where);
    if (kext->module.length != 0 && !is_macho(&kext->module))
        note("%s: %s is no Mach-O file", kext->where, kext->executable);
    if (plist_tree_has_tag(kext->info, "real") || plist_tree_has_tag(kext->info, "date"))
        note("%s: Info.plist has a <real> or <date>, which the kernel's reader does not know",
             kext->where);
}
