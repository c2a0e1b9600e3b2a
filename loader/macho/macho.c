/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mach-O kernels. Field names and numbers as in Apple's <mach-o/loader.h> and <mach/machine.h>;
 * what a kernel's loader makes of them is what BootX makes of them.
 */
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"

/* The four magics as they stand in the file's first bytes. */
#define MH_MAGIC_BIG       0xfeedfaceu
#define MH_MAGIC_64_BIG    0xfeedfacfu
#define MH_MAGIC_LITTLE    0xcefaedfeu
#define MH_MAGIC_64_LITTLE 0xcffaedfeu

#define HEADER_SIZE      28 /* struct mach_header */
#define CPU_TYPE_POWERPC 18
#define MH_EXECUTE       2
/* An executable without a dynamic linker: some linkers call a kernel so. */
#define MH_PRELOAD       5
#define SEGMENT_SIZE     56 /* struct segment_command */
#define SEGMENT_NAME     16
#define SECTION_SIZE     68 /* struct section */
#define SYMTAB_SIZE      24 /* struct symtab_command */
#define SYMBOL_SIZE      12 /* struct nlist */
#define VM_PROT_EXECUTE  4
#define PPC_THREAD_STATE 1

enum load_command {
    LC_SEGMENT = 0x1,
    LC_SYMTAB = 0x2,
    LC_THREAD = 0x4,
    LC_UNIXTHREAD = 0x5,
    LC_LOAD_DYLIB = 0xc,
    LC_LOAD_DYLINKER = 0xe,
    LC_SEGMENT_64 = 0x19,
};

/* A load command or the file: all its words are read through `get32`, in the file's byte order. */
struct macho {
    const uint8_t *bytes;
    size_t length;
    uint32_t (*get32)(const void *at);
    bool has_entry;
};

struct command {
    uint32_t number, size;
    uint64_t offset; /* in the file */
};

static uint32_t word(const struct macho *file, uint64_t offset)
{
    return file->get32(file->bytes + offset);
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
    case CPU_TYPE_POWERPC:
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

static error_t add_segment(struct macho *file, const struct command *command,
                           struct image_plan *plan)
{
    struct image_piece piece = {0};
    uint64_t at = command->offset;
    uint32_t sections;

    if (command->size < SEGMENT_SIZE)
        return fail(ERROR_IMAGE_HEADER, "Mach-O LC_SEGMENT: cmdsize is %u",
                    (unsigned)command->size);
    sections = word(file, at + 0x30);
    if (sections > (command->size - SEGMENT_SIZE) / SECTION_SIZE)
        return fail(ERROR_IMAGE_HEADER, "Mach-O LC_SEGMENT: nsects is %u in a command of %u bytes",
                    (unsigned)sections, (unsigned)command->size);
    memcpy(piece.name, file->bytes + at + 0x08, SEGMENT_NAME);
    piece.address = word(file, at + 0x18);
    piece.memory_size = word(file, at + 0x1c);
    piece.file_offset = word(file, at + 0x20);
    piece.file_size = word(file, at + 0x24);
    piece.executable = (word(file, at + 0x2c) & VM_PROT_EXECUTE) != 0; /* initprot */
    /* BootX takes a kernel for a prelinked one by this segment's vmsize. */
    if (strcmp(piece.name, "__PRELINK") == 0 && piece.memory_size != 0)
        plan->macho.prelinked = true;
    return image_plan_add(plan, file->length, &piece);
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
    if (!bytes_within(file->length, symbols, (uint64_t)count * SYMBOL_SIZE))
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

/* The entry is srr0, word 0 of the thread state of flavor PPC_THREAD_STATE. */
static error_t read_thread(struct macho *file, const struct command *command,
                           struct image_plan *plan)
{
    uint64_t at = command->offset + 8, end = command->offset + command->size;

    if (file->has_entry)
        return fail(ERROR_IMAGE_HEADER, "Mach-O: two entry points (LC_UNIXTHREAD)");
    while (end - at >= 8) {
        uint32_t flavor = word(file, at), count = word(file, at + 4);

        if (count > (end - at - 8) / 4)
            return fail(ERROR_IMAGE_HEADER,
                        "Mach-O LC_UNIXTHREAD: count is %u in a command of %u bytes",
                        (unsigned)count, (unsigned)command->size);
        if (flavor == PPC_THREAD_STATE && count != 0) {
            plan->entry = word(file, at + 8);
            file->has_entry = true;
            return OK;
        }
        at += 8 + (uint64_t)count * 4;
    }
    return fail(ERROR_IMAGE_HEADER, "Mach-O LC_UNIXTHREAD: no state of flavor %d",
                PPC_THREAD_STATE);
}

static error_t read_command(struct macho *file, const struct command *command,
                            struct image_plan *plan)
{
    switch (command->number) {
    case LC_SEGMENT:
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
    case LC_SEGMENT_64:
        return fail(ERROR_IMAGE_HEADER, "Mach-O: LC_SEGMENT_64 in a 32-bit file");
    default:
        return OK; /* LC_UUID and others say nothing about loading */
    }
}

static error_t read_commands(struct macho *file, uint32_t count, uint32_t size,
                             struct image_plan *plan)
{
    uint64_t at = HEADER_SIZE, end = HEADER_SIZE + (uint64_t)size;

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

static error_t check_header(const struct macho *file, enum image_cpu cpu)
{
    uint32_t type = word(file, 4), kind = word(file, 12);

    /* PowerPC files are big-endian and 32-bit: other magics come with other processors. */
    if (cpu != IMAGE_CPU_POWERPC || type != CPU_TYPE_POWERPC ||
        get_be32(file->bytes) != MH_MAGIC_BIG)
        return fail(ERROR_IMAGE_CPU, "Mach-O for %s (magic 0x%08x, cputype 0x%x)", cpu_name(type),
                    (unsigned)get_be32(file->bytes), (unsigned)type);
    if (kind != MH_EXECUTE && kind != MH_PRELOAD)
        return fail(ERROR_IMAGE_KIND, "the file is %s (Mach-O filetype %u), no kernel",
                    file_type_name(kind), (unsigned)kind);
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
    plan->handover = HANDOVER_XNU_POWERPC;
    plan->cpu = IMAGE_CPU_POWERPC;
    if (length < HEADER_SIZE)
        return fail(ERROR_IMAGE_TRUNCATED, "Mach-O: only %u bytes", (unsigned)length);
    file.get32 = bytes[0] == 0xfe ? get_be32 : get_le32;
    error = check_header(&file, cpu);
    if (error != OK)
        return error;
    commands = word(&file, 16);
    size = word(&file, 20);
    if (!bytes_within(length, HEADER_SIZE, size))
        return fail(ERROR_IMAGE_TRUNCATED, "Mach-O: sizeofcmds is %u, the file has %llu bytes",
                    (unsigned)size, (unsigned long long)length);
    plan->macho.header_size = HEADER_SIZE + size;
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
