/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/chain.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/dhcp_packet.h"

/* The first loader's packet, for whatever card it was. */
static bool parse(const uint8_t *packet, size_t length, struct dhcp_answer *answer)
{
    return length >= DHCP_FIXED_LENGTH &&
           dhcp_parse(packet, length, get_be32(packet + DHCP_XID), packet + DHCP_CHADDR, answer);
}

/* True if `file` is what the first loader was told to load: us. */
static bool names_us(const struct platform_lease *lease, const char *file)
{
    struct dhcp_answer answer;

    if (!parse(lease->boot, lease->boot_length, &answer) || answer.file[0] == '\0')
        if (!parse(lease->ack, lease->ack_length, &answer))
            return false;
    return file[0] != '\0' && strcmp(file, answer.file) == 0;
}

error_t chain_configure(const struct options *options, struct network_config *config)
{
    struct platform_lease lease;

    if (options->net == NULL && options->file != NULL && platform_cached_lease(&lease) &&
        network_resume(lease.ack, lease.ack_length, lease.boot, lease.boot_length, config)) {
        print("  as the PXE ROM got it\n");
        return OK;
    }
    return network_configure(options->net, config);
}

bool chain_names_us(const struct options *options, const struct network_config *config)
{
    struct platform_lease lease;

    return options->file == NULL && platform_cached_lease(&lease) && names_us(&lease, config->file);
}

error_t chain_check(const struct options *options, const struct network_config *config)
{
    char file[sizeof config->file];

    if (!chain_names_us(options, config))
        return OK;
    text_make_printable(file, sizeof file, config->file, strlen(config->file));
    return fail(ERROR_NET_ITSELF, "\"%s\" from %s, as for the PXE ROM", file,
                network_address_text(config->server));
}
