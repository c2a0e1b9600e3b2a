/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiboot kernels in a format of their own: their header's addresses say where they go. Those in
 * ELF files are read by elf.c.
 */
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"
#include "loader/multiboot/header.h"

/*
 * A header may stand anywhere in the first 8 KB of a file of any format, an ELF file say, or by
 * chance: what another format recognises by its first bytes is that format's. A header without
 * addresses says nothing about what the file is (Xen's EFI program has one).
 */
static bool multiboot_recognise(const uint8_t *bytes, size_t length)
{
    size_t offset;

    TABLE_FOREACH (image_formats, format)
        if ((*format)->recognise != multiboot_recognise && (*format)->recognise(bytes, length))
            return false;
    return multiboot_header_find(bytes, length, &offset) &&
           (get_le32(bytes + offset + MULTIBOOT_HEADER_FLAGS) & MULTIBOOT_ADDRESSES) != 0;
}

static error_t multiboot_plan(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                              struct image_plan *plan)
{
    size_t offset;
    error_t error;

    memset(plan, 0, sizeof *plan);
    plan->format = "multiboot";
    plan->handover = HANDOVER_MULTIBOOT;
    plan->cpu = IMAGE_CPU_I386;
    error = image_check_cpu("multiboot kernel", cpu, plan->cpu);
    if (error != OK)
        return error;
    if (!multiboot_header_find(bytes, length, &offset))
        return fail(ERROR_IMAGE_HEADER, "no multiboot header");
    error = multiboot_header_read(bytes, length, offset, plan);
    if (error != OK)
        return error;
    return multiboot_header_plan(bytes, length, offset, plan);
}

IMAGE_FORMAT(multiboot_format) = {
    .name = "multiboot",
    .recognise = multiboot_recognise,
    .plan = multiboot_plan,
};
