/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/names.h"

#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lwip/dns.h"
#include "lwip/ip_addr.h"
#include "net/address.h"
#include "net/dhcp_packet.h"
#include "net/stack.h"

#define LABEL_LONGEST 63 /* RFC 1035 section 2.3.4 */
/* The wait is shown after so long, and then again and again. */
#define SHOWN_FIRST_MS 2000u
#define SHOWN_AGAIN_MS 5000u

const char names_server_forms[] = "an address like 10.0.0.1 or a name like boot.example.net";

static uint32_t servers[DNS_MAX_SERVERS]; /* in network order; the first zero ends them */

enum outcome {
    WAITING,
    FOUND,
    DENIED, /* a server has answered, but with no address */
    SILENT  /* lwIP has asked all servers DNS_MAX_RETRIES times */
};

static struct {
    enum outcome outcome;
    uint32_t address;
} lookup;

/* --- Names ------------------------------------------------------------------------------------ */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_name(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static size_t without_last_dot(const char *text, size_t length)
{
    return length != 0 && text[length - 1] == '.' ? length - 1 : length;
}

bool names_valid(const char *text, size_t length)
{
    size_t label = 0; /* where the present one begins */

    length = without_last_dot(text, length);
    if (length == 0 || length > NAMES_LONGEST)
        return false;
    for (size_t at = 0; at <= length; at++) {
        if (at < length && in_name(text[at]))
            continue;
        if ((at < length && text[at] != '.') || at == label || at - label > LABEL_LONGEST)
            return false;
        if (at == length)
            break;
        label = at + 1;
    }
    return is_letter(text[label]);
}

/* --- Servers ---------------------------------------------------------------------------------- */

static void tell_servers(bool known)
{
    for (uint8_t i = 0; i < DNS_MAX_SERVERS; i++) {
        ip_addr_t address = {known ? servers[i] : 0};

        dns_setserver(i, &address);
    }
}

/*
 * lwIP has no call to take a question back, or to forget answers. But a question that finds no
 * server when it is to be repeated ends there, and each tick makes answers a second older.
 */
static void let_pass(unsigned ticks)
{
    tell_servers(false);
    for (unsigned i = 0; i < ticks; i++)
        dns_tmr();
    tell_servers(true);
}

void names_forget(void)
{
    memset(servers, 0, sizeof servers);
    let_pass(DNS_MAX_TTL + 1);
}

void names_use(const struct network_config *config)
{
    uint8_t listed[DNS_MAX_SERVERS * 4];
    size_t length, count = 0;

    names_forget();
    if (address_is_host(config->dns))
        servers[count++] = config->dns;
    length = dhcp_option(config->reply, config->reply_length, DHCP_DNS, listed, sizeof listed);
    if (length != DHCP_OPTION_ABSENT) {
        for (size_t at = 0; at + 4 <= length && at + 4 <= sizeof listed; at += 4) {
            uint32_t address = address_from_bytes(listed + at);

            if (count < DNS_MAX_SERVERS && address != config->dns && address_is_host(address))
                servers[count++] = address;
        }
    }
    tell_servers(true);
}

/* "10.0.0.1", or "10.0.0.1 and 10.0.0.2" in the two parts of a print. */
static const char *second_server(void)
{
    return servers[1] != 0 ? network_address_text(servers[1]) : "";
}

static const char *between_servers(void)
{
    return servers[1] != 0 ? " and " : "";
}

/* --- Asking ----------------------------------------------------------------------------------- */

static void answered(const char *name, const ip_addr_t *address, void *context)
{
    (void)name;
    (void)context;
    if (address != NULL) {
        lookup.address = address->addr;
        lookup.outcome = FOUND;
    } else {
        lookup.outcome = network_receiving() ? DENIED : SILENT;
    }
}

/* Asks; `lookup` tells what came of it, at once or later. */
static error_t ask(const char *name)
{
    ip_addr_t address;

    lookup.outcome = WAITING;
    switch (dns_gethostbyname(name, &address, answered, NULL)) {
    case ERR_OK:
        lookup.address = address.addr;
        lookup.outcome = FOUND;
        return OK;
    case ERR_INPROGRESS:
        return OK;
    default:
        return fail(ERROR_NET_STACK, "an endpoint for questions to name servers");
    }
}

static error_t no_answer(const char *name, const unsigned refusals[DNS_MAX_SERVERS])
{
    for (size_t i = 0; i < DNS_MAX_SERVERS; i++)
        if (servers[i] != 0 && network_refusals(servers[i]) != refusals[i])
            return fail(ERROR_NAME_NO_ANSWER,
                        "\"%s\" from %s: the machine answers, but nothing listens on UDP port 53",
                        name, network_address_text(servers[i]));
    return fail(ERROR_NAME_NO_ANSWER, "\"%s\" from %s%s%s, in %u s", name,
                network_address_text(servers[0]), between_servers(), second_server(),
                NAMES_TOTAL_MS / 1000);
}

/* Waits until lookup.outcome is FOUND or DENIED. On failure nothing is asked any more. */
static error_t wait_for_answer(const char *name)
{
    uint64_t began = platform_milliseconds(), shown = began + SHOWN_FIRST_MS;
    unsigned refusals[DNS_MAX_SERVERS];

    for (size_t i = 0; i < DNS_MAX_SERVERS; i++)
        refusals[i] = network_refusals(servers[i]);
    for (;;) {
        error_t error = OK;
        uint64_t now;

        network_poll();
        now = platform_milliseconds();
        if (lookup.outcome == FOUND || lookup.outcome == DENIED)
            return OK;
        if (network_interrupted())
            error = fail(ERROR_NET_STOPPED, "while asking for the address of \"%s\"", name);
        else if (now - began >= NAMES_TOTAL_MS)
            error = no_answer(name, refusals);
        else if (lookup.outcome == SILENT)
            error = ask(name);
        if (error != OK) {
            let_pass(DNS_MAX_RETRIES);
            return error;
        }
        if (now >= shown) {
            print("  names: no answer from %s%s%s yet (%u s of %u s, escape stops)\n",
                  network_address_text(servers[0]), between_servers(), second_server(),
                  (unsigned)((now - began) / 1000), NAMES_TOTAL_MS / 1000);
            shown += SHOWN_AGAIN_MS;
        }
    }
}

error_t names_find(const char *text, size_t length, uint32_t *address)
{
    char name[NAMES_LONGEST + 1];
    error_t error;

    length = without_last_dot(text, length);
    if (network_interface() == NULL || length >= sizeof name)
        return fail(ERROR_NET_STACK, "no card is attached");
    memcpy(name, text, length);
    name[length] = '\0';
    if (servers[0] == 0)
        return fail(ERROR_NAME_NO_SERVER, "\"%s\"", name);
    if (!network_reachable(servers[0]))
        return fail(ERROR_NAME_NO_ANSWER, "%s is not on this network and there is no gateway",
                    network_address_text(servers[0]));
    error = ask(name);
    if (error != OK)
        return error;
    if (lookup.outcome != FOUND) {
        error = wait_for_answer(name);
        if (error != OK)
            return error;
        if (lookup.outcome == FOUND)
            print("%s is %s\n", name, network_address_text(lookup.address));
    }
    if (lookup.outcome == DENIED)
        return fail(ERROR_NAME_UNKNOWN, "\"%s\", says %s%s%s", name,
                    network_address_text(servers[0]), between_servers(), second_server());
    if (!address_is_host(lookup.address))
        return fail(ERROR_NAME_UNKNOWN, "\"%s\" is %s, which is no machine's address", name,
                    network_address_text(lookup.address));
    *address = lookup.address;
    return OK;
}
