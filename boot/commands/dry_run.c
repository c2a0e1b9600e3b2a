/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/commands/dry_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/console.h"
#include "console/dump.h"
#include "console/prompt.h"
#include "darwin/boot_args_fields.h"
#include "darwin/devtree_show.h"

/* From malloc: it is large, and most boots are none. */
static struct dry_run *kept;

void dry_run_forget(void)
{
    if (kept != NULL)
        free(kept->tree);
    free(kept);
    kept = NULL;
}

/* The row of what there is one of; NULL if there is none. */
static const struct launch_row *row_of(enum launch_content content)
{
    for (size_t i = 0; i < kept->report.count; i++)
        if (kept->report.rows[i].content == content)
            return &kept->report.rows[i];
    return NULL;
}

static void take_boot_args(const struct launch *launch)
{
    const struct launch_row *row = row_of(LAUNCH_BOOT_ARGS);

    if (row == NULL || row->length > sizeof kept->boot_args ||
        !launch_read(launch, row->address, kept->boot_args, (size_t)row->length))
        return;
    kept->boot_args_address = row->address;
    kept->boot_args_length = (size_t)row->length;
}

static void take_tree(const struct launch *launch)
{
    const struct launch_row *row = row_of(LAUNCH_DEVICE_TREE);

    if (row == NULL)
        return;
    kept->tree_address = row->address;
    kept->tree = malloc((size_t)row->length);
    if (kept->tree == NULL)
        print("The device tree has %u bytes: too many to keep them.\n", (unsigned)row->length);
    else if (launch_read(launch, row->address, kept->tree, (size_t)row->length))
        kept->tree_length = (size_t)row->length;
}

/* As the hand-over put them; XNU's are in its boot_args, and may be the machine's own. */
static void take_arguments(const struct options *options, const struct launch *launch)
{
    const char *arguments = options->args != NULL ? options->args : "";

    if (launch->handover == HANDOVER_OPENFIRMWARE_CLIENT)
        arguments = launch->client_arguments;
    if (!boot_args_command_line(kept->boot_args, kept->boot_args_length, kept->big_endian,
                                kept->arguments, sizeof kept->arguments))
        snprintf(kept->arguments, sizeof kept->arguments, "%s", arguments);
}

error_t dry_run_take(const struct options *options, const struct handover *handover)
{
    const struct launch *launch = &handover->launch;

    dry_run_forget();
    kept = calloc(1, sizeof *kept);
    if (kept == NULL)
        return fail(ERROR_MEMORY_HEAP, "%u bytes to keep a dry run", (unsigned)sizeof *kept);
    launch_report_make(launch, &kept->report);
    kept->big_endian = handover->plan.cpu == IMAGE_CPU_POWERPC;
    take_boot_args(launch);
    take_tree(launch);
    take_arguments(options, launch);
    return OK;
}

const struct dry_run *dry_run_last(void)
{
    return kept;
}

const struct dry_run *dry_run_needed(void)
{
    if (kept == NULL)
        print("Nothing is known of that yet: dryrun does all but the jump, and then it is.\n");
    return dry_run_last();
}

/* --- Showing ------------------------------------------------------------------------------- */

void dry_run_show_boot_args(const struct dry_run *run)
{
    print("boot_args at %08llx, %u bytes:\n", (unsigned long long)run->boot_args_address,
          (unsigned)run->boot_args_length);
    boot_args_print(run->boot_args, run->boot_args_length, run->big_endian);
}

static void dump(const struct dry_run *run, const char *name, uint64_t address,
                 const uint8_t *bytes, size_t length)
{
    char attributes[64];

    snprintf(attributes, sizeof attributes, "address=%08llx byte-order=%s",
             (unsigned long long)address, run->big_endian ? "big" : "little");
    dump_print(name, attributes, bytes, length, prompt_interrupted);
}

void dry_run_dump_tree(const struct dry_run *run)
{
    dump(run, "devtree", run->tree_address, run->tree, run->tree_length);
}

void dry_run_dump_boot_args(const struct dry_run *run)
{
    dump(run, "bootargs", run->boot_args_address, run->boot_args, run->boot_args_length);
}

static void show_tree(void)
{
    struct devtree tree;

    if (devtree_unflatten(&tree, kept->big_endian, kept->tree, kept->tree_length) != OK) {
        error_clear();
        return;
    }
    print("device tree at %08llx, %u bytes:\n", (unsigned long long)kept->tree_address,
          (unsigned)kept->tree_length);
    devtree_list(&tree, prompt_interrupted);
    devtree_free(&tree);
}

void dry_run_show(void)
{
    print("Dry run: what the kernel would receive.\n");
    if (kept->tree_length != 0) {
        dry_run_dump_tree(kept);
        show_tree();
    }
    if (kept->boot_args_length != 0) {
        dry_run_dump_boot_args(kept);
        dry_run_show_boot_args(kept);
    }
    launch_report_print(&kept->report);
    print("kernel arguments: \"%s\"\n", kept->arguments);
}
