/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/inspect/describe.h"

#include <string.h>

/* In the order of trial. A kernel's format may be recognised in bytes of other kinds (a ROM may
 * have a multiboot header), so kernels come last. */
static const struct kind {
    const char *name;
    bool (*recognise)(const struct subject *subject); /* NULL: only when asked for by name */
    bool (*describe)(const struct subject *subject, struct value *out);
} kinds[] = {
    {"mkext", is_mkext, describe_mkext},
    {"rom", is_rom, describe_rom},
    {"configuration", is_configuration, describe_configuration},
    {"log", is_log, describe_log},
    {"device-tree", is_tree, describe_tree},
    {"boot-args", NULL, describe_boot_args},
    {"kernel", NULL, describe_kernel},
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

const char *describe_kinds(void)
{
    return "mkext, rom, configuration, log, device-tree, boot-args, kernel";
}

void put_refusal(struct value *out, error_t error)
{
    struct value *refused = put_object(out, "refused");

    put_text(refused, "code", error_code(error));
    put_text(refused, "summary", error_summary(error));
    put_text(refused, "detail", error_detail());
    put_text(refused, "advice", error_advice(error));
}

bool describe_as(const struct subject *subject, const char *kind, struct value *out, bool *good)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strcmp(kinds[i].name, kind) == 0) {
            put_text(out, "kind", kind);
            *good = kinds[i].describe(subject, out);
            return true;
        }
    return false;
}

/* What no parser takes for its own is no kernel either. */
static bool is_unknown(struct value *out)
{
    struct value *refused = document_find(out, "refused");
    const struct value *code = refused != NULL ? document_find(refused, "code") : NULL;

    return code != NULL && strcmp(code->text, error_code(ERROR_IMAGE_UNKNOWN)) == 0;
}

bool describe(const struct subject *subject, struct value *out)
{
    const char *kind = "kernel";
    bool good = false;

    for (size_t i = KIND_COUNT; i-- > 0;)
        if (kinds[i].recognise != NULL && kinds[i].recognise(subject))
            kind = kinds[i].name;
    describe_as(subject, kind, out, &good);
    if (is_unknown(out))
        change_text(document_find(out, "kind"), "unknown");
    return good;
}
