/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More of the C library, for the loader in a card's ROM: together with strings.c smaller than the
 * library's. Compiled without link-time optimisation, which does not see all calls.
 */
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int memcmp(const void *first, const void *second, size_t length)
{
    const unsigned char *one = first, *other = second;

    for (; length > 0 && *one == *other; length--) {
        one++;
        other++;
    }
    return length > 0 ? *one - *other : 0;
}

int strncmp(const char *first, const char *second, size_t length)
{
    for (; length > 0 && *first == *second && *first != '\0'; length--) {
        first++;
        second++;
    }
    return length > 0 ? (unsigned char)*first - (unsigned char)*second : 0;
}

int strcmp(const char *first, const char *second)
{
    return strncmp(first, second, SIZE_MAX);
}

void *memchr(const void *bytes, int value, size_t length)
{
    const unsigned char *at = bytes;

    for (; length > 0; length--, at++)
        if (*at == (unsigned char)value)
            return (void *)(uintptr_t)at;
    return NULL;
}

char *strchr(const char *text, int character)
{
    return memchr(text, character, strlen(text) + 1);
}

char *strrchr(const char *text, int character)
{
    for (size_t at = strlen(text) + 1; at > 0; at--)
        if (text[at - 1] == (char)character)
            return (char *)(uintptr_t)text + at - 1;
    return NULL;
}

char *strcpy(char *restrict to, const char *restrict from)
{
    return memcpy(to, from, strlen(from) + 1);
}

/* How many characters at the front are of the set, or are not. */
static size_t span(const char *text, const char *set, int of_it)
{
    size_t length = 0;

    while (text[length] != '\0' && (strchr(set, text[length]) != NULL) == of_it)
        length++;
    return length;
}

size_t strspn(const char *text, const char *set)
{
    return span(text, set, 1);
}

size_t strcspn(const char *text, const char *set)
{
    return span(text, set, 0);
}

/* Blanks and a sign in front, 0x for base 16 or 0; too large a number is ULONG_MAX. */
unsigned long strtoul(const char *restrict text, char **restrict end, int base)
{
    const char *at = text + strspn(text, " \t\n\v\f\r"), *digits_end = text;
    unsigned long value = 0, limit;
    int negative = *at == '-', too_large = 0;

    if (*at == '-' || *at == '+')
        at++;
    if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 0x20) == 'x') {
        digits_end = at + 1;
        at += 2;
        base = 16;
    } else if (base == 0) {
        base = *at == '0' ? 8 : 10;
    }
    limit = ULONG_MAX / (unsigned long)base;
    for (;; at++) {
        unsigned digit = (unsigned char)*at - (unsigned)'0';

        if (digit > 9) {
            digit = ((unsigned char)*at | 0x20u) - 'a';
            digit = digit < 26 ? digit + 10 : 99;
        }
        if (digit >= (unsigned)base)
            break;
        if (value > limit || value * (unsigned long)base > ULONG_MAX - digit)
            too_large = 1;
        value = value * (unsigned long)base + digit;
        digits_end = at + 1;
    }
    if (end != NULL)
        *end = (char *)(uintptr_t)digits_end;
    return too_large ? ULONG_MAX : negative ? 0 - value : value;
}
