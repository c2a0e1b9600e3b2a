/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot_args that r3 points to when XNU starts on PowerPC: 508 bytes, the same in all releases
 * (xnu-handoff section 1.5).
 */
#ifndef DARWIN_BOOT_ARGS_POWERPC_H
#define DARWIN_BOOT_ARGS_POWERPC_H

#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "console/error.h"

#define BOOT_ARGS_POWERPC_SIZE         508
#define BOOT_ARGS_POWERPC_COMMAND_LINE 255 /* characters, without the NUL */
#define BOOT_ARGS_POWERPC_BANKS        26

struct boot_args_powerpc {
    uint16_t version; /* 1: banks in bytes; 2: banks in 4 KB pages (Mac OS X 10.3 and later) */
    const char *command_line;
    const struct memory_region *banks; /* in any order */
    size_t bank_count;
    struct boot_video video;
    uint32_t device_tree, device_tree_length; /* physical address, bytes */
    uint32_t top_of_kernel_data; /* the first free physical byte above the kernel's data */
};

/*
 * Writes them, big-endian. Banks are sorted, joined where they adjoin and cut to whole pages; what
 * the version cannot express (above 4 GB in version 1) is left out. v_display is 0 (text) if a word
 * of the command line asks for verbose or single-user mode, else 1.
 * ERROR_OPTION_LENGTH: the command line is too long. ERROR_MEMORY_RANGE: no memory from 0 on.
 */
error_t boot_args_powerpc_write(const struct boot_args_powerpc *arguments,
                                uint8_t out[BOOT_ARGS_POWERPC_SIZE]);

#endif
