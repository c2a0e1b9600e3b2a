/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prompt and its commands, as the flow sees them. The loader in a card's ROM has none of them:
 * there boot/unpack/left_out_commands.c takes this place.
 */
#ifndef BOOT_COMMANDS_COMMANDS_H
#define BOOT_COMMANDS_COMMANDS_H

#include <stdbool.h>

#include "boot/handover.h"
#include "boot/options.h"

/* Once, before the first boot. */
void commands_begin(void);

/* Takes `dryrun` and `prompt` from among the option words. */
bool commands_take_word(struct options *options, const char *word);

/*
 * At the start of each boot. True: the word `prompt` asks for the prompt instead. Words count once:
 * when they are tried again, `prompt` and `dryrun` among them mean nothing any more.
 */
bool commands_stop_boot(const struct options *options);

/*
 * Before platform_launch. For a dry run it shows what the kernel would receive, keeps that for the
 * commands, and marks the launch.
 */
error_t commands_before_launch(const struct options *options, struct handover *handover);

/* After a boot that returned without an error: true if the prompt comes next. */
bool commands_go_on(void);

/*
 * Shows the prompt and carries commands out until there are words to boot with, which then are in
 * `words`. False: the user leaves.
 */
bool commands_ask(char words[OPTIONS_LENGTH]);

#endif
