/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fat files: Mach-O files for several processors in one. Names as in Apple's <mach-o/fat.h>. The
 * header is big-endian; tools on little-endian machines have written it byte-swapped, and BootX
 * reads both.
 *
 * Of several slices for our processor the first is taken, as BootX does: cputype decides,
 * cpusubtype does not, because kernels come as one file for all PowerPC models.
 */
#include "lib/bytes.h"
#include "loader/image.h"

#define FAT_MAGIC   0xcafebabeu
#define FAT_CIGAM   0xbebafecau
#define HEADER_SIZE 8  /* struct fat_header */
#define ARCH_SIZE   20 /* struct fat_arch */
/*
 * Java class files begin with the same four bytes; the next word is then their version, minor in
 * the upper half, major in the lower and at least 45. No fat file has that many slices.
 */
#define JAVA_LOWEST_MAJOR 45

static bool fat_recognise(const uint8_t *bytes, size_t length)
{
    uint32_t magic = length < 4 ? 0 : get_be32(bytes);

    return magic == FAT_MAGIC || magic == FAT_CIGAM;
}

static uint32_t cpu_type(enum image_cpu cpu)
{
    switch (cpu) {
    case IMAGE_CPU_I386:
        return 7;
    case IMAGE_CPU_X86_64:
        return 0x01000007;
    default:
        return 18;
    }
}

static error_t fat_unwrap(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                          struct image_memory *memory, struct image_bytes *inner)
{
    uint32_t (*get32)(const void *) = length != 0 && bytes[0] == 0xca ? get_be32 : get_le32;
    uint32_t count;

    (void)memory;
    if (length < HEADER_SIZE)
        return fail(ERROR_IMAGE_TRUNCATED, "fat file: only %u bytes", (unsigned)length);
    count = get32(bytes + 4);
    if (count >= JAVA_LOWEST_MAJOR)
        return fail(ERROR_IMAGE_KIND,
                    "fat file: nfat_arch is %u, so it is rather a Java class file",
                    (unsigned)count);
    if (!bytes_within(length, HEADER_SIZE, (uint64_t)count * ARCH_SIZE))
        return fail(ERROR_IMAGE_TRUNCATED, "fat file: nfat_arch is %u, the file has %llu bytes",
                    (unsigned)count, (unsigned long long)length);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *arch = bytes + HEADER_SIZE + (size_t)i * ARCH_SIZE;
        uint32_t offset = get32(arch + 8), size = get32(arch + 12);

        if (get32(arch) != cpu_type(cpu))
            continue;
        if (!bytes_within(length, offset, size))
            return fail(ERROR_IMAGE_TRUNCATED,
                        "fat file: slice %u has offset 0x%x, size 0x%x: beyond the file",
                        (unsigned)i, (unsigned)offset, (unsigned)size);
        if (size == 0)
            return fail(ERROR_IMAGE_HEADER, "fat file: slice %u has size 0", (unsigned)i);
        inner->bytes = bytes + offset;
        inner->length = size;
        inner->owned = false;
        return OK;
    }
    return fail(ERROR_IMAGE_CPU, "fat file: none of its %u slices has cputype %u", (unsigned)count,
                (unsigned)cpu_type(cpu));
}

IMAGE_CONTAINER(fat_container) = {
    .name = "fat file",
    .recognise = fat_recognise,
    .unwrap = fat_unwrap,
};
