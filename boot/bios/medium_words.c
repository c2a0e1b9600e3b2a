/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words from the medium that the loader was started from: a text file that came with it as the
 * module sawboot.cfg, which people edit with whatever editor they have.
 */
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/options.h"

static const char file_name[] = "sawboot.cfg";
static char words[OPTIONS_LENGTH];
static size_t used; /* without the NUL */

bool medium_words_is(const struct platform_module *module)
{
    size_t length = strcspn(module->words, " \t");
    size_t name = length;

    while (name != 0 && module->words[name - 1] != '/')
        name--;
    return length - name == sizeof file_name - 1 &&
           memcmp(module->words + name, file_name, sizeof file_name - 1) == 0;
}

/* Adds one character; false if there is no room left. Blanks in a row become one. */
static bool add(char c)
{
    if (c == ' ' && (used == 0 || words[used - 1] == ' '))
        return true;
    if (used == sizeof words - 1)
        return false;
    words[used++] = c;
    return true;
}

/* Ends of lines, tabs and everything else that nobody can type stand between words. */
static char blank_or_self(uint8_t byte)
{
    return byte > ' ' && byte != 0x7F ? (char)byte : ' ';
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

/* Adds the lines that do not begin with '#'. False if they are too long. */
static bool add_lines(const uint8_t *bytes, size_t length)
{
    bool comment = false, beginning = true;

    for (size_t at = 0; at < length; at++) {
        if (is_line_end(bytes[at])) {
            comment = false;
            beginning = true;
        } else if (beginning && blank_or_self(bytes[at]) != ' ') {
            comment = bytes[at] == '#';
            beginning = false;
        }
        if (!comment && !add(blank_or_self(bytes[at])))
            return false;
    }
    return true;
}

error_t medium_words_take(const uint8_t *bytes, size_t length)
{
    /* What some editors put in front of UTF-8. */
    static const uint8_t mark[3] = {0xEF, 0xBB, 0xBF};
    size_t start = length >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0 ? sizeof mark : 0;
    bool fits;

    used = 0;
    fits = add_lines(bytes + start, length - start);
    if (used != 0 && words[used - 1] == ' ')
        used--;
    words[used] = '\0';
    return fits ? OK
                : fail(ERROR_OPTION_LENGTH, "the words in %s have more than %u characters",
                       file_name, (unsigned)sizeof words - 1);
}

error_t medium_words_read(void)
{
    static struct platform_module modules[MODULES_MAXIMUM];
    size_t count = multiboot_modules(modules, MODULES_MAXIMUM);

    for (size_t i = 0; i < count; i++)
        if (medium_words_is(&modules[i]))
            return medium_words_take(modules[i].bytes, modules[i].length);
    return OK;
}

const char *medium_words(void)
{
    return words;
}
