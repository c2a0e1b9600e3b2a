/* SPDX-License-Identifier: BSD-2-Clause */
/* The prompt of the loaders in cards' ROMs: words, and no commands (docs/roms.md). */
#include "boot/commands/commands.h"

#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "console/prompt.h"
#include "drivers/nic_inspect.h"

void commands_begin(void)
{
}

bool commands_take_word(struct options *options, const char *word)
{
    (void)options;
    (void)word;
    return false;
}

bool commands_stop_boot(const struct options *options)
{
    (void)options;
    return false;
}

error_t commands_before_launch(const struct options *options, struct handover *handover)
{
    (void)options;
    (void)handover;
    return OK;
}

bool commands_go_on(void)
{
    return false;
}

bool commands_ask(char words[OPTIONS_LENGTH])
{
    static char line[OPTIONS_LENGTH];

    print("\nEnter tries again, words (file=... args=...) replace what was given, exit "
          "leaves.\n");
    prompt_line("sawboot> ", line, sizeof line);
    if (strcmp(line, "exit") == 0)
        return false;
    if (line[0] != '\0')
        snprintf(words, OPTIONS_LENGTH, "%s", line);
    return true;
}

void nic_inspect_last(struct nic *nic)
{
    (void)nic;
}
