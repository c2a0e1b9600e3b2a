/* SPDX-License-Identifier: BSD-2-Clause */
/* dryrun: everything but the jump (boot/commands/dry_run.h). */
#include "boot/commands/command.h"

static error_t run(char *arguments)
{
    command_boot(arguments, true);
    return OK;
}

COMMAND(dryrun_command) = {
    .name = "dryrun",
    .arguments = "[WORDS]",
    .summary = "do all but the jump and show what the kernel would receive",
    .run = run,
};
