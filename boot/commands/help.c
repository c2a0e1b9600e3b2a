/* SPDX-License-Identifier: BSD-2-Clause */
/* help: what there is. */
#include <stdio.h>
#include <string.h>

#include "boot/commands/command.h"
#include "console/console.h"

#define NAME_WIDTH 30

static void show(const struct command *command)
{
    char usage[80];

    snprintf(usage, sizeof usage, "%s %s", command->name, command->arguments);
    print("  %-*s %s\n", NAME_WIDTH, usage, command->summary);
}

static error_t run(char *arguments)
{
    const char *name = command_next_word(&arguments);

    TABLE_FOREACH (commands, command)
        if (name[0] == '\0' || strcmp(name, (*command)->name) == 0)
            show(*command);
    if (name[0] != '\0')
        return OK;
    print("  %-*s %s\n", NAME_WIDTH, "exit", "leave, to the firmware");
    print("Anything else is taken for words to boot with; docs/options.md lists them, and\n"
          "docs/prompt.md has more about the commands. Escape or ^C ends what takes long.\n");
    return OK;
}

COMMAND(help_command) = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "this list",
    .run = run,
};
