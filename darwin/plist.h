/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading Apple's property lists in XML: Info.plist, the list inside an mkext version 2 archive,
 * com.apple.Boot.plist. Values are places in the bytes; nothing is allocated or copied but text
 * that is asked for. The form is what the DTD "PropertyList-1.0" and XNU's own reader (libkern's
 * OSUnserializeXML) have in common.
 *
 * This is no XML library, for one (expat) would add 100 KB to a loader that has to fit the ROM of a
 * card, and would allocate.
 */
#ifndef DARWIN_PLIST_H
#define DARWIN_PLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum plist_kind {
    PLIST_DICT,
    PLIST_ARRAY, /* or a set */
    PLIST_KEY,   /* only ever beside a value */
    PLIST_STRING,
    PLIST_INTEGER,
    PLIST_REAL,
    PLIST_DATA,
    PLIST_DATE,
    PLIST_TRUE,
    PLIST_FALSE,
    PLIST_REFERENCE, /* IDREF="...": equal to an earlier value, which plist_resolve finds */
};

/* Lives as long as the bytes. `content` is what stands between the value's tags. */
struct plist_value {
    enum plist_kind kind;
    const uint8_t *content;
    size_t length;
    const uint8_t *id; /* its ID="..." or, of a reference, IDREF="..."; NULL without */
    size_t id_length;
};

/* Dicts and arrays deeper than this are refused. */
#define PLIST_DEPTH_MAXIMUM 32

/*
 * Finds the list's one value and checks its whole structure. False: no property list in XML
 * (UTF-8), or a damaged one. What follows the value is not looked at.
 */
bool plist_open(const uint8_t *bytes, size_t length, struct plist_value *root);
/* The same; where it is damaged, `damage` is the offset of the tag that is wrong or does not end.
 */
bool plist_open_at(const uint8_t *bytes, size_t length, struct plist_value *root, size_t *damage);

/* The members of a dict or array, in order. Other values have none. */
struct plist_cursor {
    bool is_dict;
    const uint8_t *bytes;
    size_t length, at;
};
struct plist_cursor plist_members(const struct plist_value *container);
/* False at the end. `key` is filled in for dicts and may be NULL. */
bool plist_next(struct plist_cursor *cursor, struct plist_value *key, struct plist_value *value);
/* The first member of a dict with this key; false if there is none or if it is no dict. */
bool plist_find(const struct plist_value *dict, const char *key, struct plist_value *value);

/*
 * The text of a key, string or other plain value, with &lt; and <![CDATA[ ]]> resolved, ending with
 * NUL. False if it does not fit, has an unknown entity or has a NUL in it.
 */
bool plist_text(const struct plist_value *value, char *text, size_t size);
/* An integer: decimal or 0x..., not negative, below 2^64. */
bool plist_integer(const struct plist_value *value, uint64_t *number);
/*
 * The value inside `root` whose ID="..." a reference has as its IDREF="...": Apple's writer of
 * version 2 archives writes equal values once (IOCFSerialize). False if there is none, for which
 * XNU's reader gives the whole list up.
 */
bool plist_resolve(const struct plist_value *root, const struct plist_value *reference,
                   struct plist_value *value);

#endif
