/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "darwin/mkext.h"
#include "lib/text.h"
#include "net/fetch.h"

#define SCHEME     "module:"
#define URI_LENGTH (sizeof SCHEME + 11)

static const char *base_name(const char *path, size_t length, size_t *base_length)
{
    size_t start = length;

    while (start > 0 && path[start - 1] != '/')
        start--;
    *base_length = length - start;
    return path + start;
}

static bool same(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(text, name, length) == 0;
}

static bool is_called(const struct platform_module *module, const char *name)
{
    size_t length = text_word_length(module->words), base_length;
    const char *base = base_name(module->words, length, &base_length);

    return same(module->words, length, name) || same(base, base_length, name);
}

/* The module that a URI's path means: its number, or its name. `count` if there is none. */
static size_t find(const struct platform_module *modules, size_t count, const char *name)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);

    for (size_t i = 0; i < count; i++)
        if (is_called(&modules[i], name))
            return i;
    if (name[0] >= '0' && name[0] <= '9' && *end == '\0' && number < count)
        return number;
    return count;
}

static error_t module_fetch(const struct fetch_uri *uri, struct fetch_sink *sink)
{
    struct platform_module modules[MODULES_MAXIMUM];
    size_t count = platform_modules(modules, MODULES_MAXIMUM);
    size_t index = find(modules, count, uri->path);
    error_t error;

    if (index == count)
        return fail(ERROR_FETCH_MODULE, "\"%s\", of %u module(s)", uri->path, (unsigned)count);
    error = sink->begin(sink, modules[index].length);
    if (error == OK && modules[index].length != 0)
        error = sink->write(sink, 0, modules[index].bytes, modules[index].length);
    return error;
}

FETCH_SCHEME(module_scheme) = {.name = "module", .local = true, .fetch = module_fetch};

/* True if one of the options names this module already. */
static bool is_named(const struct options *options, const struct platform_module *modules,
                     size_t count, size_t index)
{
    const char
        *uris[4 + OPTIONS_MKEXTS_MAXIMUM + OPTIONS_DRIVERS_MAXIMUM + OPTIONS_MODULES_MAXIMUM];
    size_t used = 0;

    uris[used++] = options->file;
    uris[used++] = options->ramdisk;
    uris[used++] = options->config;
    for (size_t i = 0; i < options->mkext_count; i++)
        uris[used++] = options->mkext[i];
    for (size_t i = 0; i < options->driver_count; i++)
        uris[used++] = options->driver[i];
    for (size_t i = 0; i < options->module_count; i++)
        uris[used++] = options->module[i];
    for (size_t i = 0; i < used; i++) {
        char name[FETCH_PATH_LENGTH];

        if (uris[i] == NULL || strncmp(uris[i], SCHEME, strlen(SCHEME)) != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)text_word_length(uris[i] + strlen(SCHEME)),
                 uris[i] + strlen(SCHEME));
        if (find(modules, count, name) == index)
            return true;
    }
    return false;
}

error_t modules_assign(struct options *options)
{
    static char uris[MODULES_MAXIMUM][URI_LENGTH];
    struct platform_module modules[MODULES_MAXIMUM];
    size_t count = platform_modules(modules, MODULES_MAXIMUM);

    for (size_t i = 0; i < count; i++) {
        const struct platform_module *module = &modules[i];
        const char *part;

        if (is_named(options, modules, count, i))
            continue;
        snprintf(uris[i], sizeof uris[i], SCHEME "%u", (unsigned)i);
        if (mkext_recognise_any(module->bytes, module->length)) {
            part = "mkext";
            if (options->mkext_count == OPTIONS_MKEXTS_MAXIMUM)
                return fail(ERROR_OPTION_VALUE, "more than %d mkexts", OPTIONS_MKEXTS_MAXIMUM);
            options->mkext[options->mkext_count++] = uris[i];
        } else if (options->file == NULL) {
            part = "kernel";
            options->file = uris[i];
        } else {
            part = "module";
            if (options->module_count == OPTIONS_MODULES_MAXIMUM)
                return fail(ERROR_OPTION_VALUE, "more than %d modules", OPTIONS_MODULES_MAXIMUM);
            options->module[options->module_count++] = uris[i];
        }
        print("module %u: %.*s, %u bytes, taken as %s\n", (unsigned)i,
              (int)text_word_length(module->words), module->words, (unsigned)module->length, part);
    }
    return OK;
}
