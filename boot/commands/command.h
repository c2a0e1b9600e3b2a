/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One command of the prompt: a file in this folder with a COMMAND in it, which is all there is to
 * do for a new one.
 */
#ifndef BOOT_COMMANDS_COMMAND_H
#define BOOT_COMMANDS_COMMAND_H

#include "boot/options.h"
#include "console/error.h"
#include "lib/table.h"

struct command {
    const char *name;
    const char *arguments; /* for the help: "[PATH]"; "" if it takes none */
    const char *summary;   /* for the help: one clause, "the memory map" */
    /*
     * `arguments` is what stands behind the name, without blanks at either end; it may be written
     * to. An error is shown by the caller.
     */
    error_t (*run)(char *arguments);
};
TABLE_DECLARE(commands, const struct command);
#define COMMAND(name) TABLE_ENTRY(commands, const struct command, name)

/* The words that would be booted with: those that were tried last. */
const char *command_words(void);
/*
 * Ends the prompt after this command: boots with `words`, or with the old ones if that is "". With
 * `dry_run` all but the jump is done.
 */
void command_boot(const char *words, bool dry_run);

/*
 * Takes a word off the front of `*text`, which then points behind it and the blanks that follow.
 * Ends it with NUL. "" if there is none.
 */
char *command_next_word(char **text);

#endif
