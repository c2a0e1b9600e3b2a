/* SPDX-License-Identifier: BSD-2-Clause */
/* The network for a command: the card and the address that a boot would use. */
#ifndef BOOT_COMMANDS_SESSION_H
#define BOOT_COMMANDS_SESSION_H

#include "console/error.h"
#include "drivers/nic.h"

struct session {
    struct nic *nic; /* NULL: none was opened */
};

/*
 * Opens the card that nic= of the current words chooses and gets an address as their net= says.
 * On failure nothing stays open.
 */
error_t session_begin(struct session *session);
/* Closes what was opened. */
void session_end(struct session *session);

#endif
