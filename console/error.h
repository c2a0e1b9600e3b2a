/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Failures: each has a stable code (SB-...), says what was being done and to
 * what, and what to try. The catalogue is console/errors.def; users read
 * docs/errors.md, which a test keeps equal to the catalogue.
 */
#ifndef CONSOLE_ERROR_H
#define CONSOLE_ERROR_H

typedef enum error {
    OK = 0,
#define ERROR(name, code, summary, advice) name,
#include "errors.def"
#undef ERROR
    ERROR_COUNT
} error_t;

/*
 * Records a failure and returns `code`, so that `return fail(ERROR_..., "...", ...)` reads well.
 * The format says what was being done to what; it is kept (first 255 characters) until the next
 * fail() or error_clear(). A failure that only passes through is returned as it is, not recorded
 * again; error_context() may put words in front ("mkext=foo.mkext: ").
 */
error_t fail(error_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_context(const char *format, ...) __attribute__((format(printf, 1, 2)));
void error_clear(void);

const char *error_code(error_t error);    /* "SB-TFTP-02" */
const char *error_summary(error_t error); /* what went wrong, one clause */
const char *error_advice(error_t error);  /* what to try */
const char *error_detail(void);           /* the recorded words */

/* Prints code, summary, detail and advice on the console, one block. */
void error_show(error_t error);

#endif
