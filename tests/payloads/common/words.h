/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of a kernel's command line: white space stands between them. */
#ifndef PAYLOADS_WORDS_H
#define PAYLOADS_WORDS_H

#include <stdbool.h>
#include <stdint.h>

bool words_have(const char *line, const char *word);
/* What follows `key` (which ends in '=') in the first word that begins with it, or NULL. */
const char *words_value(const char *line, const char *key);
/* The same as a decimal number; `otherwise` if there is no such word. */
uint32_t words_number(const char *line, const char *key, uint32_t otherwise);
/* Decimal (or, base 16, hexadecimal) digits at `*text`, which moves behind them. */
uint32_t read_number(const char **text, uint32_t base);
/* Six bytes written as 52:54:00:12:34:56. False if that is not there. */
bool read_mac(const char *text, uint8_t mac[6]);
/* True if `part` is somewhere in the `length` bytes of text; `*behind` is set behind it. */
bool text_contains(const char *text, uint32_t length, const char *part, uint32_t *behind);

#endif
