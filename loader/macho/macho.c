/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mach-O kernels. Field names and numbers as in Apple's <mach-o/loader.h>, <mach/machine.h> and
 * <mach/{ppc,i386}/thread_status.h>; what a kernel's loader makes of them is what BootX (PowerPC)
 * and boot-132 (x86) make of them.
 *
 * PowerPC kernels stand at physical addresses. Those for x86 are linked for the kernel's own
 * mapping, whose first gigabyte is physical memory from 0 on: the low 30 bits of an address are
 * where it is before paging (xnu-handoff sections 2.1 and 2.2).
 */
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"

/* The magics as they stand in the file's first bytes. */
#define MH_MAGIC_BIG       0xfeedfaceu
#define MH_MAGIC_64_BIG    0xfeedfacfu
#define MH_MAGIC_LITTLE    0xcefaedfeu
#define MH_MAGIC_64_LITTLE 0xcffaedfeu

#define HEADER_SIZE 28 /* struct mach_header; the 64-bit one has a reserved word more */
#define MH_EXECUTE  2
/* An executable without a dynamic linker: some linkers call a kernel so. */
#define MH_PRELOAD      5
#define SEGMENT_NAME    16
#define SYMTAB_SIZE     24 /* struct symtab_command */
#define VM_PROT_EXECUTE 4

#define ALL_ADDRESS_BITS     UINT64_MAX
#define X86_PHYSICAL_ADDRESS 0x3fffffffull

#define LC_MAIN 0x80000028u /* beyond what an enum holds */

enum load_command {
    LC_SEGMENT = 0x1,
    LC_SYMTAB = 0x2,
    LC_THREAD = 0x4,
    LC_UNIXTHREAD = 0x5,
    LC_LOAD_DYLIB = 0xc,
    LC_LOAD_DYLINKER = 0xe,
    LC_SEGMENT_64 = 0x19,
};

/* What differs between processors. Offsets are into the load command or section. */
struct kind {
    enum image_cpu cpu;
    uint32_t magic, cpu_type;
    enum handover_kind handover;
    bool wide; /* addresses, sizes and offsets of segments and sections have 64 bits */
    uint32_t header_size;
    enum load_command segment_command;
    uint32_t segment_size, section_size; /* struct segment_command[_64], struct section[_64] */
    uint32_t protection_offset;          /* initprot; nsects is the next word */
    uint32_t symbol_size;                /* struct nlist[_64] */
    uint32_t thread_flavor;              /* of the state that has the entry... */
    uint32_t entry_word, state_words;    /* ...in this word of it; it needs so many */
    uint64_t physical_bits;              /* of an address */
};

static const struct kind kinds[] = {
    {IMAGE_CPU_POWERPC, MH_MAGIC_BIG, 18, HANDOVER_XNU_POWERPC, false, HEADER_SIZE, LC_SEGMENT, 56,
     68, 0x2c, 12, 1 /* PPC_THREAD_STATE */, 0 /* srr0 */, 1, ALL_ADDRESS_BITS},
    {IMAGE_CPU_I386, MH_MAGIC_LITTLE, 7, HANDOVER_XNU_X86, false, HEADER_SIZE, LC_SEGMENT, 56, 68,
     0x2c, 12, 1 /* x86_THREAD_STATE32 */, 10 /* eip */, 11, X86_PHYSICAL_ADDRESS},
    {IMAGE_CPU_X86_64, MH_MAGIC_64_LITTLE, 0x01000007, HANDOVER_XNU_X86, true, HEADER_SIZE + 4,
     LC_SEGMENT_64, 72, 80, 0x3c, 16, 4 /* x86_THREAD_STATE64 */, 32 /* rip */, 34,
     X86_PHYSICAL_ADDRESS},
};

/* A load command or the file: all its words are read through `get32`, in the file's byte order. */
struct macho {
    const uint8_t *bytes;
    size_t length;
    uint32_t (*get32)(const void *at);
    const struct kind *kind;
    bool has_entry;
    bool has_virtual_base;
};

struct command {
    uint32_t number, size;
    uint64_t offset; /* in the file */
};

static uint32_t word(const struct macho *file, uint64_t offset)
{
    return file->get32(file->bytes + offset);
}

/* An address, size or offset of a segment or section. */
static uint64_t wide_word(const struct macho *file, uint64_t offset)
{
    if (!file->kind->wide)
        return word(file, offset);
    return get_le64(file->bytes + offset); /* the one 64-bit kind is little-endian */
}

static bool macho_recognise(const uint8_t *bytes, size_t length)
{
    uint32_t magic = length < 4 ? 0 : get_be32(bytes);

    return magic == MH_MAGIC_BIG || magic == MH_MAGIC_64_BIG || magic == MH_MAGIC_LITTLE ||
           magic == MH_MAGIC_64_LITTLE;
}

static const char *cpu_name(uint32_t type)
{
    switch (type) {
    case 6:
        return "68000";
    case 7:
        return "i386";
    case 0x01000007:
        return "x86_64";
    case 12:
        return "ARM";
    case 0x0100000c:
        return "ARM64";
    case 18:
        return "PowerPC";
    case 0x01000012:
        return "64-bit PowerPC";
    default:
        return "an unknown processor";
    }
}

static const char *file_type_name(uint32_t type)
{
    static const char *const names[] = {
        [1] = "an object file",    [3] = "a fixed library",          [4] = "a core dump",
        [6] = "a dynamic library", [7] = "a dynamic linker",         [8] = "a bundle",
        [9] = "a library stub",    [10] = "a file of debug symbols", [11] = "a kernel extension",
    };

    if (type < sizeof names / sizeof *names && names[type] != NULL)
        return names[type];
    return "of an unknown kind";
}

/*
 * BootX takes a kernel for a prelinked one by the size of a segment __PRELINK; kernels since 10.6
 * look whether the section __PRELINK_INFO,__info has something in it.
 */
static bool segment_is_prelinked(const struct macho *file, uint64_t at, uint32_t sections,
                                 const struct image_piece *piece)
{
    const struct kind *kind = file->kind;

    if (strcmp(piece->name, "__PRELINK") == 0)
        return piece->memory_size != 0;
    if (strcmp(piece->name, "__PRELINK_INFO") != 0)
        return false;
    for (uint32_t i = 0; i < sections; i++) {
        uint64_t section = at + kind->segment_size + (uint64_t)i * kind->section_size;

        if (strncmp((const char *)file->bytes + section, "__info", SEGMENT_NAME) == 0 &&
            wide_word(file, section + (kind->wide ? 0x28 : 0x24)) != 0)
            return true;
    }
    return false;
}

/* Segments' own addresses differ from physical ones by the same number, or paging could not work.
 */
static error_t check_virtual_base(struct macho *file, const char *name, uint64_t address,
                                  struct image_plan *plan)
{
    uint64_t base = address & ~file->kind->physical_bits;

    if (file->has_virtual_base && base != plan->macho.virtual_base)
        return fail(ERROR_IMAGE_HEADER,
                    "Mach-O %s: vmaddr 0x%llx is in another gigabyte than the segments before it "
                    "(0x%llx)",
                    name, (unsigned long long)address,
                    (unsigned long long)plan->macho.virtual_base);
    file->has_virtual_base = true;
    plan->macho.virtual_base = base;
    return OK;
}

static error_t add_segment(struct macho *file, const struct command *command,
                           struct image_plan *plan)
{
    const struct kind *kind = file->kind;
    unsigned width = kind->wide ? 8 : 4;
    struct image_piece piece = {0};
    uint64_t at = command->offset, address;
    uint32_t sections;
    error_t error;

    if (command->size < kind->segment_size)
        return fail(ERROR_IMAGE_HEADER, "Mach-O LC_SEGMENT: cmdsize is %u",
                    (unsigned)command->size);
    sections = word(file, at + kind->protection_offset + 4);
    if (sections > (command->size - kind->segment_size) / kind->section_size)
        return fail(ERROR_IMAGE_HEADER, "Mach-O LC_SEGMENT: nsects is %u in a command of %u bytes",
                    (unsigned)sections, (unsigned)command->size);
    memcpy(piece.name, file->bytes + at + 0x08, SEGMENT_NAME);
    address = wide_word(file, at + 0x18);
    piece.address = address & kind->physical_bits;
    piece.memory_size = wide_word(file, at + 0x18 + width);
    piece.file_offset = wide_word(file, at + 0x18 + 2 * width);
    piece.file_size = wide_word(file, at + 0x18 + 3 * width);
    piece.executable = (word(file, at + kind->protection_offset) & VM_PROT_EXECUTE) != 0;
    /* Bytes for no memory: __CTF (types for DTrace) of 10.5 and later, which no loader loads. */
    if (piece.memory_size == 0)
        return OK;
    if (segment_is_prelinked(file, at, sections, &piece))
        plan->macho.prelinked = true;
    error = image_plan_add(plan, file->length, &piece);
    if (error == OK)
        error = check_virtual_base(file, plan->pieces[plan->piece_count - 1].name, address, plan);
    return error;
}

static error_t read_symbols(struct macho *file, const struct command *command,
                            struct image_plan *plan)
{
    uint64_t at = command->offset;
    uint32_t symbols, count, strings, size;

    if (command->size < SYMTAB_SIZE)
        return fail(ERROR_IMAGE_HEADER, "Mach-O LC_SYMTAB: cmdsize is %u", (unsigned)command->size);
    if (plan->macho.has_symbols)
        return fail(ERROR_IMAGE_HEADER, "Mach-O: two symbol tables (LC_SYMTAB)");
    symbols = word(file, at + 0x08);
    count = word(file, at + 0x0c);
    strings = word(file, at + 0x10);
    size = word(file, at + 0x14);
    if (!bytes_within(file->length, symbols, (uint64_t)count * file->kind->symbol_size))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "Mach-O LC_SYMTAB: symoff 0x%x, nsyms %u: beyond the file", (unsigned)symbols,
                    (unsigned)count);
    if (!bytes_within(file->length, strings, size))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "Mach-O LC_SYMTAB: stroff 0x%x, strsize 0x%x: beyond the file",
                    (unsigned)strings, (unsigned)size);
    if (count == 0)
        return OK; /* stripped */
    plan->macho.has_symbols = true;
    plan->macho.symbol_offset = symbols;
    plan->macho.symbol_count = count;
    plan->macho.string_offset = strings;
    plan->macho.string_size = size;
    return OK;
}

static error_t read_thread(struct macho *file, const struct command *command,
                           struct image_plan *plan)
{
    const struct kind *kind = file->kind;
    uint64_t at = command->offset + 8, end = command->offset + command->size;

    if (file->has_entry)
        return fail(ERROR_IMAGE_HEADER, "Mach-O: two entry points (LC_UNIXTHREAD)");
    while (end - at >= 8) {
        uint32_t flavor = word(file, at), count = word(file, at + 4);

        if (count > (end - at - 8) / 4)
            return fail(ERROR_IMAGE_HEADER,
                        "Mach-O LC_UNIXTHREAD: count is %u in a command of %u bytes",
                        (unsigned)count, (unsigned)command->size);
        if (flavor == kind->thread_flavor && count >= kind->state_words) {
            plan->entry = wide_word(file, at + 8 + kind->entry_word * 4) & kind->physical_bits;
            file->has_entry = true;
            return OK;
        }
        at += 8 + (uint64_t)count * 4;
    }
    return fail(ERROR_IMAGE_HEADER, "Mach-O LC_UNIXTHREAD: no state of flavor %u",
                (unsigned)kind->thread_flavor);
}

static error_t read_command(struct macho *file, const struct command *command,
                            struct image_plan *plan)
{
    switch (command->number) {
    case LC_SEGMENT:
    case LC_SEGMENT_64:
        if (command->number != (uint32_t)file->kind->segment_command)
            return fail(ERROR_IMAGE_HEADER, "Mach-O: LC_SEGMENT%s in a %s-bit file",
                        file->kind->wide ? "" : "_64", file->kind->wide ? "64" : "32");
        return add_segment(file, command, plan);
    case LC_SYMTAB:
        return read_symbols(file, command, plan);
    case LC_THREAD:
    case LC_UNIXTHREAD:
        return read_thread(file, command, plan);
    case LC_LOAD_DYLIB:
    case LC_LOAD_DYLINKER:
        return fail(ERROR_IMAGE_KIND,
                    "the file is a dynamic Mach-O program (load command 0x%x), no kernel",
                    (unsigned)command->number);
    case LC_MAIN:
        return fail(ERROR_IMAGE_KIND,
                    "the file's entry is given for a dynamic linker (Mach-O LC_MAIN): a program, "
                    "no kernel");
    default:
        return OK; /* LC_UUID and others say nothing about loading */
    }
}

static error_t read_commands(struct macho *file, uint32_t count, uint32_t size,
                             struct image_plan *plan)
{
    uint64_t at = file->kind->header_size, end = at + size;

    for (uint32_t i = 0; i < count; i++) {
        struct command command = {.offset = at};
        error_t error;

        if (end - at < 8)
            return fail(ERROR_IMAGE_HEADER,
                        "Mach-O: ncmds is %u, but sizeofcmds (%u) holds only %u", (unsigned)count,
                        (unsigned)size, (unsigned)i);
        command.number = word(file, at);
        command.size = word(file, at + 4);
        if (command.size < 8 || command.size % 4 != 0 || command.size > end - at)
            return fail(ERROR_IMAGE_HEADER, "Mach-O load command %u (0x%x): cmdsize is %u",
                        (unsigned)i, (unsigned)command.number, (unsigned)command.size);
        error = read_command(file, &command, plan);
        if (error != OK)
            return error;
        at += command.size;
    }
    return OK;
}

static const struct kind *find_kind(uint32_t magic, uint32_t cpu_type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].magic == magic && kinds[i].cpu_type == cpu_type)
            return &kinds[i];
    return NULL;
}

static error_t check_header(struct macho *file, enum image_cpu cpu)
{
    uint32_t magic = get_be32(file->bytes), type = word(file, 4), filetype = word(file, 12);
    error_t error;

    file->kind = find_kind(magic, type);
    if (file->kind == NULL)
        return fail(ERROR_IMAGE_CPU, "Mach-O for %s (magic 0x%08x, cputype 0x%x)", cpu_name(type),
                    (unsigned)magic, (unsigned)type);
    error = image_check_cpu("Mach-O", cpu, file->kind->cpu);
    if (error != OK)
        return error;
    if (file->length < file->kind->header_size)
        return fail(ERROR_IMAGE_TRUNCATED, "Mach-O: only %u bytes", (unsigned)file->length);
    if (filetype != MH_EXECUTE && filetype != MH_PRELOAD)
        return fail(ERROR_IMAGE_KIND, "the file is %s (Mach-O filetype %u), no kernel",
                    file_type_name(filetype), (unsigned)filetype);
    return OK;
}

static error_t macho_plan(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                          struct image_plan *plan)
{
    struct macho file = {.bytes = bytes, .length = length};
    uint32_t commands, size;
    error_t error;

    memset(plan, 0, sizeof *plan);
    plan->format = "Mach-O";
    if (length < HEADER_SIZE)
        return fail(ERROR_IMAGE_TRUNCATED, "Mach-O: only %u bytes", (unsigned)length);
    file.get32 = bytes[0] == 0xfe ? get_be32 : get_le32;
    error = check_header(&file, cpu);
    if (error != OK)
        return error;
    plan->handover = file.kind->handover;
    plan->cpu = file.kind->cpu;
    commands = word(&file, 16);
    size = word(&file, 20);
    if (!bytes_within(length, file.kind->header_size, size))
        return fail(ERROR_IMAGE_TRUNCATED, "Mach-O: sizeofcmds is %u, the file has %llu bytes",
                    (unsigned)size, (unsigned long long)length);
    plan->macho.header_size = file.kind->header_size + size;
    error = read_commands(&file, commands, size, plan);
    if (error != OK)
        return error;
    if (!file.has_entry)
        return fail(ERROR_IMAGE_HEADER, "Mach-O: no entry point (LC_UNIXTHREAD)");
    return image_plan_finish(plan);
}

IMAGE_FORMAT(macho_format) = {
    .name = "Mach-O",
    .recognise = macho_recognise,
    .plan = macho_plan,
};
