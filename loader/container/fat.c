/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fat files: Mach-O files for several processors in one. Names as in Apple's <mach-o/fat.h>. The
 * header is big-endian; tools on little-endian machines have written it byte-swapped, and BootX
 * reads both.
 *
 * Of several slices for one processor the first is taken, as BootX does: cputype decides,
 * cpusubtype does not, because kernels come as one file for all models. A machine that runs kernels
 * for several processors takes the most capable that is there.
 */
#include <stdio.h>
#include <string.h>

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

struct fat {
    const uint8_t *bytes;
    uint32_t count;
    uint32_t (*get32)(const void *);
};

/* A word of the struct fat_arch of a slice. */
static uint32_t arch_word(const struct fat *fat, uint32_t slice, size_t offset)
{
    return fat->get32(fat->bytes + HEADER_SIZE + (size_t)slice * ARCH_SIZE + offset);
}

/* The first slice for a processor; `count` if there is none. */
static uint32_t find_slice(const struct fat *fat, uint32_t cpu_type)
{
    uint32_t i = 0;

    while (i < fat->count && arch_word(fat, i, 0) != cpu_type)
        i++;
    return i;
}

static error_t refuse(const struct fat *fat, enum image_cpu cpu)
{
    static const struct {
        uint32_t type;
        const char *name;
    } names[] = {{18, "PowerPC"},           {7, "i386"}, {0x01000007, "x86_64"},
                 {0x01000012, "PowerPC64"}, {12, "ARM"}, {0x0100000c, "ARM64"}};
    char list[128] = "";

    for (uint32_t i = 0; i < fat->count; i++) {
        size_t used = strlen(list), known = 0;
        uint32_t type = arch_word(fat, i, 0);

        while (known < sizeof names / sizeof *names && names[known].type != type)
            known++;
        if (known < sizeof names / sizeof *names)
            snprintf(list + used, sizeof list - used, " %s", names[known].name);
        else
            snprintf(list + used, sizeof list - used, " 0x%x", (unsigned)type);
    }
    return fail(ERROR_IMAGE_CPU, "fat file: none of its %u slices is for %s; it has:%s",
                (unsigned)fat->count, image_cpu_name(cpu), list[0] != '\0' ? list : " nothing");
}

static error_t fat_unwrap(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                          struct image_memory *memory, struct image_bytes *inner)
{
    /* From the most capable on; image_cpu_runs decides whether it comes into question. */
    static const enum image_cpu preferences[] = {IMAGE_CPU_X86_64, IMAGE_CPU_I386,
                                                 IMAGE_CPU_POWERPC};
    struct fat fat = {.bytes = bytes};

    (void)memory;
    if (length < HEADER_SIZE)
        return fail(ERROR_IMAGE_TRUNCATED, "fat file: only %u bytes", (unsigned)length);
    fat.get32 = bytes[0] == 0xca ? get_be32 : get_le32;
    fat.count = fat.get32(bytes + 4);
    if (fat.count >= JAVA_LOWEST_MAJOR)
        return fail(ERROR_IMAGE_KIND,
                    "fat file: nfat_arch is %u, so it is rather a Java class file",
                    (unsigned)fat.count);
    if (!bytes_within(length, HEADER_SIZE, (uint64_t)fat.count * ARCH_SIZE))
        return fail(ERROR_IMAGE_TRUNCATED, "fat file: nfat_arch is %u, the file has %llu bytes",
                    (unsigned)fat.count, (unsigned long long)length);
    for (size_t i = 0; i < sizeof preferences / sizeof *preferences; i++) {
        uint32_t slice, offset, size;

        if (!image_cpu_runs(cpu, preferences[i]))
            continue;
        slice = find_slice(&fat, image_mach_cpu_type(preferences[i]));
        if (slice == fat.count)
            continue;
        offset = arch_word(&fat, slice, 8);
        size = arch_word(&fat, slice, 12);
        if (!bytes_within(length, offset, size))
            return fail(ERROR_IMAGE_TRUNCATED,
                        "fat file: slice %u has offset 0x%x, size 0x%x: beyond the file",
                        (unsigned)slice, (unsigned)offset, (unsigned)size);
        if (size == 0)
            return fail(ERROR_IMAGE_HEADER, "fat file: slice %u has size 0", (unsigned)slice);
        inner->bytes = bytes + offset;
        inner->length = size;
        inner->owned = false;
        return OK;
    }
    return refuse(&fat, cpu);
}

IMAGE_CONTAINER(fat_container) = {
    .name = "fat file",
    .recognise = fat_recognise,
    .unwrap = fat_unwrap,
};
