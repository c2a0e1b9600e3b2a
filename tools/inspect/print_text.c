/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The document for people. An object is a column of names and a column of values. A list of objects
 * that hold only plain values is a table; in a list of others, each begins with a line of its
 * first value, and the rest is indented below that.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/common/tool.h"
#include "tools/inspect/document.h"

#define INDENTATION  2
#define NAME_WIDTH   20
#define COLUMNS      24
#define NUMBER_ROOM  24
#define COLUMN_SPACE 2

/* Underscores of our own keys are blanks for people; Apple's names of fields have capitals. */
static char *name_for_people(const char *name)
{
    char *copy = allocate(strlen(name) + 1);
    bool ours = true;

    for (const char *c = name; *c != '\0'; c++)
        ours = ours && (*c < 'A' || *c > 'Z');
    for (size_t i = 0; name[i] != '\0'; i++)
        copy[i] = ours && name[i] == '_' ? ' ' : name[i];
    return copy;
}

static size_t print_name(FILE *stream, const char *name)
{
    char *shown = name_for_people(name);

    fputs(shown, stream);
    free(shown);
    return strlen(name);
}

/* A plain value as it is shown; texts from files have only what a terminal takes as text. */
static char *shown(const struct value *value)
{
    char *text;

    switch (value->kind) {
    case VALUE_TEXT:
        text = allocate(value->text_length + 1);
        for (size_t i = 0; i < value->text_length; i++) {
            char c = value->text[i];

            text[i] = c < ' ' || c > '~' ? '?' : c;
        }
        return text;
    case VALUE_BOOLEAN:
        text = allocate(4);
        strcpy(text, value->number != 0 ? "yes" : "no");
        return text;
    default:
        text = allocate(NUMBER_ROOM);
        snprintf(text, NUMBER_ROOM, value->kind == VALUE_ADDRESS ? "0x%08" PRIx64 : "%" PRIu64,
                 value->number);
        return text;
    }
}

static bool is_plain(const struct value *value)
{
    return value->kind != VALUE_OBJECT && value->kind != VALUE_LIST;
}

static const struct value *visible(const struct value *value)
{
    while (value != NULL && value->only_json)
        value = value->next;
    return value;
}

/* --- Tables ----------------------------------------------------------------------------------- */

struct table {
    size_t count;
    struct column {
        const char *name;
        bool right; /* numbers */
        size_t width;
    } columns[COLUMNS];
};

/* False if one of the list's values is no object, or has more than plain values in it. */
static bool is_table(const struct value *list, struct table *table)
{
    table->count = 0;
    for (const struct value *row = visible(list->first); row != NULL; row = visible(row->next)) {
        if (row->kind != VALUE_OBJECT)
            return false;
        for (const struct value *cell = visible(row->first); cell != NULL;
             cell = visible(cell->next)) {
            char *text;
            size_t i = 0;

            if (!is_plain(cell))
                return false;
            while (i < table->count && strcmp(table->columns[i].name, cell->name) != 0)
                i++;
            if (i == COLUMNS)
                return false;
            if (i == table->count)
                table->columns[table->count++] =
                    (struct column){cell->name, cell->kind == VALUE_NUMBER, strlen(cell->name)};
            text = shown(cell);
            if (strlen(text) > table->columns[i].width)
                table->columns[i].width = strlen(text);
            free(text);
        }
    }
    return true;
}

static void print_cell(FILE *stream, const struct column *column, const char *text, bool last)
{
    int padding = (int)(column->width - strlen(text));

    if (column->right)
        fprintf(stream, "%*s%s", padding, "", text);
    else
        fprintf(stream, "%s%*s", text, last ? 0 : padding, "");
    fprintf(stream, "%*s", last ? 0 : COLUMN_SPACE, "");
}

/* Without blanks at its end. */
static void print_row(FILE *stream, const struct value *row, const struct table *table,
                      unsigned indent)
{
    char *texts[COLUMNS];
    size_t used = 0;

    for (size_t i = 0; i < table->count; i++) {
        const struct value *cell = document_find(row, table->columns[i].name);

        texts[i] = cell != NULL ? shown(cell) : allocate(1);
        if (texts[i][0] != '\0')
            used = i + 1;
    }
    fprintf(stream, "%*s", (int)indent, "");
    for (size_t i = 0; i < table->count; i++) {
        if (i < used)
            print_cell(stream, &table->columns[i], texts[i], i + 1 == used);
        free(texts[i]);
    }
    fputc('\n', stream);
}

static void print_table(FILE *stream, const struct value *list, const struct table *table,
                        unsigned indent)
{
    fprintf(stream, "%*s", (int)indent, "");
    for (size_t i = 0; i < table->count; i++) {
        const struct column *column = &table->columns[i];
        char *name = name_for_people(column->name);

        print_cell(stream, column, name, i + 1 == table->count);
        free(name);
    }
    fputc('\n', stream);
    for (const struct value *row = visible(list->first); row != NULL; row = visible(row->next)) {
        print_row(stream, row, table, indent);
    }
}

/* --- Objects and lists ------------------------------------------------------------------------ */

static void print_members(FILE *stream, const struct value *from, unsigned indent);

static void print_plain(FILE *stream, const struct value *value, unsigned indent, size_t column)
{
    char *text = shown(value);
    size_t width;

    fprintf(stream, "%*s", (int)indent, "");
    width = print_name(stream, value->name);
    fprintf(stream, "%*s %s\n", (int)(column - width), "", text);
    free(text);
}

static void print_list(FILE *stream, const struct value *list, unsigned indent)
{
    struct table table;

    if (is_table(list, &table)) {
        print_table(stream, list, &table, indent);
        return;
    }
    for (const struct value *value = visible(list->first); value != NULL;
         value = visible(value->next)) {
        const struct value *head = is_plain(value) ? value : visible(value->first);

        if (head != NULL && is_plain(head)) {
            char *text = shown(head);

            fprintf(stream, "%*s%s\n", (int)indent, "", text);
            free(text);
            head = head->next;
        }
        if (!is_plain(value))
            print_members(stream, visible(head), indent + INDENTATION);
    }
}

static void print_members(FILE *stream, const struct value *from, unsigned indent)
{
    size_t column = NAME_WIDTH;

    for (const struct value *member = from; member != NULL; member = visible(member->next))
        if (is_plain(member) && strlen(member->name) > column)
            column = strlen(member->name);
    for (const struct value *member = from; member != NULL; member = visible(member->next)) {
        if (is_plain(member)) {
            print_plain(stream, member, indent, column);
            continue;
        }
        if (visible(member->first) == NULL)
            continue;
        fprintf(stream, "%*s", (int)indent, "");
        print_name(stream, member->name);
        fputc('\n', stream);
        if (member->kind == VALUE_LIST)
            print_list(stream, member, indent + INDENTATION);
        else
            print_members(stream, visible(member->first), indent + INDENTATION);
    }
}

void print_text(FILE *stream, const struct value *document)
{
    const struct value *first = visible(document->first);

    /* A list alone needs no name. */
    if (first != NULL && first->kind == VALUE_LIST && visible(first->next) == NULL)
        print_list(stream, first, 0);
    else
        print_members(stream, first, 0);
}
