/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_args.h"

#include "../common/report.h"
#include "../common/strings.h"
#include "../common/words.h"
#include "demo.h"
#include "kernel_image.h"
#include "lib/bytes.h"
#include "release.h"

#define COMMAND_LINE_SIZE 1024u
#define MAP_STRIDE_LEAST  40u
#define KSLIDE            0x454u

struct boot_args boot_args;

/* Where fields are in the two versions. */
struct layout {
    uint32_t efi_mode, command_line, map, runtime_virtual, system_table, rest;
};
static const struct layout layouts[] = {
    {0x448, 0x004, 0x404, 0x458, 0x444, 0x44C},
    {0x004, 0x008, 0x408, 0x448, 0x450, 0x498},
};

static const struct layout *layout(void)
{
    return &layouts[boot_args.version == 1 ? 0 : 1];
}

void boot_args_read(uint32_t address)
{
    const uint8_t *bytes = memory_at(address);
    boot_args.address = address;
    boot_args.revision = get_le16(bytes);
    boot_args.version = get_le16(bytes + 2);
    boot_args.size = boot_args.version == 1 ? BOOT_ARGS_SIZE_1 : BOOT_ARGS_SIZE_2;

    const struct layout *at = layout();
    const char *line = (const char *)bytes + at->command_line;
    uint32_t length = 0;
    while (length < COMMAND_LINE_SIZE && line[length] != '\0')
        length++;
    boot_args.command_line = length < COMMAND_LINE_SIZE ? line : "";
    boot_args.efi_mode = bytes[at->efi_mode];
    /* These follow each other in both. */
    uint32_t *const fields[] = {
        &boot_args.map,
        &boot_args.map_size,
        &boot_args.descriptor_size,
        &boot_args.descriptor_version,
        &boot_args.video_base,
        &boot_args.video_display,
        &boot_args.video_row_bytes,
        &boot_args.video_width,
        &boot_args.video_height,
        &boot_args.video_depth,
        &boot_args.tree,
        &boot_args.tree_length,
        &boot_args.kaddr,
        &boot_args.ksize,
        &boot_args.runtime_page,
        &boot_args.runtime_pages,
    };
    for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        *fields[i] = get_le32(bytes + at->map + 4 * i);
    if (boot_args.version != 1 || boot_args.revision >= 5)
        boot_args.runtime_virtual_page = get_le64(bytes + at->runtime_virtual);
    boot_args.system_table = get_le32(bytes + at->system_table);
}

bool boot_argument(const char *word)
{
    return words_have(boot_args.command_line, word);
}

uint32_t boot_number(const char *key, uint32_t otherwise)
{
    return words_number(boot_args.command_line, key, otherwise);
}

bool in_kernel_range(uint32_t address, uint32_t length)
{
    return address >= boot_args.kaddr &&
           bytes_within(boot_args.ksize, address - boot_args.kaddr, length);
}

/* What each release takes (specs: xnu-handoff 2.3, version gate); exactly one, if that is told. */
static void check_version(void)
{
    const char *wanted = words_value(boot_args.command_line, "expect-bootargs=");
    uint32_t version = boot_args.version, revision = boot_args.revision;
    bool good = darwin_major >= 11   ? version == 2 && revision == 0
                : darwin_major == 10 ? version == 1 && revision >= 5 && revision <= 6
                                     : version == 1 && revision >= 4 && revision <= 6;
    check(good, "boot_args version %u revision %u are what Darwin %u takes", version, revision,
          darwin_major);
    if (wanted != NULL) {
        uint32_t first = read_number(&wanted, 10);
        uint32_t second = *wanted == '.' ? (wanted++, read_number(&wanted, 10)) : revision;
        check(version == first && revision == second,
              "boot_args are %u.%u, as the command line says", first, second);
    }
}

static bool zeros(uint32_t from, uint32_t to)
{
    for (uint32_t at = from; at < to; at++) {
        if (memory_at(boot_args.address)[at] != 0)
            return false;
    }
    return true;
}

static void check_command_line(void)
{
    uint32_t at = layout()->command_line, length = (uint32_t)strlen(boot_args.command_line);
    check(zeros(at + length, at + COMMAND_LINE_SIZE),
          "the command line ends inside its field, zeros behind");
    say("       command line: %s\n", boot_args.command_line);
}

static void check_places(void)
{
    uint32_t kaddr = boot_args.kaddr, ksize = boot_args.ksize;
    check(kaddr % 4096 == 0 && kaddr <= kernel_first() && ksize <= UINT32_MAX - kaddr &&
              kaddr + ksize >= kernel_end(),
          "kaddr 0x%x and ksize 0x%x cover our segments, 0x%x to 0x%x", kaddr, ksize,
          kernel_first(), kernel_end());
    check(boot_args.address >= kernel_end() && in_kernel_range(boot_args.address, boot_args.size),
          "boot_args lie above the kernel, inside [kaddr, kaddr + ksize)");
    check(boot_args.map >= kernel_end() && in_kernel_range(boot_args.map, boot_args.map_size) &&
              boot_args.map_size != 0,
          "so does the memory map, 0x%x bytes at 0x%x", boot_args.map_size, boot_args.map);
    check(boot_args.tree >= kernel_end() && boot_args.tree % 4096 == 0 &&
              in_kernel_range(boot_args.tree, boot_args.tree_length) && boot_args.tree_length >= 8,
          "so does the device tree, 0x%x bytes at 0x%x, on a page", boot_args.tree_length,
          boot_args.tree);
    check(boot_args.descriptor_size >= MAP_STRIDE_LEAST && boot_args.descriptor_size % 8 == 0 &&
              boot_args.map_size % boot_args.descriptor_size == 0,
          "the map has descriptors of %u bytes", boot_args.descriptor_size);
    check(boot_args.descriptor_version == 1, "their version is %u", boot_args.descriptor_version);
}

/* Fields that only some revisions have, and everything behind them. */
static void check_rest(void)
{
    const uint8_t *bytes = memory_at(boot_args.address);
    check(boot_args.efi_mode == KERNEL_BITS, "efiMode is %u, this kernel's", boot_args.efi_mode);
    if (boot_args.version == 1) {
        bool virtual = boot_args.revision >= 5;
        check(zeros(0x449, 0x458) && zeros(virtual ? 0x460 : 0x458, BOOT_ARGS_SIZE_1),
              "the reserved words and performanceData are 0");
        return;
    }
    check(get_le32(bytes + KSLIDE) == 0, "kslide is 0");
    check(bytes[5] == 0 && get_le16(bytes + 6) == 0, "debugMode and flags are 0");
    check(zeros(0x458, 0x468), "performanceData and keyStoreData are 0");
    uint32_t first = get_le32(bytes + 0x490), last = get_le32(bytes + 0x494);
    uint64_t space = get_le64(bytes + 0x488);
    check(space == 0 ? first == 0 && last == 0
                     : space % 0x100000 == 0 && first <= last && last <= 255,
          "pciConfigSpace is at 0x%llx, buses %u to %u", (unsigned long long)space, first, last);
    check(zeros(layout()->rest, BOOT_ARGS_SIZE_2), "everything behind the last field is 0");
}

void check_boot_args(void)
{
    check_version();
    check_command_line();
    check_places();
    check_rest();
}
