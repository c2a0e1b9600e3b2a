/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/inspect/document.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tools/common/tool.h"

struct value *document_create(void)
{
    return allocate(sizeof(struct value));
}

void document_free(struct value *document)
{
    struct value *member = document->first;

    while (member != NULL) {
        struct value *next = member->next;

        document_free(member);
        member = next;
    }
    free(document->name);
    free(document->text);
    free(document);
}

static char *copy(const void *bytes, size_t length)
{
    char *text = allocate(length + 1);

    if (length != 0)
        memcpy(text, bytes, length);
    return text;
}

static struct value *append(struct value *in, const char *name, enum value_kind kind)
{
    struct value *value = allocate(sizeof *value);

    value->kind = kind;
    value->name = name != NULL ? copy(name, strlen(name)) : NULL;
    if (in->last != NULL)
        in->last->next = value;
    else
        in->first = value;
    in->last = value;
    return value;
}

struct value *put_object(struct value *in, const char *name)
{
    return append(in, name, VALUE_OBJECT);
}

struct value *put_list(struct value *in, const char *name)
{
    return append(in, name, VALUE_LIST);
}

struct value *put_bytes_as_text(struct value *in, const char *name, const void *bytes,
                                size_t length)
{
    struct value *value = append(in, name, VALUE_TEXT);

    value->text = copy(bytes, length);
    value->text_length = length;
    return value;
}

struct value *put_text(struct value *in, const char *name, const char *text)
{
    return put_bytes_as_text(in, name, text, strlen(text));
}

struct value *put_format(struct value *in, const char *name, const char *format, ...)
{
    struct value *value = append(in, name, VALUE_TEXT);
    va_list arguments, again;
    int length;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    value->text_length = length > 0 ? (size_t)length : 0;
    value->text = allocate(value->text_length + 1);
    vsnprintf(value->text, value->text_length + 1, format, again);
    va_end(again);
    va_end(arguments);
    return value;
}

static struct value *append_number(struct value *in, const char *name, enum value_kind kind,
                                   uint64_t number)
{
    struct value *value = append(in, name, kind);

    value->number = number;
    return value;
}

struct value *put_number(struct value *in, const char *name, uint64_t number)
{
    return append_number(in, name, VALUE_NUMBER, number);
}

struct value *put_address(struct value *in, const char *name, uint64_t address)
{
    return append_number(in, name, VALUE_ADDRESS, address);
}

struct value *put_boolean(struct value *in, const char *name, bool yes)
{
    return append_number(in, name, VALUE_BOOLEAN, yes);
}

struct value *put_hex(struct value *in, const char *name, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    struct value *value = append(in, name, VALUE_TEXT);

    value->text = allocate(length * 2 + 1);
    value->text_length = length * 2;
    for (size_t i = 0; i < length; i++) {
        value->text[2 * i] = digits[bytes[i] >> 4];
        value->text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return value;
}

void change_text(struct value *text, const char *words)
{
    free(text->text);
    text->text_length = strlen(words);
    text->text = copy(words, text->text_length);
}

struct value *document_find(const struct value *object, const char *name)
{
    for (struct value *member = object->first; member != NULL; member = member->next)
        if (member->name != NULL && strcmp(member->name, name) == 0)
            return member;
    return NULL;
}
