/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/netboot.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"

/* "a/ppc/booter": the folder of the other kind of machine's files is "a/", of "a/booter" "a/ppc/".
 */
static void other_folder(char *folder, size_t size)
{
    const char *name = platform_cpu() == IMAGE_CPU_POWERPC ? "ppc/" : "i386/";
    size_t length = strlen(folder), tail = strlen(name);

    if (length >= tail && strcmp(folder + length - tail, name) == 0 &&
        (length == tail || folder[length - tail - 1] == '/'))
        folder[length - tail] = '\0';
    else
        snprintf(folder + length, size - length, "%s", name);
}

static error_t fetch_named(const char *folder, const char *name, struct fetched_file *file)
{
    char uri[FETCH_PATH_LENGTH];
    int length = snprintf(uri, sizeof uri, "%s%s", folder, name);

    if (length < 0 || (size_t)length >= sizeof uri)
        return fail(ERROR_FETCH_URI, "\"%s%s\" is too long", folder, name);
    return fetch_file(uri, FILES_LIMIT, file);
}

error_t netboot_fetch(const struct options *options, const char *booter, struct boot_files *files)
{
    char folder[FETCH_PATH_LENGTH];
    const char *slash = strrchr(booter, '/');
    const char *kernel = options->beside != NULL ? options->beside : "mach.macosx";
    size_t length = slash != NULL ? (size_t)(slash + 1 - booter) : 0;
    error_t error;

    snprintf(folder, sizeof folder, "%.*s", (int)length, booter);
    error = fetch_named(folder, kernel, &files->kernel);
    if (error == ERROR_TFTP_SERVER) {
        other_folder(folder, sizeof folder);
        error = fetch_named(folder, kernel, &files->kernel);
    }
    if (error == ERROR_TFTP_SERVER && options->beside == NULL) {
        print("  no mach.macosx belongs to it: it is started itself\n");
        return fetch_file(booter, FILES_LIMIT, &files->kernel);
    }
    if (error != OK || options->mkext_count != 0)
        return error;
    error = fetch_named(files->kernel.name, ".mkext", &files->packages[0]);
    if (error == ERROR_TFTP_SERVER) {
        print("  no %s.mkext beside it: the kernel goes without\n", kernel);
        return OK;
    }
    files->package_count = error == OK;
    return error;
}
