/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/select.h"

#include <string.h>

#include "tools/mkext/versions.h"

struct selection {
    struct kexts *kexts;
    bool *kept;
    bool alone;
};

/* Every kernel has these inside: com.apple.kernel, .kernel.iokit, .kpi.bsd and their like. */
static bool is_in_kernel(const char *identifier)
{
    static const char *const beginnings[] = {"com.apple.kernel", "com.apple.kpi."};

    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(identifier, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static bool keep(struct selection *selection, const char *identifier);

/* The kernel links against a library from its compatible version up to its own. */
static void note_version(const struct kext *kext, const struct kext *library, const char *wanted)
{
    const char *text = plist_tree_string(library->info, "OSBundleCompatibleVersion");
    uint64_t need, from, to;

    if (!version_parse(wanted, &need))
        note("%s: \"%s\", the version of %s that it needs, is none", kext->identifier, wanted,
             library->identifier);
    else if (text == NULL)
        note("%s needs %s, which has no OSBundleCompatibleVersion: it is no library",
             kext->identifier, library->identifier);
    else if (!version_parse(text, &from) || !version_parse(library->version, &to) || need < from ||
             need > to)
        note("%s needs version %s of %s; here is %s, compatible from %s", kext->identifier, wanted,
             library->identifier, library->version, text);
}

static void note_versions(const struct selection *selection, const struct kext *kext,
                          const struct plist_node *library)
{
    for (size_t i = 0; i < selection->kexts->count; i++)
        if (strcmp(selection->kexts->items[i].identifier, library->text) == 0)
            note_version(kext, &selection->kexts->items[i], library->next->text);
}

/* A processor's own libraries have a key of their own: OSBundleLibraries_x86_64. */
static void keep_libraries(struct selection *selection, const struct kext *kext)
{
    static const char key[] = "OSBundleLibraries";

    for (const struct plist_node *m = kext->info->first; m != NULL; m = m->next->next) {
        const char *rest = m->text + strlen(key);

        if (strncmp(m->text, key, strlen(key)) != 0 || (*rest != '\0' && *rest != '_') ||
            strcmp(m->next->tag, "dict") != 0)
            continue;
        for (const struct plist_node *l = m->next->first; l != NULL; l = l->next->next)
            if (keep(selection, l->text))
                note_versions(selection, kext, l);
            else if (!is_in_kernel(l->text))
                note("%s needs %s, which is not here", kext->identifier, l->text);
    }
}

/* False if there is none of that name. All of one name are kept: the kernel takes the newest. */
static bool keep(struct selection *selection, const char *identifier)
{
    bool found = false;

    for (size_t i = 0; i < selection->kexts->count; i++) {
        const struct kext *kext = &selection->kexts->items[i];

        if (strcmp(kext->identifier, identifier) != 0)
            continue;
        found = true;
        if (selection->kept[i])
            continue;
        selection->kept[i] = true;
        if (!selection->alone)
            keep_libraries(selection, kext);
    }
    return found;
}

void select_kexts(struct kexts *kexts, const char *const *identifiers, size_t count, bool alone)
{
    struct selection selection = {kexts, allocate(kexts->count * sizeof(bool)), alone};
    size_t left = 0;

    for (size_t i = 0; i < count; i++)
        if (!keep(&selection, identifiers[i]))
            die("there is no kernel extension %s", identifiers[i]);
    for (size_t i = 0; i < kexts->count; i++)
        if (count == 0 || selection.kept[i])
            kexts->items[left++] = kexts->items[i];
    kexts->count = left;
}
