/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client of Apple's NetBoot servers: its packets byte by byte, every way through the exchange
 * with scripted servers, and hostile answers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "lib/bytes.h"
#include "net/address.h"
#include "net/bsdp.h"
#include "net/bsdp_packet.h"
#include "net/network.h"
#include "net/stack.h"
#include "peer.h"

/* After the rest, for it makes a macro of fail. */
#include <cmocka.h>

static struct network_config config;

/* --- Servers to script ------------------------------------------------------------------------ */

struct packet {
    uint8_t bytes[1472];
    size_t length;
};

static void option(struct packet *packet, uint8_t code, const void *value, size_t length)
{
    packet->bytes[packet->length++] = code;
    packet->bytes[packet->length++] = (uint8_t)length;
    memcpy(packet->bytes + packet->length, value, length);
    packet->length += length;
}

/* `answer` with the fields of a reply to `query`. */
static void begin(struct packet *answer, const uint8_t *query, unsigned type, const char *server)
{
    uint32_t address = peer_address(server);
    uint8_t type_byte = (uint8_t)type;

    memset(answer, 0, sizeof *answer);
    memcpy(answer->bytes, query, 44);
    answer->bytes[DHCP_OP] = DHCP_REPLY;
    address_to_bytes(address, answer->bytes + DHCP_SIADDR);
    put_be32(answer->bytes + DHCP_COOKIE, DHCP_COOKIE_VALUE);
    answer->length = DHCP_OPTIONS;
    if (type != DHCP_IS_BOOTP) {
        option(answer, DHCP_MESSAGE_TYPE, &type_byte, 1);
        option(answer, DHCP_SERVER_ID, &address, 4);
    }
}

static void finish(struct packet *answer)
{
    answer->bytes[answer->length++] = DHCP_END;
    if (answer->length < 300)
        answer->length = 300;
}

/* A NetBoot server, as the documentation has it. */
struct server {
    const char *address; /* NULL: none */
    uint16_t priority;
    uint32_t default_image, selected_image;
    const void *list; /* option 9's contents */
    size_t list_length;
    size_t list_piece; /* in so many bytes for each option 43, 0: one; then with an end in it */
    bool rfc3396;      /* cut anywhere, and not into options of its own */
    unsigned deaf;     /* requests that it does not hear */
    unsigned refusals; /* SELECT is FAILED so many times */
    bool silent_on_select;
    bool other_class; /* answers, but not as a NetBoot server */
    bool butts_in;    /* answers SELECT whomever it is for */
    bool bound;       /* knows the client: offers its image */
    bool no_file;
};
#define SERVERS 10
static struct server servers[SERVERS];

static struct {
    bool dhcp_names_file;
    bool dhcp_is_netboot; /* the DHCP server is the bound server itself */
    bool bootp_netboot;   /* NetBoot 1.0 */
    bool late_offer;
} script;

static struct {
    unsigned discovers, requests, bootps, lists, selects;
    uint64_t list_ms[32], select_ms[32];
    struct packet discover, request, bootp, list, select; /* the last of each */
    uint32_t selected_server, selected_image;
    bool has_image;
} seen;

static uint32_t own_option(const struct packet *query, uint8_t code)
{
    uint8_t value[4] = {0};
    size_t length = bsdp_option(query->bytes, query->length, code, value, 4);

    return length == 4 ? get_be32(value) : length == 1 ? value[0] : 0;
}

static void send(const struct packet *packet, const char *from)
{
    peer_send(peer_address(from), 67, 0xFFFFFFFFu, 68, packet->bytes, packet->length);
}

static const char root_path[] = "nfs:10.0.2.4:/private/tftpboot/NetBoot/NetBootSP0:T.nbi/S.dmg";

static void add_boot(struct packet *answer, const struct server *server, struct packet *vendor)
{
    if (!server->no_file)
        strcpy((char *)answer->bytes + DHCP_FILE, "/private/tftpboot/NetBoot/T.nbi/ppc/booter");
    strcpy((char *)answer->bytes + DHCP_SNAME, "netboot.example");
    option(answer, DHCP_ROOT_PATH, root_path, strlen(root_path));
    option(vendor, BSDP_MACHINE_NAME, "netboot007", 10);
}

static void add_list(struct packet *answer, const struct server *server, struct packet *vendor)
{
    const uint8_t *list = server->list;
    uint8_t priority[2], image[4];

    put_be16(priority, server->priority);
    option(vendor, BSDP_PRIORITY, priority, 2);
    put_be32(image, server->default_image);
    if (server->default_image != 0)
        option(vendor, BSDP_DEFAULT_IMAGE, image, 4);
    put_be32(image, server->selected_image);
    if (server->selected_image != 0)
        option(vendor, BSDP_SELECTED_IMAGE, image, 4);
    if (server->list == NULL)
        return;
    if (server->rfc3396) { /* one area, cut where it may hurt */
        size_t at = 0;

        option(vendor, BSDP_IMAGE_LIST, list, server->list_length);
        while (at < vendor->length) {
            size_t piece = vendor->length - at < 7 ? vendor->length - at : 7;

            option(answer, DHCP_VENDOR, vendor->bytes + at, piece);
            at += piece;
        }
        vendor->length = 0;
        return;
    }
    for (size_t at = 0; at < server->list_length;) {
        size_t piece = server->list_piece != 0 ? server->list_piece : server->list_length;

        if (piece > server->list_length - at)
            piece = server->list_length - at;
        option(vendor, BSDP_IMAGE_LIST, list + at, piece);
        at += piece;
        if (server->list_piece != 0) { /* as Apple's first servers end each */
            vendor->bytes[vendor->length++] = 255;
            option(answer, DHCP_VENDOR, vendor->bytes, vendor->length);
            vendor->length = 0;
        }
    }
}

static void answer_inform(struct server *server, const struct packet *query)
{
    struct packet answer, vendor = {.length = 0};
    uint8_t message = (uint8_t)own_option(query, BSDP_MESSAGE_TYPE);

    if (server->address == NULL)
        return;
    if (server->deaf != 0) {
        server->deaf--;
        return;
    }
    if (message == BSDP_SELECT) {
        uint8_t chosen[4];

        bsdp_option(query->bytes, query->length, BSDP_SERVER_ID, chosen, 4);
        if (server->silent_on_select ||
            (address_from_bytes(chosen) != peer_address(server->address) && !server->butts_in))
            return;
        if (server->refusals != 0) {
            server->refusals--;
            message = BSDP_FAILED;
        }
    }
    begin(&answer, query->bytes, DHCP_IS_ACK, server->address);
    option(&answer, DHCP_VENDOR_CLASS, server->other_class ? "PXEClient" : "AAPLBSDPC", 9);
    option(&vendor, BSDP_MESSAGE_TYPE, &message, 1);
    if (message == BSDP_LIST)
        add_list(&answer, server, &vendor);
    if (message == BSDP_SELECT) {
        uint8_t image[4];

        put_be32(image, own_option(query, BSDP_SELECTED_IMAGE));
        option(&vendor, BSDP_SELECTED_IMAGE, image, 4);
        add_boot(&answer, server, &vendor);
    }
    if (vendor.length != 0)
        option(&answer, DHCP_VENDOR, vendor.bytes, vendor.length);
    finish(&answer);
    send(&answer, server->address);
}

static void offer_image(const struct server *server, const uint8_t *query, bool with_address)
{
    struct packet answer, vendor = {.length = 0};
    uint8_t image[4];

    begin(&answer, query, DHCP_IS_OFFER, server->address);
    if (with_address)
        address_to_bytes(peer_address("10.0.2.15"), answer.bytes + DHCP_YIADDR);
    option(&answer, DHCP_VENDOR_CLASS, "AAPLBSDPC", 9);
    put_be32(image, server->selected_image);
    option(&vendor, BSDP_SELECTED_IMAGE, image, 4);
    add_boot(&answer, server, &vendor);
    option(&answer, DHCP_VENDOR, vendor.bytes, vendor.length);
    finish(&answer);
    send(&answer, server->address);
}

static void answer_dhcp(const uint8_t *query, unsigned type)
{
    struct packet answer;
    uint32_t mask = peer_address("255.255.255.0");

    begin(&answer, query, type, "10.0.2.2");
    memset(answer.bytes + DHCP_SIADDR, 0, 4);
    address_to_bytes(peer_address("10.0.2.15"), answer.bytes + DHCP_YIADDR);
    option(&answer, DHCP_NETMASK, &mask, 4);
    if (script.dhcp_names_file)
        strcpy((char *)answer.bytes + DHCP_FILE, "mach_kernel");
    finish(&answer);
    send(&answer, "10.0.2.2");
}

static void answer_bootp(const uint8_t *query)
{
    struct packet answer;

    begin(&answer, query, DHCP_IS_BOOTP, "10.0.2.4");
    address_to_bytes(peer_address("10.0.2.15"), answer.bytes + DHCP_YIADDR);
    strcpy((char *)answer.bytes + DHCP_FILE, "NetBoot/ppc/booter");
    if (script.bootp_netboot)
        option(&answer, DHCP_MACNC_SERVER, "\0\0\0\0", 4);
    option(&answer, DHCP_ROOT_PATH, root_path, strlen(root_path));
    finish(&answer);
    send(&answer, "10.0.2.4");
}

static void record(struct packet *packet, const struct peer_datagram *datagram)
{
    memcpy(packet->bytes, datagram->bytes, datagram->length);
    packet->length = datagram->length;
}

static void receive(const struct peer_datagram *datagram)
{
    struct packet query;
    uint8_t type = 0;

    if (datagram->to_port != 67)
        return;
    assert_int_equal(datagram->to, 0xFFFFFFFFu);
    assert_int_equal(datagram->from_port, 68);
    record(&query, datagram);
    dhcp_option(query.bytes, query.length, DHCP_MESSAGE_TYPE, &type, 1);
    switch (type) {
    case DHCP_IS_BOOTP:
        record(&seen.bootp, datagram);
        seen.bootps++;
        answer_bootp(query.bytes);
        break;
    case DHCP_IS_DISCOVER:
        record(&seen.discover, datagram);
        seen.discovers++;
        for (size_t i = 0; i < SERVERS; i++)
            if (servers[i].bound)
                offer_image(&servers[i], query.bytes, script.dhcp_is_netboot);
        if (!script.dhcp_is_netboot)
            answer_dhcp(query.bytes, DHCP_IS_OFFER);
        break;
    case DHCP_IS_REQUEST:
        record(&seen.request, datagram);
        seen.requests++;
        answer_dhcp(query.bytes, DHCP_IS_ACK);
        break;
    default:
        assert_int_equal(type, DHCP_IS_INFORM);
        assert_int_equal(datagram->from, peer_address("10.0.2.15"));
        if (own_option(&query, BSDP_MESSAGE_TYPE) == BSDP_LIST) {
            record(&seen.list, datagram);
            seen.list_ms[seen.lists++] = platform_milliseconds();
        } else {
            uint8_t address[4] = {0};

            assert_int_equal(own_option(&query, BSDP_MESSAGE_TYPE), BSDP_SELECT);
            record(&seen.select, datagram);
            seen.select_ms[seen.selects++] = platform_milliseconds();
            bsdp_option(query.bytes, query.length, BSDP_SERVER_ID, address, 4);
            seen.selected_server = address_from_bytes(address);
            seen.selected_image = own_option(&query, BSDP_SELECTED_IMAGE);
            seen.has_image = bsdp_option(query.bytes, query.length, BSDP_SELECTED_IMAGE, NULL, 0) !=
                             DHCP_OPTION_ABSENT;
        }
        for (size_t i = 0; i < SERVERS; i++)
            answer_inform(&servers[i], &query);
        break;
    }
}

/* Two images: 65 is this server's own, 4660 is everywhere. */
#define OWN        0x01000041u
#define EVERYWHERE 0x81001234u
static const char list_of_two[] = "\x01\x00\x00\x41\x07"
                                  "Panther"
                                  "\x81\x00\x12\x34\x0D"
                                  "Tiger Install";
#define LIST_OF_TWO list_of_two, sizeof list_of_two - 1

static struct network_identity mac = {
    .vendor_class = "Sawboot", .architecture = "ppc", .model = "PowerMac3,1"};
static struct network_identity pc = {.vendor_class = "PXEClient:Arch:00000:UNDI:002001",
                                     .is_pxe = true,
                                     .architecture = "i386",
                                     .model = "MacBook1,1"};

static void start_as(const struct network_identity *identity)
{
    static const struct bsdp_wish none;

    peer_start();
    host_set_network_identity(identity);
    peer_on_receive(receive);
    bsdp_prefer(&none);
    memset(&script, 0, sizeof script);
    memset(&seen, 0, sizeof seen);
    memset(servers, 0, sizeof servers);
    memset(&config, 0xA5, sizeof config);
}

static int start(void **state)
{
    (void)state;
    start_as(&mac);
    servers[0] = (struct server){.address = "10.0.2.4",
                                 .priority = 32768,
                                 .default_image = OWN,
                                 .list = list_of_two,
                                 .list_length = sizeof list_of_two - 1};
    return 0;
}

static void wish_image(const char *image)
{
    struct bsdp_wish wish = {.image = image};

    bsdp_prefer(&wish);
}

static void expect_choice(const char *server, uint32_t image)
{
    memset(&seen, 0, sizeof seen);
    assert_int_equal(network_configure("bsdp", &config), OK);
    assert_int_equal(seen.selected_server, peer_address(server));
    assert_int_equal(seen.selected_image, image);
}

static void assert_console(const char *text)
{
    if (strstr(host_console(), text) == NULL)
        fail_msg("not on the console: %s", text);
}

/* --- Packets ---------------------------------------------------------------------------------- */

/* Everything but the transaction and the seconds, which are no one's business here. */
static void assert_packet(const struct packet *packet, const char *address, const uint8_t *options,
                          size_t length)
{
    uint8_t expected[1472] = {1, 1, 6};

    address_to_bytes(peer_address(address), expected + 12);
    memcpy(expected + 28, peer_client_station, 6);
    memcpy(expected + 236, "\x63\x82\x53\x63", 4);
    memcpy(expected + 240, options, length);
    memcpy(expected + 4, packet->bytes + 4, 6);
    assert_int_equal(packet->length, 240 + length < 300 ? 300 : 240 + length);
    assert_memory_equal(packet->bytes, expected, packet->length);
    assert_int_not_equal(get_be32(packet->bytes + 4), 0);
}

#define ASSERT_PACKET(packet, address, options) \
    assert_packet(packet, address, (const uint8_t *)(options), sizeof(options) - 1)

/* peer_client_station and what every request says of us. */
#define CLIENT_ID "\x3D\x07\x01\x52\x54\x00\x12\x34\x56"
#define MAC_CLASS \
    "\x3C\x19"    \
    "AAPLBSDPC/ppc/PowerMac3,1"
#define USER_CLASS \
    "\x4D\x07"     \
    "Sawboot"
#define WANTED "\x37\x0B\x01\x03\x06\x0C\x0F\x11\x2B\x3C\x42\x43\x96"

static void test_packets(void **state)
{
    static const char discover[] = "\x39\x02\x05\xC0\x35\x01\x01" CLIENT_ID MAC_CLASS USER_CLASS
                                   "\x2B\x04\x02\x02\x01\x01" WANTED "\xFF";
    static const char request[] =
        "\x39\x02\x05\xC0\x35\x01\x03" CLIENT_ID "\x32\x04\x0A\x00\x02\x0F"
        "\x36\x04\x0A\x00\x02\x02" MAC_CLASS USER_CLASS "\x2B\x04\x02\x02\x01\x01" WANTED "\xFF";
    static const char list[] = "\x39\x02\x05\xDC\x35\x01\x08" CLIENT_ID MAC_CLASS USER_CLASS
                               "\x2B\x0B\x01\x01\x01\x02\x02\x01\x01\x05\x02\x00\x44" WANTED "\xFF";
    static const char select[] =
        "\x39\x02\x05\xDC\x35\x01\x08" CLIENT_ID MAC_CLASS USER_CLASS
        "\x2B\x17\x01\x01\x02\x02\x02\x01\x01\x05\x02\x00\x44\x03\x04\x0A\x00\x02\x04"
        "\x08\x04\x01\x00\x00\x41" WANTED "\xFF";

    (void)state;
    assert_memory_equal(peer_client_station, "\x52\x54\x00\x12\x34\x56", 6);
    assert_int_equal(network_configure("bsdp", &config), OK);
    ASSERT_PACKET(&seen.discover, "0.0.0.0", discover);
    ASSERT_PACKET(&seen.request, "0.0.0.0", request);
    ASSERT_PACKET(&seen.list, "10.0.2.15", list);
    ASSERT_PACKET(&seen.select, "10.0.2.15", select);
}

static void test_old_firmware(void **state)
{
    static const char discover[] = "\x39\x02\x05\xC0\x35\x01\x01" CLIENT_ID MAC_CLASS USER_CLASS
                                   "\x2B\x06\x02\x02\x01\x01\x0A\x00" WANTED "\xFF";
    static const char list[] =
        "\x39\x02\x05\xDC\x35\x01\x08" CLIENT_ID MAC_CLASS USER_CLASS
        "\x2B\x0D\x01\x01\x01\x02\x02\x01\x01\x05\x02\x00\x44\x0A\x00" WANTED "\xFF";

    (void)state;
    assert_int_equal(network_configure("bsdp,1.0", &config), OK);
    ASSERT_PACKET(&seen.discover, "0.0.0.0", discover);
    ASSERT_PACKET(&seen.list, "10.0.2.15", list);
}

/* NetBoot 1.0: a BOOTP request that says so, and an answer with more than BOOTP's 64 bytes. */
static void test_netboot_1(void **state)
{
    static const char bootp[] = "\x39\x02\x05\xC0\xDC\x04\x00\x00\x00\x00\xDD\x0B"
                                "Apple MacNC\xFF";
    static const char plain[] = "\x39\x02\x05\xC0\xFF";

    (void)state;
    script.bootp_netboot = true;
    assert_int_equal(network_configure("bootp", &config), OK);
    ASSERT_PACKET(&seen.bootp, "0.0.0.0", bootp);
    assert_int_equal(config.method, NETWORK_BOOTP);
    assert_true(config.has_booter);
    assert_string_equal(config.file, "NetBoot/ppc/booter");
    assert_string_equal(config.root_path, root_path);
    assert_int_equal(seen.lists, 0);

    script.bootp_netboot = false;
    assert_int_equal(network_configure("bootp", &config), OK);
    assert_false(config.has_booter);
    start_as(&pc);
    assert_int_equal(network_configure("bootp", &config), OK);
    ASSERT_PACKET(&seen.bootp, "0.0.0.0", plain);
}

static void test_names(void **state)
{
    static const struct bsdp_wish model = {.model = "Macmini2,1"};
    char class[65] = "";

    (void)state;
    start_as(&pc);
    servers[0] = (struct server){.address = "10.0.2.4", .default_image = OWN};
    /* By itself a PC is a PXE client. */
    assert_int_equal(network_configure("dhcp", &config), OK);
    dhcp_option(seen.discover.bytes, seen.discover.length, DHCP_VENDOR_CLASS, (uint8_t *)class, 64);
    assert_string_equal(class, "PXEClient:Arch:00000:UNDI:002001");
    assert_int_equal(seen.lists, 0);
    assert_int_equal(dhcp_option(seen.discover.bytes, seen.discover.length, DHCP_VENDOR, NULL, 0),
                     DHCP_OPTION_ABSENT);

    assert_int_equal(network_configure("bsdp", &config), OK);
    for (unsigned i = 0; i < 3; i++) {
        const struct packet *packet = i == 0   ? &seen.discover
                                      : i == 1 ? &seen.request
                                               : &seen.select;

        memset(class, 0, sizeof class);
        dhcp_option(packet->bytes, packet->length, DHCP_VENDOR_CLASS, (uint8_t *)class, 64);
        assert_string_equal(class, "AAPLBSDPC/i386/MacBook1,1");
        assert_int_equal(dhcp_option(packet->bytes, packet->length, DHCP_CLIENT_MACHINE, NULL, 0),
                         DHCP_OPTION_ABSENT);
    }
    bsdp_prefer(&model);
    assert_int_equal(network_configure("bsdp", &config), OK);
    memset(class, 0, sizeof class);
    dhcp_option(seen.list.bytes, seen.list.length, DHCP_VENDOR_CLASS, (uint8_t *)class, 64);
    assert_string_equal(class, "AAPLBSDPC/i386/Macmini2,1");

    /* A machine without such a name asks as before. */
    start_as(&(struct network_identity){.vendor_class = "Sawboot"});
    assert_int_equal(network_configure("dhcp", &config), OK);
    memset(class, 0, sizeof class);
    dhcp_option(seen.discover.bytes, seen.discover.length, DHCP_VENDOR_CLASS, (uint8_t *)class, 64);
    assert_string_equal(class, "Sawboot");
}

/* A model that is too long is cut, and the request still goes out. */
static void test_long_model(void **state)
{
    static const struct bsdp_wish model = {
        .model = "A model with a name that goes on and on and on, for ever and a day more"};
    uint8_t class[65];

    (void)state;
    bsdp_prefer(&model);
    assert_int_equal(network_configure("bsdp", &config), OK);
    assert_int_equal(
        dhcp_option(seen.select.bytes, seen.select.length, DHCP_VENDOR_CLASS, class, sizeof class),
        64);
    assert_memory_equal(class, "AAPLBSDPC/ppc/A model with", 26);
}

/* --- Results ---------------------------------------------------------------------------------- */

static void test_result(void **state)
{
    uint8_t name[16] = {0};

    (void)state;
    assert_int_equal(network_configure("bsdp", &config), OK);
    assert_int_equal(config.method, NETWORK_BSDP);
    assert_true(config.has_booter);
    assert_int_equal(config.address, peer_address("10.0.2.15"));
    assert_int_equal(config.netmask, peer_address("255.255.255.0"));
    assert_int_equal(config.server, peer_address("10.0.2.4"));
    assert_string_equal(config.file, "/private/tftpboot/NetBoot/T.nbi/ppc/booter");
    assert_string_equal(config.root_path, root_path);
    assert_string_equal(config.server_name, "netboot.example");
    /* Both packets, whole: the address' and the image's. */
    assert_memory_equal(config.reply + DHCP_YIADDR, "\x0A\x00\x02\x0F", 4);
    assert_int_equal(config.reply_length, 300);
    assert_memory_equal(config.bsdp_reply + DHCP_CIADDR, "\x0A\x00\x02\x0F\0\0\0\0", 8);
    assert_int_equal(bsdp_option(config.bsdp_reply, config.bsdp_reply_length, BSDP_MACHINE_NAME,
                                 name, sizeof name),
                     10);
    assert_string_equal((const char *)name, "netboot007");
    assert_int_equal(seen.lists, 1);
    assert_int_equal(seen.selects, 1);
    assert_console("\"Panther\" 0x01000041 from 10.0.2.4 (default)");
    assert_console("BSDP: image 0x01000041, root path \"nfs:");
    assert_console("boot server 10.0.2.4 (next-server), file \"/private");
    assert_console(root_path);
}

/* A Power Mac asks by itself if nobody names a file. */
static void test_optional(void **state)
{
    static const struct bsdp_wish file = {.file_known = true};
    uint64_t before;

    (void)state;
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(config.method, NETWORK_BSDP);
    script.dhcp_names_file = true;
    memset(&seen, 0, sizeof seen);
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(config.method, NETWORK_DHCP);
    assert_string_equal(config.file, "mach_kernel");
    assert_false(config.has_booter);
    assert_int_equal(seen.lists, 0);
    script.dhcp_names_file = false;
    bsdp_prefer(&file);
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(seen.lists, 0);

    /* Nobody there: that is all right, and soon. */
    wish_image(NULL);
    servers[0].address = NULL;
    before = platform_milliseconds();
    assert_int_equal(network_configure("dhcp", &config), OK);
    assert_int_equal(config.method, NETWORK_DHCP);
    assert_int_equal(seen.lists, 2);
    assert_true(platform_milliseconds() - before < 12000);
    assert_string_equal(config.file, "");

    /* With words, a NetBoot server is needed whatever DHCP says. */
    script.dhcp_names_file = true;
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_NO_ANSWER);
}

static void test_no_file(void **state)
{
    (void)state;
    servers[0].no_file = true;
    assert_int_equal(network_configure("bsdp", &config), OK);
    assert_string_equal(config.file, "");
}

/* --- Choices ---------------------------------------------------------------------------------- */

static void test_choice_of_one(void **state)
{
    (void)state;
    expect_choice("10.0.2.4", OWN);
    servers[0].selected_image = EVERYWHERE;
    expect_choice("10.0.2.4", EVERYWHERE);
    assert_console("\"Tiger Install\" 0x81001234 from 10.0.2.4 (chosen before)");
    wish_image("0x01000041");
    expect_choice("10.0.2.4", OWN);
    wish_image("16777281");
    expect_choice("10.0.2.4", OWN);
    wish_image("65");
    expect_choice("10.0.2.4", OWN);
    wish_image("0x1234");
    expect_choice("10.0.2.4", EVERYWHERE);
    wish_image("Tiger Install");
    expect_choice("10.0.2.4", EVERYWHERE);
    wish_image("Tiger");
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_IMAGE);
    assert_non_null(strstr(error_detail(), "image=Tiger"));
    wish_image("0x11234");
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_IMAGE);
    /* An image is wanted: a Power Mac says so as well if NetBoot was not asked for. */
    assert_int_equal(network_configure(NULL, &config), ERROR_BSDP_IMAGE);
}

/* Keys for the menu. The waits before it eat up to ten a second: ^U is nothing to it. */
static void type_at_menu(const char *keys)
{
    char typed[100];

    memset(typed, 0x15, sizeof typed);
    strcpy(typed + 80, keys);
    host_type(typed);
}

static void test_choice_by_menu(void **state)
{
    (void)state;
    wish_image("menu");
    servers[1] = (struct server){.address = "10.0.2.5",
                                 .priority = 40000,
                                 .default_image = OWN,
                                 .list = list_of_two,
                                 .list_length = sizeof list_of_two - 1};
    type_at_menu("2\r");
    expect_choice("10.0.2.4", EVERYWHERE);
    assert_console("  3 \"Panther\" 0x01000041 from 10.0.2.5 (default)");
    type_at_menu("3\r");
    expect_choice("10.0.2.5", OWN);
    type_at_menu("\r");
    expect_choice("10.0.2.5", OWN);
    type_at_menu("5\r");
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_IMAGE);
    type_at_menu("x\r");
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_IMAGE);
}

static void test_priorities(void **state)
{
    (void)state;
    servers[1] =
        (struct server){.address = "10.0.2.5", .priority = 32769, .default_image = 0x01000042};
    servers[2] =
        (struct server){.address = "10.0.2.3", .priority = 100, .default_image = 0x01000043};
    expect_choice("10.0.2.5", 0x01000042);
    /* What a server remembers beats a higher priority. */
    servers[2].selected_image = 0x01000044;
    expect_choice("10.0.2.3", 0x01000044);
    servers[0].selected_image = EVERYWHERE;
    expect_choice("10.0.2.4", EVERYWHERE);
    /* Equal, with images of their own: the same one each time. */
    servers[0].selected_image = servers[2].selected_image = 0;
    servers[0].priority = servers[2].priority = 32769;
    for (unsigned i = 0; i < 5; i++)
        expect_choice("10.0.2.3", 0x01000043);
    /* A server that has a default beats one that has none. */
    servers[2].default_image = servers[1].default_image = 0;
    servers[1].priority = 65535;
    expect_choice("10.0.2.4", OWN);
    /* The image is named: the priority says who gives it. */
    servers[1].list = servers[0].list;
    servers[1].list_length = servers[0].list_length;
    wish_image("Panther");
    expect_choice("10.0.2.5", OWN);
}

/* The same image on three servers that are equal: each has its share. */
static void test_load_balancing(void **state)
{
    unsigned shares[3] = {0};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        static const char *const addresses[] = {"10.0.2.4", "10.0.2.5", "10.0.2.6"};

        servers[i] = (struct server){.address = addresses[i],
                                     .priority = 5,
                                     .default_image = EVERYWHERE,
                                     .list = list_of_two,
                                     .list_length = sizeof list_of_two - 1};
    }
    for (unsigned i = 0; i < 90; i++) {
        if (i == 45)
            wish_image("Tiger Install");
        memset(&seen, 0, sizeof seen);
        assert_int_equal(network_configure("bsdp", &config), OK);
        assert_int_equal(seen.selected_image, EVERYWHERE);
        shares[(address_to_number(seen.selected_server) & 255) - 4]++;
    }
    for (unsigned i = 0; i < 3; i++)
        assert_in_range(shares[i], 10, 60);
    /* The least loaded says so by its priority. */
    servers[1].priority = 6;
    for (unsigned i = 0; i < 10; i++)
        expect_choice("10.0.2.5", EVERYWHERE);
}

/* An empty list and no default: the server knows what is meant (ISC dhcpd for a Mac mini). */
static void test_no_list(void **state)
{
    (void)state;
    servers[0] = (struct server){.address = "10.0.2.4", .priority = 1};
    expect_choice("10.0.2.4", 0);
    assert_false(seen.has_image);
    assert_string_equal(config.root_path, root_path);
    wish_image("65");
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_IMAGE);
}

static void test_too_many_servers(void **state)
{
    static char addresses[SERVERS][16];

    (void)state;
    for (unsigned i = 0; i < SERVERS; i++) {
        snprintf(addresses[i], sizeof addresses[i], "10.0.2.%u", 30 + i);
        servers[i] = (struct server){
            .address = addresses[i], .priority = (uint16_t)(i + 1), .default_image = OWN};
    }
    /* Eight are kept; one that answers twice takes no second place. */
    servers[1].address = addresses[0];
    expect_choice("10.0.2.38", OWN);
}

/* --- Lists ------------------------------------------------------------------------------------ */

/* 40 images of 30 characters: more than one option holds. */
static size_t make_long_list(uint8_t *list)
{
    size_t at = 0;

    for (uint32_t i = 0; i < 28; i++) {
        put_be32(list + at, 0x01000001u + i);
        list[at + 4] = 30;
        snprintf((char *)list + at + 5, 31, "image number %-17u", (unsigned)i);
        at += 35;
    }
    return at;
}

static void test_long_lists(void **state)
{
    static uint8_t list[1400];

    (void)state;
    servers[0].list_length = make_long_list(list);
    servers[0].list = list;
    servers[0].list_piece = 210; /* six images in each, and an end */
    wish_image("image number 27               ");
    expect_choice("10.0.2.4", 0x0100001C);
    servers[0].list_piece = 200; /* images cut in two */
    expect_choice("10.0.2.4", 0x0100001C);
    servers[0].list_length = 7 * 35;
    servers[0].list_piece = 0;
    servers[0].rfc3396 = true;
    wish_image("image number 6                ");
    expect_choice("10.0.2.4", 0x01000007);
}

static void test_broken_lists(void **state)
{
    static const struct {
        const char *list;
        size_t length;
    } broken[] = {
        {"\x01", 1}, {"\x01\0\0\x42", 4}, {"\x01\0\0\x42\x05Four", 9}, {"\x01\0\0\x42\xFFx", 6}};

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        servers[0].list = broken[i].list;
        servers[0].list_length = broken[i].length;
        wish_image("66");
        assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_IMAGE);
        wish_image(NULL);
        expect_choice("10.0.2.4", OWN);
    }
    /* A name of control characters is not printed as it is. */
    servers[0].list = "\x01\0\0\x42\x06\x1B[2J\xC3\xA4";
    servers[0].list_length = 11;
    expect_choice("10.0.2.4", OWN);
    assert_console("\"?[2J??\"");
    assert_null(strchr(host_console(), 0x1B));
}

static void test_options(void **state)
{
    struct packet packet;
    struct bsdp_answer answer;
    uint8_t query[300] = {0}, value[300];

    (void)state;
    begin(&packet, query, DHCP_IS_ACK, "10.0.2.4");
    assert_false(bsdp_parse(packet.bytes, packet.length, &answer)); /* no class */
    assert_int_equal(bsdp_option(packet.bytes, packet.length, 9, value, 9), DHCP_OPTION_ABSENT);
    option(&packet, DHCP_VENDOR_CLASS, "AAPLBSDP", 8);
    assert_false(bsdp_parse(packet.bytes, packet.length, &answer));
    option(&packet, DHCP_VENDOR_CLASS, "C/i386", 6); /* RFC 3396; and the client's own, repeated */
    assert_true(bsdp_parse(packet.bytes, packet.length, &answer));
    assert_int_equal(answer.message, BSDP_NONE);
    /* Lengths that are not the option's: as if it were not there. */
    option(&packet, DHCP_VENDOR, "\x01\x02\x01\x01\x04\x01\x05\x07\x03\x01\x02\x03\x08\x00", 14);
    assert_true(bsdp_parse(packet.bytes, packet.length, &answer));
    assert_int_equal(answer.message, BSDP_NONE);
    assert_int_equal(answer.priority, 0);
    assert_int_equal(answer.default_image, 0);
    assert_int_equal(answer.selected_image, 0);
    /* Pads and ends between; an option that runs out, and all behind it, is not there. */
    option(&packet, DHCP_VENDOR,
           "\0\xFF\0\x09\x01"
           "A"
           "\xFF\x09\x02"
           "BC"
           "\x07\x04\x01\x02\x03",
           16);
    assert_int_equal(bsdp_option(packet.bytes, packet.length, 9, value, sizeof value), 3);
    assert_memory_equal(value, "ABC", 3);
    assert_int_equal(bsdp_option(packet.bytes, packet.length, 9, value, 1), 3);
    assert_int_equal(bsdp_option(packet.bytes, packet.length, 7, value, 4), 3); /* the first one */
    assert_int_equal(bsdp_option(packet.bytes, packet.length, 11, value, 4), DHCP_OPTION_ABSENT);
}

/* Any bytes at all: nothing is read that is not there (the sanitizer watches exact copies). */
static void test_random_bytes(void **state)
{
    uint8_t query[300] = {0};
    uint32_t random = 1;
    struct packet good;

    (void)state;
    query[1] = 1;
    begin(&good, query, DHCP_IS_ACK, "10.0.2.4");
    option(&good, DHCP_VENDOR_CLASS, "AAPLBSDPC", 9);
    option(&good, DHCP_VENDOR, "\x01\x01\x01\x04\x02\x80\x00\x07\x04\x01\x00\x00\x41\x09\x20", 15);
    option(&good, DHCP_VENDOR, LIST_OF_TWO);
    finish(&good);
    for (unsigned round = 0; round < 30000; round++) {
        size_t length = round % (good.length + 1), list_length, at = 0, last = 0;
        uint8_t *exact = malloc(length + 1), list[64];
        struct bsdp_answer answer;
        struct bsdp_image image;

        memcpy(exact, good.bytes, length);
        for (unsigned i = 0; i < 4 && length > 240; i++) {
            random = random * 1664525u + 1013904223u;
            exact[240 + (random >> 8) % (length - 240)] = (uint8_t)(random >> 24);
        }
        bsdp_parse(exact, length, &answer);
        list_length = bsdp_option(exact, length, BSDP_IMAGE_LIST, list, sizeof list);
        while (list_length <= sizeof list && bsdp_next_image(list, list_length, &at, &image)) {
            assert_true(at > last && at <= list_length);
            assert_true(image.name + image.name_length <= list + list_length);
            last = at;
        }
        free(exact);
    }
}

/* --- Waits, refusals, other people's answers -------------------------------------------------- */

static void test_retransmission(void **state)
{
    (void)state;
    servers[0].deaf = 3;
    assert_int_equal(network_configure("bsdp", &config), OK);
    assert_int_equal(seen.lists, 4);
    assert_in_range(seen.list_ms[1] - seen.list_ms[0], 2000, 4100);
    assert_in_range(seen.list_ms[2] - seen.list_ms[1], 4000, 6100);
    assert_in_range(seen.list_ms[3] - seen.list_ms[2], 8000, 10100);
    /* Lists are collected for a while, however soon the first comes. */
    assert_in_range(seen.select_ms[0] - seen.list_ms[3], 16000, 18100);
    /* The last request says how long it has been asking. */
    assert_in_range(get_be16(seen.list.bytes + DHCP_SECS), 14, 20);

    servers[0].deaf = 99;
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_NO_ANSWER);
    assert_int_equal(seen.lists, 8);
}

static void test_failed(void **state)
{
    (void)state;
    servers[0].refusals = 1;
    assert_int_equal(network_configure("bsdp", &config), OK);
    assert_int_equal(seen.lists, 2);
    assert_int_equal(seen.selects, 2);
    assert_true(seen.list_ms[1] - seen.select_ms[0] >= 10000);
    assert_console("image 0x01000041 of 10.0.2.4: refused, starting again");

    servers[0].refusals = 99;
    memset(&seen, 0, sizeof seen);
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_FAILED);
    assert_int_equal(seen.selects, 3);
    assert_non_null(strstr(error_detail(), "10.0.2.4: refused"));
    /* Where it is optional too: a server that has refused is there. */
    assert_int_equal(network_configure(NULL, &config), ERROR_BSDP_FAILED);
}

static void test_select_unanswered(void **state)
{
    (void)state;
    servers[0].silent_on_select = true;
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_FAILED);
    assert_int_equal(seen.selects, 9);
    assert_int_equal(seen.lists, 3);
    assert_in_range(seen.select_ms[1] - seen.select_ms[0], 2000, 4100);
    assert_in_range(seen.select_ms[2] - seen.select_ms[1], 4000, 6100);
    assert_non_null(strstr(error_detail(), "no answer"));
}

static void test_strangers(void **state)
{
    (void)state;
    servers[0].other_class = true;
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_NO_ANSWER);
    servers[0].other_class = false;
    servers[1] = (struct server){.address = "10.0.2.5", .priority = 1, .default_image = OWN};
    assert_int_equal(network_configure("bsdp", &config), OK);
    /* Another answers for the chosen one, and sooner: the chosen one's word counts. */
    servers[2] = servers[0];
    servers[0] = (struct server){.address = "10.0.2.66", .priority = 0, .butts_in = true};
    expect_choice("10.0.2.4", OWN);
    assert_int_equal(config.server, peer_address("10.0.2.4"));
    servers[2].silent_on_select = true;
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_FAILED);
}

/* Answers of all kinds to LIST that are none. */
static void stray(const struct peer_datagram *datagram)
{
    struct packet answer;
    uint8_t type = 0, list = BSDP_LIST;

    dhcp_option(datagram->bytes, datagram->length, DHCP_MESSAGE_TYPE, &type, 1);
    for (unsigned kind = 0; type == DHCP_IS_INFORM && kind < 6; kind++) {
        begin(&answer, datagram->bytes,
              kind == 0   ? DHCP_IS_OFFER
              : kind == 1 ? DHCP_IS_NAK
                          : DHCP_IS_ACK,
              kind == 2 ? "224.0.0.1" : "10.0.2.66");
        if (kind == 3)
            answer.bytes[DHCP_XID] ^= 1;
        if (kind == 4)
            list = BSDP_SELECT;
        if (kind == 5)
            list = 7;
        option(&answer, DHCP_VENDOR_CLASS, "AAPLBSDPC", 9);
        option(&answer, DHCP_VENDOR, (uint8_t[]){1, 1, list, 7, 4, 1, 0, 0, 1, 4, 2, 255, 255}, 13);
        finish(&answer);
        send(&answer, "10.0.2.66");
    }
    receive(datagram);
}

static void test_stray_answers(void **state)
{
    (void)state;
    peer_on_receive(stray);
    expect_choice("10.0.2.4", OWN);
    servers[0].address = NULL;
    assert_int_equal(network_configure("bsdp", &config), ERROR_BSDP_NO_ANSWER);
}

static void test_stopped(void **state)
{
    (void)state;
    /* In the wait for lists, and in the one after a refusal, which is the longest. */
    for (unsigned i = 0; i < 2; i++) {
        char keys[2][64];

        memset(keys, 0x15, sizeof keys);
        strcpy(keys[0] + 20, "\x1B");
        memset(keys[1], 0x15, 63);
        keys[1][63] = '\0';
        servers[0].refusals = 99;
        memset(&seen, 0, sizeof seen);
        if (i == 1)
            host_type(keys[1]);
        host_type(keys[0]);
        assert_int_equal(network_configure("bsdp", &config), ERROR_NET_STOPPED);
        assert_non_null(strstr(error_detail(), "NetBoot"));
        assert_int_equal(seen.lists, 1);
        assert_int_equal(seen.selects, i);
    }
}

/* --- Clients that a server knows -------------------------------------------------------------- */

static void test_returning_client(void **state)
{
    (void)state;
    servers[0].bound = true;
    servers[0].selected_image = EVERYWHERE;
    assert_int_equal(network_configure("bsdp", &config), OK);
    assert_int_equal(seen.lists + seen.selects, 0);
    assert_int_equal(config.method, NETWORK_BSDP);
    assert_int_equal(config.address, peer_address("10.0.2.15"));
    assert_int_equal(config.server, peer_address("10.0.2.4"));
    assert_string_equal(config.file, "/private/tftpboot/NetBoot/T.nbi/ppc/booter");
    /* The offer, which has no address in it, is the NetBoot server's answer. */
    assert_memory_equal(config.bsdp_reply + DHCP_YIADDR, "\0\0\0\0\x0A\x00\x02\x04", 8);
    assert_memory_equal(config.reply + DHCP_YIADDR, "\x0A\x00\x02\x0F", 4);
    assert_console("BSDP: image 0x81001234, ");
    /* By itself too; not if DHCP names another file. */
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(config.method, NETWORK_BSDP);
    assert_int_equal(seen.lists, 0);
    script.dhcp_names_file = true;
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(config.method, NETWORK_DHCP);
    assert_string_equal(config.file, "mach_kernel");
    script.dhcp_names_file = false;
    /* Not what is wanted now. */
    wish_image("Panther");
    expect_choice("10.0.2.4", OWN);
    /* An offer that names no file helps nobody. */
    wish_image(NULL);
    servers[0].no_file = true;
    expect_choice("10.0.2.4", EVERYWHERE);
    /* Nor is one without an image more than a DHCP server's that knows Macs. */
    servers[0].no_file = false;
    servers[0].selected_image = 0;
    expect_choice("10.0.2.4", OWN);
}

/* One server for both: its offer has an address and the image. */
static void test_returning_to_one_server(void **state)
{
    (void)state;
    servers[0].address = "10.0.2.2";
    servers[0].bound = true;
    servers[0].selected_image = OWN;
    script.dhcp_is_netboot = true;
    assert_int_equal(network_configure(NULL, &config), OK);
    assert_int_equal(seen.lists + seen.selects, 0);
    assert_int_equal(config.method, NETWORK_BSDP);
    assert_string_equal(config.root_path, root_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_packets, start),
        cmocka_unit_test_setup(test_old_firmware, start),
        cmocka_unit_test_setup(test_netboot_1, start),
        cmocka_unit_test_setup(test_names, start),
        cmocka_unit_test_setup(test_long_model, start),
        cmocka_unit_test_setup(test_result, start),
        cmocka_unit_test_setup(test_optional, start),
        cmocka_unit_test_setup(test_no_file, start),
        cmocka_unit_test_setup(test_choice_of_one, start),
        cmocka_unit_test_setup(test_choice_by_menu, start),
        cmocka_unit_test_setup(test_priorities, start),
        cmocka_unit_test_setup(test_load_balancing, start),
        cmocka_unit_test_setup(test_no_list, start),
        cmocka_unit_test_setup(test_too_many_servers, start),
        cmocka_unit_test_setup(test_long_lists, start),
        cmocka_unit_test_setup(test_broken_lists, start),
        cmocka_unit_test_setup(test_options, start),
        cmocka_unit_test_setup(test_random_bytes, start),
        cmocka_unit_test_setup(test_retransmission, start),
        cmocka_unit_test_setup(test_failed, start),
        cmocka_unit_test_setup(test_select_unanswered, start),
        cmocka_unit_test_setup(test_strangers, start),
        cmocka_unit_test_setup(test_stray_answers, start),
        cmocka_unit_test_setup(test_stopped, start),
        cmocka_unit_test_setup(test_returning_client, start),
        cmocka_unit_test_setup(test_returning_to_one_server, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
