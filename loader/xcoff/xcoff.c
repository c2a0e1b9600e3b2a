/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XCOFF programs for Open Firmware: BootX, ofwboot.xcf, Linux's zImage.coff. Field names as in the
 * AIX file reference, "XCOFF Object File Format".
 */
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"

#define U802TOCMAGIC     0x01df
#define FILE_HEADER_SIZE 20
#define AUX_HEADER_SIZE  72
#define AUX_MAGIC        0x010b
#define SECTION_SIZE     40
#define SECTION_NAME     8

/* Offsets from the start of the file. */
enum field {
    F_NSCNS = 0x02,
    F_OPTHDR = 0x10,
    O_MFLAG = 0x14,
    O_ENTRY = 0x24,
    O_SNTEXT = 0x36,
    O_SNDATA = 0x38,
    O_SNBSS = 0x3e,
};

enum role { ROLE_NONE, ROLE_TEXT, ROLE_DATA, ROLE_BSS };

struct sections {
    uint16_t count;
    uint16_t text, data, bss; /* numbers, counted from 1; 0: none */
};

static bool xcoff_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 2 && get_be16(bytes) == U802TOCMAGIC;
}

/*
 * By number or by name, never by s_flags: Apple's tool writes zero there. What has no role is
 * not loaded, wherever it claims to belong: Linux's zImage.coff has such a section at address 0.
 */
static enum role section_role(const struct sections *sections, uint16_t number, const char *name)
{
    if (number == sections->text)
        return ROLE_TEXT;
    if (number == sections->data)
        return ROLE_DATA;
    if (number == sections->bss)
        return ROLE_BSS;
    if (strcmp(name, ".text") == 0)
        return ROLE_TEXT;
    if (strcmp(name, ".data") == 0)
        return ROLE_DATA;
    if (strcmp(name, ".bss") == 0)
        return ROLE_BSS;
    return ROLE_NONE;
}

static error_t check_number(const struct sections *sections, const char *field, uint16_t number)
{
    if (number > sections->count)
        return fail(ERROR_IMAGE_HEADER, "XCOFF: %s is %u of %u sections", field, number,
                    sections->count);
    return OK;
}

static error_t read_header(const uint8_t *bytes, size_t length, struct sections *sections)
{
    uint16_t aux_size;
    error_t error;

    if (length < FILE_HEADER_SIZE)
        return fail(ERROR_IMAGE_TRUNCATED, "XCOFF: only %u bytes", (unsigned)length);
    sections->count = get_be16(bytes + F_NSCNS);
    aux_size = get_be16(bytes + F_OPTHDR);
    if (aux_size < AUX_HEADER_SIZE)
        return fail(ERROR_IMAGE_HEADER, "XCOFF: f_opthdr is %u, a program has %d", aux_size,
                    AUX_HEADER_SIZE);
    if (!bytes_within(length, FILE_HEADER_SIZE + (uint64_t)aux_size,
                      (uint64_t)sections->count * SECTION_SIZE))
        return fail(ERROR_IMAGE_TRUNCATED, "XCOFF: f_nscns is %u, the file has %llu bytes",
                    sections->count, (unsigned long long)length);
    if (get_be16(bytes + O_MFLAG) != AUX_MAGIC)
        return fail(ERROR_IMAGE_HEADER, "XCOFF: o_mflag is 0x%04x, a program has 0x%04x",
                    get_be16(bytes + O_MFLAG), AUX_MAGIC);
    sections->text = get_be16(bytes + O_SNTEXT);
    sections->data = get_be16(bytes + O_SNDATA);
    sections->bss = get_be16(bytes + O_SNBSS);
    error = check_number(sections, "o_sntext", sections->text);
    if (error == OK)
        error = check_number(sections, "o_sndata", sections->data);
    if (error == OK)
        error = check_number(sections, "o_snbss", sections->bss);
    return error;
}

static error_t add_section(const uint8_t *bytes, size_t length, uint64_t at,
                           const struct sections *sections, uint16_t number,
                           struct image_plan *plan)
{
    struct image_piece piece = {0};
    enum role role;

    memcpy(piece.name, bytes + at, SECTION_NAME);
    role = section_role(sections, number, piece.name);
    if (role == ROLE_NONE)
        return OK;
    piece.address =
        get_be32(bytes + at + 12); /* s_vaddr: Open Firmware programs run where it says */
    piece.memory_size = get_be32(bytes + at + 16); /* s_size */
    if (role != ROLE_BSS) {
        piece.file_offset = get_be32(bytes + at + 20); /* s_scnptr */
        piece.file_size = piece.memory_size;
    }
    piece.executable = role == ROLE_TEXT;
    return image_plan_add(plan, length, &piece);
}

/* o_entry is the address of two words, the first instruction's address and the TOC's. */
static error_t read_descriptor(const uint8_t *bytes, struct image_plan *plan)
{
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];

        if (plan->entry_descriptor >= piece->address &&
            bytes_within(piece->file_size, plan->entry_descriptor - piece->address, 8)) {
            const uint8_t *at =
                bytes + piece->file_offset + (plan->entry_descriptor - piece->address);

            plan->entry = get_be32(at);
            plan->table_of_contents = get_be32(at + 4);
            return OK;
        }
    }
    return fail(ERROR_IMAGE_HEADER,
                "XCOFF: the entry descriptor (o_entry 0x%llx) lies in no loaded section",
                (unsigned long long)plan->entry_descriptor);
}

static error_t xcoff_plan(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                          struct image_plan *plan)
{
    struct sections sections = {0};
    uint64_t table;
    error_t error;

    memset(plan, 0, sizeof *plan);
    plan->format = "XCOFF";
    plan->handover = HANDOVER_OPENFIRMWARE_CLIENT;
    plan->cpu = IMAGE_CPU_POWERPC;
    if (cpu != IMAGE_CPU_POWERPC)
        return fail(ERROR_IMAGE_CPU, "XCOFF for PowerPC (magic 0x%04x)", U802TOCMAGIC);
    error = read_header(bytes, length, &sections);
    if (error != OK)
        return error;
    table = FILE_HEADER_SIZE + (uint64_t)get_be16(bytes + F_OPTHDR);
    for (uint16_t i = 0; i < sections.count; i++) {
        error = add_section(bytes, length, table + (uint64_t)i * SECTION_SIZE, &sections,
                            (uint16_t)(i + 1), plan);
        if (error != OK)
            return error;
    }
    plan->entry_descriptor = get_be32(bytes + O_ENTRY);
    error = read_descriptor(bytes, plan);
    if (error != OK)
        return error;
    return image_plan_finish(plan);
}

IMAGE_FORMAT(xcoff_format) = {
    .name = "XCOFF",
    .recognise = xcoff_recognise,
    .plan = xcoff_plan,
};
