/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns a linked 32-bit big-endian PowerPC ELF file into a Mach-O file, for kernels and kernel
 * extensions that the tests boot. Sections are named "__SEGMENT,__section" in the linker script;
 * that names their place.
 *
 *     elf2macho [-object] [-pad BYTES] input.elf output
 *
 * A kernel (the default, MH_EXECUTE) gets, like Apple's: one LC_SEGMENT for each segment in
 * ascending order, a __LINKEDIT segment above all others that holds the symbols and is loaded,
 * LC_SYMTAB and LC_UNIXTHREAD. If the ELF has the symbol _mh_execute_header, the Mach-O header goes
 * to that address: the section around it has to leave room. -pad adds a segment __PAD of
 * pseudo-random bytes. If there is a section "__DIGEST,__table", it is filled with a record for
 * each other segment (see struct digest in tests/payloads/demo-ppc/digest.h), so that the kernel
 * can check what it was given.
 *
 * -object makes an MH_OBJECT with one nameless segment, as kernel extensions are; the input is
 * linked at 0 with --emit-relocs, and words that hold addresses get relocation entries.
 *
 * Formats: Mach-O as in Apple's <mach-o/loader.h>, <mach-o/nlist.h>, <mach-o/reloc.h>; ELF as in
 * the System V ABI, PowerPC processor supplement.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/common/crc32.h"
#include "tools/common/tool.h"

#define PAGE 4096u

const char tool_name[] = "elf2macho";

enum { /* ELF */
       EM_POWERPC = 20,
       SHT_PROGBITS = 1,
       SHT_SYMTAB = 2,
       SHT_RELA = 4,
       SHT_NOBITS = 8,
       SHF_WRITE = 1,
       SHF_ALLOC = 2,
       SHF_EXECINSTR = 4,
       STT_SECTION = 3,
       STT_FILE = 4,
       SHN_ABSOLUTE = 0xFFF1,
       R_PPC_ADDRESS32 = 1,
       R_PPC_RELATIVE24 = 10,
       R_PPC_RELATIVE14 = 11,
       R_PPC_RELATIVE32 = 26,
};

enum { /* Mach-O */
       MH_MAGIC_32 = 0xFEEDFACE,
       CPU_TYPE_PPC = 18,
       MH_OBJECT_FILE = 1,
       MH_EXECUTE_FILE = 2,
       MH_NO_UNDEFINED = 1,
       LOAD_SEGMENT = 1,
       LOAD_SYMTAB = 2,
       LOAD_UNIXTHREAD = 5,
       HEADER_SIZE = 28,
       SEGMENT_SIZE = 56,
       SECTION_SIZE = 68,
       SYMTAB_SIZE = 24,
       PPC_THREAD_WORDS = 40,
       UNIXTHREAD_SIZE = 16 + 4 * PPC_THREAD_WORDS,
       SECTION_ZEROFILL = 1,
       SECTION_INSTRUCTIONS = (int)0x80000000u,
       NLIST_SIZE = 12,
       NLIST_EXTERNAL = 1,
       NLIST_ABSOLUTE = 2,
       NLIST_SECTION = 14,
       RELOCATION_SIZE = 8,
};

#define DIGEST_RECORD_SIZE 32
#define SECTIONS_MAXIMUM   64

struct section {
    char segment[17], name[17];
    uint32_t elf_index, address, size, alignment, flags;
    bool zero_fill;
    const uint8_t *content;
    uint32_t file_offset;
    uint32_t relocation_offset, relocation_count;
};

struct segment {
    char name[17];
    size_t first_section, section_count;
    uint32_t address, memory_size, file_offset, file_size;
    bool writable;
    uint8_t *content; /* file_size bytes */
};

struct buffer {
    uint8_t *bytes;
    size_t length, capacity;
};

static struct {
    uint8_t *bytes;
    size_t length;
    uint32_t entry, section_headers, section_count, section_names;
} elf;

static struct section sections[SECTIONS_MAXIMUM];
static size_t section_count;
static struct segment segments[SECTIONS_MAXIMUM];
static size_t segment_count;
static struct buffer symbols, strings, relocations;
static uint32_t symbol_count;
static bool has_header_symbol;
static uint32_t header_address;

static void append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (buffer->length + length > buffer->capacity) {
        buffer->capacity = 2 * (buffer->length + length);
        buffer->bytes = realloc(buffer->bytes, buffer->capacity);
        if (buffer->bytes == NULL)
            die("out of memory");
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

static void append_be32(struct buffer *buffer, uint32_t value)
{
    uint8_t bytes[4];
    put_be32(bytes, value);
    append(buffer, bytes, sizeof(bytes));
}

/* --- ELF ---------------------------------------------------------------------------------- */

static const uint8_t *elf_bytes(uint64_t offset, uint64_t length, const char *what)
{
    if (!bytes_within(elf.length, offset, length))
        die("%s lies outside the file", what);
    return elf.bytes + offset;
}

static const uint8_t *elf_section(uint32_t index)
{
    if (index >= elf.section_count)
        die("section number %" PRIu32 " does not exist", index);
    return elf_bytes((uint64_t)elf.section_headers + 40u * index, 40, "a section header");
}

/* A NUL-terminated string in a string table section. */
static const char *elf_string(uint32_t table, uint32_t offset)
{
    const uint8_t *header = elf_section(table);
    uint32_t size = get_be32(header + 20);
    const uint8_t *text = elf_bytes(get_be32(header + 16), size, "a string table");
    if (offset >= size || memchr(text + offset, 0, size - offset) == NULL)
        die("a name lies outside its string table");
    return (const char *)text + offset;
}

static void read_elf(const char *path)
{
    struct file file = read_file(path);

    elf.bytes = file.bytes;
    elf.length = file.length;
    const uint8_t *header = elf_bytes(0, 52, "the ELF header");
    if (memcmp(header, "\177ELF\1\2\1", 7) != 0)
        die("%s is not a 32-bit big-endian ELF file", path);
    if (get_be16(header + 18) != EM_POWERPC)
        die("%s is not for PowerPC", path);
    elf.entry = get_be32(header + 24);
    elf.section_headers = get_be32(header + 32);
    elf.section_count = get_be16(header + 48);
    elf.section_names = get_be16(header + 50);
}

static int by_address(const void *a, const void *b)
{
    const struct section *left = a, *right = b;
    return left->address < right->address ? -1 : left->address > right->address;
}

static void read_sections(void)
{
    for (uint32_t i = 1; i < elf.section_count; i++) {
        const uint8_t *header = elf_section(i);
        uint32_t type = get_be32(header + 4), flags = get_be32(header + 8);
        uint32_t size = get_be32(header + 20);
        if ((flags & SHF_ALLOC) == 0 || size == 0)
            continue;
        const char *name = elf_string(elf.section_names, get_be32(header));
        const char *comma = strchr(name, ',');
        if (comma == NULL || comma - name > 16 || strlen(comma + 1) > 16)
            die("section %s is not called __SEGMENT,__section", name);
        if (section_count == SECTIONS_MAXIMUM)
            die("too many sections");
        struct section *section = &sections[section_count++];
        memcpy(section->segment, name, (size_t)(comma - name));
        strcpy(section->name, comma + 1);
        section->elf_index = i;
        section->address = get_be32(header + 12);
        section->size = size;
        section->alignment = get_be32(header + 32);
        section->flags = flags;
        section->zero_fill = type == SHT_NOBITS;
        if (!section->zero_fill)
            section->content = elf_bytes(get_be32(header + 16), size, name);
    }
    qsort(sections, section_count, sizeof(sections[0]), by_address);
    for (size_t i = 1; i < section_count; i++) {
        if (sections[i].address < sections[i - 1].address + sections[i - 1].size)
            die("sections %s and %s overlap", sections[i - 1].name, sections[i].name);
    }
}

static struct section *section_of_elf(uint32_t elf_index, uint32_t *ordinal)
{
    for (size_t i = 0; i < section_count; i++) {
        if (sections[i].elf_index == elf_index) {
            *ordinal = (uint32_t)i + 1;
            return &sections[i];
        }
    }
    return NULL;
}

/* Symbols of loaded sections and absolute ones; C names get Mach-O's leading underscore. */
static void read_symbols(void)
{
    append(&strings, "", 1); /* offset 0 means no name */
    for (uint32_t i = 1; i < elf.section_count; i++) {
        const uint8_t *table = elf_section(i);
        if (get_be32(table + 4) != SHT_SYMTAB)
            continue;
        uint32_t size = get_be32(table + 20);
        const uint8_t *entries = elf_bytes(get_be32(table + 16), size, "the symbol table");
        for (uint32_t offset = 16; offset + 16 <= size; offset += 16) {
            const uint8_t *entry = entries + offset;
            unsigned type = entry[12] & 0x0F, binding = entry[12] >> 4;
            uint32_t place = get_be16(entry + 14), ordinal = 0;
            const char *name = elf_string(get_be32(table + 24), get_be32(entry));
            if (name[0] == '\0' || type == STT_SECTION || type == STT_FILE)
                continue;
            if (strcmp(name, "_mh_execute_header") == 0) {
                has_header_symbol = true;
                header_address = get_be32(entry + 4);
            }
            if (place != SHN_ABSOLUTE && section_of_elf(place, &ordinal) == NULL)
                continue;
            append_be32(&symbols, (uint32_t)strings.length);
            uint8_t rest[8];
            rest[0] = (uint8_t)((ordinal != 0 ? NLIST_SECTION : NLIST_ABSOLUTE) |
                                (binding != 0 ? NLIST_EXTERNAL : 0));
            rest[1] = (uint8_t)ordinal;
            put_be16(rest + 2, 0);
            put_be32(rest + 4, get_be32(entry + 4));
            append(&symbols, rest, sizeof(rest));
            symbol_count++;
            if (name[0] != '_')
                append(&strings, "_", 1);
            append(&strings, name, strlen(name) + 1);
        }
    }
    while (strings.length % 4 != 0)
        append(&strings, "", 1);
}

/* --- Segments ----------------------------------------------------------------------------- */

/* Gathers neighbouring sections of one segment name, or all of them into one nameless segment. */
static void make_segments(bool object)
{
    for (size_t i = 0; i < section_count; i++) {
        const struct section *section = &sections[i];
        struct segment *segment = segment_count > 0 ? &segments[segment_count - 1] : NULL;
        if (segment == NULL || (!object && strcmp(segment->name, section->segment) != 0)) {
            segment = &segments[segment_count++];
            if (!object)
                strcpy(segment->name, section->segment);
            segment->first_section = i;
            segment->address = section->address;
        }
        segment->section_count++;
        segment->memory_size = section->address + section->size - segment->address;
        if (!section->zero_fill)
            segment->file_size = segment->memory_size;
        segment->writable |= (section->flags & SHF_WRITE) != 0;
    }
    for (size_t i = 0; i < segment_count; i++) {
        struct segment *segment = &segments[i];
        if (!object) {
            if (segment->address % PAGE != 0)
                die("segment %s does not begin on a page", segment->name);
            segment->memory_size = (uint32_t)round_up(segment->memory_size, PAGE);
            if (segment->writable) /* as Apple's linker: zero fill beyond the page only */
                segment->file_size = (uint32_t)round_up(segment->file_size, 16);
            if (i > 0 && segment->address < segments[i - 1].address + segments[i - 1].memory_size)
                die("segments %s and %s overlap", segments[i - 1].name, segment->name);
        }
        segment->content = allocate(segment->file_size);
        for (size_t j = 0; j < segment->section_count; j++) {
            const struct section *section = &sections[segment->first_section + j];
            if (!section->zero_fill) {
                memcpy(segment->content + (section->address - segment->address), section->content,
                       section->size);
            }
        }
    }
}

static struct segment *add_segment(const char *name, uint32_t length)
{
    struct segment *last = &segments[segment_count - 1], *segment = &segments[segment_count++];
    strcpy(segment->name, name);
    segment->first_section = section_count;
    segment->address = last->address + last->memory_size;
    segment->memory_size = (uint32_t)round_up(length, PAGE);
    segment->file_size = length;
    segment->content = allocate(length);
    return segment;
}

static void add_padding(uint32_t length)
{
    struct segment *segment = add_segment("__PAD", length);
    uint32_t state = 0x5AB00754;
    for (uint32_t i = 0; i < length; i++) {
        state ^= state << 13; /* Marsaglia's xorshift32 */
        state ^= state >> 17;
        state ^= state << 5;
        segment->content[i] = (uint8_t)(state >> 11);
    }
}

/* --- Object files: relocation entries ----------------------------------------------------------
 */

static void read_relocations(struct section *section)
{
    uint32_t first = (uint32_t)relocations.length;
    for (uint32_t i = 1; i < elf.section_count; i++) {
        const uint8_t *table = elf_section(i);
        if (get_be32(table + 4) != SHT_RELA || get_be32(table + 28) != section->elf_index)
            continue;
        uint32_t size = get_be32(table + 20);
        const uint8_t *entries = elf_bytes(get_be32(table + 16), size, "a relocation table");
        const uint8_t *symbol_header = elf_section(get_be32(table + 24));
        for (uint32_t offset = 0; offset + 12 <= size; offset += 12) {
            const uint8_t *entry = entries + offset;
            uint32_t type = get_be32(entry + 4) & 0xFF, symbol = get_be32(entry + 4) >> 8;
            if (type == R_PPC_RELATIVE24 || type == R_PPC_RELATIVE14 || type == R_PPC_RELATIVE32)
                continue; /* inside the file: right wherever it is loaded */
            if (type != R_PPC_ADDRESS32)
                die("relocation type %" PRIu32 " in %s: only whole words can hold addresses", type,
                    section->name);
            const uint8_t *target =
                elf_bytes(get_be32(symbol_header + 16) + 16u * symbol, 16, "a relocation's symbol");
            uint32_t ordinal = 0;
            if (section_of_elf(get_be16(target + 14), &ordinal) == NULL)
                die("a relocation in %s refers to something outside", section->name);
            /* relocation_info: r_address; r_symbolnum:24 pcrel:1 length:2 extern:1 type:4 */
            append_be32(&relocations, get_be32(entry) - section->address);
            append_be32(&relocations, ordinal << 8 | 2u << 5);
        }
    }
    section->relocation_count = (uint32_t)(relocations.length - first) / RELOCATION_SIZE;
    section->relocation_offset = first;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static void append_name(struct buffer *out, const char *name)
{
    char field[17] = {0};
    strcpy(field, name);
    append(out, field, 16);
}

static unsigned power_of(uint32_t alignment)
{
    unsigned power = 0;
    while (alignment > 1) {
        alignment >>= 1;
        power++;
    }
    return power;
}

static void append_segment(struct buffer *out, const struct segment *segment)
{
    append_be32(out, LOAD_SEGMENT);
    append_be32(out, SEGMENT_SIZE + SECTION_SIZE * (uint32_t)segment->section_count);
    append_name(out, segment->name);
    append_be32(out, segment->address);
    append_be32(out, segment->memory_size);
    append_be32(out, segment->file_offset);
    append_be32(out, segment->file_size);
    append_be32(out, 7); /* maximum and initial protection: everything */
    append_be32(out, 7);
    append_be32(out, (uint32_t)segment->section_count);
    append_be32(out, 0);
    for (size_t i = 0; i < segment->section_count; i++) {
        const struct section *section = &sections[segment->first_section + i];
        append_name(out, section->name);
        append_name(out, section->segment);
        append_be32(out, section->address);
        append_be32(out, section->size);
        append_be32(out, section->zero_fill
                             ? 0
                             : segment->file_offset + (section->address - segment->address));
        append_be32(out, power_of(section->alignment));
        append_be32(out, section->relocation_count != 0 ? section->relocation_offset : 0);
        append_be32(out, section->relocation_count);
        append_be32(out, section->zero_fill                      ? SECTION_ZEROFILL
                         : (section->flags & SHF_EXECINSTR) != 0 ? (uint32_t)SECTION_INSTRUCTIONS
                                                                 : 0);
        append_be32(out, 0);
        append_be32(out, 0);
    }
}

static void append_symtab(struct buffer *out, uint32_t symbol_offset)
{
    append_be32(out, LOAD_SYMTAB);
    append_be32(out, SYMTAB_SIZE);
    append_be32(out, symbol_offset);
    append_be32(out, symbol_count);
    append_be32(out, symbol_offset + (uint32_t)symbols.length);
    append_be32(out, (uint32_t)strings.length);
}

static void append_thread(struct buffer *out)
{
    append_be32(out, LOAD_UNIXTHREAD);
    append_be32(out, UNIXTHREAD_SIZE);
    append_be32(out, 1); /* PPC_THREAD_STATE */
    append_be32(out, PPC_THREAD_WORDS);
    append_be32(out, elf.entry); /* srr0 */
    for (unsigned i = 1; i < PPC_THREAD_WORDS; i++)
        append_be32(out, 0);
}

static uint32_t commands_size(bool object)
{
    uint32_t size = SYMTAB_SIZE + (object ? 0 : UNIXTHREAD_SIZE);
    for (size_t i = 0; i < segment_count; i++)
        size += SEGMENT_SIZE + SECTION_SIZE * (uint32_t)segments[i].section_count;
    return size;
}

static void append_header(struct buffer *out, bool object)
{
    append_be32(out, MH_MAGIC_32);
    append_be32(out, CPU_TYPE_PPC);
    append_be32(out, 0);
    append_be32(out, object ? MH_OBJECT_FILE : MH_EXECUTE_FILE);
    append_be32(out, (uint32_t)segment_count + (object ? 1 : 2));
    append_be32(out, commands_size(object));
    append_be32(out, MH_NO_UNDEFINED);
}

/* Fills the kernel's own table of what each segment has to contain. */
static void fill_digests(void)
{
    struct segment *table = NULL;
    for (size_t i = 0; i < segment_count; i++) {
        if (strcmp(segments[i].name, "__DIGEST") == 0)
            table = &segments[i];
    }
    if (table == NULL)
        return;
    size_t used = 4;
    uint32_t count = 0;
    for (size_t i = 0; i < segment_count; i++) {
        const struct segment *segment = &segments[i];
        if (segment == table)
            continue;
        if (used + DIGEST_RECORD_SIZE > table->file_size)
            die("the section __DIGEST,__table has no room for %zu segments", segment_count);
        uint8_t *record = table->content + used;
        memset(record, 0, 16);
        memcpy(record, segment->name, strlen(segment->name) < 16 ? strlen(segment->name) : 16);
        put_be32(record + 16, segment->address);
        put_be32(record + 20, segment->memory_size);
        put_be32(record + 24, segment->file_size);
        put_be32(record + 28, crc32(segment->content, segment->file_size));
        used += DIGEST_RECORD_SIZE;
        count++;
    }
    put_be32(table->content, count);
}

static void write_at(FILE *file, uint32_t offset, const uint8_t *bytes, size_t length)
{
    if (fseek(file, (long)offset, SEEK_SET) != 0 || fwrite(bytes, 1, length, file) != length)
        die("cannot write the output");
}

static void write_kernel(FILE *file)
{
    struct segment *linkedit =
        add_segment("__LINKEDIT", (uint32_t)(symbols.length + strings.length));
    memcpy(linkedit->content, symbols.bytes, symbols.length);
    memcpy(linkedit->content + symbols.length, strings.bytes, strings.length);

    /* The segment with the header comes first in the file, the others follow by address. */
    uint32_t header_size = HEADER_SIZE + commands_size(false);
    struct segment *home = NULL;
    uint32_t next = (uint32_t)round_up(header_size, PAGE);
    for (size_t i = 0; i < segment_count && has_header_symbol; i++) {
        if (segments[i].address == header_address)
            home = &segments[i];
    }
    if (has_header_symbol && home == NULL)
        die("_mh_execute_header is not the start of a segment");
    if (home != NULL) {
        home->file_offset = 0;
        next = (uint32_t)round_up(home->file_size, PAGE);
    }
    for (size_t i = 0; i < segment_count; i++) {
        if (&segments[i] == home)
            continue;
        segments[i].file_offset = next;
        next = (uint32_t)round_up((uint64_t)next + segments[i].file_size, PAGE);
    }

    struct buffer header = {0};
    append_header(&header, false);
    for (size_t i = 0; i < segment_count; i++)
        append_segment(&header, &segments[i]);
    append_symtab(&header, linkedit->file_offset);
    append_thread(&header);
    if (home != NULL) {
        const struct section *room = &sections[home->first_section];
        if (header.length > room->size)
            die("section %s,%s has no room for the header of %zu bytes", room->segment, room->name,
                header.length);
        memcpy(home->content, header.bytes, header.length);
    } else {
        write_at(file, 0, header.bytes, header.length);
    }
    fill_digests();
    for (size_t i = 0; i < segment_count; i++)
        write_at(file, segments[i].file_offset, segments[i].content, segments[i].file_size);
}

static void write_object(FILE *file)
{
    if (segment_count != 1 || segments[0].address != 0)
        die("an object file has to be linked at 0");
    for (size_t i = 0; i < section_count; i++)
        read_relocations(&sections[i]);
    segments[0].file_offset = HEADER_SIZE + commands_size(true);
    uint32_t tables =
        (uint32_t)round_up((uint64_t)segments[0].file_offset + segments[0].file_size, 4);
    for (size_t i = 0; i < section_count; i++)
        sections[i].relocation_offset += tables;
    struct buffer header = {0};
    append_header(&header, true);
    append_segment(&header, &segments[0]);
    append_symtab(&header, tables + (uint32_t)relocations.length);
    write_at(file, 0, header.bytes, header.length);
    write_at(file, segments[0].file_offset, segments[0].content, segments[0].file_size);
    write_at(file, tables, relocations.bytes, relocations.length);
    write_at(file, tables + (uint32_t)relocations.length, symbols.bytes, symbols.length);
    write_at(file, tables + (uint32_t)(relocations.length + symbols.length), strings.bytes,
             strings.length);
}

int main(int argc, char **argv)
{
    bool object = false;
    unsigned long padding = 0;
    int next = 1;
    for (; next < argc && argv[next][0] == '-'; next++) {
        if (strcmp(argv[next], "-object") == 0)
            object = true;
        else if (strcmp(argv[next], "-pad") == 0 && next + 1 < argc)
            padding = strtoul(argv[++next], NULL, 0);
        else
            die("option %s is not known", argv[next]);
    }
    if (argc - next != 2)
        die("usage: elf2macho [-object] [-pad BYTES] input.elf output");
    if (padding > 0x10000000)
        die("-pad %lu is too much", padding);
    read_elf(argv[next]);
    read_sections();
    if (section_count == 0)
        die("%s has no sections to load", argv[next]);
    read_symbols();
    make_segments(object);
    if (padding != 0)
        add_padding((uint32_t)padding);
    FILE *file = fopen(argv[next + 1], "wb");
    if (file == NULL)
        die("cannot write %s", argv[next + 1]);
    if (object)
        write_object(file);
    else
        write_kernel(file);
    if (fclose(file) != 0)
        die("cannot write %s", argv[next + 1]);
    return 0;
}
