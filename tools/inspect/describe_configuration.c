/* SPDX-License-Identifier: BSD-2-Clause */
/* com.apple.Boot.plist and the like: the options that it stands for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/configuration.h"
#include "boot/host/host.h"
#include "console/console.h"
#include "darwin/plist.h"
#include "tools/inspect/describe.h"

/* The parser asks the platform for its processor and talks to its console; no more of it. */
#define MACHINE_MEMORY (4u << 20)

bool is_configuration(const struct subject *subject)
{
    static const char *const starts[] = {"<?xml", "<!DOCTYPE plist", "<plist", "<dict"};
    size_t at = 0;

    while (at < subject->length && strchr(" \t\r\n", subject->bytes[at]) != NULL)
        at++;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (subject->length - at >= strlen(starts[i]) &&
            memcmp(subject->bytes + at, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static void put_optional(struct value *out, const char *name, const char *text)
{
    if (text != NULL)
        put_text(out, name, text);
}

static void put_texts(struct value *out, const char *name, const char *const *texts, size_t count)
{
    struct value *list = put_list(out, name);

    for (size_t i = 0; i < count; i++)
        put_text(list, NULL, texts[i]);
}

static void put_options(struct value *out, const struct options *options)
{
    put_optional(out, "file", options->file);
    put_optional(out, "file_beside_booter", options->beside);
    put_texts(out, "mkext", options->mkext, options->mkext_count);
    put_texts(out, "driver", options->driver, options->driver_count);
    put_texts(out, "module", options->module, options->module_count);
    put_optional(out, "ramdisk", options->ramdisk);
    put_optional(out, "args", options->args);
    if (options->has_arch)
        put_text(out, "arch", image_cpu_name(options->arch));
    if (options->boot_args_version != 0)
        put_format(out, "bootargs", "%u.%u", options->boot_args_version,
                   options->boot_args_revision);
    if (options->video_width != 0)
        put_format(out, "video", "%ux%ux%u", options->video_width, options->video_height,
                   options->video_depth);
    if (options->without_driver)
        put_boolean(out, "without_driver", true);
    if (options->without_acpi)
        put_boolean(out, "without_acpi", true);
    if (options->verbose)
        put_boolean(out, "verbose", true);
}

/* What the parser says on the loader's console, a line each: keys that it does not use. */
static void put_notes(struct value *out)
{
    struct value *notes = put_list(out, "notes");
    const char *line = host_console();

    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        size_t blanks = strspn(line, " ");

        if (length > blanks)
            put_bytes_as_text(notes, NULL, line + blanks, length - blanks);
        line += length + (line[length] == '\n');
    }
}

bool describe_configuration(const struct subject *subject, struct value *out)
{
    static const struct configuration_place place = {.folder = ""};
    struct configuration *configuration = malloc(sizeof *configuration);
    bool verbose = console_verbose;
    error_t error;

    if (configuration == NULL) {
        put_refusal(out, fail(ERROR_MEMORY_HEAP, "the configuration"));
        return false;
    }
    host_reset(MACHINE_MEMORY);
    host_set_cpu(subject->has_cpu ? subject->cpu : IMAGE_CPU_X86_64);
    console_verbose = true;
    error = configuration_parse(subject->bytes, subject->length, &place, configuration);
    console_verbose = verbose;
    put_text(out, "machine", image_cpu_name(platform_cpu()));
    if (error == OK)
        put_options(put_object(out, "options"), &configuration->options);
    else
        put_refusal(out, error);
    put_notes(out);
    free(configuration);
    return error == OK;
}
