/* SPDX-License-Identifier: BSD-2-Clause */
/* XNU's boot_args for PowerPC (specs: xnu-handoff 1.5), read by offset. */
#ifndef DEMO_BOOT_ARGS_H
#define DEMO_BOOT_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/mkext.h"

#define BOOT_ARGS_SIZE 508u
#define BANKS_MAXIMUM  26u
#define CPU_TYPE_PPC   18u

struct boot_args {
    uint32_t address, revision, version;
    const char *command_line; /* "" if it has no end */
    uint32_t bank_count;
    struct {
        uint32_t first, length; /* bytes */
    } banks[BANKS_MAXIMUM];
    uint32_t video_base, video_display, video_row_bytes, video_width, video_height, video_depth;
    uint32_t machine_type, tree, tree_length, top_of_kernel_data;
};
extern struct boot_args boot_args;

/* Fills boot_args from the bytes at `address`; judges nothing. */
void boot_args_read(uint32_t address);

/* Prints the verdicts on everything but the tree. */
void check_boot_args(void);
/* The same for what can be compared with the checked tree: memory, display. */
void check_boot_args_with_tree(void);

/* True if the command line has `word` between white space. */
bool boot_argument(const char *word);

/* As reader of mkexts: it unpacks above everything of the loader's. */
struct mkext_reader this_kernel(void);

/* True if [address, address + length) is RAM. */
bool in_memory(uint32_t address, uint32_t length);

#endif
