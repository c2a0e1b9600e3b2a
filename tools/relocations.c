/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relocations IN.elf OUT.S: from an image linked with --emit-relocs, the table with which it moves
 * itself by a multiple of 64 KB (boot/openfirmware/start.S), as assembler source.
 * relocations -check IN.elf: whether the table that is in the image is that of the image.
 *
 * The image is linked twice, first without and then with its table. That stands behind all other
 * initialised data, so the places to be changed (sites) are the same both times; -check makes sure.
 *
 * The table: steps from one site to the next, in words of 4 bytes, one byte each; the first from
 * the image's start. First the instructions that hold the upper half of an address, a 0 byte, then
 * the words that are addresses, and a 0 byte again. 255 is a step of 254 words that leads to no
 * site. The lower half of an address, and distances, do not change.
 *
 * Relocation types: System V ABI, PowerPC Processor Supplement, chapter 4.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/common/elf.h"
#include "tools/common/tool.h"

enum {
    R_PPC_NONE = 0,
    R_PPC_ADDR32 = 1,
    R_PPC_ADDR16_LO = 4,
    R_PPC_ADDR16_HI = 5,
    R_PPC_ADDR16_HA = 6,
    R_PPC_REL24 = 10,
    R_PPC_REL14 = 11,
    R_PPC_LOCAL24PC = 23,
    R_PPC_UADDR32 = 24,
    R_PPC_REL32 = 26,
};

#define WORD            4
#define LONGEST         254 /* words to the next site in one step */
#define STEP_TO_NO_SITE 255 /* of LONGEST words */
#define PLACE_NONE      0

const char tool_name[] = "relocations";

struct sites {
    size_t count;
    uint32_t *addresses;
};

struct image {
    struct elf elf;
    uint32_t start, end; /* of the memory that it takes */
    struct sites halves, words;
};

static void add_site(struct sites *sites, uint64_t address)
{
    if (sites->count % 256 == 0) {
        sites->addresses =
            realloc(sites->addresses, (sites->count + 256) * sizeof *sites->addresses);
        if (sites->addresses == NULL)
            die("out of memory");
    }
    sites->addresses[sites->count++] = (uint32_t)address;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void find_bounds(struct image *image)
{
    image->start = UINT32_MAX;
    for (uint32_t i = 1; i < image->elf.section_count; i++) {
        struct elf_section section = elf_section(&image->elf, i);

        if ((section.flags & ELF_ALLOCATE) == 0)
            continue;
        if (section.address < image->start)
            image->start = (uint32_t)section.address;
        if (section.address + section.size > image->end)
            image->end = (uint32_t)(section.address + section.size);
    }
}

/* Whether the symbol moves with the image. */
static bool moves(const struct image *image, const struct elf_symbol *symbol)
{
    if (symbol->place == PLACE_NONE) /* weak and nowhere: 0 */
        return false;
    if (symbol->place != ELF_PLACE_ABSOLUTE)
        return true;
    if (symbol->value >= image->start && symbol->value <= image->end)
        die("%s is an absolute symbol and looks like a place in the image: define it inside of a "
            "section",
            symbol->name);
    return false;
}

static void add_relocation(struct image *image, const struct elf_relocation *relocation,
                           const struct elf_symbol *symbol)
{
    uint64_t address = relocation->address;
    struct sites *sites = &image->words;

    switch (relocation->type) {
    case R_PPC_NONE:
    case R_PPC_ADDR16_LO:
    case R_PPC_REL24:
    case R_PPC_REL14:
    case R_PPC_LOCAL24PC:
    case R_PPC_REL32:
        return;
    case R_PPC_ADDR16_HI:
    case R_PPC_ADDR16_HA:
        /* The lower half of a big-endian instruction. */
        if (address % WORD != 2)
            die("%08" PRIx64 ": half an address that is not in an instruction", address);
        address -= 2;
        sites = &image->halves;
        break;
    case R_PPC_ADDR32:
    case R_PPC_UADDR32:
        break;
    default:
        die("%08" PRIx64 ": relocation type %" PRIu32 " (for %s) is not known", address,
            relocation->type, symbol->name);
    }
    if (!moves(image, symbol))
        return;
    if (address % WORD != 0)
        die("%08" PRIx64 ": the address of %s is not in a whole word", address, symbol->name);
    add_site(sites, address);
}

static void find_sites(struct image *image)
{
    bool any = false;

    for (uint32_t i = 1; i < image->elf.section_count; i++) {
        struct elf_section table = elf_section(&image->elf, i);

        if (table.type != ELF_RELA ||
            (elf_section(&image->elf, table.info).flags & ELF_ALLOCATE) == 0)
            continue;
        any = true;
        struct elf_section symbols = elf_section(&image->elf, table.link);
        for (uint32_t r = 0; r < elf_relocation_count(&image->elf, &table); r++) {
            struct elf_relocation relocation = elf_relocation(&image->elf, &table, r);
            struct elf_symbol symbol = elf_symbol(&image->elf, &symbols, relocation.symbol);

            add_relocation(image, &relocation, &symbol);
        }
    }
    if (!any)
        die("the image has no relocation records: it has to be linked with --emit-relocs");
    qsort(image->halves.addresses, image->halves.count, sizeof(uint32_t), compare);
    qsort(image->words.addresses, image->words.count, sizeof(uint32_t), compare);
}

/* Writes a list of steps; returns how many bytes that takes, also with `out` NULL. */
static size_t encode(const struct sites *sites, uint32_t start, uint8_t *out)
{
    size_t length = 0;
    uint32_t at = start;

    for (size_t i = 0; i <= sites->count; i++) {
        uint32_t step = 0; /* the end */

        if (i < sites->count) {
            step = (sites->addresses[i] - at) / WORD;
            at = sites->addresses[i];
            if (step == 0)
                die("%08" PRIx32 ": two relocations in one place, or one at the start", at);
        }
        for (; step > LONGEST; step -= LONGEST)
            if (out != NULL)
                out[length++] = STEP_TO_NO_SITE;
            else
                length++;
        if (out != NULL)
            out[length] = (uint8_t)step;
        length++;
    }
    return length;
}

static struct file make_table(const struct image *image)
{
    struct file table = {0};
    size_t halves = encode(&image->halves, image->start, NULL);

    table.length = halves + encode(&image->words, image->start, NULL);
    table.bytes = allocate(table.length);
    encode(&image->halves, image->start, table.bytes);
    encode(&image->words, image->start, table.bytes + halves);
    return table;
}

static void write_source(const struct file *table, const char *path)
{
    FILE *out = fopen(path, "w");

    if (out == NULL)
        die("%s cannot be written", path);
    fputs("/* Made by tools/relocations. */\n    .section .relocations, \"aw\", @progbits", out);
    for (size_t i = 0; i < table->length; i++)
        fprintf(out, i % 16 == 0 ? "\n    .byte %u" : ", %u", table->bytes[i]);
    fputs("\n    .section .note.GNU-stack, \"\", @progbits\n", out);
    if (fclose(out) != 0)
        die("%s cannot be written", path);
}

/* The value of the symbol `relocations`, where start.S finds the table. */
static uint32_t table_place(const struct elf *elf)
{
    for (uint32_t i = 1; i < elf->section_count; i++) {
        struct elf_section symbols = elf_section(elf, i);

        if (symbols.type != ELF_SYMBOLS)
            continue;
        for (uint32_t s = 0; s < elf_symbol_count(elf, &symbols); s++) {
            struct elf_symbol symbol = elf_symbol(elf, &symbols, s);

            if (strcmp(symbol.name, "relocations") == 0)
                return (uint32_t)symbol.value;
        }
    }
    die("the image has no symbol relocations");
}

static void check_table(const struct elf *elf, const struct file *table)
{
    uint32_t place = table_place(elf);

    for (uint32_t i = 1; i < elf->section_count; i++) {
        struct elf_section section = elf_section(elf, i);
        uint64_t offset = place - section.address;

        if ((section.flags & ELF_ALLOCATE) == 0 || section.content == NULL ||
            place < section.address || !bytes_within(section.size, offset, table->length))
            continue;
        if (memcmp(section.content + offset, table->bytes, table->length) == 0)
            return;
        die("the table in the image is that of another image");
    }
    die("the image has no room for its table");
}

int main(int count, char **arguments)
{
    bool check = count == 3 && strcmp(arguments[1], "-check") == 0;
    struct image image = {0};

    if (count != 3)
        die("usage: relocations IN.elf OUT.S, or relocations -check IN.elf");
    image.elf = elf_open(arguments[check ? 2 : 1]);
    if (image.elf.machine != ELF_MACHINE_POWERPC || image.elf.wide || !image.elf.big)
        die("not a big-endian 32-bit PowerPC ELF file");
    find_bounds(&image);
    find_sites(&image);
    struct file table = make_table(&image);
    if (check)
        check_table(&image.elf, &table);
    else
        write_source(&table, arguments[2]);
    free(table.bytes);
    free(image.halves.addresses);
    free(image.words.addresses);
    return 0;
}
