/* SPDX-License-Identifier: BSD-2-Clause */
#include "loader/multiboot/header.h"

#include <stdio.h>

#include "lib/bytes.h"

#define MAGIC        0x1badb002u
#define SEARCH_END   8192 /* the header lies completely before this */
#define ALIGNMENT    4
#define SHORT_SIZE   12 /* magic, flags, checksum */
#define ADDRESS_SIZE 32 /* with the addresses */
#define VIDEO_SIZE   48 /* with the screen */

#define HEADER_CHECKSUM      8
#define HEADER_ADDRESS       12
#define HEADER_LOAD          16
#define HEADER_LOAD_END      20
#define HEADER_BSS_END       24
#define HEADER_ENTRY         28
#define HEADER_MODE          32
#define HEADER_WIDTH         36
#define HEADER_HEIGHT        40
#define HEADER_DEPTH         44
#define LOAD_FROM_FILE_START 0xffffffffu /* load_addr -1 */

bool multiboot_header_find(const uint8_t *bytes, size_t length, size_t *offset)
{
    size_t end = length < SEARCH_END ? length : SEARCH_END;

    for (size_t at = 0; bytes_within(end, at, SHORT_SIZE); at += ALIGNMENT)
        if (get_le32(bytes + at) == MAGIC && MAGIC + get_le32(bytes + at + MULTIBOOT_HEADER_FLAGS) +
                                                     get_le32(bytes + at + HEADER_CHECKSUM) ==
                                                 0) {
            *offset = at;
            return true;
        }
    return false;
}

error_t multiboot_header_read(const uint8_t *bytes, size_t length, size_t offset,
                              struct image_plan *plan)
{
    const uint8_t *header = bytes + offset;
    uint32_t flags = get_le32(header + MULTIBOOT_HEADER_FLAGS);
    uint32_t known = MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY | MULTIBOOT_VIDEO;
    size_t size = (flags & MULTIBOOT_VIDEO) != 0       ? VIDEO_SIZE
                  : (flags & MULTIBOOT_ADDRESSES) != 0 ? ADDRESS_SIZE
                                                       : SHORT_SIZE;

    if ((flags & MULTIBOOT_REQUIREMENT & ~known) != 0)
        return fail(ERROR_IMAGE_KIND,
                    "the multiboot header at offset 0x%llx demands features that are not known: "
                    "flags 0x%x, of these 0x%x",
                    (unsigned long long)offset, (unsigned)flags,
                    (unsigned)(flags & MULTIBOOT_REQUIREMENT & ~known));
    if (!bytes_within(length, offset, size))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "the multiboot header at offset 0x%llx has flags 0x%x, but the file ends in it",
                    (unsigned long long)offset, (unsigned)flags);
    plan->multiboot.flags = flags;
    if ((flags & MULTIBOOT_VIDEO) != 0) {
        plan->multiboot.mode_type = get_le32(header + HEADER_MODE);
        plan->multiboot.width = get_le32(header + HEADER_WIDTH);
        plan->multiboot.height = get_le32(header + HEADER_HEIGHT);
        plan->multiboot.depth = get_le32(header + HEADER_DEPTH);
    }
    return OK;
}

error_t multiboot_header_plan(const uint8_t *bytes, size_t length, size_t offset,
                              struct image_plan *plan)
{
    const uint8_t *header = bytes + offset;
    uint32_t own = get_le32(header + HEADER_ADDRESS), load = get_le32(header + HEADER_LOAD);
    uint32_t load_end = get_le32(header + HEADER_LOAD_END);
    uint32_t bss_end = get_le32(header + HEADER_BSS_END);
    struct image_piece piece = {.executable = true};
    error_t error;

    snprintf(piece.name, sizeof piece.name, "image");
    /* The file's bytes go to memory as they are, so the header's two places give the offset. */
    if (load == LOAD_FROM_FILE_START && own >= offset)
        load = own - (uint32_t)offset;
    if (load > own || own - load > offset)
        return fail(ERROR_IMAGE_HEADER,
                    "multiboot header at offset 0x%llx: header_addr 0x%x, load_addr 0x%x",
                    (unsigned long long)offset, (unsigned)own, (unsigned)load);
    piece.address = load;
    piece.file_offset = offset - (own - load);
    piece.file_size = length - piece.file_offset; /* load_end_addr 0: the whole file */
    if (load_end != 0) {
        if (load_end < load)
            return fail(ERROR_IMAGE_HEADER, "multiboot header: load_addr 0x%x, load_end_addr 0x%x",
                        (unsigned)load, (unsigned)load_end);
        piece.file_size = load_end - load;
    }
    piece.memory_size = piece.file_size;
    if (bss_end != 0) {
        if (bss_end < load || bss_end - load < piece.file_size)
            return fail(ERROR_IMAGE_HEADER,
                        "multiboot header: bss_end_addr 0x%x lies before the end of what is loaded",
                        (unsigned)bss_end);
        piece.memory_size = bss_end - load;
    }
    plan->entry = get_le32(header + HEADER_ENTRY);
    error = image_plan_add(plan, length, &piece);
    return error == OK ? image_plan_finish(plan) : error;
}
