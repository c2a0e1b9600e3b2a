/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/plist_tree.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/common/tool.h"

#define DEPTH_MAXIMUM 64
/* References to references: the copies have an end. */
#define NODES_MAXIMUM 4000000

/* The tags of <http://www.apple.com/DTDs/PropertyList-1.0.dtd>, and XNU's own. */
static const char *const tags[] = {"dict",    "array", "set",  "key",  "string", "data",
                                   "integer", "real",  "date", "true", "false"};

static bool is_container(const struct plist_node *node)
{
    return strcmp(node->tag, "dict") == 0 || strcmp(node->tag, "array") == 0 ||
           strcmp(node->tag, "set") == 0;
}

static char *copy_text(const char *text, size_t length)
{
    char *copy = allocate(length + 1);

    memcpy(copy, text, length);
    return copy;
}

struct plist_node *plist_tree_new(const char *tag, const char *text)
{
    struct plist_node *node = allocate(sizeof *node);

    node->tag = tag;
    node->text = copy_text(text, strlen(text));
    return node;
}

void plist_tree_append(struct plist_node *container, struct plist_node *member)
{
    if (container->last != NULL)
        container->last->next = member;
    else
        container->first = member;
    container->last = member;
    member->next = NULL;
}

/* --- Reading ------------------------------------------------------------------------------------
 */

struct reader {
    XML_Parser parser;
    struct plist_node *open[DEPTH_MAXIMUM]; /* [0] holds what stands outside of all */
    unsigned depth;
    struct buffer text;
    struct plist_node **known; /* those with an ID */
    size_t known_count, nodes;
    bool in_plist, failed;
    char *message;
};

static void give_up(struct reader *reader, const char *what, const char *name)
{
    if (!reader->failed)
        snprintf(reader->message, PLIST_MESSAGE_SIZE, "line %lu: %s%.60s",
                 (unsigned long)XML_GetCurrentLineNumber(reader->parser), what, name);
    reader->failed = true;
    XML_StopParser(reader->parser, XML_FALSE);
}

static const char *known_tag(const char *name)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcmp(tags[i], name) == 0)
            return tags[i];
    return NULL;
}

static struct plist_node *copy_tree(struct reader *reader, const struct plist_node *from)
{
    struct plist_node *copy = plist_tree_new(from->tag, from->text);

    if (++reader->nodes > NODES_MAXIMUM) {
        give_up(reader, "too many values", "");
        return copy;
    }
    copy->size = from->size;
    for (const struct plist_node *m = from->first; m != NULL && !reader->failed; m = m->next)
        plist_tree_append(copy, copy_tree(reader, m));
    return copy;
}

static bool is_open(const struct reader *reader, const struct plist_node *node)
{
    for (unsigned i = 1; i <= reader->depth; i++)
        if (reader->open[i] == node)
            return true;
    return false;
}

/* The newest value of that ID, as XNU's reader has it. */
static struct plist_node *refer(struct reader *reader, const char *id)
{
    for (size_t i = reader->known_count; i-- > 0;)
        if (strcmp(reader->known[i]->id, id) == 0 && !is_open(reader, reader->known[i]))
            return copy_tree(reader, reader->known[i]);
    give_up(reader, "IDREF to nothing before it: ", id);
    return plist_tree_new("false", "");
}

static void remember(struct reader *reader, struct plist_node *node, const char *id)
{
    node->id = copy_text(id, strlen(id));
    reader->known = realloc(reader->known, (reader->known_count + 1) * sizeof *reader->known);
    if (reader->known == NULL)
        die("no memory");
    reader->known[reader->known_count++] = node;
}

static bool is_blank(const struct buffer *text)
{
    for (size_t i = 0; i < text->length; i++)
        if (strchr(" \t\r\n", text->bytes[i]) == NULL)
            return false;
    return true;
}

static void check_place(struct reader *reader, const struct plist_node *node)
{
    const struct plist_node *parent = reader->open[reader->depth];
    bool is_key = strcmp(node->tag, "key") == 0, behind_key;

    if (reader->depth != 0 && !is_container(parent)) {
        give_up(reader, "a tag inside a value: ", node->tag);
        return;
    }
    if (!is_blank(&reader->text))
        give_up(reader, "text between the members of a ", parent->tag);
    if (reader->depth == 0) {
        if (parent->first != NULL || is_key)
            give_up(reader, "a second value: ", node->tag);
        return;
    }
    behind_key = parent->last != NULL && strcmp(parent->last->tag, "key") == 0;
    if (is_key != (strcmp(parent->tag, "dict") == 0 && !behind_key))
        give_up(reader, is_key ? "a key in a wrong place" : "a value without a key: ",
                is_key ? "" : node->tag);
}

static void begin_element(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *reader = data;
    struct plist_node *node;
    const char *tag = known_tag(name), *size = NULL, *id = NULL, *reference = NULL;

    if (strcmp(name, "plist") == 0 && reader->depth == 0 && !reader->in_plist) {
        reader->in_plist = true;
        return;
    }
    if (tag == NULL || reader->depth + 1 == DEPTH_MAXIMUM) {
        give_up(reader, tag == NULL ? "an unknown tag: " : "too deep: ", name);
        return;
    }
    for (; attributes[0] != NULL; attributes += 2) {
        if (strcmp(attributes[0], "size") == 0)
            size = attributes[1];
        else if (strcmp(attributes[0], "ID") == 0)
            id = attributes[1];
        else if (strcmp(attributes[0], "IDREF") == 0)
            reference = attributes[1];
    }
    node = reference != NULL ? refer(reader, reference) : plist_tree_new(tag, "");
    if (size != NULL)
        node->size = copy_text(size, strlen(size));
    if (id != NULL)
        remember(reader, node, id);
    check_place(reader, node);
    plist_tree_append(reader->open[reader->depth], node);
    reader->open[++reader->depth] = node;
    reader->text.length = 0;
    if (++reader->nodes > NODES_MAXIMUM)
        give_up(reader, "too many values", "");
}

static void add_text(void *data, const XML_Char *text, int length)
{
    struct reader *reader = data;

    append(&reader->text, text, (size_t)length);
}

static void end_element(void *data, const XML_Char *name)
{
    struct reader *reader = data;
    struct plist_node *node = reader->open[reader->depth];

    if (strcmp(name, "plist") == 0)
        return;
    if (is_container(node)) {
        if (!is_blank(&reader->text))
            give_up(reader, "text between the members of a ", name);
        if (strcmp(node->tag, "dict") == 0 && node->last != NULL &&
            strcmp(node->last->tag, "key") == 0)
            give_up(reader, "a key without a value: ", node->last->text);
    } else if (reader->text.length != 0) {
        node->text = copy_text((const char *)reader->text.bytes, reader->text.length);
    }
    reader->text.length = 0;
    reader->depth--;
}

struct plist_node *plist_tree_parse(const uint8_t *bytes, size_t length,
                                    char message[PLIST_MESSAGE_SIZE])
{
    struct plist_node outside = {.tag = "", .text = ""};
    struct reader reader = {.message = message, .open = {&outside}};
    enum XML_Status status;

    message[0] = '\0';
    while (length > 0 && bytes[length - 1] == 0)
        length--;
    if (length >= 6 && memcmp(bytes, "bplist", 6) == 0) {
        snprintf(message, PLIST_MESSAGE_SIZE,
                 "it is a binary property list; the kernel reads XML ones only");
        return NULL;
    }
    reader.parser = XML_ParserCreate("UTF-8");
    if (reader.parser == NULL || length > INT32_MAX)
        die("a property list of %zu bytes cannot be parsed", length);
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, begin_element, end_element);
    XML_SetCharacterDataHandler(reader.parser, add_text);
    status = XML_Parse(reader.parser, (const char *)bytes, (int)length, 1);
    if (status != XML_STATUS_OK && !reader.failed)
        snprintf(message, PLIST_MESSAGE_SIZE, "line %lu: %s",
                 (unsigned long)XML_GetCurrentLineNumber(reader.parser),
                 XML_ErrorString(XML_GetErrorCode(reader.parser)));
    XML_ParserFree(reader.parser);
    free(reader.text.bytes);
    free(reader.known);
    if (status != XML_STATUS_OK || reader.failed)
        return NULL;
    if (outside.first == NULL)
        snprintf(message, PLIST_MESSAGE_SIZE, "it has no value");
    return outside.first;
}

/* --- Members ------------------------------------------------------------------------------------
 */

struct plist_node *plist_tree_find(const struct plist_node *dict, const char *key)
{
    if (dict == NULL || strcmp(dict->tag, "dict") != 0)
        return NULL;
    for (struct plist_node *m = dict->first; m != NULL; m = m->next->next)
        if (strcmp(m->text, key) == 0)
            return m->next;
    return NULL;
}

const char *plist_tree_string(const struct plist_node *dict, const char *key)
{
    const struct plist_node *node = plist_tree_find(dict, key);

    return node != NULL && strcmp(node->tag, "string") == 0 ? node->text : NULL;
}

bool plist_tree_number(const struct plist_node *node, uint64_t *number)
{
    const char *text = node != NULL ? node->text : "";
    char *end;

    if (node == NULL || strcmp(node->tag, "integer") != 0)
        return false;
    text += strspn(text, " \t\r\n");
    if (*text < '0' || *text > '9')
        return false;
    *number = strtoull(text, &end, text[1] == 'x' || text[1] == 'X' ? 16 : 10);
    return end[strspn(end, " \t\r\n")] == '\0';
}

void plist_tree_remove(struct plist_node *dict, const char *beginning)
{
    struct plist_node *kept = dict->first;

    dict->first = dict->last = NULL;
    while (kept != NULL) {
        struct plist_node *key = kept, *value = kept->next;

        kept = value->next;
        if (strncmp(key->text, beginning, strlen(beginning)) != 0) {
            plist_tree_append(dict, key);
            plist_tree_append(dict, value);
        }
    }
}

void plist_tree_add(struct plist_node *dict, const char *key, const char *tag, const char *text,
                    const char *size)
{
    struct plist_node *value = plist_tree_new(tag, text);

    value->size = size != NULL ? copy_text(size, strlen(size)) : NULL;
    plist_tree_append(dict, plist_tree_new("key", key));
    plist_tree_append(dict, value);
}

bool plist_tree_has_tag(const struct plist_node *node, const char *tag)
{
    if (strcmp(node->tag, tag) == 0)
        return true;
    for (const struct plist_node *m = node->first; m != NULL; m = m->next)
        if (plist_tree_has_tag(m, tag))
            return true;
    return false;
}

void plist_tree_make_integers(struct plist_node *node)
{
    if (strcmp(node->tag, "real") == 0) {
        char digits[32];

        snprintf(digits, sizeof digits, "%lld", (long long)strtod(node->text, NULL));
        node->tag = "integer";
        node->text = copy_text(digits, strlen(digits));
    }
    for (struct plist_node *m = node->first; m != NULL; m = m->next)
        plist_tree_make_integers(m);
}

/* --- Writing ------------------------------------------------------------------------------------
 */

static void put(struct buffer *out, const char *text)
{
    append(out, text, strlen(text));
}

/* No other characters: XNU's reader knows these three entities alone. */
static void put_escaped(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '&')
            put(out, "&amp;");
        else if (*text == '<')
            put(out, "&lt;");
        else if (*text == '>')
            put(out, "&gt;");
        else
            append(out, text, 1);
    }
}

static void put_value(struct buffer *out, const struct plist_node *node, unsigned depth, bool sizes)
{
    bool container = is_container(node);
    bool empty = container ? node->first == NULL
                           : strcmp(node->tag, "true") == 0 || strcmp(node->tag, "false") == 0;

    for (unsigned i = 0; i < depth; i++)
        put(out, "\t");
    put(out, "<");
    put(out, node->tag);
    if (sizes && node->size != NULL) {
        put(out, " size=\"");
        put_escaped(out, node->size);
        put(out, "\"");
    }
    put(out, empty ? "/>\n" : container ? ">\n" : ">");
    if (empty)
        return;
    put_escaped(out, node->text);
    for (const struct plist_node *m = node->first; m != NULL; m = m->next)
        put_value(out, m, depth + 1, sizes);
    for (unsigned i = 0; container && i < depth; i++)
        put(out, "\t");
    put(out, "</");
    put(out, node->tag);
    put(out, ">\n");
}

void plist_tree_write_document(struct buffer *out, const struct plist_node *root)
{
    put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
             "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
             "<plist version=\"1.0\">\n");
    put_value(out, root, 0, false);
    put(out, "</plist>\n");
}

void plist_tree_write_value(struct buffer *out, const struct plist_node *root)
{
    put_value(out, root, 0, true);
}
