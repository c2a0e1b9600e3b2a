/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/boot_path.h"

#include <stdio.h>
#include <string.h>

#include "boot/cards.h"
#include "console/console.h"
#include "net/fetch.h"

static error_t read_arguments(const char *text, const struct options *options,
                              struct boot_path *boot_path)
{
    struct boot_arguments *arguments = &boot_path->arguments;
    error_t error = boot_arguments_parse(text, arguments);

    if (error == OK && options->net == NULL)
        error = boot_arguments_net(arguments, boot_path->net);
    if (error != OK)
        return error;
    /* The server belongs to the addresses: net= replaces all of them. */
    if (options->net != NULL)
        arguments->server = 0;
    if (options->file != NULL)
        arguments->file[0] = '\0';
    return OK;
}

static void show(const struct boot_path *boot_path)
{
    const struct boot_arguments *arguments = &boot_path->arguments;

    print("started from the card %s", boot_path->card);
    if (arguments->server != 0)
        print(", server %s", network_address_text(arguments->server));
    if (arguments->file[0] != '\0')
        print(", file %s", arguments->file);
    print("\n");
}

error_t boot_path_apply(const char *path, struct options *options, struct boot_path *boot_path)
{
    const char *text;

    memset(boot_path, 0, sizeof *boot_path);
    text = cards_at_path(path, boot_path->card);
    if (text == NULL)
        return OK;
    /* Arguments that words replace need not be understood: that is the way out of wrong ones. */
    if (options->net == NULL || options->file == NULL) {
        error_t error = read_arguments(text, options, boot_path);

        if (error != OK) {
            error_context("%s: ", path);
            return error;
        }
    }
    show(boot_path);
    if (options->nic == NULL)
        options->nic = boot_path->card;
    if (options->net == NULL && boot_path->net[0] != '\0')
        options->net = boot_path->net;
    return OK;
}

error_t boot_path_finish(struct boot_path *boot_path, struct network_config *network,
                         struct options *options)
{
    const struct boot_arguments *arguments = &boot_path->arguments;
    error_t error;

    if (arguments->server != 0) {
        network->server = arguments->server;
        fetch_set_server(network->server);
    }
    if (arguments->file[0] == '\0')
        return OK;
    error = boot_arguments_file(arguments, network->file, boot_path->file, sizeof boot_path->file);
    if (error == OK)
        options->file = boot_path->file;
    return error;
}
