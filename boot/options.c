/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/options.h"

#include <stdlib.h>
#include <string.h>

#include "boot/commands/commands.h"
#include "lib/text.h"

/* Beyond what any screen has; keeps width times depth far from overflow. */
#define VIDEO_LARGEST 16384
/* What the largest receive ring holds. */
#define WINDOW_LARGEST 63

/* If `word` begins with `key` ("file="), returns what stands behind it. */
static const char *value_of(const char *word, const char *key)
{
    size_t length = strlen(key);

    return strncmp(word, key, length) == 0 ? word + length : NULL;
}

static error_t append(const char *list[], size_t *count, size_t maximum, const char *key,
                      const char *value)
{
    if (*count == maximum)
        return fail(ERROR_OPTION_VALUE, "more than %u %s words", (unsigned)maximum, key);
    list[(*count)++] = value;
    return OK;
}

static error_t take_arch(struct options *options, const char *value)
{
    options->has_arch = true;
    if (strcmp(value, "i386") == 0)
        options->arch = IMAGE_CPU_I386;
    else if (strcmp(value, "x86_64") == 0)
        options->arch = IMAGE_CPU_X86_64;
    else if (strcmp(value, "ppc") == 0)
        options->arch = IMAGE_CPU_POWERPC;
    else
        return fail(ERROR_OPTION_VALUE, "arch=%s: it has to be i386, x86_64 or ppc", value);
    return OK;
}

/* "1.4", "1.5", "1.6", "2", "2.0": version and revision of XNU's boot_args. */
static error_t take_boot_args(struct options *options, const char *value)
{
    static const struct {
        const char *text;
        unsigned version, revision;
    } known[] = {{"1.4", 1, 4}, {"1.5", 1, 5}, {"1.6", 1, 6}, {"2", 2, 0}, {"2.0", 2, 0}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(value, known[i].text) == 0) {
            options->boot_args_version = known[i].version;
            options->boot_args_revision = known[i].revision;
            return OK;
        }
    return fail(ERROR_OPTION_VALUE, "bootargs=%s: it has to be 1.4, 1.5, 1.6 or 2", value);
}

static error_t take_acpi(struct options *options, const char *value)
{
    if (strcmp(value, "none") != 0)
        return fail(ERROR_OPTION_VALUE, "acpi=%s: only acpi=none is known", value);
    options->without_acpi = true;
    return OK;
}

/* Numbers with 'x' between them, `most` at the most. Returns how many; 0 if it is anything else. */
static size_t split_numbers(const char *text, unsigned long *numbers, size_t most)
{
    for (size_t count = 0; count < most; text++) {
        char *end;

        if (*text < '0' || *text > '9')
            return 0;
        numbers[count++] = strtoul(text, &end, 10);
        text = end;
        if (*text == '\0')
            return count;
        if (*text != 'x')
            return 0;
    }
    return 0;
}

/* "1024x768" or "1024x768x32". */
static error_t take_video(struct options *options, const char *value)
{
    unsigned long numbers[3] = {0, 0, 0};
    size_t count = split_numbers(value, numbers, 3);
    bool depth_known = count < 3 || numbers[2] == 16 || numbers[2] == 24 || numbers[2] == 32;

    if (count < 2 || numbers[0] == 0 || numbers[1] == 0 || numbers[0] > VIDEO_LARGEST ||
        numbers[1] > VIDEO_LARGEST || !depth_known)
        return fail(ERROR_OPTION_VALUE, "video=%s: it has to be like 1024x768 or 1024x768x32",
                    value);
    options->video_width = (unsigned)numbers[0];
    options->video_height = (unsigned)numbers[1];
    options->video_depth = (unsigned)numbers[2];
    return OK;
}

static error_t take_window(struct options *options, const char *value)
{
    unsigned long blocks;

    if (split_numbers(value, &blocks, 1) != 1 || blocks == 0 || blocks > WINDOW_LARGEST)
        return fail(ERROR_OPTION_VALUE, "window=%s: it has to be a number from 1 to %u", value,
                    WINDOW_LARGEST);
    options->window = (unsigned)blocks;
    return OK;
}

static error_t take_word(struct options *options, const char *word)
{
    const char *equals = strchr(word, '='), *value;

    if (strcmp(word, "verbose") == 0) {
        options->verbose = true;
        return OK;
    }
    if (strcmp(word, "chain") == 0) {
        options->chain = true;
        return OK;
    }
    if (commands_take_word(options, word))
        return OK;
    if (equals != NULL && equals[1] == '\0')
        return fail(ERROR_OPTION_VALUE, "\"%s\" has nothing behind the =", word);
    if ((value = value_of(word, "mkext=")) != NULL)
        return append(options->mkext, &options->mkext_count, OPTIONS_MKEXTS_MAXIMUM,
                      "mkext=", value);
    if (strcmp(word, "driver=none") == 0) {
        options->without_driver = true;
        return OK;
    }
    if ((value = value_of(word, "driver=")) != NULL)
        return append(options->driver, &options->driver_count, OPTIONS_DRIVERS_MAXIMUM,
                      "driver=", value);
    if ((value = value_of(word, "module=")) != NULL || (value = value_of(word, "initrd=")) != NULL)
        return append(options->module, &options->module_count, OPTIONS_MODULES_MAXIMUM,
                      "module= and initrd=", value);
    if ((value = value_of(word, "arch=")) != NULL)
        return take_arch(options, value);
    if ((value = value_of(word, "bootargs=")) != NULL)
        return take_boot_args(options, value);
    if ((value = value_of(word, "acpi=")) != NULL)
        return take_acpi(options, value);
    if ((value = value_of(word, "video=")) != NULL)
        return take_video(options, value);
    if ((value = value_of(word, "window=")) != NULL)
        return take_window(options, value);
    if ((value = value_of(word, "file=")) != NULL)
        options->file = value;
    else if ((value = value_of(word, "ramdisk=")) != NULL)
        options->ramdisk = value;
    else if ((value = value_of(word, "net=")) != NULL)
        options->net = value;
    else if ((value = value_of(word, "nic=")) != NULL)
        options->nic = value;
    else if ((value = value_of(word, "image=")) != NULL)
        options->image = value;
    else if ((value = value_of(word, "model=")) != NULL)
        options->model = value;
    else if ((value = value_of(word, "config=")) != NULL)
        options->config = value;
    else
        return fail(ERROR_OPTION_UNKNOWN, "\"%s\"", word);
    return OK;
}

/*
 * Takes one word off the text, which it ends with NUL, without quotes: they stand around a value,
 * or around the whole word, where GRUB puts them. Returns what follows, NULL if they do not close.
 */
static char *split_word(char *word)
{
    char *at = word + strcspn(word, " \t\r\n\"");

    if (*at == '"' && (at == word || at[-1] == '=')) {
        char *close = strchr(at + 1, '"');

        if (close == NULL || (close[1] != '\0' && !text_is_blank(close[1])))
            return NULL;
        memmove(at, at + 1, (size_t)(close - at - 1));
        close[-1] = '\0';
        return close + 1;
    }
    at += strcspn(at, " \t\r\n");
    if (*at != '\0')
        *at++ = '\0';
    return at;
}

static void trim_end(char *text)
{
    char *end = text + strlen(text);

    while (end > text && text_is_blank(end[-1]))
        *--end = '\0';
}

/*
 * `args=` takes the rest of the line as it is. Where GRUB has put quotes around the word, they go:
 * "args=-v debug=8" more.
 */
static char *rest_of_line(char *word)
{
    char *close;

    if (*word == '"') {
        word++;
        close = strchr(word, '"');
        if (close != NULL)
            memmove(close, close + 1, strlen(close));
    }
    trim_end(word);
    return word + strlen("args=");
}

error_t options_parse(const char *text, struct options *options)
{
    size_t length = strlen(text);
    char *at = options->storage;

    memset(options, 0, sizeof *options);
    if (length >= sizeof options->storage)
        return fail(ERROR_OPTION_LENGTH, "%u characters, at most %u", (unsigned)length,
                    (unsigned)sizeof options->storage - 1);
    memcpy(options->storage, text, length + 1);

    for (;;) {
        char *word;
        error_t error;

        while (text_is_blank(*at))
            at++;
        if (*at == '\0')
            return OK;
        word = at;
        if (*word == '-') {
            options->args = word;
            trim_end(word);
            return OK;
        }
        if (value_of(word, "args=") != NULL || value_of(word, "\"args=") != NULL) {
            options->args = rest_of_line(word);
            return OK;
        }
        at = split_word(word);
        if (at == NULL)
            return fail(ERROR_OPTION_VALUE, "%s: the quotes do not close", word);
        error = take_word(options, word);
        if (error != OK)
            return error;
    }
}
