/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/kernel_release.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAXIMUM 5 /* of a number that is believed */

/* The first source of each major release (tags of Apple's published sources). */
static const struct {
    unsigned xnu, major;
} first_sources[] = {
    {4903, 18}, {4570, 17}, {3789, 16}, {3247, 15}, {2782, 14}, {2422, 13},
    {2050, 12}, {1699, 11}, {1456, 10}, {1228, 9},  {792, 8},   {517, 7},
};

struct text {
    const uint8_t *at;
    size_t left;
};

/* Moves behind the next `word`. */
static bool skip_past(struct text *text, const char *word)
{
    size_t length = strlen(word);
    while (text->left >= length) {
        const uint8_t *found = memchr(text->at, word[0], text->left - length + 1);
        if (found == NULL) {
            return false;
        }
        bool here = memcmp(found, word, length) == 0;
        size_t used = (size_t)(found - text->at) + (here ? length : 1);
        text->at += used;
        text->left -= used;
        if (here) {
            return true;
        }
    }
    return false;
}

/* A number that starts here and is not too long; 0 if there is none. */
static unsigned take_number(struct text *text)
{
    unsigned value = 0;
    size_t digits = 0;
    while (text->left != 0 && *text->at >= '0' && *text->at <= '9') {
        if (++digits > DIGITS_MAXIMUM) {
            return 0;
        }
        value = value * 10 + (*text->at - '0');
        text->at++;
        text->left--;
    }
    return value;
}

static unsigned major_of_source(unsigned xnu)
{
    for (size_t i = 0; i < sizeof(first_sources) / sizeof(first_sources[0]); i++) {
        if (xnu >= first_sources[i].xnu) {
            return first_sources[i].major;
        }
    }
    return 0;
}

void kernel_release_find(const uint8_t *image, size_t length, struct kernel_release *release)
{
    struct text text = {image, length};
    memset(release, 0, sizeof(*release));
    /* Other strings of the kernel ("Darwin Kernel Version %d...") have no number there. */
    while (release->major == 0 && skip_past(&text, "Darwin Kernel Version ")) {
        release->major = take_number(&text);
        if (release->major != 0 && text.left != 0 && *text.at == '.') {
            text.at++;
            text.left--;
            release->minor = take_number(&text);
        }
    }
    text = (struct text){image, length};
    while (release->xnu == 0 && skip_past(&text, "root:xnu-")) {
        release->xnu = take_number(&text);
    }
    if (release->major == 0) {
        release->major = major_of_source(release->xnu);
    }
}

const char *kernel_release_name(const struct kernel_release *release)
{
    static char name[32];
    if (release->major == 0) {
        return "a kernel of an unknown release";
    }
    snprintf(name, sizeof(name), "Darwin %u.%u", release->major, release->minor);
    return name;
}
