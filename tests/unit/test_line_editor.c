/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing a line. What a terminal of one line would show is kept beside it, from the backspaces,
 * blanks and characters that the editor prints, and compared after every key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "console/line_editor.h"
#include "console/prompt.h"
#include "random.h"

#include <cmocka.h>

#define COLUMNS 80
#define UP      "\033[A"
#define DOWN    "\033[B"
#define RIGHT   "\033[C"
#define LEFT    "\033[D"

static struct line_editor editor;
static struct line_history history;
static char line[2048];
static uint64_t now;

static char screen[COLUMNS + 1];
static size_t column, read_up_to;

static void begin(size_t size)
{
    line_editor_begin(&editor, "> ", line, size, &history);
}

static int start(void **state)
{
    (void)state;
    host_reset(4u << 20);
    memset(&history, 0, sizeof history);
    memset(screen, ' ', COLUMNS);
    screen[COLUMNS] = '\0';
    column = read_up_to = 0;
    now = 1000;
    begin(sizeof line);
    return 0;
}

/* Carries out what was printed since the last call. */
static void look_at_screen(void)
{
    const char *text = host_console();

    for (; text[read_up_to] != '\0'; read_up_to++) {
        char c = text[read_up_to];

        if (c == '\n') {
            memset(screen, ' ', COLUMNS);
            column = 0;
        } else if (c == '\b') {
            assert_true(column > 0);
            column--;
        } else {
            assert_true(c >= ' ');
            screen[column++] = c;
            assert_true(column < COLUMNS); /* the last column may wrap */
        }
    }
}

/* The line or a part of it that has the cursor, and nothing else. */
static void expect_screen(void)
{
    size_t first = editor.first, shown = strlen(line) - first;
    char wanted[COLUMNS + 1];

    if (shown > editor.width)
        shown = editor.width;
    memset(wanted, ' ', COLUMNS);
    wanted[COLUMNS] = '\0';
    memcpy(wanted, "> ", 2);
    memcpy(wanted + 2, line + first, shown);
    look_at_screen();
    assert_string_equal(screen, wanted);
    assert_int_equal(column, 2 + editor.cursor - first);
}

static bool key(int code)
{
    bool done = line_editor_key(&editor, code, now);

    now += 5;
    if (!done)
        expect_screen();
    return done;
}

static void type(const char *keys)
{
    for (; *keys != '\0'; keys++)
        assert_false(key((unsigned char)*keys));
}

static void expect(const char *text, size_t cursor)
{
    assert_string_equal(line, text);
    assert_int_equal(editor.cursor, cursor);
    assert_int_equal(strlen(line), editor.length);
}

/* Ends the line and begins the next. */
static void enter(void)
{
    assert_true(key('\r'));
    line_history_add(&history, line);
    begin(sizeof line);
    expect_screen();
}

static void test_typing_is_echoed_once(void **state)
{
    (void)state;
    type("file=a");
    expect("file=a", 6);
    assert_string_equal(host_console(), "> file=a");
    type("\b\x7f");
    expect("file", 4);
    assert_string_equal(host_console(), "> file=a\b \b\b \b");
    assert_true(key('\n'));
    assert_string_equal(line, "file");
}

static void test_cursor_keys(void **state)
{
    (void)state;
    type("abc" LEFT LEFT "X");
    expect("aXbc", 2);
    type(RIGHT RIGHT RIGHT RIGHT "Y");
    expect("aXbcY", 5);
    type("\x01Z");
    expect("ZaXbcY", 1);
    type(LEFT LEFT LEFT);
    expect("ZaXbcY", 0);
    type("\x05!");
    expect("ZaXbcY!", 7);
    type("\x02\x02\x06?");
    expect("ZaXbcY?!", 7);
}

/* Each of the forms in which terminals and firmwares send them. */
static void test_home_end_delete(void **state)
{
    static const char *const homes[] = {"\033[H", "\033OH", "\033[1~", "\033[7~", "\x9bH", "\x01"};
    static const char *const ends[] = {"\033[F",
                                       "\033OF",
                                       "\033[4~",
                                       "\033[8~",
                                       "\x9b"
                                       "F",
                                       "\033[K",
                                       "\x05"};
    static const char *const deletes[] = {"\033[3~",
                                          "\x9b"
                                          "3~",
                                          "\x9bP", "\033[P", "\x04"};

    (void)state;
    type("abcdef");
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        type(homes[i]);
        expect("abcdef", 0);
        type(ends[i]);
        expect("abcdef", 6);
    }
    type("\x01");
    for (size_t i = 0; i < sizeof deletes / sizeof deletes[0]; i++)
        type(deletes[i]);
    expect("f", 0);
    type("\x04\x04");
    expect("", 0);
}

static void test_platform_keys(void **state)
{
    (void)state;
    type("one");
    enter();
    type("two");
    key(PLATFORM_KEY_HOME);
    key(PLATFORM_KEY_DELETE);
    expect("wo", 0);
    key(PLATFORM_KEY_RIGHT);
    key(PLATFORM_KEY_LEFT);
    expect("wo", 0);
    key(PLATFORM_KEY_UP);
    expect("one", 3);
    key(PLATFORM_KEY_DOWN);
    expect("wo", 2);
    key(PLATFORM_KEY_LEFT);
    key(PLATFORM_KEY_END);
    expect("wo", 2);
    key(0x1234); /* one that does not exist */
    expect("wo", 2);
}

static void test_kill(void **state)
{
    (void)state;
    type("file=a mkext=b  args=c");
    type("\x17");
    expect("file=a mkext=b  ", 16);
    type("\x17");
    expect("file=a ", 7);
    type("xyz" LEFT "\x17");
    expect("file=a z", 7);
    type("\x0b");
    expect("file=a ", 7);
    type("\x01\x0b");
    expect("", 0);
    type("\x0b\x17\x15\x7f");
    expect("", 0);
    type("abc" LEFT "\x15");
    expect("", 0);
    type("abc\x03");
    expect("", 0);
}

static void test_words(void **state)
{
    (void)state;
    type("one two  three");
    type("\033b");
    expect("one two  three", 9);
    type("\033[1;5D");
    expect("one two  three", 4);
    type("\033"
         "f");
    expect("one two  three", 7);
    type("\033[1;3C");
    expect("one two  three", 14);
    type("\x01\033"
         "d");
    expect(" two  three", 0);
}

static void test_history(void **state)
{
    (void)state;
    type(UP DOWN);
    expect("", 0);
    type("first");
    enter();
    type("second");
    enter();
    type("second"); /* the same again counts once */
    enter();
    enter(); /* and nothing not at all */
    type("draft" LEFT);
    type(UP);
    expect("second", 6);
    type(UP);
    expect("first", 5);
    type(UP);
    expect("first", 5);
    type("ly");
    expect("firstly", 7);
    type(DOWN);
    expect("second", 6);
    type(DOWN);
    expect("draft", 5);
    type(DOWN);
    expect("draft", 5);
    type("\x10\x10");
    expect("first", 5); /* what was changed there is not kept */
    type("\x0e");
    expect("second", 6);
    enter();
    type(UP);
    expect("second", 6);
    type(UP);
    expect("first", 5);
}

static void test_history_is_bounded(void **state)
{
    char text[1000];

    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        memset(text, 'a' + (int)(i % 26), sizeof text - 1);
        text[sizeof text - 1] = '\0';
        snprintf(text, 4, "%03u", i);
        text[3] = ' ';
        line_history_add(&history, text);
        assert_true(history.used <= sizeof history.text);
    }
    for (unsigned i = 0; i < 4; i++) {
        type(UP);
        assert_int_equal(strncmp(line, "04", 2), 0);
        assert_int_equal(line[2], '9' - (int)i);
        assert_int_equal(editor.length, sizeof text - 1);
    }
    type(UP);
    assert_int_equal(strncmp(line, "046", 3), 0);
}

/* A line of the history that is longer than what the caller has room for. */
static void test_history_into_a_short_line(void **state)
{
    (void)state;
    line_history_add(&history, "much too long for it");
    assert_true(key('\r'));
    begin(8);
    type(UP);
    expect("much to", 7);
    type("x");
    expect("much to", 7);
}

static void test_long_lines(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3000; i++)
        key('a' + (int)(i % 26));
    assert_int_equal(editor.length, sizeof line - 1);
    assert_int_equal(editor.cursor, sizeof line - 1);
    type("\x01");
    assert_int_equal(editor.first, 0);
    for (unsigned i = 0; i < 300; i++)
        type(RIGHT);
    type("\x04\x04\x04"
         "XYZ");
    assert_int_equal(editor.length, sizeof line - 1);
    assert_int_equal(strncmp(line + 300, "XYZ", 3), 0);
    for (unsigned i = 0; i < 250; i++)
        type("\b");
    type("\x0b");
    assert_int_equal(editor.length, 53);
    type("\x15");
    expect("", 0);
}

static void test_sequences_split_over_time(void **state)
{
    (void)state;
    type("ab");
    type("\033");
    now += LINE_SEQUENCE_MS - 20;
    type("[");
    now += LINE_SEQUENCE_MS - 20;
    type("D");
    expect("ab", 1);
    /* Escape alone, and much later something that could have followed it. */
    type("\033");
    now += LINE_SEQUENCE_MS + 20;
    type("[");
    expect("a[b", 2);
    type("\x9b");
    now += LINE_SEQUENCE_MS + 20;
    type("D");
    expect("a[Db", 3);
    type("\033[1");
    now += LINE_SEQUENCE_MS + 20;
    type("~");
    expect("a[D~b", 4);
}

static void test_garbage(void **state)
{
    (void)state;
    type("ab");
    /* Sequences that mean nothing here are swallowed whole. */
    type("\033[5~\033[6~\033[15~\033OP\033[200~\033[?25l\033[>0;276;0c\033[99999999999999~\033[1;2;"
         "3;4R");
    expect("ab", 2);
    type("\033\033[D"); /* Escape, then a key */
    expect("ab", 1);
    type("\x02\033[\x01"); /* a sequence that breaks off */
    expect("ab", 0);
    type("\033x\xff\xc3\xa4\x80\x7f\x1d\x09");
    expect("ab", 0);
    assert_false(key(-5));
    expect("ab", 0);
    /* Return ends the line wherever it comes. */
    type("\033[");
    assert_true(key('\r'));
    assert_string_equal(line, "ab");
    begin(sizeof line);
    type("D");
    expect("D", 1);
}

static void test_draw_again(void **state)
{
    (void)state;
    type("abc" LEFT "\x0c");
    expect("abc", 2);
    type("X");
    expect("abXc", 3);
}

static void test_random_keys(void **state)
{
    static const char *const keys[] = {"a",
                                       "b ",
                                       " ",
                                       "cde",
                                       UP,
                                       DOWN,
                                       LEFT,
                                       RIGHT,
                                       LEFT LEFT,
                                       "\x01",
                                       "\x05",
                                       "\x04",
                                       "\x0b",
                                       "\x15",
                                       "\x17",
                                       "\b",
                                       "\033b",
                                       "\033"
                                       "f",
                                       "\033"
                                       "d",
                                       "\033[",
                                       "\x9b",
                                       "\033",
                                       "\x0c",
                                       "0123456789012345678901234567890123456789"};
    uint32_t seed = 99;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        type(keys[random_next(&seed) % (sizeof keys / sizeof keys[0])]);
        assert_true(editor.cursor <= editor.length);
        assert_true(editor.length < sizeof line);
        if (random_next(&seed) % 50 == 0)
            enter();
        if (i % 500 == 0) { /* a console of this test is not endless */
            host_reset(4u << 20);
            read_up_to = 0;
        }
    }
}

/* The prompt as a whole: keys typed while something else ran are the next line's. */
static void test_prompt_with_history(void **state)
{
    (void)state;
    host_type("one\rtwo\r\033[A\033[A!\r");
    for (unsigned i = 0; i < 3; i++)
        prompt_line_with("> ", line, sizeof line, &history);
    assert_string_equal(line, "one!");
    /* Other questions have none. */
    host_type("\033[Ano\r");
    prompt_line("? ", line, sizeof line);
    assert_string_equal(line, "no");
}

static void test_interruption(void **state)
{
    (void)state;
    host_type("next\r\x1b");
    for (unsigned i = 0; i < 5; i++)
        assert_false(prompt_interrupted());
    assert_true(prompt_interrupted());
    assert_false(prompt_interrupted());
    prompt_line("> ", line, sizeof line);
    assert_string_equal(line, "next");
    host_type("\x03");
    assert_true(prompt_interrupted());
    /* More than is kept. */
    for (unsigned i = 0; i < 100; i++) {
        host_type("x");
        assert_false(prompt_interrupted());
    }
    host_type("\r");
    prompt_line("> ", line, sizeof line);
    assert_int_equal(strlen(line), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_typing_is_echoed_once, start),
        cmocka_unit_test_setup(test_cursor_keys, start),
        cmocka_unit_test_setup(test_home_end_delete, start),
        cmocka_unit_test_setup(test_platform_keys, start),
        cmocka_unit_test_setup(test_kill, start),
        cmocka_unit_test_setup(test_words, start),
        cmocka_unit_test_setup(test_history, start),
        cmocka_unit_test_setup(test_history_is_bounded, start),
        cmocka_unit_test_setup(test_history_into_a_short_line, start),
        cmocka_unit_test_setup(test_long_lines, start),
        cmocka_unit_test_setup(test_sequences_split_over_time, start),
        cmocka_unit_test_setup(test_garbage, start),
        cmocka_unit_test_setup(test_draw_again, start),
        cmocka_unit_test_setup(test_random_keys, start),
        cmocka_unit_test_setup(test_prompt_with_history, start),
        cmocka_unit_test_setup(test_interruption, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
