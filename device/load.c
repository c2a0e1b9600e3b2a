/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/load.h"

#include <stdio.h>
#include <string.h>

#include "device/firmware.h"
#include "lib/bytes.h"
#include "net/fetch.h"
#include "net/stack.h"

/*
 * The boot's own answer, and the one that a client's `load` got last, on whatever card: each card
 * points to one of them. And what the arguments of a single load said.
 */
static struct network_config boot_config, last_config, single_config;

void load_know(struct card *card, const struct network_config *config, uint32_t server,
               const char *file)
{
    boot_config = *config;
    boot_config.server = server;
    snprintf(boot_config.file, sizeof boot_config.file, "%s", file);
    card->config = &boot_config;
}

/* Asks the network. The answer is the card's from here on. */
static error_t acquire(struct card *card, const char *net,
                       void (*announce)(const struct network_config *config))
{
    struct card *other;
    error_t error = network_configure(net[0] != '\0' ? net : NULL, &last_config);

    for (size_t i = 0; (other = cards_at(i)) != NULL; i++)
        if (other->config == &last_config)
            other->config = NULL;
    if (error != OK)
        return error;
    card->config = &last_config;
    announce(&last_config);
    return OK;
}

/* The arguments give the address; server and file they may leave to what the card was told. */
static error_t use_static(const struct card *card, const char *net)
{
    error_t error = network_configure(net, &single_config);

    if (error == OK && card->config != NULL) {
        memcpy(single_config.file, card->config->file, sizeof single_config.file);
        if (single_config.server == 0)
            single_config.server = card->config->server;
    }
    return error;
}

/* Gives the interface its address: the card's own, or a new one where the arguments want that. */
static error_t configure(struct card *card, const struct boot_arguments *arguments,
                         const struct network_config **config,
                         void (*announce)(const struct network_config *config))
{
    static const char prefix[] = "static:";
    char net[BOOT_ARGUMENTS_NET_LENGTH];
    error_t error = boot_arguments_net(arguments, net);

    if (error != OK)
        return error;
    if (strncmp(net, prefix, sizeof prefix - 1) == 0) {
        *config = &single_config;
        return use_static(card, net);
    }
    if (net[0] != '\0' || card->config == NULL)
        error = acquire(card, net, announce);
    else
        network_set_address(card->config->address, card->config->netmask, card->config->gateway);
    *config = card->config;
    return error;
}

struct client_sink {
    struct fetch_sink sink;
    const char *name;
    uint32_t address, room;
    uint64_t length;
};

static error_t no_room(const struct client_sink *client, const char *how, uint64_t length)
{
    return fail(ERROR_DEVICE_ROOM, "\"%s\" has %s%llu bytes, from %08x on there is room for %u",
                client->name, how, (unsigned long long)length, (unsigned)client->address,
                (unsigned)client->room);
}

static error_t client_begin(struct fetch_sink *sink, uint64_t size)
{
    const struct client_sink *client = sink->context;

    if (size != FETCH_SIZE_UNKNOWN && size > client->room)
        return no_room(client, "", size);
    return OK;
}

static error_t client_write(struct fetch_sink *sink, uint64_t offset, const uint8_t *bytes,
                            size_t length)
{
    struct client_sink *client = sink->context;
    uint8_t *to = NULL;

    if (bytes_within(client->room, offset, length))
        to = firmware_writable(client->address + (uint32_t)offset, (uint32_t)length);
    if (to == NULL && length != 0)
        return no_room(client, "at least ", offset + length);
    if (length != 0)
        memcpy(to, bytes, length);
    client->length = offset + length;
    return OK;
}

static error_t fetch(const struct network_config *config, const struct boot_arguments *arguments,
                     uint32_t address, uint32_t *length)
{
    static char name[FETCH_PATH_LENGTH];
    struct client_sink client = {.name = name, .address = address, .room = firmware_room(address)};
    error_t error = boot_arguments_file(arguments, config->file, name, sizeof name);

    if (error != OK)
        return error;
    fetch_set_server(arguments->server != 0 ? arguments->server : config->server);
    client.sink = (struct fetch_sink){.begin = client_begin, .write = client_write};
    client.sink.context = &client;
    error = fetch_to_sink(name, &client.sink);
    *length = (uint32_t)client.length;
    return error;
}

error_t load_file(struct instance *instance, uint32_t address, uint32_t *length,
                  void (*announce)(const struct network_config *config))
{
    static struct boot_arguments arguments;
    const struct network_config *config = NULL;
    error_t error = boot_arguments_parse(instance->arguments, &arguments);

    if (error == OK)
        error = network_start(instance->card->nic);
    if (error != OK)
        return error;
    error = configure(instance->card, &arguments, &config, announce);
    if (error == OK)
        error = fetch(config, &arguments, address, length);
    network_stop();
    return error;
}
