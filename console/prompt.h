/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the person at the console for a line.
 */
#ifndef CONSOLE_PROMPT_H
#define CONSOLE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Shows `label` and reads a line into `line` (NUL-terminated, without the newline), echoing it.
 * Keys edit it as in console/line_editor.h; the loader in a card's ROM knows backspace and ^U only.
 * Waits for as long as it takes.
 */
void prompt_line(const char *label, char *line, size_t size);

/* The same with earlier lines at the cursor keys; the line is added to them. */
struct line_history;
void prompt_line_with(const char *label, char *line, size_t size, struct line_history *history);

/* True if escape or ^C was typed, for whatever takes long; other keys go to the next line. */
bool prompt_interrupted(void);

#endif
