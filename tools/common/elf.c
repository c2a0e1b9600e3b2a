/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/common/elf.h"

#include <inttypes.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/common/tool.h"

/* Sizes of the structures, for 32 and 64 bits. */
#define HEADER_SIZE(elf)  ((elf)->wide ? 64u : 52u)
#define SECTION_SIZE(elf) ((elf)->wide ? 64u : 40u)
#define SYMBOL_SIZE(elf)  ((elf)->wide ? 24u : 16u)

static const uint8_t *bytes_at(const struct elf *elf, uint64_t offset, uint64_t length,
                               const char *what)
{
    if (!bytes_within(elf->length, offset, length))
        die("%s lies outside the file", what);
    return elf->bytes + offset;
}

static uint16_t half(const struct elf *elf, const uint8_t *at)
{
    return elf->big ? get_be16(at) : get_le16(at);
}

static uint32_t word(const struct elf *elf, const uint8_t *at)
{
    return elf->big ? get_be32(at) : get_le32(at);
}

/* A field that is as wide as the file's addresses. */
static uint64_t wide(const struct elf *elf, const uint8_t *at)
{
    if (!elf->wide)
        return word(elf, at);
    return elf->big ? get_be64(at) : get_le64(at);
}

struct elf elf_open(const char *path)
{
    struct file file = read_file(path);
    struct elf elf = {.bytes = file.bytes, .length = file.length};
    const uint8_t *header = bytes_at(&elf, 0, 52, "the ELF header");

    if (memcmp(header, "\177ELF", 4) != 0 || header[4] < 1 || header[4] > 2 || header[5] < 1 ||
        header[5] > 2)
        die("%s is not an ELF file", path);
    elf.wide = header[4] == 2;
    elf.big = header[5] == 2;
    header = bytes_at(&elf, 0, HEADER_SIZE(&elf), "the ELF header");
    elf.machine = half(&elf, header + 18);
    elf.entry = wide(&elf, header + 24);
    elf.section_headers = wide(&elf, header + (elf.wide ? 40 : 32));
    elf.section_count = half(&elf, header + (elf.wide ? 60 : 48));
    elf.section_names = half(&elf, header + (elf.wide ? 62 : 50));
    return elf;
}

static const uint8_t *section_header(const struct elf *elf, uint32_t index)
{
    if (index >= elf->section_count)
        die("section number %" PRIu32 " does not exist", index);
    return bytes_at(elf, elf->section_headers + (uint64_t)SECTION_SIZE(elf) * index,
                    SECTION_SIZE(elf), "a section header");
}

static struct elf_section section_fields(const struct elf *elf, uint32_t index)
{
    const uint8_t *header = section_header(elf, index);
    bool w = elf->wide;
    struct elf_section section = {
        .type = word(elf, header + 4),
        .flags = wide(elf, header + 8),
        .address = wide(elf, header + (w ? 16 : 12)),
        .offset = wide(elf, header + (w ? 24 : 16)),
        .size = wide(elf, header + (w ? 32 : 20)),
        .link = word(elf, header + (w ? 40 : 24)),
        .info = word(elf, header + (w ? 44 : 28)),
        .alignment = wide(elf, header + (w ? 48 : 32)),
    };

    if (section.type != ELF_NOBITS)
        section.content = bytes_at(elf, section.offset, section.size, "a section");
    return section;
}

/* A NUL-terminated string in a string table section. */
static const char *string_at(const struct elf *elf, uint32_t table, uint32_t offset)
{
    struct elf_section strings = section_fields(elf, table);

    if (strings.content == NULL || offset >= strings.size ||
        memchr(strings.content + offset, 0, strings.size - offset) == NULL)
        die("a name lies outside its string table");
    return (const char *)strings.content + offset;
}

struct elf_section elf_section(const struct elf *elf, uint32_t index)
{
    struct elf_section section = section_fields(elf, index);

    section.name = string_at(elf, elf->section_names, word(elf, section_header(elf, index)));
    return section;
}

uint32_t elf_symbol_count(const struct elf *elf, const struct elf_section *table)
{
    return (uint32_t)(table->size / SYMBOL_SIZE(elf));
}

struct elf_symbol elf_symbol(const struct elf *elf, const struct elf_section *table, uint32_t index)
{
    if (table->content == NULL || index >= elf_symbol_count(elf, table))
        die("symbol number %" PRIu32 " does not exist", index);
    const uint8_t *entry = table->content + (uint64_t)SYMBOL_SIZE(elf) * index;
    uint8_t info = entry[elf->wide ? 4 : 12];

    return (struct elf_symbol){
        .name = string_at(elf, table->link, word(elf, entry)),
        .value = wide(elf, entry + (elf->wide ? 8 : 4)),
        .type = info & 0x0F,
        .binding = info >> 4,
        .place = half(elf, entry + (elf->wide ? 6 : 14)),
    };
}

static uint32_t relocation_size(const struct elf *elf, const struct elf_section *table)
{
    unsigned words = table->type == ELF_RELA ? 3 : 2;

    return words * (elf->wide ? 8 : 4);
}

uint32_t elf_relocation_count(const struct elf *elf, const struct elf_section *table)
{
    return (uint32_t)(table->size / relocation_size(elf, table));
}

struct elf_relocation elf_relocation(const struct elf *elf, const struct elf_section *table,
                                     uint32_t index)
{
    if (table->content == NULL || index >= elf_relocation_count(elf, table))
        die("relocation number %" PRIu32 " does not exist", index);
    const uint8_t *entry = table->content + (uint64_t)relocation_size(elf, table) * index;
    uint64_t info = wide(elf, entry + (elf->wide ? 8 : 4));
    unsigned shift = elf->wide ? 32 : 8;

    return (struct elf_relocation){
        .address = wide(elf, entry),
        .type = (uint32_t)(info & (elf->wide ? UINT32_MAX : 0xFF)),
        .symbol = (uint32_t)(info >> shift),
    };
}
