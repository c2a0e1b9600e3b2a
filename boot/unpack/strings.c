/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's functions that the unpacking program calls, byte by byte: together smaller than
 * one of the library's. What is copied forward goes in words, as all payload does in the loader of
 * a ROM. Compiled without link-time optimisation, which does not see all calls.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static void copy_forward(unsigned char *out, const unsigned char *in, size_t length)
{
#ifdef __i386__
    size_t count = length / 4;

    __asm__ volatile("rep movsl\n\tmov %3,%2\n\trep movsb"
                     : "+D"(out), "+S"(in), "+c"(count)
                     : "r"(length % 4)
                     : "memory");
#else
    /* At any address. */
    struct __attribute__((packed, may_alias)) word {
        uint32_t value;
    };

    for (; length >= 2 * sizeof(struct word); length -= 2 * sizeof(struct word)) {
        const struct word *words = (const struct word *)in;
        uint32_t first = words[0].value, second = words[1].value;

        ((struct word *)out)[0].value = first;
        ((struct word *)out)[1].value = second;
        out += 2 * sizeof(struct word);
        in += 2 * sizeof(struct word);
    }
    while (length-- > 0)
        *out++ = *in++;
#endif
}

void *memmove(void *to, const void *from, size_t length)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if ((uintptr_t)out - (uintptr_t)in < length) {
        while (length-- > 0)
            out[length] = in[length];
        return to;
    }
    copy_forward(out, in, length);
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
