/* SPDX-License-Identifier: BSD-2-Clause */
#include "words.h"

#include <stddef.h>

#include "strings.h"

static bool is_white(char character)
{
    return character == ' ' || character == '\t';
}

/* The first word that begins with `start`; what stands behind that. */
static const char *find(const char *line, const char *start, bool whole)
{
    size_t length = strlen(start);
    while (*line != '\0') {
        while (is_white(*line))
            line++;
        if (strncmp(line, start, length) == 0 &&
            (!whole || line[length] == '\0' || is_white(line[length])))
            return line + length;
        while (*line != '\0' && !is_white(*line))
            line++;
    }
    return NULL;
}

bool words_have(const char *line, const char *word)
{
    return find(line, word, true) != NULL;
}

const char *words_value(const char *line, const char *key)
{
    return find(line, key, false);
}

uint32_t words_number(const char *line, const char *key, uint32_t otherwise)
{
    const char *text = words_value(line, key);
    return text != NULL ? read_number(&text, 10) : otherwise;
}

static uint32_t digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return (uint32_t)(digit - '0');
    if (digit >= 'a' && digit <= 'f')
        return (uint32_t)(digit - 'a') + 10;
    if (digit >= 'A' && digit <= 'F')
        return (uint32_t)(digit - 'A') + 10;
    return UINT32_MAX;
}

uint32_t read_number(const char **text, uint32_t base)
{
    uint32_t value = 0;
    for (; digit_value(**text) < base; (*text)++)
        value = base * value + digit_value(**text);
    return value;
}

bool read_mac(const char *text, uint8_t mac[6])
{
    for (uint32_t i = 0; i < 6; i++) {
        if (digit_value(text[0]) > 15 || digit_value(text[1]) > 15)
            return false;
        mac[i] = (uint8_t)read_number(&text, 16);
        if (i < 5 && *text++ != ':')
            return false;
    }
    return true;
}

bool text_contains(const char *text, uint32_t length, const char *part, uint32_t *behind)
{
    uint32_t size = (uint32_t)strlen(part);
    for (uint32_t at = 0; at + size <= length; at++) {
        if (memcmp(text + at, part, size) == 0) {
            *behind = at + size;
            return true;
        }
    }
    return false;
}
