/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dhcp_exchange.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lwip/ip_addr.h"
#include "lwip/pbuf.h"
#include "lwip/udp.h"
#include "net/address.h"
#include "net/bsdp.h"
#include "net/stack.h"

bool dhcp_take(struct dhcp_reply *reply, const uint8_t *packet, size_t length, uint32_t from,
               uint32_t transaction)
{
    reply->present = length <= sizeof reply->bytes &&
                     dhcp_parse(packet, length, transaction, network_station(), &reply->answer);
    if (!reply->present)
        return false;
    reply->from = from;
    reply->length = length;
    memcpy(reply->bytes, packet, length);
    return true;
}

static void received(void *context, struct udp_pcb *endpoint, struct pbuf *pbuf,
                     const ip_addr_t *from, u16_t port)
{
    struct dhcp_exchange *exchange = context;
    struct dhcp_reply *reply = &exchange->incoming;
    char file[sizeof reply->answer.file];

    (void)endpoint;
    (void)port;
    if (dhcp_take(reply, pbuf->payload, pbuf->len, from->addr, exchange->transaction)) {
        text_make_printable(file, sizeof file, reply->answer.file, sizeof reply->answer.file);
        print_verbose("DHCP: message type %u from %s offers %s, file \"%s\"\n",
                      (unsigned)reply->answer.type, network_address_text(reply->from),
                      network_address_text(reply->answer.address), file);
        exchange->heard(reply);
    }
    pbuf_free(pbuf);
}

error_t dhcp_open(struct dhcp_exchange *exchange)
{
    exchange->endpoint = network_open_udp(DHCP_CLIENT_PORT);
    if (exchange->endpoint == NULL)
        return fail(ERROR_NET_STACK, "an endpoint for DHCP");
    udp_recv(exchange->endpoint, received, exchange);
    return OK;
}

void dhcp_send(struct dhcp_exchange *exchange, struct dhcp_query *query, uint32_t to, uint16_t port)
{
    uint8_t packet[NETWORK_PACKET_MAXIMUM];
    uint32_t seconds = (uint32_t)(platform_milliseconds() - exchange->started_ms) / 1000;
    size_t length;

    query->transaction = exchange->transaction;
    query->seconds = (uint16_t)(seconds < 0xFFFF ? seconds : 0xFFFF);
    memcpy(query->station, network_station(), sizeof query->station);
    bsdp_identify(query);
    query->extension = query->identity.is_pxe ? platform_dhcp_extension() : NULL;
    length = dhcp_build(query, packet, sizeof packet);
    if (!network_send_udp(exchange->endpoint, to, port, packet, length))
        print("  the card did not take the request\n");
}

/* Which field names the boot server, in order of trust; says which one it was. */
static const char *choose_server(uint32_t *server, const struct dhcp_reply *reply)
{
    const struct dhcp_answer *answer = &reply->answer;

    *server = answer->next_server;
    if (address_is_host(*server))
        return "next-server";
    *server = answer->option_server;
    if (address_is_host(*server))
        return "option 66 or 150";
    *server = answer->server_id;
    if (address_is_host(*server))
        return "the DHCP server itself";
    *server = reply->from;
    /* A relay's address is not the server's. */
    if (answer->relay == 0 && address_is_host(*server))
        return "the sender itself";
    *server = 0;
    return "nobody";
}

void dhcp_use_boot(struct network_config *config, const struct dhcp_reply *reply,
                   const char *file_source)
{
    const struct dhcp_answer *answer = &reply->answer;
    const char *server_source = choose_server(&config->server, reply);
    char file[sizeof config->file];
    bool named = answer->file[0] != '\0';
    const char *quote = named ? "\"" : "";

    memcpy(config->file, answer->file, sizeof config->file);
    memcpy(config->server_name, answer->server_name, sizeof config->server_name);
    text_make_printable(file, sizeof file, answer->file, sizeof answer->file);
    if (!named)
        file_source = "not given";
    else if (file_source == NULL)
        file_source = answer->file_from_option ? "option 67" : "file field";
    print("  boot server %s (%s), file %s%s%s (%s)\n",
          config->server != 0 ? network_address_text(config->server) : "none", server_source, quote,
          named ? file : "none", quote, file_source);
}
