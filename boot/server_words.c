/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/server_words.h"

#include <string.h>

#include "console/console.h"
#include "net/address.h"
#include "net/dhcp_packet.h"

static const char mark[] = "sawboot ";
#define MARK_LENGTH (sizeof mark - 1)

const char *server_words(const uint8_t *packet, size_t length)
{
    static uint8_t option[MARK_LENGTH + OPTIONS_LENGTH];
    size_t said = dhcp_option(packet, length, DHCP_SITE_WORDS, option, sizeof option - 1);

    if (said >= sizeof option || said < MARK_LENGTH || memcmp(option, mark, MARK_LENGTH) != 0)
        return NULL;
    option[said] = '\0';
    return (const char *)option + MARK_LENGTH;
}

error_t server_words_take(const struct network_config *network, struct options *options)
{
    const char *words = server_words(network->boot_reply, network->boot_reply_length);
    const char *net = options->net, *nic = options->nic;
    char shown[256];
    error_t error;

    if (words == NULL)
        words = server_words(network->reply, network->reply_length);

    if (options->storage[0] != '\0' || words == NULL)
        return OK;
    text_make_printable(shown, sizeof shown, words, strlen(words));
    print("  the server's words: %s\n", shown);
    error = options_parse(words, options);
    options->net = net;
    options->nic = nic;
    console_verbose |= options->verbose;
    return error;
}
