/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PLUGIN_DEPTH 8
/* Where an installed system has them; version 2 archives say it. */
#define EXTENSIONS "/System/Library/Extensions/"

static bool is_regular(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* --- Reading ------------------------------------------------------------------------------------
 */

static int only_kexts(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');

    return end != NULL && end != entry->d_name && strcmp(end, ".kext") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_module(const char *folder, struct kext *kext)
{
    const char *path = text_of("%s/%s", folder, kext->executable_path);

    kext->module = read_file(path);
    if (kext->module.length == 0)
        die("%s: is empty", path);
}

/* `bundle_path` is where the folder is on an installed system. */
static void read_one(const char *folder, const char *bundle_path, unsigned depth,
                     struct kexts *kexts)
{
    /* New bundles keep everything in Contents, old ones are flat. */
    const char *path = text_of("%s/Contents/Info.plist", folder);
    bool flat = !is_regular(path);
    const char *plugins = text_of("%s%s/PlugIns", folder, flat ? "" : "/Contents");
    struct kext *kext = kexts_add(kexts);
    char message[PLIST_MESSAGE_SIZE];
    const char *complaint;
    struct dirent **entries;
    int found;

    if (depth > PLUGIN_DEPTH)
        die("%s: plug-ins too deep", folder);
    if (flat)
        path = text_of("%s/Info.plist", folder);
    kext->where = folder;
    kext->plist = read_file(path);
    if (!kext_read_info(kext, message))
        die("%s: %s", path, message);
    complaint = kext_complaint(kext);
    if (complaint != NULL)
        die("%s: %s", path, complaint);
    kext->bundle_path = bundle_path;
    if (kext->executable[0] != '\0') {
        kext->executable_path = text_of("%s%s", flat ? "" : "Contents/MacOS/", kext->executable);
        read_module(folder, kext);
    }
    kext_note_oddities(kext);
    found = scandir(plugins, &entries, only_kexts, by_name);
    for (int i = 0; i < found; i++)
        read_one(
            text_of("%s/%s", plugins, entries[i]->d_name),
            text_of("%s%s/PlugIns/%s", bundle_path, flat ? "" : "/Contents", entries[i]->d_name),
            depth + 1, kexts);
}

void folder_read(const char *folder, struct kexts *kexts)
{
    char *whole = text_of("%s", folder);
    const char *slash;
    size_t length = strlen(whole);

    while (length > 1 && whole[length - 1] == '/')
        whole[--length] = '\0';
    slash = strrchr(whole, '/');
    read_one(whole, text_of(EXTENSIONS "%s", slash != NULL ? slash + 1 : whole), 0, kexts);
}

/* --- Writing ------------------------------------------------------------------------------------
 */

void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        die("%s: %s", path, strerror(errno));
}

/* A resource may be in folders of its own, but in none outside. */
static void write_resource(const char *folder, const struct kext *kext,
                           const struct kext_resource *resource)
{
    char *path = text_of("%s/%s", folder, resource->name);
    char *at = path + strlen(folder) + 1;

    for (char *slash; (slash = strchr(at, '/')) != NULL; at = slash + 1) {
        *slash = '\0';
        if (!is_plain_name(at))
            die("%s: resource \"%s\" is no file name", kext->where, resource->name);
        make_folder(path);
        *slash = '/';
    }
    if (!is_plain_name(at))
        die("%s: resource \"%s\" is no file name", kext->where, resource->name);
    write_file(path, resource->file.bytes, resource->file.length);
}

static void write_one(const char *folder, const struct kext *kext, unsigned number)
{
    const char *bundle, *contents;

    if (!is_plain_name(kext->identifier))
        die("%s: CFBundleIdentifier \"%s\" is no file name", kext->where, kext->identifier);
    if (kext->module.length != 0 && !is_plain_name(kext->executable))
        die("%s: CFBundleExecutable \"%s\" is no file name", kext->where, kext->executable);
    bundle = number == 1 ? text_of("%s/%s.kext", folder, kext->identifier)
                         : text_of("%s/%s-%u.kext", folder, kext->identifier, number);
    contents = text_of("%s/Contents", bundle);
    make_folder(bundle);
    make_folder(contents);
    write_file(text_of("%s/Info.plist", contents), kext->plist.bytes, kext->plist.length);
    if (kext->module.length != 0) {
        make_folder(text_of("%s/MacOS", contents));
        write_file(text_of("%s/MacOS/%s", contents, kext->executable), kext->module.bytes,
                   kext->module.length);
    }
    if (kext->resource_count != 0)
        make_folder(text_of("%s/Resources", contents));
    for (size_t i = 0; i < kext->resource_count; i++)
        write_resource(text_of("%s/Resources", contents), kext, &kext->resources[i]);
    printf("%s\n", bundle);
}

void folder_write(const char *folder, const struct kexts *kexts)
{
    make_folder(folder);
    for (size_t i = 0; i < kexts->count; i++) {
        unsigned number = 1;

        for (size_t k = 0; k < i; k++)
            number += strcmp(kexts->items[k].identifier, kexts->items[i].identifier) == 0;
        write_one(folder, &kexts->items[i], number);
    }
}
