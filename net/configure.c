/* SPDX-License-Identifier: BSD-2-Clause */
/* The option net=: which way to an address, and the static one. */
#include <string.h>

#include "console/console.h"
#include "net/address.h"
#include "net/bsdp.h"
#include "net/dhcp.h"
#include "net/dhcp_packet.h"
#include "net/fetch.h"
#include "net/names.h"
#include "net/network.h"
#include "net/stack.h"

/* The next part of a list up to `separator` or the end; moves `*text` behind it. */
static size_t next_part(const char **text, char separator, const char **part)
{
    const char *end = strchr(*text, separator);
    size_t length = end != NULL ? (size_t)(end - *text) : strlen(*text);

    *part = *text;
    *text += length + (end != NULL ? 1 : 0);
    return length;
}

/* "24" or "255.255.255.0" */
static bool parse_netmask(const char *text, size_t length, uint32_t *netmask)
{
    unsigned bits = 0;

    if (address_parse(text, length, netmask))
        return address_is_netmask(*netmask);
    if (length == 0 || length > 2)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        bits = bits * 10 + (unsigned)(text[i] - '0');
    }
    if (bits == 0 || bits > 32)
        return false;
    *netmask = address_from_number(0xFFFFFFFFu << (32 - bits));
    return true;
}

/* An address or nothing at all, which leaves zero. */
static bool parse_optional(const char *text, size_t length, uint32_t *address)
{
    return length == 0 || (address_parse(text, length, address) && address_is_host(*address));
}

/* True if `address` is neither the network's own name nor its broadcast (RFC 3021: /31 has none).
 */
static bool is_host_of(uint32_t address, uint32_t netmask)
{
    uint32_t host = address_to_number(address) & ~address_to_number(netmask);
    uint32_t ones = ~address_to_number(netmask);

    return ones <= 1 || (host != 0 && host != ones);
}

static error_t configure_static(const char *text, struct network_config *config)
{
    const char *rest = text, *part;
    size_t length;

    memset(config, 0, sizeof *config);
    config->method = NETWORK_STATIC;
    length = next_part(&rest, '/', &part);
    if (!address_parse(part, length, &config->address) || !address_is_host(config->address))
        return fail(ERROR_NET_OPTION, "net=static:%s: the address", text);
    length = next_part(&rest, ',', &part);
    if (!parse_netmask(part, length, &config->netmask))
        return fail(ERROR_NET_OPTION, "net=static:%s: the mask", text);
    if (!is_host_of(config->address, config->netmask))
        return fail(ERROR_NET_OPTION,
                    "net=static:%s: the address is the network's, not a machine's", text);
    length = next_part(&rest, ',', &part);
    if (!parse_optional(part, length, &config->gateway))
        return fail(ERROR_NET_OPTION, "net=static:%s: the gateway", text);
    if (config->gateway != 0 && ((config->gateway ^ config->address) & config->netmask) != 0)
        return fail(ERROR_NET_OPTION, "net=static:%s: the gateway is on another network", text);
    length = next_part(&rest, ',', &part);
    if (!parse_optional(part, length, &config->server))
        return fail(ERROR_NET_OPTION, "net=static:%s: the server", text);
    length = next_part(&rest, ',', &part);
    if (!parse_optional(part, length, &config->dns) || *rest != '\0')
        return fail(ERROR_NET_OPTION, "net=static:%s: the name server", text);
    print("static: address %s, mask %s, gateway %s, boot server %s\n",
          network_address_text(config->address), network_address_text(config->netmask),
          config->gateway != 0 ? network_address_text(config->gateway) : "none",
          config->server != 0 ? network_address_text(config->server) : "none");
    return OK;
}

static void use(const struct network_config *config)
{
    network_set_address(config->address, config->netmask, config->gateway);
    fetch_set_server(config->server);
    names_use(config);
}

/* How much a NetBoot server is wanted. */
static bool parse_bsdp(const char *method, enum bsdp_need *need)
{
    static const char *const words[] = {
        [BSDP_NOT] = "bootp",
        [BSDP_OPTIONAL] = "dhcp",
        [BSDP_NEEDED] = "bsdp",
        [BSDP_OLD_FIRMWARE] = "bsdp,1.0",
    };

    *need = BSDP_OPTIONAL;
    if (method == NULL)
        return true;
    for (*need = BSDP_NOT; *need <= BSDP_OLD_FIRMWARE; ++*need)
        if (strcmp(method, words[*need]) == 0)
            return true;
    return false;
}

static error_t acquire(const char *method, struct network_config *config)
{
    static const char static_prefix[] = "static:";
    enum bsdp_need need;
    error_t error;

    if (method != NULL && strncmp(method, static_prefix, sizeof static_prefix - 1) == 0)
        return configure_static(method + sizeof static_prefix - 1, config);
    if (!parse_bsdp(method, &need))
        return fail(ERROR_NET_OPTION, "net=%s", method);
    bsdp_begin(need);
    error = dhcp_acquire(need == BSDP_NOT, config);
    if (error != OK)
        return error;
    /* NetBoot 1.0: the server says so in the answer itself. */
    config->has_booter = dhcp_option(config->reply, config->reply_length, DHCP_MACNC_SERVER, NULL,
                                     0) != DHCP_OPTION_ABSENT;
    use(config);
    return bsdp_find(config);
}

error_t network_configure(const char *method, struct network_config *config)
{
    error_t error;

    if (network_interface() == NULL)
        return fail(ERROR_NET_STACK, "no card is attached");
    error = acquire(method, config);
    if (error == OK)
        use(config);
    return error;
}

bool network_resume(const uint8_t *ack, size_t ack_length, const uint8_t *boot, size_t boot_length,
                    struct network_config *config)
{
    if (network_interface() == NULL || !dhcp_resume(ack, ack_length, boot, boot_length, config))
        return false;
    use(config);
    return true;
}
