/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot_args that EAX points to when XNU starts on x86 (xnu-handoff section 2.3;
 * pexpert/pexpert/i386/boot.h of each release). Little-endian.
 */
#ifndef DARWIN_BOOT_ARGS_X86_H
#define DARWIN_BOOT_ARGS_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "console/error.h"
#include "darwin/kernel_release.h"
#include "loader/image.h"

#define BOOT_ARGS_X86_ROOM         4096 /* the larger version's size; both take a page here */
#define BOOT_ARGS_X86_COMMAND_LINE 1023 /* characters, without the NUL */

/* What v_display says (boot.h). */
enum boot_display { BOOT_DISPLAY_VGA_TEXT = 0, BOOT_DISPLAY_GRAPHICS = 1, BOOT_DISPLAY_TEXT = 2 };

struct boot_args_version {
    unsigned version, revision;
};

struct boot_args_x86 {
    struct boot_args_version version;
    const char *command_line;
    uint32_t memory_map, memory_map_size, descriptor_size, descriptor_version;
    enum boot_display display;
    struct boot_video video;
    uint32_t device_tree, device_tree_length;
    uint32_t kernel_address, kernel_size; /* kaddr, ksize */
    uint32_t efi_system_table;            /* physical */
    uint8_t efi_mode;                     /* width of the EFI tables: 32 or 64 */

    /* Version 2 alone. */
    uint64_t physical_memory; /* bytes */
    uint64_t fsb_hz;
    uint64_t pci_base; /* memory-mapped PCI configuration; 0: none */
    uint32_t pci_first_bus, pci_last_bus;
};

/*
 * The version that a kernel insists on (efi_init, osfmk/i386/AT386/model_dep.c): up to Darwin 9 at
 * most 1; Darwin 10 version 1 with a revision from 5 on; from Darwin 11 on 2. Where the release is
 * not known, what kernels for that processor take most likely.
 */
struct boot_args_version boot_args_x86_wanted(const struct kernel_release *release,
                                              enum image_cpu cpu);
/* False if that release panics at it. Unknown releases take everything. */
bool boot_args_x86_accepted(const struct kernel_release *release, struct boot_args_version version);

/*
 * ERROR_OPTION_LENGTH: the command line is too long. ERROR_OPTION_VALUE: no such version. What a
 * version has no place for is left out. `out` becomes zero behind what the version has.
 */
error_t boot_args_x86_write(const struct boot_args_x86 *arguments, uint8_t out[BOOT_ARGS_X86_ROOM]);

/* The bytes that count: 468h or 1000h. */
uint32_t boot_args_x86_size(struct boot_args_version version);

/* True if the arguments ask for text: -v, -s or a serial console. */
bool boot_args_x86_wants_text(const char *command_line);

#endif
