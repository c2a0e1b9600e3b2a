/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A dry run: what a kernel would have received, taken from the launch before the jump and kept for
 * the commands of the prompt until the next boot begins.
 */
#ifndef BOOT_COMMANDS_DRY_RUN_H
#define BOOT_COMMANDS_DRY_RUN_H

#include <stdbool.h>

#include "boot/handover.h"
#include "boot/options.h"
#include "darwin/boot_args_x86.h"
#include "loader/launch_report.h"

struct dry_run {
    struct launch_report report;
    char arguments[OPTIONS_LENGTH]; /* the kernel's */
    bool big_endian;                /* the kernel's byte order */
    uint64_t boot_args_address;
    size_t boot_args_length; /* 0: this kind of kernel has none */
    uint8_t boot_args[BOOT_ARGS_X86_ROOM];
    uint64_t tree_address;
    size_t tree_length; /* 0: this kind of kernel gets none, or there was no memory to keep it */
    uint8_t *tree;      /* flattened; from malloc */
};

/*
 * Takes everything down: the launch and its files may go away afterwards. ERROR_MEMORY_HEAP: there
 * is no room.
 */
error_t dry_run_take(const struct options *options, const struct handover *handover);
/* The last one, or NULL. Owned here. */
const struct dry_run *dry_run_last(void);
/* The same, but where there is none it says what to do. */
const struct dry_run *dry_run_needed(void);
void dry_run_forget(void);

/* All of it on the console: long things first, so that the table is what stays on a screen. */
void dry_run_show(void);
/* Parts of it. */
void dry_run_show_boot_args(const struct dry_run *run);
void dry_run_dump_tree(const struct dry_run *run);
void dry_run_dump_boot_args(const struct dry_run *run);

#endif
