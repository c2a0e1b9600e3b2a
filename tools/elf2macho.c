/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns a linked ELF file for PowerPC, i386 or x86_64 into a Mach-O file, for kernels and kernel
 * extensions that the tests boot. Sections are named "__SEGMENT,__section" in the linker script;
 * that names their place.
 *
 *     elf2macho [-object | -bundle] [-pad BYTES] input.elf output
 *
 * A kernel (the default, MH_EXECUTE) gets, like Apple's: one LC_SEGMENT for each segment in
 * ascending order, a __LINKEDIT segment above all others that holds the symbols and is loaded,
 * LC_SYMTAB and LC_UNIXTHREAD. If the ELF has the symbol _mh_execute_header, the Mach-O header goes
 * to that address: the section around it has to leave room. -pad adds a segment __PAD of
 * pseudo-random bytes. If there is a section "__DIGEST,__table", it is filled with a record for
 * each other segment (see tests/payloads/common/digest.h), so that the kernel can check what it was
 * given.
 *
 * -object makes an MH_OBJECT with one nameless segment, as kernel extensions of 32-bit kernels are;
 * the input is linked at 0 with --emit-relocs, and words that hold addresses get relocation
 * entries.
 *
 * -bundle makes an MH_KEXT_BUNDLE, which is what x86_64 kernels link: segments from 0 on, the first
 * of which begins with a section __header of room for the Mach-O header, then __LINKEDIT
 * with symbols and relocation entries, described by LC_SYMTAB and LC_DYSYMTAB.
 *
 * Formats: Mach-O as in Apple's <mach-o/loader.h>, <mach-o/nlist.h>, <mach-o/reloc.h> and
 * <mach/machine/thread_status.h>; relocation types of the System V ABI's processor supplements.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/common/buffer.h"
#include "tools/common/crc32.h"
#include "tools/common/elf.h"
#include "tools/common/tool.h"

#define PAGE 4096u

const char tool_name[] = "elf2macho";

enum { /* Mach-O */
       MH_MAGIC_32 = 0xFEEDFACE,
       MH_MAGIC_64 = 0xFEEDFACF,
       MH_OBJECT_FILE = 1,
       MH_EXECUTE_FILE = 2,
       MH_KEXT_BUNDLE_FILE = 11,
       MH_NO_UNDEFINED = 1,
       LOAD_SEGMENT = 1,
       LOAD_SYMTAB = 2,
       LOAD_UNIXTHREAD = 5,
       LOAD_DYSYMTAB = 11,
       LOAD_SEGMENT_64 = 0x19,
       SYMTAB_SIZE = 24,
       DYSYMTAB_SIZE = 80,
       SECTION_ZEROFILL = 1,
       SECTION_INSTRUCTIONS = (int)0x80000000u,
       NLIST_EXTERNAL = 1,
       NLIST_ABSOLUTE = 2,
       NLIST_SECTION = 14,
       RELOCATION_SIZE = 8,
};

#define DIGEST_RECORD_SIZE 32
#define SECTIONS_MAXIMUM   64
#define THREAD_WORDS_MOST  42u
#define HEADER_SECTION     "__header"

/* What differs between the processors. Type 0 of a Mach-O relocation is a plain address in all. */
struct target {
    uint32_t machine; /* of the ELF header */
    bool big, wide;
    uint32_t cpu_type, cpu_subtype;
    uint32_t thread_flavor, thread_words; /* LC_UNIXTHREAD */
    uint32_t entry_word;                  /* srr0, eip, rip */
    uint32_t address_relocation;          /* a pointer-sized word that holds an address */
    uint32_t relative_relocations[4];     /* distances; 0 ends the list */
};
static const struct target targets[] = {
    {ELF_MACHINE_POWERPC, true, false, 18, 0, 1, 40, 0, 1, {10, 11, 26, 0}},
    {ELF_MACHINE_I386, false, false, 7, 3, 1, 16, 10, 1, {2, 4, 0, 0}},
    {ELF_MACHINE_X86_64, false, true, 0x01000007, 3, 4, 42, 32, 1, {2, 4, 24, 0}},
};

struct section {
    char segment[17], name[17];
    uint32_t elf_index;
    uint64_t address, size, alignment, flags;
    bool zero_fill;
    const uint8_t *content;
    uint32_t relocation_offset, relocation_count;
};

struct segment {
    char name[17];
    size_t first_section, section_count;
    uint64_t address, memory_size, file_offset, file_size;
    bool writable;
    uint8_t *content; /* file_size bytes */
};

static uint32_t file_type = MH_EXECUTE_FILE;
static struct elf elf;
static const struct target *target;
static struct section sections[SECTIONS_MAXIMUM];
static size_t section_count;
static struct segment segments[SECTIONS_MAXIMUM];
static size_t segment_count;
static struct buffer symbols, strings, relocations;
static uint32_t symbol_count, local_symbol_count;
static bool has_header_symbol;
static uint64_t header_address;

static bool is_kernel(void)
{
    return file_type == MH_EXECUTE_FILE;
}

/* --- Reading the ELF file ----------------------------------------------------------------- */

static void choose_target(const char *path)
{
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (targets[i].machine == elf.machine && targets[i].big == elf.big &&
            targets[i].wide == elf.wide)
            target = &targets[i];
    }
    if (target == NULL)
        die("%s is not for 32-bit PowerPC, i386 or x86_64", path);
    symbols.big = relocations.big = target->big;
}

static int by_address(const void *a, const void *b)
{
    const struct section *left = a, *right = b;
    return left->address < right->address ? -1 : left->address > right->address;
}

static void read_sections(void)
{
    for (uint32_t i = 1; i < elf.section_count; i++) {
        struct elf_section from = elf_section(&elf, i);
        if ((from.flags & ELF_ALLOCATE) == 0 || from.size == 0)
            continue;
        const char *comma = strchr(from.name, ',');
        if (comma == NULL || comma - from.name > 16 || strlen(comma + 1) > 16)
            die("section %s is not called __SEGMENT,__section", from.name);
        if (section_count == SECTIONS_MAXIMUM)
            die("too many sections");
        struct section *section = &sections[section_count++];
        memcpy(section->segment, from.name, (size_t)(comma - from.name));
        strcpy(section->name, comma + 1);
        section->elf_index = i;
        section->address = from.address;
        section->size = from.size;
        section->alignment = from.alignment;
        section->flags = from.flags;
        section->zero_fill = from.type == ELF_NOBITS;
        section->content = from.content;
    }
    qsort(sections, section_count, sizeof(sections[0]), by_address);
    for (size_t i = 1; i < section_count; i++) {
        if (sections[i].address < sections[i - 1].address + sections[i - 1].size)
            die("sections %s and %s overlap", sections[i - 1].name, sections[i].name);
    }
}

/* The room for a bundle's header is no section of the file. */
static bool is_listed(const struct section *section)
{
    return file_type != MH_KEXT_BUNDLE_FILE || strcmp(section->name, HEADER_SECTION) != 0;
}

/* The section and its number in the Mach-O file, from 1; NULL if that section is not loaded. */
static struct section *section_of_elf(uint32_t elf_index, uint32_t *ordinal)
{
    *ordinal = 0;
    for (size_t i = 0; i < section_count; i++) {
        *ordinal += is_listed(&sections[i]);
        if (sections[i].elf_index == elf_index)
            return &sections[i];
    }
    *ordinal = 0;
    return NULL;
}

/* One symbol; C names get Mach-O's leading underscore. */
static void add_symbol(const struct elf_symbol *symbol, uint32_t ordinal)
{
    bool external = symbol->binding != 0;
    uint8_t kind[2] = {
        (uint8_t)((ordinal != 0 ? NLIST_SECTION : NLIST_ABSOLUTE) |
                  (external ? NLIST_EXTERNAL : 0)),
        (uint8_t)ordinal,
    };
    append_32(&symbols, (uint32_t)strings.length);
    append(&symbols, kind, sizeof(kind));
    append_16(&symbols, 0);
    if (target->wide)
        append_64(&symbols, symbol->value);
    else
        append_32(&symbols, (uint32_t)symbol->value);
    symbol_count++;
    if (!external)
        local_symbol_count = symbol_count; /* ELF has local ones first */
    if (symbol->name[0] != '_')
        append(&strings, "_", 1);
    append(&strings, symbol->name, strlen(symbol->name) + 1);
}

/* Symbols of loaded sections and absolute ones. */
static void read_symbols(void)
{
    append(&strings, "", 1); /* offset 0 means no name */
    for (uint32_t i = 1; i < elf.section_count; i++) {
        struct elf_section table = elf_section(&elf, i);
        if (table.type != ELF_SYMBOLS)
            continue;
        for (uint32_t j = 1; j < elf_symbol_count(&elf, &table); j++) {
            struct elf_symbol symbol = elf_symbol(&elf, &table, j);
            uint32_t ordinal = 0;
            if (symbol.name[0] == '\0' || symbol.type == ELF_SYMBOL_SECTION ||
                symbol.type == ELF_SYMBOL_FILE)
                continue;
            if (strcmp(symbol.name, "_mh_execute_header") == 0) {
                has_header_symbol = true;
                header_address = symbol.value;
                if (!is_kernel())
                    continue; /* the kernel has one of its own */
            }
            if (symbol.place != ELF_PLACE_ABSOLUTE &&
                section_of_elf(symbol.place, &ordinal) == NULL)
                continue;
            add_symbol(&symbol, ordinal);
        }
    }
    append_padding(&strings, target->wide ? 8 : 4);
}

/* --- Segments ----------------------------------------------------------------------------- */

/* Gathers neighbouring sections of one segment name, or all of them into one nameless segment. */
static void gather_segments(void)
{
    bool nameless = file_type == MH_OBJECT_FILE;
    for (size_t i = 0; i < section_count; i++) {
        const struct section *section = &sections[i];
        struct segment *segment = segment_count > 0 ? &segments[segment_count - 1] : NULL;
        if (segment == NULL || (!nameless && strcmp(segment->name, section->segment) != 0)) {
            segment = &segments[segment_count++];
            if (!nameless)
                strcpy(segment->name, section->segment);
            segment->first_section = i;
            segment->address = section->address;
        }
        segment->section_count++;
        segment->memory_size = section->address + section->size - segment->address;
        if (!section->zero_fill)
            segment->file_size = segment->memory_size;
        segment->writable |= (section->flags & ELF_WRITE) != 0;
    }
}

static void fill_segment(struct segment *segment)
{
    segment->content = allocate(segment->file_size);
    for (size_t i = 0; i < segment->section_count; i++) {
        const struct section *section = &sections[segment->first_section + i];
        if (!section->zero_fill) {
            memcpy(segment->content + (section->address - segment->address), section->content,
                   section->size);
        }
    }
}

static void make_segments(void)
{
    gather_segments();
    for (size_t i = 0; i < segment_count; i++) {
        struct segment *segment = &segments[i];
        if (segment->memory_size > 0x40000000)
            die("segment %s is larger than 1 GB", segment->name);
        if (file_type != MH_OBJECT_FILE) {
            if (segment->address % PAGE != 0)
                die("segment %s does not begin on a page", segment->name);
            segment->memory_size = round_up(segment->memory_size, PAGE);
            if (segment->writable) /* as Apple's linker: zero fill beyond the page only */
                segment->file_size = round_up(segment->file_size, 16);
            if (i > 0 && segment->address < segments[i - 1].address + segments[i - 1].memory_size)
                die("segments %s and %s overlap", segments[i - 1].name, segment->name);
        }
        fill_segment(segment);
    }
}

static struct segment *add_segment(const char *name, size_t length)
{
    struct segment *last = &segments[segment_count - 1], *segment = &segments[segment_count++];
    strcpy(segment->name, name);
    segment->first_section = section_count;
    segment->address = last->address + last->memory_size;
    segment->memory_size = round_up(length, PAGE);
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

/* --- Relocation entries ------------------------------------------------------------------- */

static bool is_relative(uint32_t type)
{
    for (size_t i = 0; target->relative_relocations[i] != 0; i++) {
        if (target->relative_relocations[i] == type)
            return true;
    }
    return false;
}

/* relocation_info: r_address; then r_symbolnum:24 pcrel:1 length:2 extern:1 type:4 in that order */
static void add_relocation(uint64_t address, uint32_t ordinal)
{
    uint32_t length = target->wide ? 3 : 2;
    append_32(&relocations, (uint32_t)address);
    append_32(&relocations, target->big ? ordinal << 8 | length << 5 : ordinal | length << 25);
}

static void read_relocation_table(const struct elf_section *table, const struct section *section)
{
    struct elf_section names = elf_section(&elf, table->link);
    for (uint32_t i = 0; i < elf_relocation_count(&elf, table); i++) {
        struct elf_relocation relocation = elf_relocation(&elf, table, i);
        if (is_relative(relocation.type))
            continue; /* inside the file: right wherever it is loaded */
        if (relocation.type != target->address_relocation)
            die("relocation type %" PRIu32 " in %s: only whole words can hold addresses",
                relocation.type, section->name);
        struct elf_symbol symbol = elf_symbol(&elf, &names, relocation.symbol);
        uint32_t ordinal;
        if (section_of_elf(symbol.place, &ordinal) == NULL)
            die("a relocation in %s refers to something outside", section->name);
        /* An object's count from their section's start, a bundle's from its own. */
        add_relocation(file_type == MH_OBJECT_FILE ? relocation.address - section->address
                                                   : relocation.address,
                       ordinal);
    }
}

static void read_relocations(struct section *section)
{
    uint32_t first = (uint32_t)relocations.length;
    for (uint32_t i = 1; i < elf.section_count; i++) {
        struct elf_section table = elf_section(&elf, i);
        if ((table.type == ELF_RELA || table.type == ELF_REL) && table.info == section->elf_index)
            read_relocation_table(&table, section);
    }
    section->relocation_count = (uint32_t)(relocations.length - first) / RELOCATION_SIZE;
    section->relocation_offset = first;
}

/* --- Load commands ---------------------------------------------------------------------------- */

static uint32_t header_size(void)
{
    return target->wide ? 32 : 28;
}

static uint32_t section_header_size(void)
{
    return target->wide ? 80 : 68;
}

static uint32_t segment_command_size(const struct segment *segment)
{
    uint32_t listed = 0;
    for (size_t i = 0; i < segment->section_count; i++)
        listed += is_listed(&sections[segment->first_section + i]);
    return (target->wide ? 72 : 56) + section_header_size() * listed;
}

static uint32_t thread_size(void)
{
    return 16 + 4 * target->thread_words;
}

static uint32_t commands_size(void)
{
    uint32_t size = SYMTAB_SIZE;
    if (is_kernel())
        size += thread_size();
    else if (file_type == MH_KEXT_BUNDLE_FILE)
        size += DYSYMTAB_SIZE;
    for (size_t i = 0; i < segment_count; i++)
        size += segment_command_size(&segments[i]);
    return size;
}

/* An address or a size of segments and sections. */
static void append_wide(struct buffer *out, uint64_t value)
{
    if (target->wide)
        append_64(out, value);
    else
        append_32(out, (uint32_t)value);
}

static void append_name(struct buffer *out, const char *name)
{
    char field[17] = {0};
    strcpy(field, name);
    append(out, field, 16);
}

static unsigned power_of(uint64_t alignment)
{
    unsigned power = 0;
    while (alignment > 1) {
        alignment >>= 1;
        power++;
    }
    return power;
}

static void append_section(struct buffer *out, const struct segment *segment,
                           const struct section *section)
{
    bool own_relocations = file_type == MH_OBJECT_FILE && section->relocation_count != 0;
    uint64_t offset = segment->file_offset + (section->address - segment->address);
    uint32_t flags = section->zero_fill                    ? SECTION_ZEROFILL
                     : (section->flags & ELF_EXECUTE) != 0 ? (uint32_t)SECTION_INSTRUCTIONS
                                                           : 0;
    append_name(out, section->name);
    append_name(out, section->segment);
    append_wide(out, section->address);
    append_wide(out, section->size);
    append_32(out, section->zero_fill ? 0 : (uint32_t)offset);
    append_32(out, power_of(section->alignment));
    append_32(out, own_relocations ? section->relocation_offset : 0);
    append_32(out, own_relocations ? section->relocation_count : 0);
    append_32(out, flags);
    append_32(out, 0);
    append_32(out, 0);
    if (target->wide)
        append_32(out, 0);
}

static void append_segment(struct buffer *out, const struct segment *segment)
{
    uint32_t size = segment_command_size(segment), without = target->wide ? 72 : 56;
    append_32(out, target->wide ? LOAD_SEGMENT_64 : LOAD_SEGMENT);
    append_32(out, size);
    append_name(out, segment->name);
    append_wide(out, segment->address);
    append_wide(out, segment->memory_size);
    append_wide(out, segment->file_offset);
    append_wide(out, segment->file_size);
    append_32(out, 7); /* maximum and initial protection: everything */
    append_32(out, 7);
    append_32(out, (size - without) / section_header_size());
    append_32(out, 0);
    for (size_t i = 0; i < segment->section_count; i++) {
        if (is_listed(&sections[segment->first_section + i]))
            append_section(out, segment, &sections[segment->first_section + i]);
    }
}

static void append_symtab(struct buffer *out, uint64_t symbol_offset, uint64_t string_offset)
{
    append_32(out, LOAD_SYMTAB);
    append_32(out, SYMTAB_SIZE);
    append_32(out, (uint32_t)symbol_offset);
    append_32(out, symbol_count);
    append_32(out, (uint32_t)string_offset);
    append_32(out, (uint32_t)strings.length);
}

static void append_dysymtab(struct buffer *out, uint64_t relocation_offset)
{
    const uint32_t words[DYSYMTAB_SIZE / 4] = {
        [0] = LOAD_DYSYMTAB,
        [1] = DYSYMTAB_SIZE,
        [3] = local_symbol_count,
        [4] = local_symbol_count, /* the first external one */
        [5] = symbol_count - local_symbol_count,
        [6] = symbol_count, /* the first undefined one: there are none */
        [18] = (uint32_t)relocation_offset,
        [19] = (uint32_t)(relocations.length / RELOCATION_SIZE),
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        append_32(out, words[i]);
}

static void append_thread(struct buffer *out)
{
    uint32_t state[THREAD_WORDS_MOST] = {0};
    state[target->entry_word] = (uint32_t)elf.entry;
    if (target->wide) /* little-endian, so the low half comes first */
        state[target->entry_word + 1] = (uint32_t)(elf.entry >> 32);
    append_32(out, LOAD_UNIXTHREAD);
    append_32(out, thread_size());
    append_32(out, target->thread_flavor);
    append_32(out, target->thread_words);
    for (uint32_t i = 0; i < target->thread_words; i++)
        append_32(out, state[i]);
}

static void append_header(struct buffer *out)
{
    append_32(out, target->wide ? MH_MAGIC_64 : MH_MAGIC_32);
    append_32(out, target->cpu_type);
    append_32(out, target->cpu_subtype);
    append_32(out, file_type);
    append_32(out, (uint32_t)segment_count + (file_type == MH_OBJECT_FILE ? 1 : 2));
    append_32(out, commands_size());
    append_32(out, MH_NO_UNDEFINED);
    if (target->wide)
        append_32(out, 0);
}

/* --- Writing ---------------------------------------------------------------------------------- */

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
        put_be32(record + 16, (uint32_t)segment->address);
        put_be32(record + 20, (uint32_t)segment->memory_size);
        put_be32(record + 24, (uint32_t)segment->file_size);
        put_be32(record + 28, crc32(segment->content, segment->file_size));
        used += DIGEST_RECORD_SIZE;
        count++;
    }
    put_be32(table->content, count);
}

static void write_at(FILE *file, uint64_t offset, const uint8_t *bytes, size_t length)
{
    if (fseek(file, (long)offset, SEEK_SET) != 0 || fwrite(bytes, 1, length, file) != length)
        die("cannot write the output");
}

/* The segment with the header comes first in the file, the others follow by address. */
static struct segment *place_segments(void)
{
    struct segment *home = NULL;
    uint64_t next = round_up(header_size() + commands_size(), PAGE);
    for (size_t i = 0; i < segment_count && has_header_symbol; i++) {
        if (segments[i].address == header_address)
            home = &segments[i];
    }
    if (has_header_symbol && home == NULL)
        die("_mh_execute_header is not the start of a segment");
    if (home != NULL) {
        home->file_offset = 0;
        next = round_up(home->file_size, PAGE);
    }
    for (size_t i = 0; i < segment_count; i++) {
        if (&segments[i] == home)
            continue;
        segments[i].file_offset = next;
        next = round_up(next + segments[i].file_size, PAGE);
    }
    return home;
}

/* Kernels and bundles: segments on pages, the last of them __LINKEDIT. */
static void write_segments(FILE *file)
{
    if (file_type == MH_KEXT_BUNDLE_FILE) {
        for (size_t i = 0; i < section_count; i++)
            read_relocations(&sections[i]);
    }
    size_t strings_at = symbols.length + relocations.length;
    struct segment *linkedit = add_segment("__LINKEDIT", strings_at + strings.length);
    memcpy(linkedit->content, symbols.bytes, symbols.length);
    if (relocations.length != 0)
        memcpy(linkedit->content + symbols.length, relocations.bytes, relocations.length);
    memcpy(linkedit->content + strings_at, strings.bytes, strings.length);

    struct segment *home = place_segments();
    struct buffer header = {.big = target->big};
    append_header(&header);
    for (size_t i = 0; i < segment_count; i++)
        append_segment(&header, &segments[i]);
    append_symtab(&header, linkedit->file_offset, linkedit->file_offset + strings_at);
    if (is_kernel())
        append_thread(&header);
    else
        append_dysymtab(&header, linkedit->file_offset + symbols.length);
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
    segments[0].file_offset = header_size() + commands_size();
    uint64_t tables = round_up(segments[0].file_offset + segments[0].file_size, 4);
    for (size_t i = 0; i < section_count; i++)
        sections[i].relocation_offset += (uint32_t)tables;
    uint64_t symbols_at = tables + relocations.length, strings_at = symbols_at + symbols.length;
    struct buffer header = {.big = target->big};
    append_header(&header);
    append_segment(&header, &segments[0]);
    append_symtab(&header, symbols_at, strings_at);
    write_at(file, 0, header.bytes, header.length);
    write_at(file, segments[0].file_offset, segments[0].content, segments[0].file_size);
    write_at(file, tables, relocations.bytes, relocations.length);
    write_at(file, symbols_at, symbols.bytes, symbols.length);
    write_at(file, strings_at, strings.bytes, strings.length);
}

static void convert(const char *input, const char *output, uint32_t padding)
{
    elf = elf_open(input);
    choose_target(input);
    read_sections();
    if (section_count == 0)
        die("%s has no sections to load", input);
    read_symbols();
    make_segments();
    if (file_type == MH_KEXT_BUNDLE_FILE && (!has_header_symbol || header_address != 0))
        die("a bundle has to be linked at 0, with _mh_execute_header there");
    if (padding != 0)
        add_padding(padding);
    FILE *file = fopen(output, "wb");
    if (file == NULL)
        die("cannot write %s", output);
    if (file_type == MH_OBJECT_FILE)
        write_object(file);
    else
        write_segments(file);
    if (fclose(file) != 0)
        die("cannot write %s", output);
}

int main(int argc, char **argv)
{
    unsigned long padding = 0;
    int next = 1;
    for (; next < argc && argv[next][0] == '-'; next++) {
        if (strcmp(argv[next], "-object") == 0)
            file_type = MH_OBJECT_FILE;
        else if (strcmp(argv[next], "-bundle") == 0)
            file_type = MH_KEXT_BUNDLE_FILE;
        else if (strcmp(argv[next], "-pad") == 0 && next + 1 < argc)
            padding = strtoul(argv[++next], NULL, 0);
        else
            die("option %s is not known", argv[next]);
    }
    if (argc - next != 2)
        die("usage: elf2macho [-object | -bundle] [-pad BYTES] input.elf output");
    if (padding > 0x10000000)
        die("-pad %lu is too much", padding);
    convert(argv[next], argv[next + 1], (uint32_t)padding);
    return 0;
}
