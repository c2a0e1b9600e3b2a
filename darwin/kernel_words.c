/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/kernel_words.h"

#include <stdbool.h>
#include <string.h>

#define BLANKS " \t"

const char *kernel_word(const char *line, const char *word)
{
    size_t length = strlen(word);
    bool is_key = length != 0 && word[length - 1] == '=';
    const char *at = line + strspn(line, BLANKS);
    while (*at != 0) {
        size_t end = strcspn(at, BLANKS);
        if (end >= length && memcmp(at, word, length) == 0 && (is_key || end == length)) {
            return at + length;
        }
        at += end;
        at += strspn(at, BLANKS);
    }
    return NULL;
}
