/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/files.h"

#include <string.h>

#include "console/console.h"
#include "darwin/mkext.h"

/* No file can be larger than what the machine can address. */
#define FILE_LIMIT 0x7FFFFFFFu
/* Mach-O CPU type of PowerPC, <mach/machine.h> */
#define MACH_CPU_POWERPC 18

/* Keeps only this processor's slice of a fat archive: the kernel reads thin ones. */
static error_t make_thin(struct fetched_file *file)
{
    const uint8_t *slice;
    size_t length;
    error_t error = mkext_slice(file->bytes, file->length, MACH_CPU_POWERPC, &slice, &length);

    if (error != OK)
        return error;
    memmove(file->bytes, slice, length);
    file->length = length;
    return OK;
}

static error_t fetch_mkext(const char *word, const char *uri, struct fetched_file *file)
{
    struct mkext_info info;
    error_t error = fetch_file(uri, FILE_LIMIT, file);

    if (error != OK)
        return error;
    error = make_thin(file);
    if (error == OK)
        error = mkext_check(file->bytes, file->length, &info);
    if (error != OK) {
        error_context("%s=%s: ", word, uri);
        fetch_release(file);
        return error;
    }
    print("  %s: %u kernel extension(s)\n", uri, (unsigned)info.count);
    return OK;
}

static error_t fetch_all(const struct options *options, const char *kernel,
                         struct boot_files *files)
{
    error_t error = fetch_file(kernel, FILE_LIMIT, &files->kernel);

    if (error != OK)
        return error;
    if (options->driver != NULL) {
        error = fetch_mkext("driver", options->driver, &files->driver);
        if (error != OK)
            return error;
        files->has_driver = true;
    }
    for (size_t i = 0; i < options->mkext_count; i++) {
        error = fetch_mkext("mkext", options->mkext[i], &files->packages[i]);
        if (error != OK)
            return error;
        files->package_count++;
    }
    return OK;
}

error_t files_fetch(const struct options *options, const struct network_config *network,
                    struct boot_files *files)
{
    const char *kernel = options->file != NULL ? options->file : network->file;
    error_t error;

    memset(files, 0, sizeof *files);
    if (kernel[0] == '\0')
        return fail(ERROR_NET_NO_FILE, "no file=, and the boot server named none");
    error = fetch_all(options, kernel, files);
    if (error != OK)
        files_release(files);
    return error;
}

void files_release(struct boot_files *files)
{
    for (size_t i = 0; i < files->package_count; i++)
        fetch_release(&files->packages[i]);
    if (files->has_driver)
        fetch_release(&files->driver);
    if (files->kernel.bytes != NULL)
        fetch_release(&files->kernel);
    memset(files, 0, sizeof *files);
}
