/* SPDX-License-Identifier: BSD-2-Clause */
/* boot: leaves the prompt. */
#include "boot/commands/command.h"

static error_t run(char *arguments)
{
    command_boot(arguments, false);
    return OK;
}

COMMAND(boot_command) = {
    .name = "boot",
    .arguments = "[WORDS]",
    .summary = "boot, with the words that were given last or with new ones",
    .run = run,
};
