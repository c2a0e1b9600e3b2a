/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the person at the console for a line.
 */
#ifndef CONSOLE_PROMPT_H
#define CONSOLE_PROMPT_H

#include <stddef.h>

/*
 * Shows `label` and reads a line into `line` (NUL-terminated, without the newline), echoing it.
 * Backspace and delete take a character back, ^U all of them. Waits for as long as it takes.
 */
void prompt_line(const char *label, char *line, size_t size);

#endif
