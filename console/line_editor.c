/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/line_editor.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"

#define COLUMNS        80 /* of the narrowest console */
#define WIDTH_LEAST    16
#define NUMBER_LARGEST 999

#define CONTROL(letter) ((letter) - '@')
#define ESCAPE          0x1B
#define DELETE          0x7F
#define CSI             0x9B /* ISO 6429: ESC [ in one byte */

/* --- History ------------------------------------------------------------------------------ */

/* The line that is `back` from the end (1: the last); NULL if there are not so many. */
static const char *entry(const struct line_history *history, size_t back)
{
    size_t at = history->used;

    for (; back != 0; back--) {
        if (at == 0)
            return NULL;
        for (at--; at > 0 && history->text[at - 1] != '\0';)
            at--;
    }
    return history->text + at;
}

void line_history_add(struct line_history *history, const char *line)
{
    size_t length = strlen(line) + 1;
    const char *last = entry(history, 1);

    if (length == 1 || length > sizeof history->text || (last != NULL && strcmp(last, line) == 0))
        return;
    while (history->used + length > sizeof history->text) {
        size_t oldest = strlen(history->text) + 1;

        history->used -= oldest;
        memmove(history->text, history->text + oldest, history->used);
    }
    memcpy(history->text + history->used, line, length);
    history->used += length;
}

/* --- What is seen ------------------------------------------------------------------------- */

static void go_to(struct line_editor *editor, size_t column)
{
    for (; editor->column > column; editor->column--)
        print("\b");
    if (editor->column < column) {
        print("%.*s", (int)(column - editor->column),
              editor->line + editor->first + editor->column);
        editor->column = column;
    }
}

/* Moves the part that is seen by half, so that not every key moves it. True if it did. */
static bool scroll(struct line_editor *editor)
{
    size_t before = editor->first;

    if (editor->cursor < editor->first)
        editor->first = editor->cursor > editor->width / 2 ? editor->cursor - editor->width / 2 : 0;
    else if (editor->cursor > editor->first + editor->width)
        editor->first = editor->cursor - editor->width / 2;
    return editor->first != before;
}

/* Brings the console up to date after a change of the characters from `changed` on. */
static void show(struct line_editor *editor, size_t changed)
{
    size_t before = editor->shown, from, end;

    editor->line[editor->length] = '\0';
    if (scroll(editor)) {
        for (; editor->column > 0; editor->column--)
            print("\b");
        changed = editor->first;
    }
    from = changed > editor->first ? changed - editor->first : 0;
    end = editor->length < editor->first + editor->width ? editor->length - editor->first
                                                         : editor->width;
    if (from < end || end < before) {
        go_to(editor, from < end ? from : end);
        go_to(editor, end);
        for (; editor->column < before; editor->column++)
            print(" ");
        editor->shown = end;
    }
    go_to(editor, editor->cursor - editor->first);
}

/* --- Changes ------------------------------------------------------------------------------ */

static void insert(struct line_editor *editor, char character)
{
    char *at = editor->line + editor->cursor;

    if (editor->length + 1 >= editor->size)
        return;
    memmove(at + 1, at, editor->length - editor->cursor);
    *at = character;
    editor->length++;
    editor->cursor++;
    show(editor, editor->cursor - 1);
}

/* Takes the characters `from` to `to` - 1 out. The cursor goes there. */
static void take_out(struct line_editor *editor, size_t from, size_t to)
{
    if (from >= to)
        return;
    memmove(editor->line + from, editor->line + to, editor->length - to);
    editor->length -= to - from;
    editor->cursor = from;
    show(editor, from);
}

static void move(struct line_editor *editor, size_t to)
{
    editor->cursor = to;
    show(editor, editor->length);
}

static size_t word_before(const struct line_editor *editor)
{
    size_t at = editor->cursor;

    while (at > 0 && editor->line[at - 1] == ' ')
        at--;
    while (at > 0 && editor->line[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_behind(const struct line_editor *editor)
{
    size_t at = editor->cursor;

    while (at < editor->length && editor->line[at] == ' ')
        at++;
    while (at < editor->length && editor->line[at] != ' ')
        at++;
    return at;
}

static void replace(struct line_editor *editor, const char *text)
{
    size_t length = strlen(text);

    editor->length = length < editor->size ? length : editor->size - 1;
    memmove(editor->line, text, editor->length);
    editor->cursor = editor->length;
    show(editor, 0);
}

/* Goes to another line of the history; what was being typed is kept as the newest. */
static void recall(struct line_editor *editor, bool older)
{
    const char *text;

    if (editor->history == NULL || (!older && editor->back == 0))
        return;
    if (editor->back == 0) {
        size_t kept =
            editor->length < sizeof editor->draft ? editor->length : sizeof editor->draft - 1;

        memcpy(editor->draft, editor->line, kept);
        editor->draft[kept] = '\0';
    }
    text = older               ? entry(editor->history, editor->back + 1)
           : editor->back == 1 ? editor->draft
                               : entry(editor->history, editor->back - 1);
    if (text == NULL)
        return;
    editor->back = older ? editor->back + 1 : editor->back - 1;
    replace(editor, text);
}

/* --- Keys --------------------------------------------------------------------------------- */

static void left(struct line_editor *editor)
{
    if (editor->cursor > 0)
        move(editor, editor->cursor - 1);
}

static void right(struct line_editor *editor)
{
    if (editor->cursor < editor->length)
        move(editor, editor->cursor + 1);
}

static void delete_here(struct line_editor *editor)
{
    if (editor->cursor < editor->length)
        take_out(editor, editor->cursor, editor->cursor + 1);
}

static void draw_again(struct line_editor *editor)
{
    print("\n%s", editor->label);
    editor->shown = editor->column = 0;
    show(editor, 0);
}

static void take_plain(struct line_editor *editor, int key)
{
    switch (key) {
    case CONTROL('A'):
    case PLATFORM_KEY_HOME:
        move(editor, 0);
        break;
    case CONTROL('E'):
    case PLATFORM_KEY_END:
        move(editor, editor->length);
        break;
    case CONTROL('B'):
    case PLATFORM_KEY_LEFT:
        left(editor);
        break;
    case CONTROL('F'):
    case PLATFORM_KEY_RIGHT:
        right(editor);
        break;
    case CONTROL('P'):
    case PLATFORM_KEY_UP:
        recall(editor, true);
        break;
    case CONTROL('N'):
    case PLATFORM_KEY_DOWN:
        recall(editor, false);
        break;
    case CONTROL('D'):
    case PLATFORM_KEY_DELETE:
        delete_here(editor);
        break;
    case CONTROL('H'):
    case DELETE:
        if (editor->cursor > 0)
            take_out(editor, editor->cursor - 1, editor->cursor);
        break;
    case CONTROL('K'):
        take_out(editor, editor->cursor, editor->length);
        break;
    case CONTROL('U'):
    case CONTROL('C'):
        take_out(editor, 0, editor->length);
        break;
    case CONTROL('W'):
        take_out(editor, word_before(editor), editor->cursor);
        break;
    case CONTROL('L'):
        draw_again(editor);
        break;
    default:
        if (key >= ' ' && key < DELETE)
            insert(editor, (char)key);
    }
}

/* Behind ESC: another introducer, or a letter that moves by words. */
static void take_escape(struct line_editor *editor, int key)
{
    editor->sequence = LINE_PLAIN;
    switch (key) {
    case '[':
        editor->sequence = LINE_BRACKET;
        editor->number = editor->numbers = 0;
        break;
    case 'O':
        editor->sequence = LINE_SINGLE_SHIFT;
        break;
    case 'b':
        move(editor, word_before(editor));
        break;
    case 'f':
        move(editor, word_behind(editor));
        break;
    case 'd':
        take_out(editor, editor->cursor, word_behind(editor));
        break;
    default: /* ESC alone: the next key is one of its own */
        if (key < ' ')
            take_plain(editor, key);
    }
}

/* The last character of a sequence, with its first parameter or 0. */
static void take_final(struct line_editor *editor, int key, unsigned number, bool modified)
{
    editor->sequence = LINE_PLAIN;
    switch (key) {
    case 'A':
        recall(editor, true);
        break;
    case 'B':
        recall(editor, false);
        break;
    case 'C':
        if (modified)
            move(editor, word_behind(editor));
        else
            right(editor);
        break;
    case 'D':
        if (modified)
            move(editor, word_before(editor));
        else
            left(editor);
        break;
    case 'H':
        move(editor, 0);
        break;
    case 'F':
    case 'K': /* OpenBIOS's and SCO's End */
        move(editor, editor->length);
        break;
    case 'P': /* Open Firmware's Delete */
        delete_here(editor);
        break;
    case '~': /* the VT220's editing keys, and rxvt's Home and End */
        if (number == 1 || number == 7)
            move(editor, 0);
        else if (number == 4 || number == 8)
            move(editor, editor->length);
        else if (number == 3)
            delete_here(editor);
        break;
    }
}

/* ISO 6429, 5.4: parameters are 30h to 3Fh, intermediate bytes 20h to 2Fh, the end 40h to 7Eh. */
static void take_bracket(struct line_editor *editor, int key)
{
    if (key >= '0' && key <= '9') {
        if (editor->numbers == 0 && editor->number <= NUMBER_LARGEST)
            editor->number = editor->number * 10 + (unsigned)(key - '0');
    } else if (key == ';') {
        editor->numbers++;
    } else if (key >= '@' && key < DELETE) {
        take_final(editor, key, editor->number, editor->numbers != 0);
    } else if (key < ' ' || key >= DELETE) {
        editor->sequence = LINE_PLAIN;
        take_plain(editor, key);
    }
}

void line_editor_begin(struct line_editor *editor, const char *label, char *line, size_t size,
                       struct line_history *history)
{
    size_t used = strlen(label) + 1; /* a console may start a new line at its last column */

    memset(editor, 0, sizeof *editor);
    editor->label = label;
    editor->line = line;
    editor->size = size;
    editor->history = history;
    editor->width = used + WIDTH_LEAST < COLUMNS ? COLUMNS - used : WIDTH_LEAST;
    line[0] = '\0';
    print("%s", label);
}

bool line_editor_key(struct line_editor *editor, int key, uint64_t now_ms)
{
    if (editor->sequence != LINE_PLAIN && now_ms - editor->sequence_ms > LINE_SEQUENCE_MS)
        editor->sequence = LINE_PLAIN;
    editor->sequence_ms = now_ms;
    if (key == '\r' || key == '\n') {
        editor->sequence = LINE_PLAIN;
        move(editor, editor->length);
        print("\n");
        return true;
    }
    if (key == ESCAPE) {
        editor->sequence = LINE_ESCAPE;
    } else if (key == CSI) {
        editor->sequence = LINE_BRACKET;
        editor->number = editor->numbers = 0;
    } else if (editor->sequence == LINE_ESCAPE) {
        take_escape(editor, key);
    } else if (editor->sequence == LINE_BRACKET) {
        take_bracket(editor, key);
    } else if (editor->sequence == LINE_SINGLE_SHIFT) {
        take_final(editor, key, 0, false);
    } else {
        take_plain(editor, key);
    }
    return false;
}
