/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/console.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"

#define LINE_LENGTH 512

bool console_verbose;

void print_v(const char *format, va_list arguments)
{
    char line[LINE_LENGTH];
    int length = vsnprintf(line, sizeof line, format, arguments);

    if (length < 0)
        return;
    if ((size_t)length >= sizeof line)
        length = sizeof line - 1;
    platform_write(line, (size_t)length);
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_v(format, arguments);
    va_end(arguments);
}

void print_verbose(const char *format, ...)
{
    va_list arguments;

    if (!console_verbose)
        return;
    va_start(arguments, format);
    print_v(format, arguments);
    va_end(arguments);
}
