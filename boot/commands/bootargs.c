/* SPDX-License-Identifier: BSD-2-Clause */
/* bootargs: XNU's boot_args, field by field or as bytes. */
#include <string.h>

#include "boot/commands/command.h"
#include "boot/commands/dry_run.h"
#include "console/console.h"

static error_t run(char *arguments)
{
    const struct dry_run *last = dry_run_needed();

    if (last == NULL)
        return OK;
    if (last->boot_args_length == 0)
        print("%s: this kind of kernel has no boot_args; its arguments are \"%s\".\n",
              handover_kind_name(last->report.handover), last->arguments);
    else if (strcmp(arguments, "dump") == 0)
        dry_run_dump_boot_args(last);
    else if (arguments[0] == '\0')
        dry_run_show_boot_args(last);
    else
        return fail(ERROR_OPTION_VALUE, "bootargs %s: \"dump\" or nothing", arguments);
    return OK;
}

COMMAND(bootargs_command) = {
    .name = "bootargs",
    .arguments = "[dump]",
    .summary = "the kernel's boot_args, field by field or as bytes (after dryrun)",
    .run = run,
};
