/* SPDX-License-Identifier: BSD-2-Clause */
/* Small questions about characters, independent of any locale. */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool text_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline bool text_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Length of the first word. */
static inline size_t text_word_length(const char *text)
{
    return strcspn(text, " \t\r\n");
}

#endif
