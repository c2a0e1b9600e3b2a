/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow, from cards to the jump. Data moves one way through it; no step reaches back.
 */
#include "boot/main.h"

#include <stdio.h>
#include <string.h>

#include "boot/boot_path.h"
#include "boot/cards.h"
#include "boot/chain.h"
#include "boot/commands/commands.h"
#include "boot/configuration_search.h"
#include "boot/files.h"
#include "boot/handover.h"
#include "boot/modules.h"
#include "boot/options.h"
#include "boot/platform.h"
#include "boot/server_words.h"
#include "boot/stack.h"
#include "console/console.h"
#include "drivers/nic.h"
#include "net/bsdp.h"
#include "net/network.h"
#include "net/tftp.h"

#ifndef SAWBOOT_VERSION
#define SAWBOOT_VERSION "development"
#endif

/* Over the network: an address, the configuration, then the files. */
static error_t fetch_over(struct nic *nic, struct options *options, struct boot_path *boot_path,
                          struct network_config *network, struct boot_files *files)
{
    struct bsdp_wish wish = {options->image, options->model, options->file != NULL};
    error_t error = network_start(nic);

    if (error != OK)
        return error;
    bsdp_prefer(&wish);
    error = chain_configure(options, network);
    if (error == OK)
        error = server_words_take(network, options);
    if (error == OK)
        error = boot_path_finish(boot_path, network, options);
    if (error == OK)
        error = configuration_read(nic, network, options);
    if (error == OK)
        error = chain_check(options, network);
    if (error == OK)
        error = files_fetch(options, network, files);
    network_stop();
    return error;
}

/* A key for the prompt, before anything was done, and before the jump. In between waits see to it.
 */
static error_t listen(bool last_chance)
{
    return platform_wants_prompt(last_chance)
               ? fail(ERROR_NET_STOPPED,
                      last_chance ? "nothing was started" : "nothing was done yet")
               : OK;
}

/* `nic` NULL: every file came with the loader. */
static error_t boot_from(struct nic *nic, struct options *options, struct boot_path *boot_path)
{
    static struct network_config network;
    static struct boot_files files;
    static struct handover handover;
    error_t error = nic != NULL ? fetch_over(nic, options, boot_path, &network, &files)
                                : files_fetch(options, NULL, &files);

    if (error != OK)
        return error;
    error = handover_prepare(options, nic, nic != NULL ? &network : NULL, &files, &handover);
    if (error == OK) {
        error = listen(true);
        /* From here on the card must not touch memory: it is the kernel's. */
        if (error == OK && nic != NULL)
            nic_close(nic);
        if (error == OK)
            error = commands_before_launch(options, &handover);
        stack_check();
        if (error == OK)
            error = platform_launch(&handover.launch);
        handover_release(&handover);
    }
    files_release(&files);
    return error;
}

error_t loader_boot(const char *words)
{
    static struct options options;
    static struct boot_path boot_path;
    struct nic *nic = NULL;
    error_t error;

    error_clear();
    error = options_parse(words, &options);
    if (error == OK)
        error = modules_assign(&options);
    if (error == OK)
        error = boot_path_apply(platform_boot_path(), &options, &boot_path);
    if (error != OK)
        return error;
    console_verbose = options.verbose;
    tftp_limit_window(options.window);
    if (commands_stop_boot(&options))
        return OK;

    error = listen(false);
    if (error != OK)
        return error;
    if (options.net != NULL || files_need_network(&options)) {
        error = cards_choose(options.nic, &nic);
        if (error != OK)
            return error;
    }
    error = boot_from(nic, &options, &boot_path);
    if (nic != NULL)
        nic_close(nic);
    return error;
}

/* Firmware that has more to boot is not kept from it by a prompt that nobody sees. */
static bool somebody_is_there(void)
{
    unsigned seconds = platform_patience();
    uint64_t start = platform_milliseconds();

    if (seconds == 0)
        return true;
    print("A key within %u s leads to the prompt.\n", seconds);
    while (platform_milliseconds() - start < seconds * 1000u)
        if (platform_read_key() >= 0)
            return true;
    return false;
}

void loader_main(void)
{
    static char words[OPTIONS_LENGTH];

    print("\nSawboot " SAWBOOT_VERSION "\n");
    snprintf(words, sizeof words, "%s", platform_arguments());
    commands_begin();
    do {
        error_t error = loader_boot(words);

        stack_check();
        if (error != OK)
            error_show(error);
        else if (!commands_go_on())
            return;
        /* The same after every failure, or somebody keeps what is not his. */
        print_verbose("memory: %u KB are free in one piece\n",
                      (unsigned)(platform_largest_free() / 1024));
        if (!somebody_is_there())
            return;
    } while (commands_ask(words));
}
