/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/bsdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "console/prompt.h"
#include "lwip/ip_addr.h"
#include "net/address.h"
#include "net/bsdp_packet.h"
#include "net/dhcp_exchange.h"
#include "net/stack.h"

/* BSDP.doc: lists are collected for 2 to 4 s, and requests repeated at twice the interval. */
#define FIRST_WAIT_MS   2000u
#define JITTER_MS       2000u
#define LIST_TRIES      4
#define OPTIONAL_TRIES  2 /* where nobody may be there */
#define SELECT_TRIES    3
#define ROUNDS          3
#define AFTER_FAILED_MS 10000u /* BSDP.doc: at least 10 s */
#define SERVERS_MAXIMUM 8

struct reply {
    struct dhcp_reply dhcp;
    struct bsdp_answer bsdp;
};

/* An image and who has it. */
struct choice {
    const struct reply *server; /* NULL: none yet */
    uint32_t image;
    unsigned equals; /* servers that are as good */
};

static struct bsdp_wish wish;

static struct { /* too large for the stack of a firmware program */
    enum bsdp_need need;
    bool asks; /* with a name for NetBoot servers */
    struct dhcp_exchange exchange;
    struct dhcp_query query;
    struct bsdp_query vendor;
    struct reply offer;                    /* to a client that the server knows */
    struct reply servers[SERVERS_MAXIMUM]; /* their lists */
    size_t server_count;
    struct reply final; /* the answer to SELECT */
} client;

void bsdp_prefer(const struct bsdp_wish *given)
{
    wish = *given;
}

void bsdp_begin(enum bsdp_need need)
{
    memset(&client, 0, sizeof client);
    client.need = need;
}

void bsdp_identify(struct dhcp_query *query)
{
    static char class[NETWORK_VENDOR_CLASS_LONGEST + 1];
    static uint8_t vendor[DHCP_VENDOR_LONGEST];
    struct network_identity *identity = &query->identity;

    platform_network_identity(identity);
    /* A PC is one for Apple's servers only if that is asked for. */
    client.asks =
        identity->architecture != NULL && (!identity->is_pxe || client.need >= BSDP_NEEDED);
    if (!client.asks)
        return;
    snprintf(class, sizeof class, BSDP_CLASS "/%s/%s", identity->architecture,
             wish.model != NULL ? wish.model : identity->model);
    identity->vendor_class = class;
    identity->is_pxe = false;
    identity->is_apple = true;
    client.vendor.old_firmware = client.need == BSDP_OLD_FIRMWARE;
    query->vendor = vendor;
    query->vendor_length = bsdp_build(&client.vendor, vendor);
}

/* --- Receiving -------------------------------------------------------------------------------- */

static void keep(struct reply *reply, const struct dhcp_reply *dhcp, const struct bsdp_answer *bsdp)
{
    reply->dhcp = *dhcp;
    reply->bsdp = *bsdp;
}

void bsdp_note_offer(const struct dhcp_reply *offer)
{
    struct bsdp_answer bsdp;

    if (!client.offer.dhcp.present && offer->answer.file[0] != '\0' &&
        bsdp_parse(offer->bytes, offer->length, &bsdp) && bsdp.selected_image != 0)
        keep(&client.offer, offer, &bsdp);
}

static uint32_t server_of(const struct reply *reply)
{
    return reply->dhcp.answer.server_id;
}

/* Where the list of this server goes: its own place, or a new one. NULL: there are too many. */
static struct reply *place_for(uint32_t server)
{
    size_t i = 0;

    while (i < client.server_count && server_of(&client.servers[i]) != server)
        i++;
    if (i == SERVERS_MAXIMUM)
        return NULL;
    client.server_count += i == client.server_count;
    return &client.servers[i];
}

static void heard(const struct dhcp_reply *reply)
{
    uint32_t server = reply->answer.server_id;
    struct bsdp_answer bsdp;
    struct reply *place = &client.final;

    if (reply->answer.type != DHCP_IS_ACK || !address_is_host(server) ||
        !bsdp_parse(reply->bytes, reply->length, &bsdp))
        return;
    if (client.vendor.message == BSDP_LIST)
        place = bsdp.message == BSDP_LIST ? place_for(server) : NULL;
    else if (server != client.vendor.server ||
             (bsdp.message != BSDP_SELECT && bsdp.message != BSDP_FAILED))
        return;
    if (place != NULL)
        keep(place, reply, &bsdp);
}

/* --- Asking ----------------------------------------------------------------------------------- */

/* Ends early if SELECT is answered. */
static error_t poll_for(uint64_t milliseconds)
{
    uint64_t until = platform_milliseconds() + milliseconds;

    while (platform_milliseconds() < until && !client.final.dhcp.present) {
        network_poll();
        if (network_interrupted())
            return fail(ERROR_NET_STOPPED, "while asking NetBoot servers");
    }
    return OK;
}

/* Sends the query until it is answered, or `tries` times. */
static error_t ask(const char *what, unsigned tries)
{
    uint32_t interval = FIRST_WAIT_MS;
    error_t error = OK;

    client.exchange.transaction = network_random();
    client.exchange.started_ms = platform_milliseconds();
    client.final.dhcp.present = false;
    client.query.type = DHCP_IS_INFORM;
    for (unsigned i = 0; i < tries && error == OK; i++) {
        print("BSDP: asking for %s (%u of %u, escape stops)\n", what, i + 1, tries);
        dhcp_send(&client.exchange, &client.query, IPADDR_BROADCAST, DHCP_SERVER_PORT);
        error = poll_for(interval + network_random() % JITTER_MS);
        if (client.final.dhcp.present ||
            (client.vendor.message == BSDP_LIST && client.server_count != 0))
            break;
        interval *= 2;
    }
    return error;
}

/* --- Choosing --------------------------------------------------------------------------------- */

/*
 * The highest priority wins. Of servers that are equal, those with the same image share the work by
 * chance; else it is always the one with the lowest address, whoever answered first.
 */
static void consider(struct choice *choice, const struct reply *server, uint32_t image)
{
    uint16_t priority = server->bsdp.priority;
    bool better = choice->server == NULL || priority > choice->server->bsdp.priority;

    if (!better && priority == choice->server->bsdp.priority) {
        choice->equals++;
        better = image == choice->image && BSDP_IS_EVERYWHERE(image)
                     ? network_random() % choice->equals == 0
                     : address_to_number(server_of(server)) <
                           address_to_number(server_of(choice->server));
    } else if (better) {
        choice->equals = 1;
    }
    if (better) {
        choice->server = server;
        choice->image = image;
    }
}

static bool is_called(const struct bsdp_image *image, const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 0);

    if (*end == '\0' && (number == image->id || number == BSDP_INDEX(image->id)))
        return true;
    return strlen(text) == image->name_length && memcmp(text, image->name, image->name_length) == 0;
}

/* Shows every image with a number; takes those that are called `text`, or the one with `pick`. */
static void walk_images(bool show, const char *text, unsigned pick, struct choice *choice)
{
    static uint8_t list[NETWORK_PACKET_MAXIMUM];
    unsigned counted = 0;

    for (size_t i = 0; i < client.server_count; i++) {
        const struct reply *server = &client.servers[i];
        size_t at = 0, length = bsdp_option(server->dhcp.bytes, server->dhcp.length,
                                            BSDP_IMAGE_LIST, list, sizeof list);
        struct bsdp_image image;

        while (length <= sizeof list && bsdp_next_image(list, length, &at, &image)) {
            char name[64];

            counted++;
            text_make_printable(name, sizeof name, image.name, image.name_length);
            if (show)
                print("%3u \"%s\" 0x%08x from %s%s\n", counted, name, (unsigned)image.id,
                      network_address_text(server_of(server)),
                      image.id == server->bsdp.selected_image  ? " (chosen before)"
                      : image.id == server->bsdp.default_image ? " (default)"
                                                               : "");
            if (counted == pick || (text != NULL && is_called(&image, text)))
                consider(choice, server, image.id);
        }
    }
}

/* What a server remembers that this machine had before any default, and a default before none. */
static void choose_default(struct choice *choice)
{
    for (unsigned pass = 0; pass < 3 && choice->server == NULL; pass++)
        for (size_t i = 0; i < client.server_count; i++) {
            const struct bsdp_answer *bsdp = &client.servers[i].bsdp;
            uint32_t image = pass == 0 ? bsdp->selected_image : bsdp->default_image;

            if (image != 0 || pass == 2)
                consider(choice, &client.servers[i], image);
        }
}

static error_t choose(struct choice *choice)
{
    bool menu = wish.image != NULL && strcmp(wish.image, "menu") == 0;
    const char *text = menu ? NULL : wish.image;
    char line[12];

    memset(choice, 0, sizeof *choice);
    walk_images(true, text, 0, choice);
    if (menu) {
        prompt_line("image, or Enter for the default: ", line, sizeof line);
        if (line[0] != '\0')
            walk_images(false, NULL, (unsigned)strtoul(text = line, NULL, 10), choice);
    }
    if (text == NULL)
        choose_default(choice);
    if (choice->server == NULL)
        return fail(ERROR_BSDP_IMAGE, "image=%s", text);
    return OK;
}

/* --- The exchange ----------------------------------------------------------------------------- */

/* The image's server and files become those of the boot. */
static void adopt(const struct reply *reply, struct network_config *config)
{
    const struct dhcp_reply *dhcp = &reply->dhcp;
    char root_path[sizeof config->root_path];

    config->method = NETWORK_BSDP;
    config->has_booter = true;
    memcpy(config->root_path, dhcp->answer.root_path, sizeof config->root_path);
    memcpy(config->bsdp_reply, dhcp->bytes, dhcp->length);
    config->bsdp_reply_length = dhcp->length;
    text_make_printable(root_path, sizeof root_path, config->root_path, sizeof config->root_path);
    print("BSDP: image 0x%08x, root path \"%s\"\n", (unsigned)reply->bsdp.selected_image,
          root_path);
    dhcp_use_boot(config, dhcp, NULL);
}

static error_t collect_lists(void)
{
    bool optional = client.need == BSDP_OPTIONAL;
    error_t error;

    client.vendor.message = BSDP_LIST;
    client.server_count = 0;
    error = ask("images", optional ? OPTIONAL_TRIES : LIST_TRIES);
    if (error == OK && client.server_count == 0)
        error = fail(ERROR_BSDP_NO_ANSWER, "nobody has a list of images");
    return error;
}

static error_t select_image(const struct choice *choice)
{
    client.vendor.message = BSDP_SELECT;
    client.vendor.server = server_of(choice->server);
    client.vendor.image = choice->image;
    return ask("the image", SELECT_TRIES);
}

static error_t exchange(void)
{
    for (unsigned round = 1;; round++) {
        struct choice choice;
        error_t error = collect_lists();

        if (error == OK)
            error = choose(&choice);
        if (error == OK)
            error = select_image(&choice);
        if (error != OK || (client.final.dhcp.present && client.final.bsdp.message == BSDP_SELECT))
            return error;
        error = fail(ERROR_BSDP_FAILED, "image 0x%08x of %s: %s", (unsigned)choice.image,
                     network_address_text(server_of(choice.server)),
                     client.final.dhcp.present ? "refused" : "no answer");
        if (round == ROUNDS)
            return error;
        print("BSDP: %s, starting again\n", error_detail());
        client.final.dhcp.present = false;
        error = poll_for(AFTER_FAILED_MS);
        if (error != OK)
            return error;
    }
}

/* True if what the server remembers of this machine is what shall be booted. */
static bool offer_suffices(const struct network_config *config)
{
    return client.offer.dhcp.present && wish.image == NULL &&
           (client.need != BSDP_OPTIONAL || config->file[0] == '\0' ||
            strcmp(config->file, client.offer.dhcp.answer.file) == 0);
}

error_t bsdp_find(struct network_config *config)
{
    const struct reply *found = &client.offer;
    bool optional = client.need == BSDP_OPTIONAL;
    error_t error = OK;

    if (client.need == BSDP_NOT || (optional && wish.file_known))
        return OK;
    if (!offer_suffices(config)) {
        /* Where it asked as somebody else, no NetBoot server is for this machine. */
        if (optional && (config->file[0] != '\0' || !client.asks))
            return OK;
        client.query.address = config->address;
        client.exchange.heard = heard;
        error = dhcp_open(&client.exchange);
        if (error == OK)
            error = exchange();
        network_close_udp(client.exchange.endpoint);
        found = &client.final;
    }
    if (error == OK)
        adopt(found, config);
    else if (optional && error == ERROR_BSDP_NO_ANSWER)
        error = OK;
    return error;
}
