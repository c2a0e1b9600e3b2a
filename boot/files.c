/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/files.h"

#include <stdio.h>
#include <string.h>

#include "boot/netboot.h"
#include "boot/platform.h"
#include "console/console.h"
#include "darwin/kext.h"
#include "darwin/mkext.h"
#include "lib/text.h"

/* A property list is text for people; this is far beyond the largest one. */
#define PLIST_LIMIT (4u << 20)
/* Where the kernel believes that its extensions come from. */
#define EXTENSIONS "/System/Library/Extensions/"

/* --- Fetching --------------------------------------------------------------------------------- */

static error_t fetch_archive(const char *word, const char *uri, struct fetched_file *file)
{
    error_t error = fetch_file(uri, FILES_LIMIT, file);

    if (error != OK)
        error_context("%s=%s: ", word, uri);
    return error;
}

/*
 * If driver= names the folder of a kernel extension: how long its URI is without slashes at the
 * end. Else 0. What came with the loader is always a file.
 */
static size_t folder_length(const char *uri)
{
    static const char suffix[] = ".kext";
    size_t length = strlen(uri), tail = strlen(suffix);

    while (length > 0 && uri[length - 1] == '/')
        length--;
    if (length < tail || memcmp(uri + length - tail, suffix, tail) != 0 || fetch_is_local(uri))
        return 0;
    return length;
}

/* "tftp://server/a/Foo.kext" becomes "/System/Library/Extensions/Foo.kext". */
static error_t set_bundle_path(struct kext_files *kext, const char *folder)
{
    struct fetch_uri uri;
    error_t error = fetch_parse(folder, &uri);
    const char *slash = strrchr(uri.path, '/');
    int length = snprintf(kext->bundle_path, sizeof kext->bundle_path, EXTENSIONS "%s",
                          slash != NULL ? slash + 1 : uri.path);

    if (error == OK && (length < 0 || (size_t)length >= sizeof kext->bundle_path))
        return fail(ERROR_FETCH_URI, "\"%s\" is too long", folder);
    return error;
}

static error_t fetch_in_folder(const char *folder, const char *name, size_t limit,
                               struct fetched_file *file)
{
    char uri[FETCH_PATH_LENGTH];
    int length = snprintf(uri, sizeof uri, "%s/%s", folder, name);

    if (length < 0 || (size_t)length >= sizeof uri)
        return fail(ERROR_FETCH_URI, "\"%s/%s\" is too long", folder, name);
    return fetch_file(uri, limit, file);
}

/*
 * A bundle has its files below Contents, with the executable in Contents/MacOS; a flat one has
 * them side by side. A server that refuses the first may have the second.
 */
static error_t fetch_kext(const char *uri, size_t length, struct kext_files *kext)
{
    char folder[FETCH_PATH_LENGTH];
    char name[KEXT_NAME_LENGTH], path[KEXT_NAME_LENGTH + 16];
    bool flat = false;
    error_t error;

    memset(kext, 0, sizeof *kext);
    if (length >= sizeof folder)
        return fail(ERROR_FETCH_URI, "driver=%.60s... is too long", uri);
    memcpy(folder, uri, length);
    folder[length] = '\0';
    error = set_bundle_path(kext, folder);
    if (error == OK)
        error = fetch_in_folder(folder, "Contents/Info.plist", PLIST_LIMIT, &kext->plist);
    if (error == ERROR_TFTP_SERVER) {
        flat = true;
        error = fetch_in_folder(folder, "Info.plist", PLIST_LIMIT, &kext->plist);
    }
    if (error == OK)
        error = kext_executable_name(kext->plist.bytes, kext->plist.length, name);
    if (error == OK && name[0] != '\0') {
        snprintf(path, sizeof path, "%s%s", flat ? "" : "Contents/MacOS/", name);
        error = fetch_in_folder(folder, path, FILES_LIMIT, &kext->executable);
        kext->has_executable = error == OK;
    }
    if (error != OK) {
        error_context("driver=%s: ", folder);
        fetch_release(&kext->plist);
    }
    return error;
}

static error_t fetch_drivers(const struct options *options, struct boot_files *files)
{
    error_t error = OK;

    for (size_t i = 0; i < options->driver_count && error == OK; i++) {
        const char *uri = options->driver[i];
        size_t length = folder_length(uri);

        files->driver_is_kext[i] = length != 0;
        if (length != 0) {
            error = fetch_kext(uri, length, &files->kexts[files->kext_count]);
            files->kext_count += error == OK;
        } else {
            error = fetch_archive("driver", uri, &files->drivers[files->driver_count]);
            files->driver_count += error == OK;
        }
    }
    return error;
}

static const char *module_words(const char *words)
{
    struct platform_module modules[MODULES_MAXIMUM];
    size_t count = platform_modules(modules, MODULES_MAXIMUM);

    /* One that came with the loader and was not renamed has words of its own. */
    for (size_t i = 0; i < count; i++) {
        char uri[32];

        snprintf(uri, sizeof uri, "module:%u", (unsigned)i);
        if (strcmp(uri, words) == 0)
            return modules[i].words;
    }
    return words;
}

static error_t fetch_modules(const struct options *options, struct boot_files *files)
{
    for (size_t i = 0; i < options->module_count; i++) {
        const char *words = options->module[i];
        struct boot_module *module = &files->modules[i];
        char uri[FETCH_PATH_LENGTH];
        size_t length = text_word_length(words);
        error_t error;

        if (length >= sizeof uri)
            return fail(ERROR_FETCH_URI, "module=%.60s... is too long", words);
        memcpy(uri, words, length);
        uri[length] = '\0';
        error = fetch_archive("module", uri, &module->file);
        if (error != OK)
            return error;
        module->words = module_words(words);
        files->module_count++;
    }
    return OK;
}

static error_t fetch_all(const struct options *options, const char *kernel, bool is_booter,
                         struct boot_files *files)
{
    error_t error = is_booter ? netboot_fetch(options, kernel, files)
                              : fetch_file(kernel, FILES_LIMIT, &files->kernel);

    if (error == OK)
        error = fetch_drivers(options, files);
    for (size_t i = 0; i < options->mkext_count && error == OK; i++) {
        error = fetch_archive("mkext", options->mkext[i], &files->packages[i]);
        files->package_count += error == OK;
    }
    if (error == OK && options->ramdisk != NULL) {
        error = fetch_archive("ramdisk", options->ramdisk, &files->ramdisk);
        files->has_ramdisk = error == OK;
    }
    return error == OK ? fetch_modules(options, files) : error;
}

bool files_need_network(const struct options *options)
{
    bool local = options->file != NULL && fetch_is_local(options->file);

    for (size_t i = 0; i < options->driver_count; i++)
        local = local && fetch_is_local(options->driver[i]);
    for (size_t i = 0; i < options->mkext_count; i++)
        local = local && fetch_is_local(options->mkext[i]);
    for (size_t i = 0; i < options->module_count; i++)
        local = local && fetch_is_local(options->module[i]);
    /* Nobody knows what a configuration file names. */
    local = local && (options->config == NULL || strcmp(options->config, "none") == 0);
    return !local || (options->ramdisk != NULL && !fetch_is_local(options->ramdisk));
}

error_t files_fetch(const struct options *options, const struct network_config *network,
                    struct boot_files *files)
{
    const char *kernel = options->file;
    error_t error;

    memset(files, 0, sizeof *files);
    if (kernel == NULL)
        kernel = network != NULL ? network->file : "";
    if (kernel[0] == '\0')
        return fail(ERROR_NET_NO_FILE, "no file=, and the boot server named none");
    error = fetch_all(options, kernel,
                      options->file == NULL && network->has_booter && !options->chain, files);
    if (error != OK)
        files_release(files);
    return error;
}

void files_release(struct boot_files *files)
{
    for (size_t i = 0; i < files->module_count; i++)
        fetch_release(&files->modules[i].file);
    for (size_t i = 0; i < files->package_count; i++)
        fetch_release(&files->packages[i]);
    for (size_t i = 0; i < files->driver_count; i++)
        fetch_release(&files->drivers[i]);
    for (size_t i = 0; i < files->kext_count; i++) {
        fetch_release(&files->kexts[i].plist);
        fetch_release(&files->kexts[i].executable);
    }
    fetch_release(&files->ramdisk);
    fetch_release(&files->kernel);
    memset(files, 0, sizeof *files);
}

/* --- Making them fit -------------------------------------------------------------------------- */

/* Keeps only one processor's slice of a fat file: the kernel reads thin ones. */
static void keep_slice(struct fetched_file *file, const uint8_t *slice, size_t length)
{
    memmove(file->bytes, slice, length);
    file->length = length;
}

static error_t prepare_archive(const char *word, struct fetched_file *file, enum image_cpu cpu)
{
    const uint8_t *slice;
    size_t length;
    struct mkext_info info;
    uint32_t type = image_mach_cpu_type(cpu);
    error_t error = mkext_slice(file->bytes, file->length, type, &slice, &length);

    if (error == OK) {
        keep_slice(file, slice, length);
        error = mkext_check(file->bytes, file->length, &info);
    }
    if (error == OK)
        error = mkext_check_cpu(file->bytes, file->length, type);
    if (error != OK)
        error_context("%s=%s: ", word, file->name);
    return error;
}

static error_t prepare_kext(struct kext_files *kext, enum image_cpu cpu)
{
    const uint8_t *slice;
    size_t length;
    error_t error;

    if (!kext->has_executable)
        return OK;
    error = kext_executable_slice(kext->executable.bytes, kext->executable.length,
                                  image_mach_cpu_type(cpu), &slice, &length);
    if (error != OK)
        error_context("driver=%s: ", kext->executable.name);
    else
        keep_slice(&kext->executable, slice, length);
    return error;
}

error_t files_prepare_drivers(struct boot_files *files, enum image_cpu cpu)
{
    error_t error = OK;

    for (size_t i = 0; i < files->driver_count && error == OK; i++)
        error = prepare_archive("driver", &files->drivers[i], cpu);
    return error;
}

error_t files_prepare_kexts(struct boot_files *files, enum image_cpu cpu)
{
    error_t error = files_prepare_drivers(files, cpu);

    for (size_t i = 0; i < files->package_count && error == OK; i++)
        error = prepare_archive("mkext", &files->packages[i], cpu);
    for (size_t i = 0; i < files->kext_count && error == OK; i++)
        error = prepare_kext(&files->kexts[i], cpu);
    return error;
}
