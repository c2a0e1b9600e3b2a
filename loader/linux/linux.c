/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's bzImage for x86, and programs that come as one (memtest86+). They are started at their
 * 32-bit entry, so the real-mode part is read but never run.
 */
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "loader/image.h"
#include "loader/linux/boot_protocol.h"

#define OLDEST_VERSION       0x0203
#define DEFAULT_SECTORS      4
#define DEFAULT_COMMAND_SIZE 255
/* Kernels before 2.10 do not say how much memory they need to unpack; GRUB too takes this. */
#define OLD_KERNEL_GROWTH 3
/* syssize counts in 16 bytes, and not every file is padded to them. */
#define SYSTEM_SIZE_UNIT 16

struct setup {
    const uint8_t *bytes;
    size_t length;
    uint16_t version;
    size_t header_end; /* fields behind it are not there, whatever the version says */
};

static bool has(const struct setup *setup, uint16_t version, size_t offset, size_t size)
{
    return setup->version >= version && offset + size <= setup->header_end;
}

static uint32_t field32(const struct setup *setup, uint16_t version, size_t offset,
                        uint32_t otherwise)
{
    return has(setup, version, offset, 4) ? get_le32(setup->bytes + offset) : otherwise;
}

static bool linux_recognise(const uint8_t *bytes, size_t length)
{
    return length >= SETUP_MAGIC + 4 && memcmp(bytes + SETUP_MAGIC, "HdrS", 4) == 0;
}

/* Where the setup header ends, and what is refused by what it says. */
static error_t read_header(struct setup *setup)
{
    const uint8_t *bytes = setup->bytes;

    if (setup->length < SETUP_INITRD_HIGHEST + 4)
        return fail(ERROR_IMAGE_TRUNCATED, "bzImage: only %u bytes", (unsigned)setup->length);
    setup->version = get_le16(bytes + SETUP_VERSION);
    if (setup->version < OLDEST_VERSION)
        return fail(ERROR_IMAGE_KIND,
                    "a Linux kernel of boot protocol %u.%02u; 2.03 (Linux 2.4.18) is the oldest "
                    "that can be started",
                    setup->version >> 8, setup->version & 0xff);
    if ((bytes[SETUP_LOAD_FLAGS] & LOADED_HIGH) == 0)
        return fail(ERROR_IMAGE_KIND,
                    "a Linux zImage, which is loaded below 640 KB: make a bzImage of it");
    /* Linux always has 100000h here. Programs that use only its real-mode entry (iPXE) have 0. */
    if (get_le32(bytes + SETUP_CODE32_START) == 0)
        return fail(ERROR_IMAGE_KIND,
                    "it looks like a bzImage, but has no 32-bit entry (code32_start is 0): it "
                    "starts in real mode only");
    setup->header_end = SETUP_MAGIC + (size_t)bytes[SETUP_JUMP + 1];
    if (bytes[SETUP_JUMP] != 0xeb || setup->header_end < SETUP_INITRD_HIGHEST + 4 ||
        setup->header_end > SETUP_END_MAXIMUM)
        return fail(ERROR_IMAGE_HEADER, "bzImage: the jump over the setup header is %02x %02x",
                    bytes[SETUP_JUMP], bytes[SETUP_JUMP + 1]);
    if (setup->length < setup->header_end)
        return fail(ERROR_IMAGE_TRUNCATED, "bzImage: only %u bytes", (unsigned)setup->length);
    return OK;
}

/* Finds the protected-mode part in the file. */
static error_t find_code(const struct setup *setup, struct image_plan *plan,
                         struct image_piece *piece)
{
    unsigned sectors = setup->bytes[SETUP_SECTORS];
    uint64_t size;

    if (sectors == 0)
        sectors = DEFAULT_SECTORS;
    plan->linux_x86.setup_size = (sectors + 1) * SECTOR_SIZE;
    if (setup->length <= plan->linux_x86.setup_size)
        return fail(ERROR_IMAGE_TRUNCATED,
                    "bzImage: setup_sects is %u, but the file has only %llu bytes", sectors,
                    (unsigned long long)setup->length);
    piece->file_offset = plan->linux_x86.setup_size;
    piece->file_size = setup->length - piece->file_offset;
    if (!has(setup, 0x0204, SETUP_SYSTEM_SIZE, 4))
        return OK; /* it had 16 bits then, and was wrong for large kernels */
    size = (uint64_t)get_le32(setup->bytes + SETUP_SYSTEM_SIZE) * SYSTEM_SIZE_UNIT;
    if (size > piece->file_size + (SYSTEM_SIZE_UNIT - 1))
        return fail(ERROR_IMAGE_TRUNCATED,
                    "bzImage: syssize announces 0x%llx bytes of code, the file has 0x%llx",
                    (unsigned long long)size, (unsigned long long)piece->file_size);
    /* What may stand behind is a signature. */
    if (size != 0 && size < piece->file_size)
        piece->file_size = size;
    return OK;
}

/*
 * Where the code goes and what it needs: init_size bytes from the address at which it runs. That
 * is where it was loaded, aligned, but at least the preferred address; a kernel that cannot be
 * moved is loaded to 1 MB and runs at the preferred address.
 */
static error_t find_place(const struct setup *setup, struct image_plan *plan,
                          struct image_piece *piece)
{
    bool relocatable =
        has(setup, 0x0205, SETUP_RELOCATABLE, 1) && setup->bytes[SETUP_RELOCATABLE] != 0;
    bool has_preferred = has(setup, 0x020a, SETUP_PREFERRED, 8);
    uint64_t runs = has_preferred ? get_le64(setup->bytes + SETUP_PREFERRED) : 0;
    uint32_t alignment = field32(setup, 0x0205, SETUP_ALIGNMENT, 0);
    uint32_t init_size = field32(setup, 0x020a, SETUP_INIT_SIZE, 0);

    if (runs == 0)
        runs = LINUX_LOAD_ADDRESS;
    if (runs < LINUX_LOAD_ADDRESS || runs > UINT32_MAX)
        return fail(ERROR_IMAGE_HEADER, "bzImage: pref_address is 0x%llx",
                    (unsigned long long)runs);
    if (relocatable && (alignment == 0 || (alignment & (alignment - 1)) != 0))
        return fail(ERROR_IMAGE_HEADER, "bzImage: kernel_alignment is 0x%x", (unsigned)alignment);
    if (init_size == 0 && piece->file_size < UINT32_MAX / OLD_KERNEL_GROWTH)
        init_size = (uint32_t)piece->file_size * OLD_KERNEL_GROWTH;
    if (init_size < piece->file_size)
        init_size = (uint32_t)piece->file_size;
    if (relocatable)
        runs = round_up(runs, alignment);
    piece->address = relocatable ? runs : LINUX_LOAD_ADDRESS;
    piece->memory_size = runs - piece->address + init_size;
    plan->linux_x86.alignment = relocatable ? alignment : 0;
    plan->linux_x86.init_size = (uint32_t)piece->memory_size;
    return OK;
}

static error_t linux_plan(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                          struct image_plan *plan)
{
    struct setup setup = {.bytes = bytes, .length = length};
    struct image_piece piece = {.executable = true};
    error_t error;

    memset(plan, 0, sizeof *plan);
    plan->format = "Linux bzImage";
    plan->handover = HANDOVER_LINUX_X86;
    plan->cpu = IMAGE_CPU_I386;
    snprintf(piece.name, sizeof piece.name, "kernel");
    /* Before anything else: on another machine, nothing of it matters. */
    error = image_check_cpu(plan->format, cpu, plan->cpu);
    if (error == OK)
        error = read_header(&setup);
    if (error != OK)
        return error;
    /* On a processor without 64-bit mode the 32-bit entry of such a kernel stops without a word. */
    if (has(&setup, 0x020c, SETUP_EXTENDED_FLAGS, 2) &&
        (get_le16(bytes + SETUP_EXTENDED_FLAGS) & KERNEL_IS_64_BIT) != 0)
        plan->cpu = IMAGE_CPU_X86_64;
    error = image_check_cpu(plan->format, cpu, plan->cpu);
    if (error == OK)
        error = find_code(&setup, plan, &piece);
    if (error == OK)
        error = find_place(&setup, plan, &piece);
    if (error == OK)
        error = image_plan_add(plan, length, &piece);
    if (error != OK)
        return error;
    plan->linux_x86.initrd_highest = get_le32(bytes + SETUP_INITRD_HIGHEST);
    plan->linux_x86.command_line_size =
        field32(&setup, 0x0206, SETUP_COMMAND_SIZE, DEFAULT_COMMAND_SIZE);
    plan->entry = piece.address;
    return image_plan_finish(plan);
}

IMAGE_FORMAT(linux_format) = {
    .name = "Linux bzImage",
    .recognise = linux_recognise,
    .plan = linux_plan,
};
