/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Version 2 archives (specs: xnu-handoff section 5.4): mkext_check's part, and a reader of the
 * property list that names their files.
 */
#ifndef DARWIN_MKEXT_V2_H
#define DARWIN_MKEXT_V2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "darwin/mkext.h"
#include "darwin/plist.h"

/*
 * Checks what the header, whose common part is good, leads to: the property list, packed with zlib
 * or not, and every executable and resource that it names. A packed list that is larger than the
 * loader's own memory is only checked by itself; that is said with the option verbose.
 * ERROR_MKEXT_ENTRY, with the field in the message.
 */
error_t mkext_v2_check(const uint8_t *bytes, size_t length);

/* --- Looking into one, however large its list is --------------------------------------------- */

/* The property list of an archive, unpacked. Values of it point into its text. */
struct mkext_v2_list {
    struct mkext_file file; /* where the text is in the archive */
    uint8_t *unpacked;      /* of malloc, or NULL if it is stored */
    const uint8_t *text;
    size_t length;              /* file.real_size: with the NUL that ends it, if there is one */
    struct plist_value root;    /* the whole list */
    struct plist_value kexts;   /* its array _MKEXTInfoDictionaries */
    struct plist_cursor cursor; /* mkext_v2_next's own */
    unsigned references;        /* that were looked up */
};

/*
 * Opens the list of an archive whose common header is good (mkext_check), wherever that lies in
 * memory: the bytes have to stay. On failure nothing is to be closed.
 */
error_t mkext_v2_open(const uint8_t *bytes, size_t length, struct mkext_v2_list *list);
void mkext_v2_close(struct mkext_v2_list *list);
/* The next kernel extension's dictionary, in the archive's order. False at the end. */
bool mkext_v2_next(struct mkext_v2_list *list, struct plist_value *info);
/*
 * A member of such a dictionary; a reference (IDREF) comes back as what it refers to, unless there
 * were very many of those. False if there is no such member.
 */
bool mkext_v2_find(struct mkext_v2_list *list, const struct plist_value *info, const char *key,
                   struct plist_value *value);
/*
 * The file whose offset a number of the list is: the value of "_MKEXTExecutable", or one of those
 * in the dictionary "_MKEXTResources". file->offset is that of the bytes, behind the two sizes that
 * stand in front of them; `modified` is 0, as this version has no dates.
 */
error_t mkext_v2_file(struct mkext_v2_list *list, const uint8_t *bytes, size_t length,
                      const struct plist_value *number, struct mkext_file *file);
/* The file at an offset that the list tells. */
error_t mkext_v2_file_at(const uint8_t *bytes, size_t length, uint64_t offset,
                         struct mkext_file *file);
/* Unpacks a file into exactly file->real_size bytes. */
error_t mkext_v2_unpack(const uint8_t *bytes, size_t length, const struct mkext_file *file,
                        uint8_t *out, size_t out_size);

#endif
