/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/boot_args_x86.h"

#include <stdlib.h>
#include <string.h>

#include "darwin/kernel_words.h"
#include "lib/bytes.h"

#define AT_REVISION 0x000
#define AT_VERSION  0x002

/* Version 1: revision 4 (10.4, 10.5), 5 and 6 (10.6) differ only in what is left 0 here. */
#define V1_SIZE             0x468
#define V1_COMMAND_LINE     0x004
#define V1_MEMORY_MAP       0x404 /* address, size, descriptor size, descriptor version */
#define V1_VIDEO            0x414
#define V1_DEVICE_TREE      0x42C /* address, length */
#define V1_KERNEL           0x434 /* kaddr, ksize */
#define V1_EFI_SYSTEM_TABLE 0x444
#define V1_EFI_MODE         0x448

/*
 * Version 2 (10.7 and later). efiRuntimeServices... (440h) stays 0: the tables' memory is inside
 * [kaddr, kaddr+ksize) and mapped as that is. kslide (454h) is 0: the kernel stands where it is
 * linked. performanceData, keyStoreData and bootMem (458h to 477h) tell of logs, keys and an
 * interpreter's memory that only Apple's own firmware has.
 */
#define V2_SIZE             0x1000
#define V2_EFI_MODE         0x004
#define V2_COMMAND_LINE     0x008
#define V2_MEMORY_MAP       0x408
#define V2_VIDEO            0x418
#define V2_DEVICE_TREE      0x430
#define V2_KERNEL           0x438
#define V2_EFI_SYSTEM_TABLE 0x450
#define V2_PHYSICAL_MEMORY  0x478
#define V2_FSB_FREQUENCY    0x480
#define V2_PCI_BASE         0x488
#define V2_PCI_FIRST_BUS    0x490
#define V2_PCI_LAST_BUS     0x494

struct boot_args_version boot_args_x86_wanted(const struct kernel_release *release,
                                              enum image_cpu cpu)
{
    if (release->major >= 11 || (release->major == 0 && cpu == IMAGE_CPU_X86_64)) {
        return (struct boot_args_version){2, 0};
    }
    if (release->major == 0) {
        /* The one that both 10.5 and 10.6 take. */
        return (struct boot_args_version){1, 5};
    }
    return (struct boot_args_version){1, release->major == 10 ? 6 : 4};
}

bool boot_args_x86_accepted(const struct kernel_release *release, struct boot_args_version version)
{
    if (release->major == 0) {
        return true;
    }
    if (release->major >= 11) {
        return version.version == 2;
    }
    return version.version == 1 && (release->major != 10 || version.revision >= 5);
}

static void put_words(uint8_t *at, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_le32(at + 4 * i, words[i]);
    }
}

/* Groups of fields that both versions have, at places of their own. */
static void put_memory_map(const struct boot_args_x86 *arguments, uint8_t *at)
{
    const uint32_t words[] = {arguments->memory_map, arguments->memory_map_size,
                              arguments->descriptor_size, arguments->descriptor_version};
    put_words(at, words, 4);
}

static void put_video(const struct boot_args_x86 *arguments, uint8_t *at)
{
    const struct boot_video *video = &arguments->video;
    const uint32_t words[] = {video->address,   (uint32_t)arguments->display,
                              video->row_bytes, video->width,
                              video->height,    video->depth};
    put_words(at, words, 6);
}

static void put_tree_and_kernel(const struct boot_args_x86 *arguments, uint8_t *tree,
                                uint8_t *kernel)
{
    put_le32(tree, arguments->device_tree);
    put_le32(tree + 4, arguments->device_tree_length);
    put_le32(kernel, arguments->kernel_address);
    put_le32(kernel + 4, arguments->kernel_size);
}

static void write_version_1(const struct boot_args_x86 *arguments, uint8_t *out)
{
    memcpy(out + V1_COMMAND_LINE, arguments->command_line, strlen(arguments->command_line));
    put_memory_map(arguments, out + V1_MEMORY_MAP);
    put_video(arguments, out + V1_VIDEO);
    put_tree_and_kernel(arguments, out + V1_DEVICE_TREE, out + V1_KERNEL);
    put_le32(out + V1_EFI_SYSTEM_TABLE, arguments->efi_system_table);
    out[V1_EFI_MODE] = arguments->efi_mode;
}

static void write_version_2(const struct boot_args_x86 *arguments, uint8_t *out)
{
    out[V2_EFI_MODE] = arguments->efi_mode;
    memcpy(out + V2_COMMAND_LINE, arguments->command_line, strlen(arguments->command_line));
    put_memory_map(arguments, out + V2_MEMORY_MAP);
    put_video(arguments, out + V2_VIDEO);
    put_tree_and_kernel(arguments, out + V2_DEVICE_TREE, out + V2_KERNEL);
    put_le32(out + V2_EFI_SYSTEM_TABLE, arguments->efi_system_table);
    put_le64(out + V2_PHYSICAL_MEMORY, arguments->physical_memory);
    put_le64(out + V2_FSB_FREQUENCY, arguments->fsb_hz);
    if (arguments->pci_base != 0) {
        put_le64(out + V2_PCI_BASE, arguments->pci_base);
        put_le32(out + V2_PCI_FIRST_BUS, arguments->pci_first_bus);
        put_le32(out + V2_PCI_LAST_BUS, arguments->pci_last_bus);
    }
}

error_t boot_args_x86_write(const struct boot_args_x86 *arguments, uint8_t out[BOOT_ARGS_X86_ROOM])
{
    struct boot_args_version version = arguments->version;
    size_t length = strlen(arguments->command_line);
    if (length > BOOT_ARGS_X86_COMMAND_LINE) {
        return fail(ERROR_OPTION_LENGTH, "the kernel's command line has %u characters, %u at most",
                    (unsigned)length, BOOT_ARGS_X86_COMMAND_LINE);
    }
    memset(out, 0, BOOT_ARGS_X86_ROOM);
    put_le16(out + AT_REVISION, (uint16_t)version.revision);
    put_le16(out + AT_VERSION, (uint16_t)version.version);
    if (version.version == 1 && version.revision >= 4 && version.revision <= 6) {
        write_version_1(arguments, out);
    } else if (version.version == 2 && version.revision == 0) {
        write_version_2(arguments, out);
    } else {
        return fail(ERROR_OPTION_VALUE, "there are no boot_args of version %u.%u", version.version,
                    version.revision);
    }
    return OK;
}

uint32_t boot_args_x86_size(struct boot_args_version version)
{
    return version.version == 1 ? V1_SIZE : V2_SIZE;
}

bool boot_args_x86_wants_text(const char *command_line)
{
    const char *serial = kernel_word(command_line, "serial=");
    return kernel_word(command_line, "-v") != NULL || kernel_word(command_line, "-s") != NULL ||
           (serial != NULL && strtoul(serial, NULL, 0) != 0);
}
