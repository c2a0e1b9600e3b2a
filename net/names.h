/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of servers to addresses, by the network's name servers (RFC 1035, lwIP's resolver). Left
 * out of the loaders in cards' ROMs (docs/roms.md), where no text is a name.
 */
#ifndef NET_NAMES_H
#define NET_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "net/network.h"

#define NAMES_LONGEST  253    /* characters, without the dot at the end (RFC 1035 section 2.3.4) */
#define NAMES_TOTAL_MS 30000u /* no answer for so long ends the wait */

/* What may stand for a server in a URI, for messages: "an address like ... or a name like ...". */
extern const char names_server_forms[];

/*
 * True if the text may be a machine's name: labels of letters, digits, '-' and '_' with dots
 * between, the last one beginning with a letter, so that no damaged address is a name. A dot may
 * follow.
 */
bool names_valid(const char *text, size_t length);

/* Asks the name servers of `config` from now on: config->dns, and the second one of the lease's
 * option 6. Forgets the others' answers. */
void names_use(const struct network_config *config);

/*
 * Finds the address (network order) of a valid name. What is known already is not asked for again.
 * Says what it found, and that it waits; Escape or ^C ends the wait. Errors: ERROR_NAME_NO_SERVER,
 * ERROR_NAME_UNKNOWN, ERROR_NAME_NO_ANSWER, ERROR_NET_STOPPED, ERROR_NET_STACK.
 */
error_t names_find(const char *text, size_t length, uint32_t *address);

/* Forgets servers and answers, and closes what is open. */
void names_forget(void);

#endif
