/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/commands/commands.h"

#include <stdio.h>
#include <string.h>

#include "boot/commands/command.h"
#include "boot/commands/dry_run.h"
#include "boot/heap.h"
#include "boot/stack.h"
#include "console/console.h"
#include "console/line_editor.h"
#include "console/prompt.h"
#include "lib/text.h"

static const char *last_words; /* at the prompt: the flow's own */
static char next_words[OPTIONS_LENGTH];

/* What the prompt has decided for the next boot, and what a boot has to say afterwards. */
static bool leaves_prompt;  /* a command has asked for a boot */
static bool wants_dry_run;  /* by the command, until there was one: Enter tries that again */
static bool words_are_used; /* these words have had their one `dryrun` or `prompt` */
static bool goes_on;

void commands_begin(void)
{
    dry_run_forget();
    last_words = NULL;
    goes_on = wants_dry_run = leaves_prompt = words_are_used = false;
}

bool commands_take_word(struct options *options, const char *word)
{
    bool *flag = strcmp(word, "dryrun") == 0   ? &options->dry_run
                 : strcmp(word, "prompt") == 0 ? &options->prompt
                                               : NULL;

    if (flag != NULL)
        *flag = true;
    return flag != NULL;
}

bool commands_stop_boot(const struct options *options)
{
    dry_run_forget();
    goes_on = options->prompt && !words_are_used;
    words_are_used |= options->prompt;
    return goes_on;
}

error_t commands_before_launch(const struct options *options, struct handover *handover)
{
    error_t error;
    bool dry_run = wants_dry_run || (options->dry_run && !words_are_used);

    print_verbose("memory: the loader's heap has %u KB\n", (unsigned)(heap_size() / 1024));
    wants_dry_run = false;
    if (!dry_run)
        return OK;
    words_are_used |= options->dry_run;
    handover->launch.dry_run = true;
    goes_on = true;
    error = dry_run_take(options, handover);
    if (error == OK)
        dry_run_show();
    return error;
}

bool commands_go_on(void)
{
    return goes_on;
}

/* --- For commands -------------------------------------------------------------------------- */

const char *command_words(void)
{
    return last_words != NULL ? last_words : "";
}

void command_boot(const char *words, bool dry_run)
{
    snprintf(next_words, sizeof next_words, "%s", words);
    leaves_prompt = true;
    wants_dry_run = dry_run;
}

char *command_next_word(char **text)
{
    char *word = *text, *at;

    while (text_is_blank(*word))
        word++;
    at = word + text_word_length(word);
    if (*at != '\0')
        *at++ = '\0';
    while (text_is_blank(*at))
        at++;
    *text = at;
    return word;
}

/* --- The prompt ---------------------------------------------------------------------------- */

static const struct command *find(const char *line)
{
    size_t length = text_word_length(line);

    TABLE_FOREACH (commands, command)
        if (strlen((*command)->name) == length && strncmp((*command)->name, line, length) == 0)
            return *command;
    return NULL;
}

static void carry_out(const struct command *command, char *line)
{
    error_t error;

    command_next_word(&line);
    error_clear();
    error = command->run(line);
    stack_check();
    if (error != OK)
        error_show(error);
}

static void trim(char *line)
{
    size_t length = strlen(line), blanks = 0;

    while (length > 0 && text_is_blank(line[length - 1]))
        line[--length] = '\0';
    while (text_is_blank(line[blanks]))
        blanks++;
    memmove(line, line + blanks, length - blanks + 1);
}

/* A line that is no command: words for a boot, which replace the old ones. */
static void take_words(const char *line, char *words)
{
    if (line[0] == '\0')
        return;
    snprintf(words, OPTIONS_LENGTH, "%s", line);
    words_are_used = false;
}

bool commands_ask(char words[OPTIONS_LENGTH])
{
    static struct line_history lines;
    static char line[OPTIONS_LENGTH];

    last_words = words;
    goes_on = leaves_prompt = false;
    print("\nEnter tries again, words (file=... args=...) replace what was given, exit "
          "leaves.\nhelp lists the commands.\n");
    while (!leaves_prompt) {
        const struct command *command;

        prompt_line_with("sawboot> ", line, sizeof line, &lines);
        trim(line);
        if (strcmp(line, "exit") == 0)
            return false;
        command = find(line);
        if (command == NULL) {
            wants_dry_run = wants_dry_run && line[0] == '\0';
            take_words(line, words);
            return true;
        }
        carry_out(command, line);
    }
    /* `boot` means it, whatever the old words are. */
    words_are_used = true;
    take_words(next_words, words);
    return true;
}
