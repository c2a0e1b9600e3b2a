/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing a line: the keys that shells and Open Firmware know. Keys come in one by one; what is
 * seen is made with backspaces and blanks alone, which every console understands, and stays on one
 * line: longer text is shown in part.
 */
#ifndef CONSOLE_LINE_EDITOR_H
#define CONSOLE_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_HISTORY_LENGTH 4096
#define LINE_DRAFT_LENGTH   2048
/* The characters of an escape sequence follow each other within this time, at 300 baud and up. */
#define LINE_SEQUENCE_MS 500

/* Lines that were entered, the oldest first, each with its NUL. All zeros: none. */
struct line_history {
    size_t used;
    char text[LINE_HISTORY_LENGTH];
};

struct line_editor {
    const char *label;
    char *line; /* the caller's, of `size` bytes; NUL-terminated after each key */
    size_t size, length, cursor;
    struct line_history *history; /* NULL: none */
    size_t back;                  /* the line is the history's, so many from its end; 0: new */
    char draft[LINE_DRAFT_LENGTH];

    /* What is seen: `shown` characters from `first` on, the cursor behind `column` of them. */
    size_t width, first, shown, column;

    enum { LINE_PLAIN, LINE_ESCAPE, LINE_BRACKET, LINE_SINGLE_SHIFT } sequence;
    unsigned number, numbers; /* the parameter that is being read, and how many went before */
    uint64_t sequence_ms;     /* when its last character came */
};

/* Adds a line, unless it is empty or the same as the last; the oldest make room for it. */
void line_history_add(struct line_history *history, const char *line);

/* Shows `label` and begins with an empty line. Both, and `history`, stay the caller's. */
void line_editor_begin(struct line_editor *editor, const char *label, char *line, size_t size,
                       struct line_history *history);

/*
 * Takes a key, as platform_read_key gives it, that came at `now_ms`. True when the line is complete
 * (return or line feed). Understood are cursor keys, Home, End and Delete as
 * ANSI sequences behind ESC [, ESC O or CSI (9Bh, as Open Firmware sends it) and as the platform's
 * own keys, ^A ^B ^D ^E ^F ^K ^L ^N ^P ^U ^W, and words with ESC b, f and d. Other sequences are
 * swallowed whole.
 */
bool line_editor_key(struct line_editor *editor, int key, uint64_t now_ms);

#endif
