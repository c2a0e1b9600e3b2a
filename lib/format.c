/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/format.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define DIGITS_MAXIMUM 20 /* of 64 bits, in decimal */

struct output {
    char *out;
    size_t size, made;
};

static void put(struct output *output, char character)
{
    if (output->made + 1 < output->size)
        output->out[output->made] = character;
    output->made++;
}

static void pad(struct output *output, char character, int count)
{
    while (count-- > 0)
        put(output, character);
}

/* A width or precision: digits, or the next argument. */
static int number(const char **format, va_list *arguments)
{
    int value = 0;

    if (**format == '*') {
        (*format)++;
        return va_arg(*arguments, int);
    }
    while (**format >= '0' && **format <= '9')
        value = value * 10 + *(*format)++ - '0';
    return value;
}

/* The digits of `value` end before `end`. Returns where they begin. */
static char *digits(char *end, uint64_t value, unsigned base, char ten)
{
    do {
        unsigned digit = (unsigned)(value % base);

        *--end = (char)(digit < 10 ? '0' + digit : ten + digit - 10);
        value /= base;
    } while (value != 0);
    return end;
}

static uint64_t integer(int longs, bool is_signed, va_list *arguments)
{
    if (longs > 1)
        return va_arg(*arguments, uint64_t);
    if (longs == 1)
        return is_signed ? (uint64_t)va_arg(*arguments, long) : va_arg(*arguments, unsigned long);
    return is_signed ? (uint64_t)va_arg(*arguments, int) : va_arg(*arguments, unsigned);
}

/* One conversion; `format` is behind the '%'. Returns what is behind the conversion. */
static const char *convert(struct output *output, const char *format, va_list *arguments)
{
    char scratch[DIGITS_MAXIMUM], *const end = scratch + sizeof scratch, sign = '\0';
    const char *text = end;
    int width, precision = INT_MAX, length = 0, longs = 0;
    bool left = false, zeros = false;
    uint64_t value;

    for (;; format++) {
        if (*format == '-')
            left = true;
        else if (*format == '0')
            zeros = true;
        else
            break;
    }
    width = number(&format, arguments);
    if (*format == '.') {
        format++;
        precision = number(&format, arguments);
    }
    for (;; format++) {
        if (*format == 'l')
            longs++;
        else if (*format == 'z' || *format == 't')
            longs = sizeof(size_t) > sizeof(long) ? 2 : 1;
        else if (*format == 'j')
            longs = 2;
        else if (*format != 'h')
            break;
    }
    switch (*format) {
    case 'd':
    case 'i':
        value = integer(longs, true, arguments);
        if ((int64_t)value < 0) {
            sign = '-';
            value = 0 - value;
        }
        text = digits(end, value, 10, 'a');
        break;
    case 'u':
        text = digits(end, integer(longs, false, arguments), 10, 'a');
        break;
    case 'p':
        longs = 1;
        put(output, '0');
        put(output, 'x');
        /* fall through */
    case 'x':
    case 'X':
        text = digits(end, integer(longs, false, arguments), 16, *format == 'X' ? 'A' : 'a');
        break;
    case 's':
        text = va_arg(*arguments, const char *);
        zeros = false;
        while (length < precision && text[length] != '\0')
            length++;
        break;
    case 'c':
        scratch[0] = (char)va_arg(*arguments, int);
        text = scratch;
        length = 1;
        zeros = false;
        break;
    default: /* "%%", and what is not known */
        if (*format == '\0')
            return format;
        put(output, *format);
        return format + 1;
    }
    if (text >= scratch && text < end && *format != 'c')
        length = (int)(end - text);

    width -= length + (sign != '\0');
    if (!left && !zeros)
        pad(output, ' ', width);
    if (sign != '\0')
        put(output, sign);
    if (!left && zeros)
        pad(output, '0', width);
    while (length-- > 0)
        put(output, *text++);
    if (left)
        pad(output, ' ', width);
    return format + 1;
}

int format_text(char *out, size_t size, const char *format, va_list arguments)
{
    struct output output = {out, size, 0};
    va_list next;

    va_copy(next, arguments); /* its address is taken, which a parameter's may not be */
    while (*format != '\0') {
        if (*format == '%')
            format = convert(&output, format + 1, &next);
        else
            put(&output, *format++);
    }
    va_end(next);
    if (size > 0)
        out[output.made < size ? output.made : size - 1] = '\0';
    return (int)output.made;
}
