/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked ELF files as input of the tools that make other formats of them: 32 and 64 bits, both
 * byte orders. Every offset is checked; a file that does not add up ends the tool with a message.
 * Layouts are those of the System V ABI (gABI chapter 4).
 */
#ifndef TOOLS_COMMON_ELF_H
#define TOOLS_COMMON_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ELF_MACHINE_I386 = 3,
    ELF_MACHINE_POWERPC = 20,
    ELF_MACHINE_X86_64 = 62,
    ELF_PROGBITS = 1,
    ELF_SYMBOLS = 2,
    ELF_RELA = 4,
    ELF_NOBITS = 8,
    ELF_REL = 9,
    ELF_WRITE = 1,
    ELF_ALLOCATE = 2,
    ELF_EXECUTE = 4,
    ELF_SYMBOL_SECTION = 3,
    ELF_SYMBOL_FILE = 4,
    ELF_PLACE_ABSOLUTE = 0xFFF1,
};

struct elf {
    const uint8_t *bytes;
    size_t length;
    bool wide; /* 64-bit layout */
    bool big;  /* big-endian */
    uint32_t machine;
    uint64_t entry;
    uint64_t section_headers;
    uint32_t section_count, section_names;
};

struct elf_section {
    const char *name;
    uint32_t type, link, info;
    uint64_t flags, address, offset, size, alignment;
    const uint8_t *content; /* NULL: zero fill */
};

struct elf_symbol {
    const char *name; /* "" if it has none */
    uint64_t value;
    unsigned type, binding;
    uint32_t place; /* number of its section, or ELF_PLACE_ABSOLUTE and the like */
};

struct elf_relocation {
    uint64_t address; /* virtual, as in linked files */
    uint32_t type, symbol;
};

struct elf elf_open(const char *path);
struct elf_section elf_section(const struct elf *elf, uint32_t index);
/* How many there are in a section of type ELF_SYMBOLS; number 0 is always the empty one. */
uint32_t elf_symbol_count(const struct elf *elf, const struct elf_section *table);
struct elf_symbol elf_symbol(const struct elf *elf, const struct elf_section *table,
                             uint32_t index);
/* The same for a section of type ELF_REL or ELF_RELA. */
uint32_t elf_relocation_count(const struct elf *elf, const struct elf_section *table);
struct elf_relocation elf_relocation(const struct elf *elf, const struct elf_section *table,
                                     uint32_t index);

#endif
