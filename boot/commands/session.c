/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/commands/session.h"

#include <stdlib.h>

#include "boot/cards.h"
#include "boot/chain.h"
#include "boot/commands/command.h"
#include "boot/options.h"
#include "console/console.h"
#include "net/bsdp.h"
#include "net/network.h"

/* Too large for a stack, and not needed often enough to be there all the time. */
struct needed {
    struct options options;
    struct network_config config;
};

static error_t begin_with(struct needed *needed, struct session *session)
{
    /* A server for the file is not looked for: the command names its own. */
    const struct bsdp_wish wish = {NULL, NULL, true};
    error_t error = options_parse(command_words(), &needed->options);

    if (error != OK)
        return error;
    console_verbose = needed->options.verbose;
    error = cards_choose(needed->options.nic, &session->nic);
    if (error != OK)
        return error;
    error = network_start(session->nic);
    if (error == OK) {
        bsdp_prefer(&wish);
        error = chain_configure(&needed->options, &needed->config);
        if (error != OK)
            network_stop();
    }
    if (error != OK) {
        nic_close(session->nic);
        session->nic = NULL;
    }
    return error;
}

error_t session_begin(struct session *session)
{
    struct needed *needed = malloc(sizeof *needed);
    error_t error;

    session->nic = NULL;
    if (needed == NULL)
        return fail(ERROR_MEMORY_HEAP, "%u bytes for the network", (unsigned)sizeof *needed);
    error = begin_with(needed, session);
    free(needed);
    return error;
}

void session_end(struct session *session)
{
    if (session->nic == NULL)
        return;
    network_stop();
    nic_close(session->nic);
    session->nic = NULL;
}
