/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF files: static programs for Open Firmware on PowerPC, multiboot kernels on x86. Field names as
 * in the System V ABI, "Object Files"; processor numbers from its list of e_machine values.
 *
 * PowerPC: 32-bit, big-endian. Segments go to p_vaddr, not p_paddr: Open Firmware on Power Macs
 * runs its programs with translation on, so a program has to stand where it will execute; p_paddr
 * would count in real mode only (the PowerPC binding of IEEE 1275 has the option real-mode? for
 * that). Linux's zImage.pmac, yaboot and GRUB have both equal. A bare vmlinux, linked at 0xC0000000
 * for a kernel's own mapping, is no client program: its place is not in RAM, which is noticed when
 * memory is claimed. A PT_NOTE of type 0x1275 asks for another firmware mode (real-mode?,
 * load-base). Firmware that already runs cannot change that, so it is not read.
 *
 * x86: 32-bit or 64-bit, little-endian, with a multiboot header. Segments go to p_paddr, as kernels
 * start without paging. e_entry is a virtual address where it lies in a segment's p_vaddr range
 * (GRUB and QEMU both translate it then); kernels that have a physical one there are taken at their
 * word, as QEMU does.
 */
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"
#include "loader/multiboot/header.h"

#define ELFCLASS32  1
#define ELFCLASS64  2
#define ELFDATA2LSB 1
#define ELFDATA2MSB 2
#define EV_CURRENT  1
#define ET_REL      1
#define ET_EXEC     2
#define ET_DYN      3
#define ET_CORE     4
#define EM_386      3
#define EM_PPC      20
#define EM_X86_64   62
#define PT_LOAD     1
#define PT_INTERP   3
#define PF_X        1
#define SHT_SYMTAB  2
#define SHT_STRTAB  3
#define SHF_ALLOC   2

/* Where the two classes have the same fields: Elf32_... and Elf64_... */
struct layout {
    uint8_t header_size, segment_size, section_size;
    /* In the header. */
    uint8_t e_phoff, e_shoff, e_phentsize; /* e_phnum to e_shstrndx follow e_phentsize */
    /* In a program header. */
    uint8_t p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz;
    /* In a section header. */
    uint8_t sh_flags, sh_offset, sh_size;
};

static const struct layout layout_32 = {52, 32, 40, 28, 32, 42, 24, 4, 8, 12, 16, 20, 8, 16, 20};
static const struct layout layout_64 = {64, 56, 64, 32, 40, 54, 4, 8, 16, 24, 32, 40, 8, 24, 32};

#define E_TYPE      16
#define E_MACHINE   18
#define E_VERSION   20
#define E_ENTRY     24
#define P_TYPE      0
#define SH_TYPE     4
#define LENGTH_READ 52 /* before the class is known to be the larger one */

struct elf {
    const uint8_t *bytes;
    size_t length;
    bool big, wide;
    const struct layout *layout;
};

static uint16_t half(const struct elf *file, uint64_t offset)
{
    return file->big ? get_be16(file->bytes + offset) : get_le16(file->bytes + offset);
}

static uint32_t word(const struct elf *file, uint64_t offset)
{
    return file->big ? get_be32(file->bytes + offset) : get_le32(file->bytes + offset);
}

/* An address, size or offset: as wide as the file's class. */
static uint64_t address(const struct elf *file, uint64_t offset)
{
    if (!file->wide)
        return word(file, offset);
    return file->big ? get_be64(file->bytes + offset) : get_le64(file->bytes + offset);
}

static bool elf_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 4 && memcmp(bytes, "\177ELF", 4) == 0;
}

static const char *machine_name(uint16_t machine)
{
    switch (machine) {
    case 2:
        return "SPARC";
    case EM_386:
        return "i386";
    case 4:
        return "68000";
    case 8:
        return "MIPS";
    case EM_PPC:
        return "PowerPC";
    case 21:
        return "64-bit PowerPC";
    case 40:
        return "ARM";
    case EM_X86_64:
        return "x86_64";
    case 183:
        return "ARM64";
    default:
        return "an unknown processor";
    }
}

static const char *type_name(uint16_t type)
{
    switch (type) {
    case ET_REL:
        return "an object file";
    case ET_DYN:
        return "a dynamic executable or library";
    case ET_CORE:
        return "a core dump";
    default:
        return "of an unknown kind";
    }
}

/* What runs here at all: by e_machine, class and byte order. Fills in `plan->cpu`. */
static error_t check_machine(struct elf *file, enum image_cpu cpu, struct image_plan *plan)
{
    const uint8_t *bytes = file->bytes;
    uint16_t machine;

    if (file->length < LENGTH_READ)
        return fail(ERROR_IMAGE_TRUNCATED, "ELF: only %u bytes", (unsigned)file->length);
    file->big = bytes[5] != ELFDATA2LSB;
    file->wide = bytes[4] == ELFCLASS64;
    file->layout = file->wide ? &layout_64 : &layout_32;
    machine = half(file, E_MACHINE);
    if (machine != EM_PPC && machine != EM_386 && machine != EM_X86_64)
        return fail(ERROR_IMAGE_CPU, "ELF for %s (e_machine %u)", machine_name(machine), machine);
    plan->cpu = machine == EM_PPC   ? IMAGE_CPU_POWERPC
                : machine == EM_386 ? IMAGE_CPU_I386
                                    : IMAGE_CPU_X86_64;
    if (!image_cpu_runs(cpu, plan->cpu))
        return image_check_cpu("ELF", cpu, plan->cpu);
    /* EM_X86_64 in ELFCLASS32: 64-bit kernels wrapped for loaders that know 32-bit files only. */
    if (bytes[4] != ELFCLASS32 && (bytes[4] != ELFCLASS64 || machine != EM_X86_64))
        return fail(ERROR_IMAGE_CPU, "ELF for %s that is not 32-bit (EI_CLASS %u)",
                    machine_name(machine), bytes[4]);
    if (bytes[5] != (machine == EM_PPC ? ELFDATA2MSB : ELFDATA2LSB))
        return fail(ERROR_IMAGE_CPU, "ELF for %s that is not %s-endian (EI_DATA %u)",
                    machine_name(machine), machine == EM_PPC ? "big" : "little", bytes[5]);
    if (file->length < file->layout->header_size)
        return fail(ERROR_IMAGE_TRUNCATED, "ELF: only %u bytes", (unsigned)file->length);
    return OK;
}

static error_t check_type(const struct elf *file)
{
    uint16_t type = half(file, E_TYPE);

    if (file->bytes[6] != EV_CURRENT || word(file, E_VERSION) != EV_CURRENT)
        return fail(ERROR_IMAGE_HEADER, "ELF: EI_VERSION is %u, e_version %u", file->bytes[6],
                    (unsigned)word(file, E_VERSION));
    if (type != ET_EXEC)
        return fail(ERROR_IMAGE_KIND, "the file is %s (ELF e_type %u)", type_name(type), type);
    return OK;
}

/* --- Segments ----------------------------------------------------------------------------- */

struct table {
    uint64_t offset;
    uint16_t entry_size, count;
};

/* Reads where a table is; `names` are its header fields, for messages. */
static error_t read_table(const struct elf *file, const char *kind, uint64_t offset,
                          uint16_t entry_size, uint16_t count, uint16_t least, struct table *table)
{
    if (entry_size < least)
        return fail(ERROR_IMAGE_HEADER, "ELF: e_%sentsize is %u", kind, entry_size);
    if (!bytes_within(file->length, offset, (uint64_t)count * entry_size))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "ELF: e_%soff 0x%llx, e_%snum %u: beyond the file's %llu bytes", kind,
                    (unsigned long long)offset, kind, count, (unsigned long long)file->length);
    *table = (struct table){offset, entry_size, count};
    return OK;
}

static error_t read_segment_table(const struct elf *file, struct table *table)
{
    const struct layout *layout = file->layout;

    return read_table(file, "ph", address(file, layout->e_phoff), half(file, layout->e_phentsize),
                      half(file, layout->e_phentsize + 2u), layout->segment_size, table);
}

static error_t add_segment(const struct elf *file, uint64_t at, unsigned number,
                           struct image_plan *plan)
{
    const struct layout *layout = file->layout;
    bool physical = plan->handover == HANDOVER_MULTIBOOT;
    struct image_piece piece = {0};

    switch (word(file, at + P_TYPE)) {
    case PT_INTERP:
        return fail(ERROR_IMAGE_KIND, "the file is a dynamic executable (ELF PT_INTERP)");
    case PT_LOAD:
        break;
    default:
        return OK;
    }
    snprintf(piece.name, sizeof piece.name, "PT_LOAD %u", number);
    piece.file_offset = address(file, at + layout->p_offset);
    piece.address = address(file, at + (physical ? layout->p_paddr : layout->p_vaddr));
    piece.file_size = address(file, at + layout->p_filesz);
    piece.memory_size = address(file, at + layout->p_memsz);
    piece.executable = (word(file, at + layout->p_flags) & PF_X) != 0;
    return image_plan_add(plan, file->length, &piece);
}

/* For kernels: see above. Segments without memory and those of other types are no places. */
static uint64_t physical_entry(const struct elf *file, const struct table *segments)
{
    const struct layout *layout = file->layout;
    uint64_t entry = address(file, E_ENTRY);

    for (uint16_t i = 0; i < segments->count; i++) {
        uint64_t at = segments->offset + (uint64_t)i * segments->entry_size;
        uint64_t start = address(file, at + layout->p_vaddr);

        if (word(file, at + P_TYPE) == PT_LOAD && entry >= start &&
            entry - start < address(file, at + layout->p_memsz))
            return entry - start + address(file, at + layout->p_paddr);
    }
    return entry;
}

static error_t plan_segments(const struct elf *file, struct image_plan *plan)
{
    struct table segments;
    error_t error = read_segment_table(file, &segments);

    for (uint16_t i = 0; error == OK && i < segments.count; i++)
        error = add_segment(file, segments.offset + (uint64_t)i * segments.entry_size, i, plan);
    if (error != OK)
        return error;
    plan->entry = plan->handover == HANDOVER_MULTIBOOT ? physical_entry(file, &segments)
                                                       : address(file, E_ENTRY);
    return image_plan_finish(plan);
}

/* --- Kernels ------------------------------------------------------------------------------ */

/* What the hand-over will give to the kernel is looked at here, where a refusal costs nothing. */
static error_t check_section(const struct elf *file, uint64_t at, unsigned number)
{
    const struct layout *layout = file->layout;
    uint32_t type = word(file, at + SH_TYPE);
    uint64_t offset = address(file, at + layout->sh_offset);
    uint64_t size = address(file, at + layout->sh_size);

    if ((type != SHT_SYMTAB && type != SHT_STRTAB) ||
        (address(file, at + layout->sh_flags) & SHF_ALLOC) != 0 ||
        bytes_within(file->length, offset, size))
        return OK;
    return fail(ERROR_IMAGE_TRUNCATED,
                "ELF section %u (symbols): file offset 0x%llx, size 0x%llx: the file has 0x%llx "
                "bytes",
                number, (unsigned long long)offset, (unsigned long long)size,
                (unsigned long long)file->length);
}

static error_t plan_sections(const struct elf *file, struct image_plan *plan)
{
    const struct layout *layout = file->layout;
    uint64_t offset = address(file, layout->e_shoff);
    uint16_t size = half(file, layout->e_phentsize + 4u);
    uint16_t count = half(file, layout->e_phentsize + 6u);
    uint16_t names = half(file, layout->e_phentsize + 8u);
    struct table sections;
    error_t error;

    if (offset == 0 || count == 0)
        return OK; /* stripped of them */
    error = read_table(file, "sh", offset, size, count, layout->section_size, &sections);
    for (uint16_t i = 0; error == OK && i < count; i++)
        error = check_section(file, offset + (uint64_t)i * size, i);
    if (error != OK)
        return error;
    if (offset > UINT32_MAX)
        return OK; /* the multiboot information has 32 bits for it */
    plan->multiboot.section_offset = (uint32_t)offset;
    plan->multiboot.section_count = count;
    plan->multiboot.section_size = size;
    plan->multiboot.section_names = names < count ? names : 0;
    return OK;
}

static error_t plan_kernel(const struct elf *file, struct image_plan *plan)
{
    size_t header;
    bool found = multiboot_header_find(file->bytes, file->length, &header);
    error_t error;

    plan->handover = HANDOVER_MULTIBOOT;
    if (found) {
        error = multiboot_header_read(file->bytes, file->length, header, plan);
        if (error != OK)
            return error;
        if ((plan->multiboot.flags & MULTIBOOT_ADDRESSES) != 0)
            return multiboot_header_plan(file->bytes, file->length, header, plan);
    }
    error = check_type(file);
    if (error != OK)
        return error;
    if (!found)
        return fail(ERROR_IMAGE_KIND,
                    "an ELF file for %s without a multiboot header in its first 8192 bytes (of "
                    "Linux, the file to boot is the bzImage)",
                    image_cpu_name(plan->cpu));
    error = plan_segments(file, plan);
    return error == OK ? plan_sections(file, plan) : error;
}

static error_t elf_plan(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                        struct image_plan *plan)
{
    struct elf file = {.bytes = bytes, .length = length};
    error_t error;

    memset(plan, 0, sizeof *plan);
    plan->format = "ELF";
    error = check_machine(&file, cpu, plan);
    if (error != OK)
        return error;
    if (plan->cpu != IMAGE_CPU_POWERPC)
        return plan_kernel(&file, plan);
    plan->handover = HANDOVER_OPENFIRMWARE_CLIENT;
    error = check_type(&file);
    return error == OK ? plan_segments(&file, plan) : error;
}

IMAGE_FORMAT(elf_format) = {
    .name = "ELF",
    .recognise = elf_recognise,
    .plan = elf_plan,
};
