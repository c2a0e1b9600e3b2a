/* SPDX-License-Identifier: BSD-2-Clause */
/* XNU's boot_args for x86, versions 1 and 2 (specs: xnu-handoff 2.3), read by offset. */
#ifndef DEMO_X86_BOOT_ARGS_H
#define DEMO_X86_BOOT_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#define BOOT_ARGS_SIZE_1 0x468u
#define BOOT_ARGS_SIZE_2 4096u

struct boot_args {
    uint32_t address, size;
    uint32_t revision, version;
    uint32_t efi_mode;        /* 32 or 64: the width of the EFI tables */
    const char *command_line; /* "" if it has no end */
    uint32_t map, map_size, descriptor_size, descriptor_version;
    uint32_t video_base, video_display, video_row_bytes, video_width, video_height, video_depth;
    uint32_t tree, tree_length;
    uint32_t kaddr, ksize;
    uint32_t runtime_page, runtime_pages; /* 4 KB */
    uint64_t runtime_virtual_page;        /* 0 where this revision has none */
    uint32_t system_table;
};
extern struct boot_args boot_args;

/* Fills boot_args from the bytes at `address`; judges nothing. */
void boot_args_read(uint32_t address);

/* Prints the verdicts on everything that needs neither the map nor the tree. */
void check_boot_args(void);

/* Words of the command line: see main.c. */
bool boot_argument(const char *word);
uint32_t boot_number(const char *key, uint32_t otherwise);

/* True if [address, address + length) lies in [kaddr, kaddr + ksize). */
bool in_kernel_range(uint32_t address, uint32_t length);

#endif
