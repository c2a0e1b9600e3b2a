/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linker tables: drivers, image formats and URI schemes register themselves by
 * being linked. No list elsewhere has to be touched.
 *
 * A module writes    TABLE_ENTRY(image_formats, const struct image_format) elf_format = {...};
 * A consumer writes  TABLE_DECLARE(image_formats, const struct image_format);
 *                    TABLE_FOREACH(image_formats, format) ...
 *
 * The section is named like a C identifier, so every ELF linker provides its
 * bounds; link.ld keeps the sections when unused ones are dropped. Entries stand in
 * link order, which is the alphabetical order of the source paths.
 */
#ifndef LIB_TABLE_H
#define LIB_TABLE_H

/* Entries are pointers, so that no entry's size or padding matters to the walk. */
#define TABLE_ENTRY(table, type, name)                                                       \
    static type name;                                                                        \
    static type *const name##_entry __attribute__((used, section("table_" #table))) = &name; \
    static type name

#define TABLE_DECLARE(table, type)                                    \
    extern type *const __start_table_##table[] __attribute__((weak)); \
    extern type *const __stop_table_##table[] __attribute__((weak));  \
    typedef type *const *table##_cursor

#define TABLE_FOREACH(table, cursor) \
    for (table##_cursor cursor = __start_table_##table; cursor != __stop_table_##table; cursor++)

#endif
