/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

#include "lib/bytes.h"
#include "report.h"
#include "strings.h"

#define NAME_FIELD    32
#define DEPTH_MAXIMUM 24

static const uint8_t *tree;
static tree_reader *word;

/* --- Checking ------------------------------------------------------------------------------ */

struct survey {
    uint32_t length, nodes, properties;
    uint32_t nameless;
    const char *fault; /* the first broken rule, or NULL */
    uint32_t fault_offset;
};

static uint32_t fault(struct survey *survey, const char *what, uint32_t offset)
{
    if (survey->fault == NULL) {
        survey->fault = what;
        survey->fault_offset = offset;
    }
    return TREE_NONE;
}

static bool name_field_good(const uint8_t *field)
{
    uint32_t length = 0;
    while (length < NAME_FIELD && field[length] > ' ' && field[length] < 0x7F)
        length++;
    return length > 0 && length < NAME_FIELD && field[length] == '\0';
}

/* Returns the offset behind the node, TREE_NONE when a rule is broken. */
static uint32_t survey_node(struct survey *survey, uint32_t offset, uint32_t depth)
{
    if (depth > DEPTH_MAXIMUM)
        return fault(survey, "nodes are nested too deep", offset);
    if (!bytes_within(survey->length, offset, 8))
        return fault(survey, "a node lies beyond the end", offset);
    uint32_t properties = word(tree + offset), children = word(tree + offset + 4);
    if (properties == 0)
        return fault(survey, "a node has no property: XNU's reader stops there", offset);
    bool named = false;
    uint32_t at = offset + 8;
    for (uint32_t i = 0; i < properties; i++) {
        if (!bytes_within(survey->length, at, NAME_FIELD + 4))
            return fault(survey, "a property lies beyond the end", at);
        if (!name_field_good(tree + at))
            return fault(survey, "a property's name is empty, unprintable or over 31 bytes", at);
        const char *name = (const char *)tree + at;
        uint32_t length = word(tree + at + NAME_FIELD);
        const uint8_t *value = tree + at + NAME_FIELD + 4;
        if ((length & 0x80000000u) != 0)
            return fault(survey, "a property's length has bit 31 set", at);
        if (!bytes_within(survey->length, at + NAME_FIELD + 4, round_up(length, 4)))
            return fault(survey, "a property's value lies beyond the end", at);
        if (strcmp(name, "name") == 0) {
            if (length < 2 || value[length - 1] != '\0' ||
                strlen((const char *)value) + 1 != length)
                return fault(survey, "a name property is empty or lacks its NUL", at);
            named = true;
        } else if (strcmp(name, "AAPL,phandle") == 0) {
            if (length != 4)
                return fault(survey, "an AAPL,phandle has not four bytes", at);
        } else if (strcmp(name, "device_type") == 0 && (length == 0 || value[length - 1] != '\0')) {
            return fault(survey, "a device_type lacks its NUL", at);
        }
        at += NAME_FIELD + 4 + (uint32_t)round_up(length, 4);
        survey->properties++;
    }
    survey->nameless += !named;
    survey->nodes++;
    for (uint32_t i = 0; i < children; i++) {
        at = survey_node(survey, at, depth + 1);
        if (at == TREE_NONE)
            return TREE_NONE;
    }
    return at;
}

bool tree_check(const uint8_t *blob, uint32_t length, tree_reader *reader)
{
    static struct survey survey;
    survey.length = length;
    tree = blob;
    word = reader;
    uint32_t end = survey_node(&survey, TREE_ROOT, 0);
    if (!check(end != TREE_NONE, "device tree is well formed: %u nodes, %u properties%s%s",
               survey.nodes, survey.properties, survey.fault != NULL ? "; " : "",
               survey.fault != NULL ? survey.fault : "")) {
        say("       at offset 0x%x\n", survey.fault_offset);
        return false;
    }
    check(end == length, "device tree ends exactly at deviceTreeLength (0x%x, 0x%x)", end, length);
    check(survey.nameless == 0, "every node has a name (%u without)", survey.nameless);
    return true;
}

/* --- Reading a checked tree ------------------------------------------------------------------- */

uint32_t tree_property_count(tree_node node)
{
    return word(tree + node);
}

static uint32_t next_property(uint32_t at)
{
    return at + NAME_FIELD + 4 + (uint32_t)round_up(word(tree + at + NAME_FIELD), 4);
}

const char *tree_property_at(tree_node node, uint32_t index, struct tree_value *value)
{
    uint32_t at = node + 8;
    while (index-- > 0)
        at = next_property(at);
    value->length = word(tree + at + NAME_FIELD);
    value->bytes = tree + at + NAME_FIELD + 4;
    return (const char *)tree + at;
}

bool tree_get(tree_node node, const char *property, struct tree_value *value)
{
    uint32_t at = node + 8;
    for (uint32_t i = tree_property_count(node); i > 0; i--) {
        if (strcmp((const char *)tree + at, property) == 0) {
            value->length = word(tree + at + NAME_FIELD);
            value->bytes = tree + at + NAME_FIELD + 4;
            return true;
        }
        at = next_property(at);
    }
    return false;
}

bool tree_get_word(tree_node node, const char *property, uint32_t *number)
{
    struct tree_value value;
    if (!tree_get(node, property, &value) || value.length < 4)
        return false;
    *number = word(value.bytes);
    return true;
}

const char *tree_get_text(tree_node node, const char *property)
{
    struct tree_value value;
    if (!tree_get(node, property, &value) || value.length == 0 ||
        value.bytes[value.length - 1] != '\0')
        return NULL;
    return (const char *)value.bytes;
}

bool tree_has_text(tree_node node, const char *property, const char *text)
{
    struct tree_value value;
    if (tree_get_text(node, property) == NULL || !tree_get(node, property, &value))
        return false;
    for (uint32_t at = 0; at < value.length; at += strlen((const char *)value.bytes + at) + 1) {
        if (strcmp((const char *)value.bytes + at, text) == 0)
            return true;
    }
    return false;
}

static uint32_t child_count(tree_node node)
{
    return word(tree + node + 4);
}

static uint32_t after_properties(tree_node node)
{
    uint32_t at = node + 8;
    for (uint32_t i = tree_property_count(node); i > 0; i--)
        at = next_property(at);
    return at;
}

static uint32_t after_node(tree_node node)
{
    uint32_t at = after_properties(node);
    for (uint32_t i = child_count(node); i > 0; i--)
        at = after_node(at);
    return at;
}

tree_node tree_first_child(tree_node node)
{
    return child_count(node) != 0 ? after_properties(node) : TREE_NONE;
}

tree_node tree_next_child(tree_node parent, tree_node child)
{
    uint32_t end = after_node(parent), next = after_node(child);
    return next < end ? next : TREE_NONE;
}

tree_node tree_next(tree_node node)
{
    /* Nodes stand depth first, so the next one follows this node's properties. */
    uint32_t next = after_properties(node);
    return next < after_node(TREE_ROOT) ? next : TREE_NONE;
}

tree_node tree_parent(tree_node node)
{
    tree_node parent = TREE_ROOT;
    if (node == TREE_ROOT)
        return TREE_NONE;
    for (;;) {
        tree_node child = tree_first_child(parent);
        while (child != TREE_NONE && after_node(child) <= node)
            child = tree_next_child(parent, child);
        if (child == TREE_NONE || child == node)
            return parent;
        parent = child;
    }
}

tree_node tree_find_property(const char *property, const char *text)
{
    for (tree_node node = TREE_ROOT; node != TREE_NONE; node = tree_next(node)) {
        const char *value = tree_get_text(node, property);
        if (value != NULL && strcmp(value, text) == 0)
            return node;
    }
    return TREE_NONE;
}

/* Length of the path component at `text`: up to '/', ':' or the end. */
static uint32_t component_length(const char *text)
{
    uint32_t length = 0;
    while (text[length] != '\0' && text[length] != '/' && text[length] != ':')
        length++;
    return length;
}

static char hexadecimal(uint32_t value)
{
    return "0123456789ABCDEF"[value & 0xF];
}

static bool unit_matches(tree_node node, const char *unit, uint32_t length)
{
    struct tree_value value;
    if (tree_get(node, "AAPL,unit-string", &value)) {
        if (value.length > 0 && value.bytes[value.length - 1] == '\0')
            value.length--;
        return value.length == length && memcmp(value.bytes, unit, length) == 0;
    }
    uint32_t reg;
    if (!tree_get_word(node, "reg", &reg))
        return false;
    char digits[8];
    uint32_t count = 0;
    for (int shift = 28; shift >= 0; shift -= 4) {
        if (count != 0 || (reg >> shift & 0xF) != 0 || shift == 0)
            digits[count++] = hexadecimal(reg >> shift);
    }
    return count == length && memcmp(digits, unit, length) == 0;
}

static bool component_matches(tree_node node, const char *component, uint32_t length, bool units)
{
    uint32_t name_length = length;
    if (units) {
        for (name_length = 0; name_length < length && component[name_length] != '@';)
            name_length++;
    }
    const char *name = tree_get_text(node, "name");
    if (name == NULL || strlen(name) != name_length || memcmp(name, component, name_length) != 0)
        return false;
    return name_length == length ||
           unit_matches(node, component + name_length + 1, length - name_length - 1);
}

static tree_node walk(const char *path, bool units)
{
    tree_node node = TREE_ROOT;
    while (*path == '/') {
        path++;
        uint32_t length = component_length(path);
        if (length == 0)
            break;
        tree_node child = tree_first_child(node);
        while (child != TREE_NONE && !component_matches(child, path, length, units))
            child = tree_next_child(node, child);
        if (child == TREE_NONE)
            return TREE_NONE;
        node = child;
        path += length;
    }
    return node;
}

tree_node tree_lookup(const char *path)
{
    return walk(path, false);
}

tree_node tree_resolve(const char *path)
{
    if (*path == '/')
        return walk(path, true);
    /* XNU: alias names have to be shorter than 32 characters. */
    char alias[32];
    uint32_t length = component_length(path);
    tree_node aliases = tree_lookup("/aliases");
    if (length == 0 || length >= sizeof(alias) || aliases == TREE_NONE)
        return TREE_NONE;
    memcpy(alias, path, length);
    alias[length] = '\0';
    const char *target = tree_get_text(aliases, alias);
    return target != NULL && *target == '/' ? walk(target, true) : TREE_NONE;
}
