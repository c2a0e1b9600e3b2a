/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/plist.h"

#include <string.h>

/* Digits of the largest integer and blanks around it. */
#define INTEGER_LENGTH 64
/* "&#x10FFFF;" and leading zeros. */
#define ENTITY_LENGTH 16

/* --- Characters ---------------------------------------------------------------------------------
 */

/* A place in the bytes; it never goes beyond `length`. */
struct scanner {
    const uint8_t *bytes;
    size_t length, at;
    size_t last; /* where the last tag that was looked at begins */
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool at_end(const struct scanner *scanner)
{
    return scanner->at == scanner->length;
}

/* Passes over the text if it stands here. */
static bool take(struct scanner *scanner, const char *text)
{
    size_t size = strlen(text);

    if (scanner->length - scanner->at < size ||
        memcmp(scanner->bytes + scanner->at, text, size) != 0)
        return false;
    scanner->at += size;
    return true;
}

/* Passes over everything up to and with the text. */
static bool take_through(struct scanner *scanner, const char *text)
{
    for (; !at_end(scanner); scanner->at++)
        if (take(scanner, text))
            return true;
    return false;
}

/* Blanks, comments and processing instructions. False if one of those does not end. */
static bool skip_between(struct scanner *scanner)
{
    for (;;) {
        while (!at_end(scanner) && is_blank(scanner->bytes[scanner->at]))
            scanner->at++;
        if (take(scanner, "<!--")) {
            if (!take_through(scanner, "-->"))
                return false;
        } else if (take(scanner, "<?")) {
            if (!take_through(scanner, "?>"))
                return false;
        } else {
            return true;
        }
    }
}

/* Behind "<!DOCTYPE": up to its '>', quoted text and an internal subset in brackets passed over. */
static bool skip_doctype(struct scanner *scanner)
{
    for (unsigned depth = 0; !at_end(scanner);) {
        uint8_t c = scanner->bytes[scanner->at++];

        if (c == '"' && !take_through(scanner, "\""))
            return false;
        if (c == '\'' && !take_through(scanner, "'"))
            return false;
        if (c == '[')
            depth++;
        if (c == ']' && depth != 0)
            depth--;
        if (c == '>' && depth == 0)
            return true;
    }
    return false;
}

/* --- Tags ---------------------------------------------------------------------------------------
 */

enum tag_form { TAG_OPEN, TAG_CLOSE, TAG_EMPTY };

struct tag {
    const uint8_t *name;
    size_t name_length;
    enum tag_form form;
    bool reference;    /* has the attribute IDREF */
    const uint8_t *id; /* of the attribute ID or IDREF, whichever it has */
    size_t id_length;
};

static bool name_is(const struct tag *tag, const char *name)
{
    return strlen(name) == tag->name_length && memcmp(tag->name, name, tag->name_length) == 0;
}

static bool ends_name(uint8_t c)
{
    return is_blank(c) || c == '>' || c == '/' || c == '=' || c == '<';
}

static size_t take_name(struct scanner *scanner)
{
    size_t start = scanner->at;

    while (!at_end(scanner) && !ends_name(scanner->bytes[scanner->at]))
        scanner->at++;
    return scanner->at - start;
}

/* name="value" or name='value' */
static bool take_attribute(struct scanner *scanner, struct tag *tag)
{
    const uint8_t *name = scanner->bytes + scanner->at;
    size_t length = take_name(scanner), start;
    bool reference = length == 5 && memcmp(name, "IDREF", 5) == 0;
    bool ended;

    if (length == 0 || !take(scanner, "="))
        return false;
    start = scanner->at + 1;
    if (take(scanner, "\""))
        ended = take_through(scanner, "\"");
    else
        ended = take(scanner, "'") && take_through(scanner, "'");
    if (ended && (reference || (length == 2 && memcmp(name, "ID", 2) == 0))) {
        tag->reference = reference;
        tag->id = scanner->bytes + start;
        tag->id_length = scanner->at - 1 - start;
    }
    return ended;
}

static bool take_tag(struct scanner *scanner, struct tag *tag)
{
    memset(tag, 0, sizeof *tag);
    if (!take(scanner, "<"))
        return false;
    if (take(scanner, "/"))
        tag->form = TAG_CLOSE;
    tag->name = scanner->bytes + scanner->at;
    tag->name_length = take_name(scanner);
    if (tag->name_length == 0)
        return false;
    for (;;) {
        while (!at_end(scanner) && is_blank(scanner->bytes[scanner->at]))
            scanner->at++;
        if (take(scanner, ">"))
            return true;
        if (tag->form == TAG_OPEN && take(scanner, "/>")) {
            tag->form = TAG_EMPTY;
            return true;
        }
        if (tag->form != TAG_OPEN || !take_attribute(scanner, tag))
            return false;
    }
}

static bool kind_of(const struct tag *tag, enum plist_kind *kind)
{
    static const struct {
        const char *name;
        enum plist_kind kind;
    } kinds[] = {
        {"dict", PLIST_DICT}, {"array", PLIST_ARRAY},   {"set", PLIST_ARRAY},
        {"key", PLIST_KEY},   {"string", PLIST_STRING}, {"integer", PLIST_INTEGER},
        {"real", PLIST_REAL}, {"data", PLIST_DATA},     {"date", PLIST_DATE},
        {"true", PLIST_TRUE}, {"false", PLIST_FALSE},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (name_is(tag, kinds[i].name)) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* --- Values -------------------------------------------------------------------------------------
 */

/* Behind an opening tag of plain text: through its closing tag. */
static bool take_plain(struct scanner *scanner, const struct tag *open, struct plist_value *value)
{
    value->content = scanner->bytes + scanner->at;
    while (!at_end(scanner)) {
        size_t here = scanner->at;
        struct tag close;

        if (scanner->bytes[here] != '<') {
            scanner->at++;
        } else if (take(scanner, "<![CDATA[")) {
            if (!take_through(scanner, "]]>"))
                return false;
        } else if (take(scanner, "<!--")) {
            if (!take_through(scanner, "-->"))
                return false;
        } else {
            value->length = (size_t)(scanner->bytes + here - value->content);
            return take_tag(scanner, &close) && close.form == TAG_CLOSE &&
                   close.name_length == open->name_length &&
                   memcmp(close.name, open->name, close.name_length) == 0;
        }
    }
    return false;
}

/*
 * The containers that are open while a value is passed over. A dict wants keys and values in turn;
 * `wants_value` is about the innermost container, the others are all in the middle of a value.
 */
struct nest {
    unsigned depth;
    enum plist_kind kinds[PLIST_DEPTH_MAXIMUM];
    bool wants_value;
};

/* True if a tag of this kind may open here. */
static bool may_open(struct nest *nest, enum plist_kind kind)
{
    bool in_dict = nest->depth != 0 && nest->kinds[nest->depth - 1] == PLIST_DICT;
    bool wants_key = in_dict && !nest->wants_value;

    if ((kind == PLIST_KEY) != wants_key)
        return false;
    nest->wants_value = wants_key;
    return true;
}

static bool close_container(struct nest *nest, const struct tag *tag)
{
    enum plist_kind kind;

    if (nest->depth == 0 || nest->wants_value || !kind_of(tag, &kind) ||
        kind != nest->kinds[nest->depth - 1])
        return false;
    nest->depth--;
    return true;
}

/* One tag, and what belongs to it if it is a plain value. */
static bool take_element(struct scanner *scanner, struct nest *nest, struct plist_value *value)
{
    struct tag tag;

    if (!skip_between(scanner))
        return false;
    scanner->last = scanner->at;
    if (!take_tag(scanner, &tag))
        return false;
    if (tag.form == TAG_CLOSE)
        return close_container(nest, &tag);
    if (!kind_of(&tag, &value->kind) || !may_open(nest, value->kind))
        return false;
    value->content = scanner->bytes + scanner->at;
    value->length = 0;
    value->id = tag.id;
    value->id_length = tag.id_length;
    if (tag.form == TAG_EMPTY) {
        if (tag.reference && value->kind != PLIST_KEY)
            value->kind = PLIST_REFERENCE;
        return true;
    }
    if (value->kind != PLIST_DICT && value->kind != PLIST_ARRAY)
        return take_plain(scanner, &tag, value);
    if (nest->depth == PLIST_DEPTH_MAXIMUM)
        return false;
    nest->kinds[nest->depth++] = value->kind;
    return true;
}

/* A key or a value, whole. `nest` starts as what stands around it. */
static bool take_value(struct scanner *scanner, struct nest *nest, struct plist_value *value)
{
    unsigned outside = nest->depth;
    struct plist_value inner;
    size_t end = scanner->at;

    if (!take_element(scanner, nest, value) || nest->depth < outside)
        return false;
    while (nest->depth > outside) {
        if (!skip_between(scanner))
            return false;
        end = scanner->at;
        if (!take_element(scanner, nest, &inner))
            return false;
        if (nest->depth == outside)
            value->length = (size_t)(scanner->bytes + end - value->content);
    }
    return true;
}

static bool take_list(struct scanner *scanner, struct plist_value *root)
{
    struct nest nest = {0};
    struct tag tag;

    take(scanner, "\xEF\xBB\xBF"); /* the byte order mark of UTF-8 */
    if (!skip_between(scanner))
        return false;
    scanner->last = scanner->at;
    if (take(scanner, "<!DOCTYPE") && (!skip_doctype(scanner) || !skip_between(scanner)))
        return false;
    scanner->last = scanner->at;
    if (!take_tag(scanner, &tag))
        return false;
    /* XNU's reader does not insist on <plist>, and some archives do without. */
    if (!name_is(&tag, "plist"))
        scanner->at = scanner->last;
    else if (tag.form != TAG_OPEN)
        return false;
    return take_value(scanner, &nest, root);
}

bool plist_open_at(const uint8_t *bytes, size_t length, struct plist_value *root, size_t *damage)
{
    struct scanner scanner = {bytes, length, 0, 0};
    bool good = take_list(&scanner, root);

    *damage = scanner.last;
    return good;
}

bool plist_open(const uint8_t *bytes, size_t length, struct plist_value *root)
{
    size_t damage;

    return plist_open_at(bytes, length, root, &damage);
}

struct plist_cursor plist_members(const struct plist_value *container)
{
    bool has = container->kind == PLIST_DICT || container->kind == PLIST_ARRAY;

    return (struct plist_cursor){.is_dict = container->kind == PLIST_DICT,
                                 .bytes = container->content,
                                 .length = has ? container->length : 0};
}

bool plist_next(struct plist_cursor *cursor, struct plist_value *key, struct plist_value *value)
{
    struct scanner scanner = {cursor->bytes, cursor->length, cursor->at, 0};
    struct nest nest = {.depth = 1, .kinds = {cursor->is_dict ? PLIST_DICT : PLIST_ARRAY}};
    struct plist_value unused;
    bool found = skip_between(&scanner) && !at_end(&scanner);

    if (found && cursor->is_dict)
        found = take_value(&scanner, &nest, key != NULL ? key : &unused);
    found = found && take_value(&scanner, &nest, value);
    cursor->at = scanner.at;
    return found;
}

/* --- Text ---------------------------------------------------------------------------------------
 */

/* A value's text, character by character, as UTF-8. */
struct decoder {
    struct scanner scanner;
    bool in_cdata;
    uint8_t pending[4]; /* bytes of a character that an entity stands for */
    unsigned pending_count, pending_at;
    bool damaged;
};

static struct decoder decoder_start(const struct plist_value *value)
{
    return (struct decoder){.scanner = {value->content, value->length, 0, 0}};
}

/* RFC 3629 section 3. */
static bool put_character(struct decoder *decoder, uint32_t character)
{
    static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    unsigned count = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

    if (character == 0 || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF))
        return false;
    for (unsigned i = count - 1; i > 0; i--) {
        decoder->pending[i] = (uint8_t)(0x80 | (character & 0x3F));
        character >>= 6;
    }
    decoder->pending[0] = (uint8_t)(count == 1 ? character : lead[count] | character);
    decoder->pending_count = count;
    decoder->pending_at = 0;
    return true;
}

static bool digit_of(char c, unsigned base, unsigned *digit)
{
    if (c >= '0' && c <= '9')
        *digit = (unsigned)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *digit = (unsigned)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
        *digit = (unsigned)(c - 'A') + 10;
    else
        return false;
    return *digit < base;
}

/* All of the text is one number of this base. */
static bool parse_number(const char *text, unsigned base, uint64_t *number)
{
    *number = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit;

        if (!digit_of(*text, base, &digit) || *number > (UINT64_MAX - digit) / base)
            return false;
        *number = *number * base + digit;
    }
    return true;
}

/* Behind '&'. */
static bool take_entity(struct decoder *decoder)
{
    static const struct {
        const char *name;
        char character;
    } known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    struct scanner *scanner = &decoder->scanner;
    char name[ENTITY_LENGTH];
    size_t length = 0;
    uint64_t number;

    for (;;) {
        if (at_end(scanner) || length == sizeof name - 1)
            return false;
        name[length] = (char)scanner->bytes[scanner->at++];
        if (name[length] == ';')
            break;
        length++;
    }
    name[length] = '\0';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0)
            return put_character(decoder, (uint32_t)known[i].character);
    if (name[0] != '#')
        return false;
    if (!(name[1] == 'x' ? parse_number(name + 2, 16, &number)
                         : parse_number(name + 1, 10, &number)))
        return false;
    return number <= 0x10FFFF && put_character(decoder, (uint32_t)number);
}

/* The next byte; -1 at the end or at damage. */
static int decoder_next(struct decoder *decoder)
{
    struct scanner *scanner = &decoder->scanner;
    uint8_t c;

    if (decoder->pending_at < decoder->pending_count)
        return decoder->pending[decoder->pending_at++];
    for (;;) {
        if (decoder->in_cdata && take(scanner, "]]>"))
            decoder->in_cdata = false;
        else if (!decoder->in_cdata && take(scanner, "<![CDATA["))
            decoder->in_cdata = true;
        else if (decoder->in_cdata || !take(scanner, "<!--") || !take_through(scanner, "-->"))
            break;
    }
    if (at_end(scanner))
        return -1;
    c = scanner->bytes[scanner->at++];
    if (c == '&' && !decoder->in_cdata) {
        decoder->damaged = !take_entity(decoder);
        return decoder->damaged ? -1 : decoder->pending[decoder->pending_at++];
    }
    decoder->damaged = c == '\0';
    return decoder->damaged ? -1 : c;
}

static bool is_plain(const struct plist_value *value)
{
    return value->kind != PLIST_DICT && value->kind != PLIST_ARRAY &&
           value->kind != PLIST_REFERENCE;
}

bool plist_text(const struct plist_value *value, char *text, size_t size)
{
    struct decoder decoder = decoder_start(value);
    size_t used = 0;
    int c;

    if (!is_plain(value))
        return false;
    while ((c = decoder_next(&decoder)) >= 0) {
        if (used + 1 >= size)
            return false;
        text[used++] = (char)c;
    }
    if (decoder.damaged || used == size)
        return false;
    text[used] = '\0';
    return true;
}

static bool key_is(const struct plist_value *key, const char *text)
{
    struct decoder decoder = decoder_start(key);

    for (;; text++) {
        int c = decoder_next(&decoder);

        if (c < 0)
            return !decoder.damaged && *text == '\0';
        if (c != (unsigned char)*text)
            return false;
    }
}

bool plist_find(const struct plist_value *dict, const char *key, struct plist_value *value)
{
    struct plist_cursor cursor = plist_members(dict);
    struct plist_value name;

    while (cursor.is_dict && plist_next(&cursor, &name, value))
        if (key_is(&name, key))
            return true;
    return false;
}

bool plist_integer(const struct plist_value *value, uint64_t *number)
{
    char text[INTEGER_LENGTH], *start = text;
    size_t end;

    if (value->kind != PLIST_INTEGER || !plist_text(value, text, sizeof text))
        return false;
    while (is_blank((uint8_t)*start))
        start++;
    end = strlen(start);
    while (end > 0 && is_blank((uint8_t)start[end - 1]))
        start[--end] = '\0';
    if (start[0] == '0' && (start[1] == 'x' || start[1] == 'X'))
        return parse_number(start + 2, 16, number);
    return parse_number(start, 10, number);
}

/* --- References
 * -----------------------------------------------------------------------------------
 */

static bool find_id(const struct plist_value *container, const struct plist_value *reference,
                    struct plist_value *value)
{
    struct plist_cursor cursor = plist_members(container);
    struct plist_value member;

    /* As deep as the list, which is no deeper than PLIST_DEPTH_MAXIMUM. */
    while (plist_next(&cursor, NULL, &member)) {
        if (member.kind != PLIST_REFERENCE && member.id_length == reference->id_length &&
            member.id_length != 0 && memcmp(member.id, reference->id, member.id_length) == 0) {
            *value = member;
            return true;
        }
        if (find_id(&member, reference, value))
            return true;
    }
    return false;
}

bool plist_resolve(const struct plist_value *root, const struct plist_value *reference,
                   struct plist_value *value)
{
    return reference->kind == PLIST_REFERENCE && find_id(root, reference, value);
}
