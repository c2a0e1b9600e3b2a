/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf2xcoff IN.elf OUT.xcf: the loader's ELF image as XCOFF, for Open Firmware versions that boot
 * only that, and for CHRP scripts.
 *
 * The ELF image has one PT_LOAD segment (link.ld). What lies before its first writable section
 * becomes .text, the rest of its file bytes .data, the remaining memory .bss; the gap between the
 * first two is not in the file. Firmware expects the
 * entry field to point to a descriptor of words {code, table of contents, environment}. A program
 * that has one calls it entry_descriptor; for others one is made in the gap before .data.
 * Layout: AIX's XCOFF as the Mac OS X and NetBSD loaders have it: file header of 20 bytes,
 * auxiliary header of 72, section headers of 40 each.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/common/tool.h"

/* ELF: System V ABI, "Object Files" */
#define ELF_HEADER     52
#define ELF_PROGRAM    32
#define ELF_SECTION    40
#define ELF_SYMBOL     16
#define ELF_PT_LOAD    1
#define ELF_EM_PPC     20
#define ELF_SHT_SYMTAB 2
#define ELF_SHF_WRITE  1
#define ELF_SHF_ALLOC  2

/* XCOFF */
#define XCOFF_MAGIC     0x01DF
#define XCOFF_F_EXEC    0x0002
#define XCOFF_AUX_MAGIC 0x010B
#define XCOFF_HEADER    20
#define XCOFF_AUX       72
#define XCOFF_SECTION   40
#define XCOFF_SECTIONS  3
#define XCOFF_TEXT      0x20
#define XCOFF_DATA      0x40
#define XCOFF_BSS       0x80
#define XCOFF_CONTENTS  (XCOFF_HEADER + XCOFF_AUX + XCOFF_SECTIONS * XCOFF_SECTION)

const char tool_name[] = "elf2xcoff";

struct image {
    uint32_t base; /* of the segment */
    uint32_t file_offset, file_size, memory_size;
    uint32_t text_end;    /* of the last section that is not writable, in words */
    uint32_t data_start;  /* address of the first writable section */
    uint32_t entry;       /* e_entry */
    uint32_t descriptor;  /* address of the entry descriptor */
    bool made_descriptor; /* it is ours to fill in */
};

/* `length` bytes at `offset` of the file. */
static const uint8_t *at(const struct file *file, uint64_t offset, uint64_t length,
                         const char *what)
{
    if (!bytes_within(file->length, offset, length))
        die("%s lies outside of the file", what);
    return file->bytes + offset;
}

static void read_segment(const struct file *elf, struct image *image)
{
    const uint8_t *header = at(elf, 0, ELF_HEADER, "the ELF header");
    if (memcmp(header, "\177ELF\1\2\1", 7) != 0 || get_be16(header + 18) != ELF_EM_PPC)
        die("not a big-endian 32-bit PowerPC ELF file");
    uint32_t offset = get_be32(header + 28); /* e_phoff */
    unsigned count = get_be16(header + 44), loads = 0;
    image->entry = get_be32(header + 24);
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *program =
            at(elf, (uint64_t)offset + (uint64_t)i * ELF_PROGRAM, ELF_PROGRAM, "a program header");
        if (get_be32(program) != ELF_PT_LOAD)
            continue;
        loads++;
        image->file_offset = get_be32(program + 4);
        image->base = get_be32(program + 8);
        image->file_size = get_be32(program + 16);
        image->memory_size = get_be32(program + 20);
    }
    if (loads != 1)
        die("%u loadable segments instead of one", loads);
    at(elf, image->file_offset, image->file_size, "the segment");
    if (image->memory_size < image->file_size ||
        (uint64_t)image->base + image->memory_size > 0x100000000u)
        die("the segment's size makes no sense");
}

static const uint8_t *section(const struct file *elf, unsigned index)
{
    uint32_t offset = get_be32(elf->bytes + 32); /* e_shoff */
    return at(elf, (uint64_t)offset + (uint64_t)index * ELF_SECTION, ELF_SECTION,
              "a section header");
}

static bool find_symbol(const struct file *elf, const uint8_t *table, const char *name,
                        uint32_t *value)
{
    uint32_t offset = get_be32(table + 16), size = get_be32(table + 20);
    const uint8_t *strings = section(elf, get_be32(table + 24)); /* sh_link */
    uint32_t text_offset = get_be32(strings + 16), text_size = get_be32(strings + 20);
    const char *text = (const char *)at(elf, text_offset, text_size, "the string table");
    at(elf, offset, size, "the symbol table");
    for (uint32_t i = 0; i < size / ELF_SYMBOL; i++) {
        const uint8_t *symbol = elf->bytes + offset + (size_t)i * ELF_SYMBOL;
        uint32_t start = get_be32(symbol);
        if (bytes_within(text_size, start, strlen(name) + 1) &&
            memcmp(text + start, name, strlen(name) + 1) == 0) {
            *value = get_be32(symbol + 4);
            return true;
        }
    }
    return false;
}

#define DESCRIPTOR_SIZE 12

static void read_sections(const struct file *elf, struct image *image)
{
    unsigned count = get_be16(elf->bytes + 48); /* e_shnum */
    uint32_t file_end = image->base + image->file_size;
    bool found = false;
    image->text_end = image->base;
    image->data_start = file_end;
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *header = section(elf, i);
        uint32_t flags = get_be32(header + 8), address = get_be32(header + 12);
        uint32_t size = get_be32(header + 20);
        if (get_be32(header + 4) == ELF_SHT_SYMTAB)
            found = found || find_symbol(elf, header, "entry_descriptor", &image->descriptor);
        if ((flags & ELF_SHF_ALLOC) == 0 || address < image->base || address > file_end)
            continue;
        if ((flags & ELF_SHF_WRITE) != 0 && address < image->data_start)
            image->data_start = address;
        if ((flags & ELF_SHF_WRITE) == 0 && size <= file_end - address &&
            address + size > image->text_end)
            image->text_end = address + size;
    }
    image->text_end = (uint32_t)round_up(image->text_end, 4);
    if (image->text_end > image->data_start)
        image->text_end = image->data_start;
    if (found) {
        if (image->file_size < DESCRIPTOR_SIZE || image->descriptor < image->data_start ||
            image->descriptor > file_end - DESCRIPTOR_SIZE)
            die("entry_descriptor is not in initialised data");
        return;
    }
    image->descriptor = image->text_end;
    if (image->data_start - image->descriptor < DESCRIPTOR_SIZE)
        die("no symbol entry_descriptor, and no room for one before .data");
    image->text_end += DESCRIPTOR_SIZE;
    image->made_descriptor = true;
}

static void put_section(uint8_t *at, const char *name, uint32_t address, uint32_t size,
                        uint32_t offset, uint32_t flags)
{
    memset(at, 0, XCOFF_SECTION);
    memcpy(at, name, strlen(name));
    put_be32(at + 8, address);  /* s_paddr */
    put_be32(at + 12, address); /* s_vaddr */
    put_be32(at + 16, size);
    put_be32(at + 20, offset);
    put_be32(at + 36, flags);
}

static void put_headers(uint8_t *out, const struct image *image)
{
    uint32_t text_size = image->text_end - image->base;
    uint32_t data_size = image->file_size - (image->data_start - image->base);
    uint32_t bss_size = image->memory_size - image->file_size;
    memset(out, 0, XCOFF_CONTENTS);
    put_be16(out, XCOFF_MAGIC);
    put_be16(out + 2, XCOFF_SECTIONS);
    put_be16(out + 16, XCOFF_AUX);
    put_be16(out + 18, XCOFF_F_EXEC);

    uint8_t *aux = out + XCOFF_HEADER;
    put_be16(aux, XCOFF_AUX_MAGIC);
    put_be32(aux + 4, text_size);
    put_be32(aux + 8, data_size);
    put_be32(aux + 12, bss_size);
    put_be32(aux + 16, image->descriptor);
    put_be32(aux + 20, image->base);
    put_be32(aux + 24, image->data_start);
    put_be16(aux + 32, image->made_descriptor ? 1 : 2); /* o_snentry: the descriptor's section */
    put_be16(aux + 34, 1);                              /* o_sntext */
    put_be16(aux + 36, 2);                              /* o_sndata */
    put_be16(aux + 42, 3);                              /* o_snbss */

    uint8_t *sections = aux + XCOFF_AUX;
    put_section(sections, ".text", image->base, text_size, XCOFF_CONTENTS, XCOFF_TEXT);
    put_section(sections + XCOFF_SECTION, ".data", image->data_start, data_size,
                XCOFF_CONTENTS + text_size, XCOFF_DATA);
    put_section(sections + 2 * XCOFF_SECTION, ".bss", image->base + image->file_size, bss_size, 0,
                XCOFF_BSS);
}

int main(int count, char **arguments)
{
    if (count != 3)
        die("usage: elf2xcoff IN.elf OUT.xcf");
    struct file elf = read_file(arguments[1]);
    struct image image = {0};
    read_segment(&elf, &image);
    read_sections(&elf, &image);

    if (image.made_descriptor) {
        uint8_t *at = elf.bytes + image.file_offset + (image.descriptor - image.base);
        put_be32(at, image.entry);
        put_be32(at + 4, 0);
        put_be32(at + 8, 0);
    }
    uint8_t headers[XCOFF_CONTENTS];
    put_headers(headers, &image);
    const uint8_t *bytes = elf.bytes + image.file_offset;
    uint32_t text_size = image.text_end - image.base, data_at = image.data_start - image.base;
    FILE *out = fopen(arguments[2], "wb");
    if (out == NULL || fwrite(headers, 1, sizeof headers, out) != sizeof headers ||
        fwrite(bytes, 1, text_size, out) != text_size ||
        fwrite(bytes + data_at, 1, image.file_size - data_at, out) != image.file_size - data_at ||
        fclose(out) != 0)
        die("%s cannot be written", arguments[2]);
    free(elf.bytes);
    return 0;
}
