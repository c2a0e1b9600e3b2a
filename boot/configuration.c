/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/configuration.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "darwin/plist.h"
#include "lib/text.h"
#include "net/address.h"
#include "net/fetch.h"

/* Longer than any key that we know. */
#define KEY_LENGTH 64
/* So much of a damaged place is shown. */
#define SHOWN_LENGTH 40
/* Keys that begin so are ours: an unknown one is a spelling mistake. */
#define OURS "Sawboot "

struct reader {
    const uint8_t *bytes;
    const struct configuration_place *place;
    struct configuration *configuration;
    const char *key; /* the one that is being read */
    unsigned line;   /* of its value */
    bool has_cache;
};

static unsigned line_of(const uint8_t *bytes, size_t offset)
{
    unsigned line = 1;

    for (size_t i = 0; i < offset; i++)
        line += bytes[i] == '\n';
    return line;
}

/* --- Texts ------------------------------------------------------------------------------------ */

static error_t wrong(const struct reader *reader, const char *what)
{
    return fail(ERROR_CONFIG_VALUE, "line %u, %s: %s", reader->line, reader->key, what);
}

/* Room for `length` characters and a NUL; NULL if there is none. */
static char *take_room(struct configuration *configuration, size_t length)
{
    char *room = configuration->text + configuration->used;

    if (length >= sizeof configuration->text - configuration->used)
        return NULL;
    configuration->used += length + 1;
    return room;
}

/* White space of any kind becomes blanks, and goes at both ends. False for what no console shows.
 */
static bool tidy(char *text)
{
    size_t length;
    char *start = text;

    for (char *at = text; *at != '\0'; at++) {
        if (text_is_blank(*at))
            *at = ' ';
        else if (*at < '!' || *at > '~')
            return false;
    }
    while (*start == ' ')
        start++;
    length = strlen(start);
    while (length > 0 && start[length - 1] == ' ')
        length--;
    memmove(text, start, length);
    text[length] = '\0';
    return true;
}

/* A string; NULL if it is empty, which Apple's own files have for what they leave out. */
static error_t take_text(struct reader *reader, const struct plist_value *value, char **text)
{
    struct configuration *configuration = reader->configuration;
    char *room = configuration->text + configuration->used;

    *text = NULL;
    if (value->kind != PLIST_STRING)
        return wrong(reader, "it has to be a string");
    if (!plist_text(value, room, sizeof configuration->text - configuration->used))
        return wrong(reader, "the text is too long, or has an entity that is not known");
    if (!tidy(room))
        return wrong(reader, "the text has characters that are not ASCII");
    if (room[0] != '\0')
        *text = take_room(configuration, strlen(room));
    return OK;
}

/* --- Names of files --------------------------------------------------------------------------- */

static bool is_uri(const char *text)
{
    return strncmp(text, "//", 2) == 0 || strstr(text, "://") != NULL || fetch_is_local(text);
}

/*
 * Apple writes names with backslashes; two at the beginning mean the file's own folder, as in Open
 * Firmware's paths.
 */
static char *turn_slashes(char *name)
{
    if (strncmp(name, "\\\\", 2) == 0)
        name += 2;
    for (char *at = name; *at != '\0'; at++)
        if (*at == '\\')
            *at = '/';
    return name;
}

/* How much of the folder stays in front of a name that begins with '/': the server. */
static size_t server_length(const char *folder)
{
    const char *server = strstr(folder, "//");

    return is_uri(folder) && server != NULL
               ? 2 + (size_t)(server - folder) + strcspn(server + 2, "/")
               : 0;
}

/* The whole name of a file, from where the place says. `rest` is put behind it and a blank. */
static error_t resolve(struct reader *reader, char *name, const char *rest, const char **result)
{
    const char *folder = reader->place->folder;
    size_t front, length = 0;
    char *whole;

    name = turn_slashes(name);
    front = is_uri(name) ? 0 : name[0] == '/' ? server_length(folder) : strlen(folder);
    /* In the path of a URI '%' has a meaning, in a name it has none. */
    for (const char *at = name; *at != '\0'; at++)
        length += *at == '%' && front != 0 && is_uri(folder) ? 3 : 1;
    if (front + length >= FETCH_PATH_LENGTH)
        return wrong(reader, "the name is too long");
    whole = take_room(reader->configuration, front + length + 1 + strlen(rest));
    if (whole == NULL)
        return wrong(reader, "there is no room for so many names");
    *result = whole;
    memcpy(whole, folder, front);
    whole += front;
    for (const char *at = name; *at != '\0'; at++) {
        *whole++ = *at;
        if (*at == '%' && front != 0 && is_uri(folder)) {
            *whole++ = '2';
            *whole++ = '5';
        }
    }
    snprintf(whole, 2 + strlen(rest), rest[0] != '\0' ? " %s" : "%s", rest);
    return OK;
}

static error_t take_name(struct reader *reader, const struct plist_value *value,
                         const char **result)
{
    char *text;
    error_t error = take_text(reader, value, &text);

    return error == OK && text != NULL ? resolve(reader, text, "", result) : error;
}

/* `with_words`: the first word is a name, the others belong to it. */
static error_t take_one(struct reader *reader, const struct plist_value *value, bool with_words,
                        const char *list[], size_t *count, size_t maximum)
{
    char *text;
    const char *rest = "";
    size_t length;
    error_t error = take_text(reader, value, &text);

    if (error != OK || text == NULL)
        return error;
    if (*count == maximum)
        return wrong(reader, "there are too many");
    length = with_words ? text_word_length(text) : strlen(text);
    if (text[length] != '\0') {
        text[length] = '\0';
        rest = text + length + 1;
    }
    return resolve(reader, text, rest, &list[(*count)++]);
}

/* A string, or an array of strings. */
static error_t take_list(struct reader *reader, const struct plist_value *value, bool with_words,
                         const char *list[], size_t *count, size_t maximum)
{
    struct plist_cursor cursor = plist_members(value);
    struct plist_value member;
    error_t error = OK;

    if (value->kind != PLIST_ARRAY)
        return take_one(reader, value, with_words, list, count, maximum);
    while (error == OK && plist_next(&cursor, NULL, &member)) {
        reader->line = line_of(reader->bytes, (size_t)(member.content - reader->bytes));
        error = take_one(reader, &member, with_words, list, count, maximum);
    }
    return error;
}

/* --- Keys ------------------------------------------------------------------------------------- */

static error_t take_kernel(struct reader *reader, const struct plist_value *value)
{
    struct options *options = &reader->configuration->options;
    char *text;
    error_t error = take_text(reader, value, &text);

    if (error != OK || text == NULL)
        return error;
    text = turn_slashes(text);
    options->file = options->beside = NULL;
    if (reader->place->beside_booter && text[0] != '/' && !is_uri(text)) {
        options->beside = text;
        return OK;
    }
    return resolve(reader, text, "", &options->file);
}

/* A cache is a kernel with its extensions in it, and goes before the kernel alone. */
static error_t take_kernel_cache(struct reader *reader, const struct plist_value *value)
{
    const struct options *options = &reader->configuration->options;
    const char *file = options->file, *beside = options->beside;
    error_t error = take_kernel(reader, value);

    reader->has_cache = options->file != file || options->beside != beside;
    return error;
}

static error_t take_plain_kernel(struct reader *reader, const struct plist_value *value)
{
    char *unused;

    return reader->has_cache ? take_text(reader, value, &unused) : take_kernel(reader, value);
}

static error_t take_flags(struct reader *reader, const struct plist_value *value)
{
    char *text;
    error_t error = take_text(reader, value, &text);

    reader->configuration->options.args = text;
    return error;
}

/* A file may be for several machines: what this one does not run is for another. */
static error_t take_architecture(struct reader *reader, const struct plist_value *value)
{
    struct options *options = &reader->configuration->options;
    static const struct {
        const char *name;
        enum image_cpu cpu;
    } known[] = {
        {"i386", IMAGE_CPU_I386}, {"x86_64", IMAGE_CPU_X86_64}, {"ppc", IMAGE_CPU_POWERPC}};
    char *text;
    error_t error = take_text(reader, value, &text);

    if (error != OK || text == NULL)
        return error;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(text, known[i].name) == 0) {
            options->has_arch = image_cpu_runs(platform_cpu(), known[i].cpu);
            options->arch = known[i].cpu;
            return OK;
        }
    return wrong(reader, "it has to be i386, x86_64 or ppc");
}

static error_t take_mkexts(struct reader *reader, const struct plist_value *value)
{
    struct options *options = &reader->configuration->options;

    return take_list(reader, value, false, options->mkext, &options->mkext_count,
                     OPTIONS_MKEXTS_MAXIMUM);
}

static error_t take_drivers(struct reader *reader, const struct plist_value *value)
{
    struct options *options = &reader->configuration->options;

    return take_list(reader, value, false, options->driver, &options->driver_count,
                     OPTIONS_DRIVERS_MAXIMUM);
}

/* Both kinds are one list, as in the words. */
static error_t take_modules(struct reader *reader, const struct plist_value *value)
{
    struct options *options = &reader->configuration->options;

    return take_list(reader, value, true, options->module, &options->module_count,
                     OPTIONS_MODULES_MAXIMUM);
}

static error_t take_ramdisk(struct reader *reader, const struct plist_value *value)
{
    return take_name(reader, value, &reader->configuration->options.ramdisk);
}

static error_t take_words(struct reader *reader, const struct plist_value *value)
{
    struct options *words = &reader->configuration->words;
    char *text;
    error_t error = take_text(reader, value, &text);

    if (error != OK || text == NULL)
        return error;
    error = options_parse(text, words);
    if (error != OK) {
        error_context("line %u, %s: ", reader->line, reader->key);
        return error;
    }
    if (words->net != NULL || words->nic != NULL || words->image != NULL || words->model != NULL ||
        words->config != NULL || words->chain)
        return wrong(reader, "net=, nic=, image=, model=, config= and chain come too late here");
    return OK;
}

static const struct key {
    const char *name;
    error_t (*take)(struct reader *reader, const struct plist_value *value);
} keys[] = {
    {"Kernel", take_plain_kernel},  {"Kernel Cache", take_kernel_cache},
    {"Kernel Flags", take_flags},   {"Kernel Architecture", take_architecture},
    {"MKext Cache", take_mkexts},   {OURS "Driver", take_drivers},
    {OURS "Initrd", take_modules},  {OURS "Module", take_modules},
    {OURS "Ramdisk", take_ramdisk}, {OURS "Words", take_words},
};
#define KEY_COUNT (sizeof keys / sizeof *keys)

static size_t find_key(const char *name)
{
    size_t i = 0;

    while (i < KEY_COUNT && strcmp(keys[i].name, name) != 0)
        i++;
    return i;
}

static error_t refuse_key(struct reader *reader)
{
    if (strncmp(reader->key, OURS, strlen(OURS)) == 0)
        return wrong(reader, "there is no such key");
    print_verbose("  line %u, %s: not used\n", reader->line, reader->key);
    return OK;
}

static error_t take_keys(struct reader *reader, const struct plist_value *root)
{
    struct plist_cursor cursor = plist_members(root);
    struct plist_value key, value;
    bool seen[KEY_COUNT] = {false};
    error_t error = OK;

    while (error == OK && plist_next(&cursor, &key, &value)) {
        char name[KEY_LENGTH], shown[KEY_LENGTH];
        size_t i;

        /* What does not fit is none that we know. */
        if (!plist_text(&key, name, sizeof name))
            continue;
        text_make_printable(shown, sizeof shown, name, strlen(name));
        reader->key = shown;
        reader->line = line_of(reader->bytes, (size_t)(value.content - reader->bytes));
        i = find_key(name);
        if (i == KEY_COUNT) {
            error = refuse_key(reader);
        } else if (seen[i]) {
            error = wrong(reader, "it is there twice");
        } else {
            seen[i] = true;
            error = keys[i].take(reader, &value);
        }
    }
    return error;
}

static error_t refuse_damage(const uint8_t *bytes, size_t length, size_t damage)
{
    char shown[SHOWN_LENGTH + 1];
    size_t rest = length - damage, end = 0;

    while (end < rest && end < SHOWN_LENGTH && bytes[damage + end] != '\n' &&
           (end == 0 || bytes[damage + end - 1] != '>'))
        end++;
    if (rest == 0)
        return fail(ERROR_CONFIG_XML, "line %u: the file ends too early", line_of(bytes, length));
    text_make_printable(shown, sizeof shown, bytes + damage, end);
    return fail(ERROR_CONFIG_XML, "line %u, at \"%s\"", line_of(bytes, damage), shown);
}

error_t configuration_parse(const uint8_t *bytes, size_t length,
                            const struct configuration_place *place,
                            struct configuration *configuration)
{
    struct reader reader = {.bytes = bytes, .place = place, .configuration = configuration};
    struct plist_value root;
    size_t damage;
    error_t error;

    memset(configuration, 0, sizeof *configuration);
    if (!plist_open_at(bytes, length, &root, &damage))
        return refuse_damage(bytes, length, damage);
    if (root.kind != PLIST_DICT)
        return fail(ERROR_CONFIG_XML, "line %u: the list's value is no dict",
                    line_of(bytes, (size_t)(root.content - bytes)));
    error = take_keys(&reader, &root);
    if (error == OK)
        /* Words win, in the file as well. */
        error = configuration_complete(configuration, &configuration->words);
    if (error == OK)
        configuration->options = configuration->words;
    return error;
}

/* --- Together --------------------------------------------------------------------------------- */

static error_t join_args(struct configuration *configuration, struct options *options)
{
    const char *flags = configuration->options.args, *args = options->args;
    char *room;

    if (flags == NULL || (args != NULL && args[0] == '\0'))
        return OK;
    if (args == NULL) {
        options->args = flags;
        return OK;
    }
    room = take_room(configuration, strlen(flags) + 1 + strlen(args));
    if (room == NULL)
        return fail(ERROR_CONFIG_VALUE, "Kernel Flags and args= are too long together");
    sprintf(room, "%s %s", flags, args);
    options->args = room;
    return OK;
}

error_t configuration_complete(struct configuration *configuration, struct options *options)
{
    const struct options *more = &configuration->options;

    if (options->file == NULL && options->beside == NULL) {
        options->file = more->file;
        options->beside = more->beside;
    }
    if (options->mkext_count == 0) {
        memcpy(options->mkext, more->mkext, sizeof options->mkext);
        options->mkext_count = more->mkext_count;
    }
    if (options->driver_count == 0 && !options->without_driver) {
        memcpy(options->driver, more->driver, sizeof options->driver);
        options->driver_count = more->driver_count;
        options->without_driver = more->without_driver;
    }
    if (options->module_count == 0) {
        memcpy(options->module, more->module, sizeof options->module);
        options->module_count = more->module_count;
    }
    if (options->ramdisk == NULL)
        options->ramdisk = more->ramdisk;
    if (!options->has_arch) {
        options->has_arch = more->has_arch;
        options->arch = more->arch;
    }
    if (options->boot_args_version == 0) {
        options->boot_args_version = more->boot_args_version;
        options->boot_args_revision = more->boot_args_revision;
    }
    if (options->video_width == 0) {
        options->video_width = more->video_width;
        options->video_height = more->video_height;
        options->video_depth = more->video_depth;
    }
    if (options->window == 0)
        options->window = more->window;
    options->without_acpi |= more->without_acpi;
    options->verbose |= more->verbose;
    return join_args(configuration, options);
}
