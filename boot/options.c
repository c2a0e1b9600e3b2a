/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/options.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* If `word` begins with `key` ("file="), returns what stands behind it. */
static const char *value_of(const char *word, const char *key)
{
    size_t length = strlen(key);

    return strncmp(word, key, length) == 0 ? word + length : NULL;
}

static error_t take_word(struct options *options, const char *word)
{
    const char *value;

    if (strcmp(word, "verbose") == 0) {
        options->verbose = true;
        return OK;
    }
    if ((value = value_of(word, "file=")) != NULL)
        options->file = value;
    else if ((value = value_of(word, "driver=")) != NULL)
        options->driver = value;
    else if ((value = value_of(word, "net=")) != NULL)
        options->net = value;
    else if ((value = value_of(word, "nic=")) != NULL)
        options->nic = value;
    else if ((value = value_of(word, "mkext=")) != NULL) {
        if (options->mkext_count == OPTIONS_MKEXTS_MAXIMUM)
            return fail(ERROR_OPTION_VALUE, "more than %d mkext= words", OPTIONS_MKEXTS_MAXIMUM);
        options->mkext[options->mkext_count++] = value;
    } else {
        return fail(ERROR_OPTION_UNKNOWN, "\"%s\"", word);
    }
    if (*value == '\0')
        return fail(ERROR_OPTION_VALUE, "\"%s\" has nothing behind the =", word);
    return OK;
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

        while (is_blank(*at))
            at++;
        if (*at == '\0')
            return OK;
        word = at;
        if (value_of(word, "args=") != NULL) {
            char *end = word + strlen(word);

            while (end > word && is_blank(end[-1]))
                *--end = '\0';
            options->args = value_of(word, "args=");
            return OK;
        }
        while (*at != '\0' && !is_blank(*at))
            at++;
        if (*at != '\0')
            *at++ = '\0';
        error = take_word(options, word);
        if (error != OK)
            return error;
    }
}
