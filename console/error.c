/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/console.h"

#define DETAIL_LENGTH 256

static char detail[DETAIL_LENGTH];

/*
 * Code, summary and advice of each failure, one string behind the other: a table of pointers would
 * be larger. The smallest image leaves the advice to the documentation.
 */
#ifdef SAWBOOT_SMALL
#define PARTS                           2
#define PARTS_OF(code, summary, advice) code "\0" summary "\0"
#else
#define PARTS                           3
#define PARTS_OF(code, summary, advice) code "\0" summary "\0" advice "\0"
#endif
static const char catalogue[] = PARTS_OF("SB-OK", "no failure", "")
#define ERROR(name, code, summary, advice) PARTS_OF(code, summary, advice)
#include "errors.def"
#undef ERROR
    ;

static const char *part(error_t error, unsigned which)
{
    const char *at = catalogue;

    for (unsigned skip = (unsigned)error * PARTS + which; skip > 0; skip--)
        at += strlen(at) + 1;
    return at;
}

error_t fail(error_t code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    return code;
}

void error_context(const char *format, ...)
{
    char before[DETAIL_LENGTH], joined[2 * DETAIL_LENGTH];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(before, sizeof before, format, arguments);
    va_end(arguments);
    snprintf(joined, sizeof joined, "%s%s", before, detail);
    memcpy(detail, joined, sizeof detail - 1);
    detail[sizeof detail - 1] = '\0';
}

void error_clear(void)
{
    detail[0] = '\0';
}

const char *error_code(error_t error)
{
    return part(error, 0);
}

const char *error_summary(error_t error)
{
    return part(error, 1);
}

const char *error_advice(error_t error)
{
    return PARTS > 2 ? part(error, 2) : "see this code in docs/errors.md";
}

const char *error_detail(void)
{
    return detail;
}

void error_show(error_t error)
{
    print("\n%s: %s\n", error_code(error), error_summary(error));
    if (detail[0] != '\0')
        print("  what: %s\n", detail);
    print("  try:  %s\n", error_advice(error));
}
