/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF programs for Open Firmware on PowerPC: 32-bit, big-endian, static. Field names as in the
 * System V ABI, "Object Files"; processor numbers from its list of e_machine values.
 *
 * Segments go to p_vaddr, not p_paddr: Open Firmware on Power Macs runs its programs with
 * translation on, so a program has to stand where it will execute; p_paddr would count in real mode
 * only (the PowerPC binding of IEEE 1275 has the option real-mode? for that). Linux's zImage.pmac,
 * yaboot and GRUB have both equal. A bare vmlinux, linked at 0xC0000000 for a kernel's own mapping,
 * is no client program: its place is not in RAM, which is noticed when memory is claimed.
 *
 * A PT_NOTE of type 0x1275 asks for another firmware mode (real-mode?, load-base). Firmware that
 * already runs cannot change that, so it is not read.
 */
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"

#define HEADER_SIZE  52 /* Elf32_Ehdr */
#define SEGMENT_SIZE 32 /* Elf32_Phdr */
#define ELFCLASS32   1
#define ELFDATA2LSB  1
#define ELFDATA2MSB  2
#define EV_CURRENT   1
#define ET_REL       1
#define ET_EXEC      2
#define ET_DYN       3
#define ET_CORE      4
#define EM_PPC       20
#define PT_LOAD      1
#define PT_INTERP    3
#define PF_X         1

static bool elf_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 4 && memcmp(bytes, "\177ELF", 4) == 0;
}

static const char *machine_name(uint16_t machine)
{
    switch (machine) {
    case 2:
        return "SPARC";
    case 3:
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
    case 62:
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

static error_t check_header(const uint8_t *bytes, size_t length, enum image_cpu cpu)
{
    uint16_t machine, type;

    if (length < HEADER_SIZE)
        return fail(ERROR_IMAGE_TRUNCATED, "ELF: only %u bytes", (unsigned)length);
    machine = bytes[5] == ELFDATA2LSB ? get_le16(bytes + 18) : get_be16(bytes + 18);
    if (cpu != IMAGE_CPU_POWERPC || machine != EM_PPC)
        return fail(ERROR_IMAGE_CPU, "ELF for %s (e_machine %u)", machine_name(machine), machine);
    if (bytes[4] != ELFCLASS32)
        return fail(ERROR_IMAGE_CPU, "ELF that is not 32-bit (EI_CLASS %u)", bytes[4]);
    if (bytes[5] != ELFDATA2MSB)
        return fail(ERROR_IMAGE_CPU, "ELF that is not big-endian (EI_DATA %u)", bytes[5]);
    if (bytes[6] != EV_CURRENT || get_be32(bytes + 20) != EV_CURRENT)
        return fail(ERROR_IMAGE_HEADER, "ELF: EI_VERSION is %u, e_version %u", bytes[6],
                    (unsigned)get_be32(bytes + 20));
    type = get_be16(bytes + 16);
    if (type != ET_EXEC)
        return fail(ERROR_IMAGE_KIND, "the file is %s (ELF e_type %u)", type_name(type), type);
    return OK;
}

static error_t add_segment(const uint8_t *at, unsigned number, size_t length,
                           struct image_plan *plan)
{
    struct image_piece piece = {0};

    switch (get_be32(at)) { /* p_type */
    case PT_INTERP:
        return fail(ERROR_IMAGE_KIND, "the file is a dynamic executable (ELF PT_INTERP)");
    case PT_LOAD:
        break;
    default:
        return OK;
    }
    snprintf(piece.name, sizeof piece.name, "PT_LOAD %u", number);
    piece.file_offset = get_be32(at + 4);
    piece.address = get_be32(at + 8); /* p_vaddr, see above */
    piece.file_size = get_be32(at + 16);
    piece.memory_size = get_be32(at + 20);
    piece.executable = (get_be32(at + 24) & PF_X) != 0;
    return image_plan_add(plan, length, &piece);
}

static error_t elf_plan(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                        struct image_plan *plan)
{
    uint32_t table;
    uint16_t entry_size, count;
    error_t error;

    memset(plan, 0, sizeof *plan);
    plan->format = "ELF";
    plan->handover = HANDOVER_OPENFIRMWARE_CLIENT;
    plan->cpu = IMAGE_CPU_POWERPC;
    error = check_header(bytes, length, cpu);
    if (error != OK)
        return error;
    plan->entry = get_be32(bytes + 24);
    table = get_be32(bytes + 28);
    entry_size = get_be16(bytes + 42);
    count = get_be16(bytes + 44);
    if (entry_size < SEGMENT_SIZE)
        return fail(ERROR_IMAGE_HEADER, "ELF: e_phentsize is %u", entry_size);
    if (!bytes_within(length, table, (uint64_t)count * entry_size))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "ELF: e_phoff 0x%x, e_phnum %u: beyond the file's %llu bytes", (unsigned)table,
                    count, (unsigned long long)length);
    for (uint16_t i = 0; i < count; i++) {
        error = add_segment(bytes + table + (size_t)i * entry_size, i, length, plan);
        if (error != OK)
            return error;
    }
    return image_plan_finish(plan);
}

IMAGE_FORMAT(elf_format) = {
    .name = "ELF",
    .recognise = elf_recognise,
    .plan = elf_plan,
};
