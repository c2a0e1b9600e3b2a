/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Option words in a boot server's answer, for starts that bring none: option 224, which sites may
 * use as they like (RFC 3942), beginning with "sawboot " (docs/servers.md). Whoever answers decides
 * what is booted in any case.
 */
#ifndef BOOT_SERVER_WORDS_H
#define BOOT_SERVER_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "boot/options.h"
#include "net/network.h"

/* The words in an answer (from `op` on), NULL if it has none. They live until the next call. */
const char *server_words(const uint8_t *packet, size_t length);

/*
 * Once the network is configured: takes the words in the answer if nobody gave any, and says so. A
 * boot server's own answer goes before that of the server that gave the address.
 * For net= and nic= it is too late. Errors: those of options_parse.
 */
error_t server_words_take(const struct network_config *network, struct options *options);

#endif
