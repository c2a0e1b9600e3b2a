/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the payload kernels print: text, one verdict per line, and the last line with the totals
 * that tests and `make demo` wait for.
 */
#ifndef PAYLOADS_REPORT_H
#define PAYLOADS_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where characters go; '\n' comes alone. Nothing is printed before this was called. */
void report_to(void (*put)(char character));

/* printf with %s %.*s %.16s %c %u %x %llx, a width with leading zeros (%08x) and %%. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "ok   - ..." or "FAIL - ...", counts it, and returns `good`. */
bool check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As check(false, ...). */
void failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the line "VERDICT pass=<n> fail=<m>". */
void report_verdict(void);

#endif
