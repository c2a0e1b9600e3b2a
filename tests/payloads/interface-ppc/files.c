/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

#include "tools/common/crc32.h"

#define ROUNDS          50
#define FAILURE_SECONDS 30 /* a server that says "not found" is heard much sooner */

struct file {
    char name[64];
    uint32_t length, crc;
};

/* The file at `index` of files=. False after the last. */
static bool file_at(uint32_t index, struct file *file)
{
    const char *text = words_value(client_words(), "files=");
    for (; text != NULL; text++) {
        uint32_t length = 0;
        while (*text != ':' && *text != '\0' && length + 1 < sizeof(file->name))
            file->name[length++] = *text++;
        file->name[length] = '\0';
        if (*text++ != ':')
            return false;
        file->length = read_number(&text, 10);
        if (*text++ != ':')
            return false;
        file->crc = read_number(&text, 16);
        if (index-- == 0)
            return true;
        if (*text != ',')
            return false;
    }
    return false;
}

/* `form` with "%" replaced by the name: what stands behind the ':' */
static const char *arguments_for(const char *form, const char *name)
{
    static char text[PATH_LENGTH];
    uint32_t at = 0;
    for (; *form != '\0'; form++) {
        if (*form != '%') {
            text[at++] = *form;
            continue;
        }
        memcpy(text + at, name, strlen(name));
        at += (uint32_t)strlen(name);
    }
    text[at] = '\0';
    return text;
}

/* One open, load with one argument, close, as BootX does. NOTHING: that failed. */
static uint32_t load(const struct card *card, const char *arguments, void *to)
{
    uint32_t instance = card_open(card, arguments);
    if (!is_handle(instance))
        return NOTHING;
    uint32_t length = client_method("load", instance, 1, 1, to) == 0 ? client_results[1] : NOTHING;
    close_device(instance);
    return length;
}

static bool loads(const struct card *card, const char *form, const struct file *file, uint8_t *to)
{
    uint32_t length = load(card, arguments_for(form, file->name), to);
    if (length == file->length && crc32(to, length) == file->crc)
        return true;
    say("       %s: %u bytes\n", arguments_for(form, file->name), length);
    return false;
}

bool file_loads(const struct card *card, uint8_t *to)
{
    struct file file;
    return file_at(0, &file) && loads(card, ",\\%", &file, to);
}

/* Page behind page claimed, and a guard where the claims end. */
static uint8_t *claim_before_guard(uint32_t length)
{
    uint32_t place = claim(0, length + GUARD_LENGTH, PAGE);
    if (place == NOTHING)
        return NULL;
    return (uint8_t *)place;
}

static void check_forms(const struct card *card, const struct file *file)
{
    static const char *const forms[] = {
        ",\\%",       ",%",         "10.0.2.2,%",      "10.0.2.2,\\%",
        ",\\\\%",     "0,%",        "0,\\%",           ",\\folder\\%",
        ",folder\\%", ",/folder/%", "dhcp,10.0.2.2,%", "10.0.2.2,%,10.0.2.15,10.0.2.2,5,5",
    };
    for (uint32_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        check(loads(card, forms[i], file, area), "load of :%s",
              arguments_for(forms[i], file->name));
}

void check_files(const struct card *card)
{
    struct file file;
    uint32_t count;
    for (count = 0; file_at(count, &file); count++) {
        if (file.length > AREA_LENGTH)
            continue;
        memset(area, 0xEE, AREA_LENGTH);
        guard_fill(area + AREA_LENGTH, GUARD_LENGTH);
        check(loads(card, ",\\%", &file, area), "load of %u bytes, CRC-32 %08x", file.length,
              file.crc);
        check(guard_is_whole(area + AREA_LENGTH, GUARD_LENGTH), "nothing lies behind the area");
    }
    check(count >= 3, "the words name %u files", count);
    file_at(0, &file);
    check_forms(card, &file);

    uint32_t start = milliseconds();
    check(load(card, ",\\no-such-file", area) == NOTHING, "load of a missing file fails");
    check(milliseconds() - start < FAILURE_SECONDS * 1000u, "and soon (%u ms)",
          milliseconds() - start);
    uint32_t instance = card_open(card, arguments_for(",\\%", file.name));
    check(client_method("load", instance, 0, 0) != 0, "load without an argument fails");
    check(client_method("load", instance, 1, 1, area) == 0 && client_results[1] == file.length,
          "load through the same instance afterwards");
    check(client_method("load", instance, 1, 1, area) == 0 && client_results[1] == file.length,
          "and again");
    check(frames_pass(card, instance), "frames pass after a load through the same instance");
    close_device(instance);

    uint32_t rounds = 0;
    while (rounds < ROUNDS && loads(card, ",\\%", &file, area))
        rounds++;
    check(rounds == ROUNDS, "%u of %u rounds of open, load and close", rounds, ROUNDS);
}

/* A load to there is refused, and the memory stays as it is as far as it may be looked at. */
static void check_refused(const struct card *card, const char *what, const char *name, uint32_t to)
{
    uint32_t length = load(card, arguments_for(",\\%", name), (void *)to);
    check(length == NOTHING, "load to %s (0x%x) is refused", what, to);
}

void check_refused_loads(const struct card *card)
{
    struct file file, big;
    uint32_t most = 0;
    if (!file_at(0, &file))
        return;
    for (uint32_t i = 0; file_at(i, &big); i++)
        most = big.length > most ? big.length : most;
    for (uint32_t i = 0; file_at(i, &big) && big.length != most; i++)
        ;
    /* One byte does not fit. The guard stands in memory that is claimed as well, by nobody's load.
     */
    uint32_t room = (most - 1) & ~(PAGE - 1);
    uint8_t *whole = claim_before_guard(room);
    if (check(whole != NULL, "claim of %u bytes and a guard", room)) {
        uint32_t behind = cell_of(whole) + room;
        release(behind, GUARD_LENGTH);
        guard_fill(whole, room + GUARD_LENGTH);
        uint32_t length = load(card, arguments_for(",\\%", big.name), whole);
        say("       %u bytes into %u: %s\n", most, room, length == NOTHING ? "refused" : "loaded");
        check(length == NOTHING || guard_is_whole(whole + room, GUARD_LENGTH),
              "a file larger than the area is refused, or writes nothing behind it");
        check(length == NOTHING, "a file larger than the area is refused");
        check(guard_is_whole(whole, room + GUARD_LENGTH), "before a byte of it is written");
        release(cell_of(whole), room);
    }
    uint32_t resident = client_entry.r5 & ~(PAGE - 1);
    check_refused(card, "the loader itself", file.name, resident);
    check_refused(card, "right before the loader", big.name, resident - PAGE);
    check_refused(card, "the interrupt vectors", file.name, 0x100);
    check_refused(card, "the end of all addresses", big.name, 0xFFFFF000);
    check_refused(card, "where no memory is", file.name, 0x70000000);
    check(file_loads(card, area), "load works after refused ones");
}
