/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tftp_client.h"

#include "console/console.h"
#include "net/address.h"
#include "net/stack.h"

uint16_t tftp_server_port(const struct fetch_uri *uri)
{
    return uri->port != 0 ? uri->port : TFTP_PORT;
}

void tftp_send_error(struct udp_pcb *endpoint, uint32_t server, uint16_t port,
                     enum tftp_error error, const char *text)
{
    uint8_t packet[TFTP_ERROR_PACKET];
    size_t length = tftp_build_error(error, text, packet);

    network_send_udp(endpoint, server, port, packet, length);
}

bool tftp_about_options(const struct tftp_packet *packet, bool asked_plain)
{
    return packet->error == TFTP_ERROR_OPTION ||
           (!asked_plain &&
            (packet->error == TFTP_ERROR_ILLEGAL || packet->error == TFTP_ERROR_UNDEFINED));
}

void tftp_say_without_options(const struct tftp_packet *packet, uint32_t server)
{
    print("  TFTP: %s refuses options (error %u: %s), asking without\n",
          network_address_text(server), packet->error,
          packet->text[0] != '\0' ? packet->text : tftp_error_text(packet->error));
}

error_t tftp_server_error(const struct tftp_packet *packet, const char *before, const char *name,
                          const char *between, uint32_t server)
{
    return fail(ERROR_TFTP_SERVER, "%s\"%s\" %s %s: error %u (%s)%s%s%s", before, name, between,
                network_address_text(server), packet->error, tftp_error_text(packet->error),
                packet->text[0] != '\0' ? ", \"" : "", packet->text,
                packet->text[0] != '\0' ? "\"" : "");
}
