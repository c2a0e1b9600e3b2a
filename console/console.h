/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output for the person at the console. Lines end in '\n'; the platform's
 * console adds the carriage return. Nothing here allocates or waits.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* printf to the platform's console; at most 511 characters a call. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_v(const char *format, va_list arguments);

/* The same, only when the option `verbose` is set. */
void print_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern bool console_verbose;

/*
 * Progress of one named file or wait. `total` is 0 when unknown. progress_update may be called
 * for every packet: it writes at most about ten times a second, on one line where it can.
 */
struct progress {
    const char *name;
    uint64_t total;
    uint64_t started_ms;
    uint64_t shown_ms;
    unsigned shown_length;
};
void progress_begin(struct progress *progress, const char *name, uint64_t total);
void progress_update(struct progress *progress, uint64_t done);
void progress_end(struct progress *progress, uint64_t done, bool complete);

#endif
