/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "console/console.h"

#define DETAIL_LENGTH 256

static char detail[DETAIL_LENGTH];

static const struct {
    const char *code, *summary, *advice;
} catalogue[ERROR_COUNT] = {
    [OK] = {"SB-OK", "no failure", ""},
#define ERROR(name, code, summary, advice) [name] = {code, summary, advice},
#include "errors.def"
#undef ERROR
};

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
    return catalogue[error].code;
}

const char *error_summary(error_t error)
{
    return catalogue[error].summary;
}

const char *error_advice(error_t error)
{
    return catalogue[error].advice;
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
