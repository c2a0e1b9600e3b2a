/* SPDX-License-Identifier: BSD-2-Clause */
/* Property lists in XML: one that opens can be walked through to its end. */
#include <string.h>

#include "darwin/kext.h"
#include "darwin/plist.h"
#include "tests/fuzz/fuzz.h"

static struct {
    const uint8_t *bytes;
    size_t length;
} whole;

static void read_plain(const struct plist_value *value)
{
    static char text[256];
    uint64_t number;

    memset(text, 0xee, 16);
    if (plist_text(value, text, sizeof text)) {
        size_t length = strlen(text);

        FUZZ_CHECK(length < sizeof text);
        /* It fits as much as it needs, and nothing less. */
        FUZZ_CHECK(plist_text(value, text, length + 1));
        FUZZ_CHECK(!plist_text(value, text, length));
        FUZZ_CHECK(!plist_text(value, text, 0));
    }
    if (plist_integer(value, &number))
        FUZZ_CHECK(value->kind == PLIST_INTEGER);
}

/* Everything that plist_open has looked at makes sense to plist_next, too. */
static void walk(const struct plist_value *value, unsigned depth)
{
    struct plist_cursor cursor = plist_members(value);
    struct plist_value key, member, found;

    FUZZ_CHECK(fuzz_inside(whole.bytes, whole.length, value->content, value->length));
    FUZZ_CHECK(depth <= PLIST_DEPTH_MAXIMUM);
    if (value->kind != PLIST_DICT && value->kind != PLIST_ARRAY) {
        FUZZ_CHECK(!plist_next(&cursor, NULL, &member));
        read_plain(value);
        return;
    }
    while (plist_next(&cursor, &key, &member)) {
        char name[64];

        walk(&member, depth + 1);
        if (!cursor.is_dict)
            continue;
        FUZZ_CHECK(key.kind == PLIST_KEY);
        FUZZ_CHECK(fuzz_inside(value->content, value->length, key.content, key.length));
        if (plist_text(&key, name, sizeof name))
            FUZZ_CHECK(plist_find(value, name, &found) && found.content <= member.content);
    }
    FUZZ_CHECK(cursor.at == cursor.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct plist_value root;
    char name[KEXT_NAME_LENGTH];
    size_t damage;

    fuzz_begin(bytes, length);
    whole.bytes = bytes;
    whole.length = length;
    if (plist_open_at(bytes, length, &root, &damage))
        walk(&root, 0);
    FUZZ_CHECK(damage <= length);
    if (fuzz_succeeded(kext_executable_name(bytes, length, name)))
        FUZZ_CHECK(memchr(name, '\0', sizeof name) != NULL && strchr(name, '/') == NULL);
    fuzz_end();
    return 0;
}
