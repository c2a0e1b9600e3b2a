/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

static void (*output)(char character);
static uint32_t passes, failures;

void report_to(void (*put)(char character))
{
    output = put;
}

static void put(char character)
{
    if (output != NULL)
        output(character);
}

/* Decimal numbers have 32 bits: dividing wider ones takes the compiler's library. */
static void put_number(uint64_t value, unsigned base, unsigned width)
{
    char digits[20];
    unsigned count = 0;
    do {
        if (base == 16) {
            digits[count++] = "0123456789abcdef"[value & 15];
            value >>= 4;
        } else {
            digits[count++] = (char)('0' + (uint32_t)value % base);
            value = (uint32_t)value / base;
        }
    } while (value != 0);
    for (unsigned i = count; i < width; i++)
        put('0');
    while (count > 0)
        put(digits[--count]);
}

static void put_text(const char *text, uint32_t limit)
{
    for (uint32_t i = 0; i < limit && text[i] != '\0'; i++)
        put(text[i]);
}

static void say_v(const char *format, va_list arguments)
{
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        unsigned width = 0;
        uint32_t limit = UINT32_MAX;
        format++;
        if (format[0] == '.' && format[1] == '*') {
            limit = (uint32_t)va_arg(arguments, int);
            format += 2;
        } else if (format[0] == '.') {
            for (limit = 0, format++; *format >= '0' && *format <= '9'; format++)
                limit = 10 * limit + (uint32_t)(*format - '0');
        }
        while (*format >= '0' && *format <= '9')
            width = 10 * width + (unsigned)(*format++ - '0');
        if (format[0] == 'l' && format[1] == 'l' && format[2] == 'x') {
            put_number(va_arg(arguments, unsigned long long), 16, width);
            format += 2;
            continue;
        }
        switch (*format) {
        case 's':
            put_text(va_arg(arguments, const char *), limit);
            break;
        case 'c':
            put((char)va_arg(arguments, int));
            break;
        case 'u':
            put_number(va_arg(arguments, unsigned), 10, width);
            break;
        case 'x':
            put_number(va_arg(arguments, unsigned), 16, width);
            break;
        default:
            put(*format);
            break;
        }
    }
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_v(format, arguments);
    va_end(arguments);
}

static void verdict_line(bool good, const char *format, va_list arguments)
{
    say(good ? "ok   - " : "FAIL - ");
    say_v(format, arguments);
    put('\n');
    if (good)
        passes++;
    else
        failures++;
}

bool check(bool good, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict_line(good, format, arguments);
    va_end(arguments);
    return good;
}

void failed(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict_line(false, format, arguments);
    va_end(arguments);
}

void report_verdict(void)
{
    say("VERDICT pass=%u fail=%u\n", passes, failures);
}
