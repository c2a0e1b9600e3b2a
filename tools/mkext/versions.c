/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/versions.h"

#include <stdlib.h>
#include <string.h>

#define NUMBERS 10000 /* each is smaller */

static bool take_number(const char **text, uint64_t *number)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    *number = strtoull(*text, &end, 10);
    *text = end;
    return *number < NUMBERS;
}

/* libkern/OSKextVersion.h: development, alpha, beta, candidate, released. */
static bool take_stage(const char **text, uint64_t *stage)
{
    static const struct {
        const char *letters;
        unsigned stage;
    } stages[] = {{"fc", 4}, {"d", 1}, {"a", 2}, {"b", 3}, {"f", 4}};

    for (unsigned i = 0; i < sizeof stages / sizeof *stages; i++) {
        size_t length = strlen(stages[i].letters);

        if (strncmp(*text, stages[i].letters, length) == 0) {
            *text += length;
            *stage = stages[i].stage;
            return true;
        }
    }
    return false;
}

bool version_parse(const char *text, uint64_t *version)
{
    uint64_t number[3] = {0}, stage = 5, level = 0;

    for (unsigned i = 0; i < 3; i++) {
        if (i != 0 && *text != '.')
            break;
        text += i != 0;
        if (!take_number(&text, &number[i]))
            return false;
    }
    if (*text != '\0' && (!take_stage(&text, &stage) || !take_number(&text, &level)))
        return false;
    *version = (number[0] * NUMBERS + number[1]) * NUMBERS + number[2];
    *version = (*version * 8 + stage) * NUMBERS + level;
    return *text == '\0';
}
