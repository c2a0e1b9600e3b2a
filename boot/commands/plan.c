/* SPDX-License-Identifier: BSD-2-Clause */
/* plan: what goes where. */
#include "boot/commands/command.h"
#include "boot/commands/dry_run.h"

static error_t run(char *arguments)
{
    const struct dry_run *last = dry_run_needed();

    (void)arguments;
    if (last != NULL)
        launch_report_print(&last->report);
    return OK;
}

COMMAND(plan_command) = {
    .name = "plan",
    .arguments = "",
    .summary = "what goes where in memory (after dryrun)",
    .run = run,
};
