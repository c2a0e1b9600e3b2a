/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's functions that the unpacking program calls, byte by byte: together smaller than
 * one of the library's. Compiled without link-time optimisation, which does not see all calls.
 */
#include <stddef.h>
#include <string.h>

void *memmove(void *to, const void *from, size_t length)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if (out < in)
        while (length-- > 0)
            *out++ = *in++;
    else
        while (length-- > 0)
            out[length] = in[length];
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    return memmove(to, from, length);
}

void *memset(void *at, int value, size_t length)
{
    unsigned char *out = at;

    while (length-- > 0)
        *out++ = (unsigned char)value;
    return at;
}

size_t strlen(const char *text)
{
    const char *at = text;

    while (*at != '\0')
        at++;
    return (size_t)(at - text);
}
