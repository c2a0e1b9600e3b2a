/* SPDX-License-Identifier: BSD-2-Clause */
/* The document as JSON, RFC 8259. */
#include <inttypes.h>
#include <string.h>

#include "tools/inspect/document.h"

#define INDENTATION 2

static void print_string(FILE *stream, const char *text, size_t length)
{
    fputc('"', stream);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else if (c < ' ' || c > '~')
            fprintf(stream, "\\u%04x", c);
        else
            fputc(c, stream);
    }
    fputc('"', stream);
}

static void print_value(FILE *stream, const struct value *value, unsigned depth);

/* Objects and lists without members of their own kind take one line. */
static bool is_flat(const struct value *value)
{
    for (const struct value *member = value->first; member != NULL; member = member->next)
        if (member->kind == VALUE_OBJECT || member->kind == VALUE_LIST)
            return false;
    return true;
}

static void print_members(FILE *stream, const struct value *value, unsigned depth)
{
    bool flat = is_flat(value) && depth != 0;

    for (const struct value *member = value->first; member != NULL; member = member->next) {
        if (!flat)
            fprintf(stream, "\n%*s", (int)((depth + 1) * INDENTATION), "");
        if (member->name != NULL) {
            print_string(stream, member->name, strlen(member->name));
            fputs(": ", stream);
        }
        print_value(stream, member, depth + 1);
        if (member->next != NULL)
            fputs(flat ? ", " : ",", stream);
    }
    if (!flat)
        fprintf(stream, "\n%*s", (int)(depth * INDENTATION), "");
}

static void print_value(FILE *stream, const struct value *value, unsigned depth)
{
    switch (value->kind) {
    case VALUE_OBJECT:
    case VALUE_LIST:
        fputc(value->kind == VALUE_OBJECT ? '{' : '[', stream);
        if (value->first != NULL)
            print_members(stream, value, depth);
        fputc(value->kind == VALUE_OBJECT ? '}' : ']', stream);
        break;
    case VALUE_TEXT:
        print_string(stream, value->text, value->text_length);
        break;
    case VALUE_NUMBER:
    case VALUE_ADDRESS:
        fprintf(stream, "%" PRIu64, value->number);
        break;
    case VALUE_BOOLEAN:
        fputs(value->number != 0 ? "true" : "false", stream);
        break;
    }
}

void print_json(FILE *stream, const struct value *document)
{
    print_value(stream, document, 0);
    fputc('\n', stream);
}
