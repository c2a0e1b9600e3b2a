/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/mkext/processors.h"

#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/mkext/kext.h"

#define FAT_MAGIC     0xCAFEBABEu
#define FAT_HEADER    8
#define FAT_ROW       20
#define FAT_ALIGNMENT 12 /* what Apple's tools take: a page */

#define MH_MAGIC    0xFEEDFACEu
#define MH_MAGIC_64 0xFEEDFACFu

const struct processor any_processor = {"any", UINT32_MAX, UINT32_MAX};

static const struct processor processors[] = {
    {"ppc", 18, 0}, {"i386", 7, 3}, {"x86_64", 0x01000007, 3}, {"ppc64", 0x01000012, 0}};

const struct processor *processor_called(const char *name)
{
    for (size_t i = 0; i < sizeof processors / sizeof *processors; i++)
        if (strcmp(processors[i].name, name) == 0)
            return &processors[i];
    return NULL;
}

static const struct processor *processor_of_type(uint32_t type)
{
    for (size_t i = 0; i < sizeof processors / sizeof *processors; i++)
        if (processors[i].type == type)
            return &processors[i];
    return NULL;
}

const char *processor_name(uint32_t type, uint32_t subtype)
{
    const struct processor *processor = processor_of_type(type);

    if (type == UINT32_MAX && subtype == UINT32_MAX)
        return any_processor.name;
    if (processor == NULL)
        return text_of("cputype %u", (unsigned)type);
    if (subtype != processor->subtype)
        return text_of("%s (cpusubtype %u)", processor->name, (unsigned)subtype);
    return processor->name;
}

/* PowerPC: 601 is 1, 7450 is 11, 970 is 100. x86: 3 is all of them, others family and model. */
bool processor_is_known(uint32_t type, uint32_t subtype)
{
    const struct processor *processor = processor_of_type(type);

    if (type == UINT32_MAX)
        return subtype == UINT32_MAX;
    if (processor == NULL)
        return false;
    if ((type & 0xFFFFFF) == 18)
        return subtype <= 11 || subtype == 100;
    return subtype >= 3 && subtype <= 0xFF;
}

/* --- Fat files ----------------------------------------------------------------------------------
 */

static bool check_row(const struct fat_table *table, uint32_t index, size_t length, char *message,
                      size_t size)
{
    const struct fat_row *row = &table->rows[index];
    uint32_t table_end = FAT_HEADER + FAT_ROW * table->count;

    if (row->size == 0)
        snprintf(message, size, "slice %u: size is 0 (nfat_arch is %u)", (unsigned)index,
                 (unsigned)table->count);
    else if (row->offset < table_end || !bytes_within(length, row->offset, row->size))
        snprintf(message, size,
                 "slice %u: offset %u with size %u is outside %u..%zu (nfat_arch is %u)",
                 (unsigned)index, (unsigned)row->offset, (unsigned)row->size, (unsigned)table_end,
                 length, (unsigned)table->count);
    else if (row->align > 31 || row->offset % (1u << row->align) != 0)
        snprintf(message, size, "slice %u: offset %u is no multiple of 2^%u, its align",
                 (unsigned)index, (unsigned)row->offset, (unsigned)row->align);
    for (uint32_t i = 0; i < index && message[0] == '\0'; i++) {
        const struct fat_row *other = &table->rows[i];

        if (other->type == row->type && other->subtype == row->subtype)
            snprintf(message, size, "slice %u: cputype and cpusubtype are those of slice %u",
                     (unsigned)index, (unsigned)i);
        else if (row->offset < (uint64_t)other->offset + other->size &&
                 other->offset < (uint64_t)row->offset + row->size)
            snprintf(message, size, "slice %u: offset %u with size %u overlaps slice %u",
                     (unsigned)index, (unsigned)row->offset, (unsigned)row->size, (unsigned)i);
    }
    return message[0] == '\0';
}

bool fat_read(const uint8_t *bytes, size_t length, struct fat_table *table, char *message,
              size_t message_size)
{
    uint32_t (*get32)(const void *);

    memset(table, 0, sizeof *table);
    message[0] = '\0';
    if (length < FAT_HEADER || (get_be32(bytes) != FAT_MAGIC && get_le32(bytes) != FAT_MAGIC))
        return true;
    get32 = get_be32(bytes) == FAT_MAGIC ? get_be32 : get_le32;
    table->count = get32(bytes + 4);
    if (table->count == 0 || table->count > FAT_ROWS_MAXIMUM ||
        table->count > (length - FAT_HEADER) / FAT_ROW) {
        snprintf(message, message_size, "nfat_arch is %u in a fat file of %zu bytes",
                 (unsigned)table->count, length);
        return false;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        const uint8_t *at = bytes + FAT_HEADER + (size_t)FAT_ROW * i;

        table->rows[i] = (struct fat_row){get32(at), get32(at + 4), get32(at + 8), get32(at + 12),
                                          get32(at + 16)};
        if (!check_row(table, i, length, message, message_size))
            return false;
    }
    return true;
}

void fat_begin(struct buffer *out, uint32_t count)
{
    out->big = true;
    append_32(out, FAT_MAGIC);
    append_32(out, count);
    for (uint32_t i = 0; i < FAT_ROW / 4 * count; i++)
        append_32(out, 0);
}

void fat_add(struct buffer *out, uint32_t index, uint32_t type, uint32_t subtype,
             const uint8_t *bytes, size_t length)
{
    uint8_t *row;

    append_padding(out, 1u << FAT_ALIGNMENT);
    if (out->length + length > UINT32_MAX)
        die("a fat file of more than 4 GB is not possible");
    row = out->bytes + FAT_HEADER + (size_t)FAT_ROW * index;
    put_be32(row, type);
    put_be32(row + 4, subtype);
    put_be32(row + 8, (uint32_t)out->length);
    put_be32(row + 12, (uint32_t)length);
    put_be32(row + 16, FAT_ALIGNMENT);
    append(out, bytes, length);
}

/* --- Executables --------------------------------------------------------------------------------
 */

static const char *thin_processor(const uint8_t *bytes, size_t length)
{
    uint32_t (*get32)(const void *) = length >= 4 && bytes[0] == 0xFE ? get_be32 : get_le32;
    uint32_t magic = length >= 12 ? get32(bytes) : 0;

    if (magic != MH_MAGIC && magic != MH_MAGIC_64)
        return "no Mach-O";
    return processor_name(get32(bytes + 4), get32(bytes + 8));
}

const char *executable_processors(const uint8_t *bytes, size_t length)
{
    struct fat_table table;
    char message[200];
    const char *names = "";

    if (!fat_read(bytes, length, &table, message, sizeof message))
        return text_of("a damaged fat file: %s", message);
    if (table.count == 0)
        return thin_processor(bytes, length);
    for (uint32_t i = 0; i < table.count; i++)
        names = text_of("%s%s%s", names, i != 0 ? " " : "",
                        processor_name(table.rows[i].type, table.rows[i].subtype));
    return names;
}
