/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tool has found, as a tree of named values. It is made once and printed either for
 * people or as JSON, so that the two never say different things.
 *
 * Names are keys of the JSON; users rely on them (docs/inspect.md). Texts are copied. Nothing here
 * fails: without memory the tool ends.
 */
#ifndef TOOLS_INSPECT_DOCUMENT_H
#define TOOLS_INSPECT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum value_kind {
    VALUE_OBJECT,
    VALUE_LIST,
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_ADDRESS, /* a number that people read in hexadecimal digits */
    VALUE_BOOLEAN,
};

struct value {
    enum value_kind kind;
    bool only_json; /* too much for people, or said there in other words */
    char *name;     /* NULL in lists */
    char *text;
    size_t text_length; /* it may have NULs */
    uint64_t number;    /* of a boolean: 0 or 1 */
    struct value *first, *last, *next;
};

/* An object without a name; document_free takes all of it. */
struct value *document_create(void);
void document_free(struct value *document);

/* Each appends to an object, under a name, or to a list, where `name` is NULL. */
struct value *put_object(struct value *in, const char *name);
struct value *put_list(struct value *in, const char *name);
struct value *put_text(struct value *in, const char *name, const char *text);
struct value *put_bytes_as_text(struct value *in, const char *name, const void *bytes,
                                size_t length);
struct value *put_format(struct value *in, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
struct value *put_number(struct value *in, const char *name, uint64_t number);
struct value *put_address(struct value *in, const char *name, uint64_t address);
struct value *put_boolean(struct value *in, const char *name, bool yes);
/* The bytes as lower-case hexadecimal digits. */
struct value *put_hex(struct value *in, const char *name, const uint8_t *bytes, size_t length);

/* Gives a text other words. */
void change_text(struct value *text, const char *words);
/* The member of an object, or NULL. */
struct value *document_find(const struct value *object, const char *name);

/*
 * Writes it as JSON (RFC 8259), in ASCII: bytes beyond that stand as U+0080 to U+00FF, one for each
 * byte, because nobody says what they mean.
 */
void print_json(FILE *stream, const struct value *document);
/* Writes it for people: nested by indentation, lists of like objects as tables. */
void print_text(FILE *stream, const struct value *document);

#endif
