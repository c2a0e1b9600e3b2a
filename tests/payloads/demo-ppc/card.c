/* SPDX-License-Identifier: BSD-2-Clause */
#include "card.h"

#include "../common/report.h"
#include "../common/strings.h"
#include "../common/tree.h"
#include "boot_args.h"
#include "demo.h"
#include "lib/bytes.h"

#define DRIVER_PROPERTY "driver,AAPL,MacOSX,PowerPC"

static tree_node card = TREE_NONE;

/* --- The node ----------------------------------------------------------------------------------
 */

static tree_node card_node(tree_node chosen)
{
    const char *path = tree_get_text(chosen, "rootpath");
    if (!check(path != NULL, "/chosen has rootpath, with its NUL"))
        return TREE_NONE;
    say("       rootpath %s\n", path);
    uint32_t colon = 0;
    while (path[colon] != '\0' && path[colon] != ':')
        colon++;
    if (!check(path[colon] == ':' && path[colon + 1] == ',', "rootpath goes on with \":,\""))
        return TREE_NONE;
    for (const char *at = path + colon; *at != '\0'; at++) {
        if (*at == '/') {
            failed("rootpath has backslashes in its file part");
            break;
        }
    }
    tree_node node = tree_resolve(path);
    check(node != TREE_NONE, "rootpath's device is found by name and unit as IOKit does");
    return node;
}

/* Appends lower-case hexadecimal digits without leading zeros. */
static char *put_hexadecimal(char *to, uint32_t value)
{
    bool started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        uint32_t digit = value >> shift & 0xF;
        if (digit != 0 || started || shift == 0) {
            *to++ = "0123456789abcdef"[digit];
            started = true;
        }
    }
    return to;
}

static void check_card_properties(void)
{
    struct tree_value value;
    uint32_t vendor = 0, device = 0;
    const char *type = tree_get_text(card, "device_type");
    check(type != NULL && strcmp(type, "network") == 0, "card: device_type is network");
    bool numbers =
        tree_get_word(card, "vendor-id", &vendor) & tree_get_word(card, "device-id", &device);
    check(numbers, "card: vendor-id %04x, device-id %04x", vendor, device);
    char name[20] = "pci";
    char *end = put_hexadecimal(name + 3, vendor);
    *end++ = ',';
    *put_hexadecimal(end, device) = '\0';
    check(tree_has_text(card, "compatible", name) || tree_has_text(card, "name", name),
          "card: name or compatible has %s", name);
    bool good = tree_get(card, "local-mac-address", &value) && value.length == 6;
    const uint8_t *a = value.bytes;
    if (check(good, "card: local-mac-address has six bytes")) {
        check((a[0] & 1) == 0 && (a[0] | a[1] | a[2] | a[3] | a[4] | a[5]) != 0,
              "card: local-mac-address %02x:%02x:%02x:%02x:%02x:%02x is a station's", a[0], a[1],
              a[2], a[3], a[4], a[5]);
    }
    check(tree_get(card, "reg", &value) && value.length >= 20, "card: reg is here");
    check(tree_get(card, "assigned-addresses", &value) && value.length >= 20,
          "card: assigned-addresses are here");
}

/* --- /chosen -------------------------------------------------------------------------------------
 */

/* First byte of an option's value, or -1. `packet` is a reply from `op` on. */
static int option_value(const struct tree_value *packet, uint8_t wanted)
{
    uint32_t at = 240;
    while (at + 1 < packet->length && packet->bytes[at] != 255) {
        uint8_t option = packet->bytes[at];
        if (option == 0) {
            at++;
            continue;
        }
        uint32_t length = packet->bytes[at + 1];
        if (option == wanted && length > 0 && at + 2 < packet->length)
            return packet->bytes[at + 2];
        at += 2 + length;
    }
    return -1;
}

/* Offsets in a BOOTP packet: RFC 951 section 3, options RFC 2131. */
static void check_reply(const char *name, const struct tree_value *packet, bool is_dhcp)
{
    const uint8_t *p = packet->bytes;
    if (!check(packet->length >= 240, "%s: %u bytes, a whole packet", name, packet->length))
        return;
    check(p[0] == 2 && p[1] == 1 && p[2] == 6, "%s: a reply over Ethernet", name);
    check(get_be32(p + 16) != 0, "%s: gives us %u.%u.%u.%u", name, p[16], p[17], p[18], p[19]);
    check(get_be32(p + 236) == 0x63825363, "%s: magic cookie", name);
    if (is_dhcp)
        check(option_value(packet, 53) == 5, "%s: message type is ACK", name);
    struct tree_value address;
    check(card != TREE_NONE && tree_get(card, "local-mac-address", &address) &&
              address.length == 6 && memcmp(p + 28, address.bytes, 6) == 0,
          "%s: is for this card's address", name);
    say("       %s: file \"%.*s\"\n", name, 128, (const char *)p + 108);
}

/*
 * The answer of a NetBoot server: from there XNU takes its root path (option 17). A client that the
 * server knows has an offer, without an address, instead of an acknowledgement.
 */
static void check_netboot(tree_node chosen)
{
    struct tree_value value;
    if (!check(tree_get(chosen, "bsdp-response", &value) && value.length >= 240,
               "/chosen has bsdp-response"))
        return;
    const uint8_t *p = value.bytes;
    int type = option_value(&value, 53);
    check(p[0] == 2 && get_be32(p + 236) == 0x63825363, "bsdp-response: a reply");
    check(type == (boot_argument("expect-offer") ? 2 : 5), "bsdp-response: message type %u",
          (unsigned)type);
    check(get_be32(p + 16) == 0, "bsdp-response: gives no address");
    check(option_value(&value, 60) == 'A', "bsdp-response: of a NetBoot server");
    check(option_value(&value, 17) == 'n', "bsdp-response: the root path is on NFS");
    check(p[108] != 0, "bsdp-response: file \"%.*s\"", 128, (const char *)p + 108);
    struct tree_value first;
    bool bootp = tree_get(chosen, "bootp-response", &first);
    check(boot_argument("expect-bootx")
              ? bootp && first.length == value.length && memcmp(first.bytes, p, value.length) == 0
              : !bootp,
          "Apple's loader, which would read bootp-response first, finds the same packet or none");
}

static void check_chosen(tree_node chosen)
{
    struct tree_value value;
    check(tree_get(TREE_ROOT, "net-boot", &value) && value.length == 0,
          "the root has net-boot, empty");
    check(!tree_get(chosen, "boot-uuid", &value), "/chosen has no boot-uuid: it would win");
    bool dhcp = tree_get(chosen, "dhcp-response", &value);
    if (dhcp)
        check_reply("dhcp-response", &value, true);
    struct tree_value acknowledgement = value;
    bool bsdp = boot_argument("expect-bsdp");
    bool bootp = !bsdp && tree_get(chosen, "bootp-response", &value);
    if (bootp)
        check_reply("bootp-response", &value, dhcp);
    if (boot_argument("static-network"))
        check(!dhcp && !bootp, "/chosen has no reply: the address was given by hand");
    else if (bsdp)
        check_netboot(chosen);
    else
        check(bootp, "/chosen has bootp-response, where XNU looks for its root path");
    if (dhcp && bootp)
        check(value.length == acknowledgement.length &&
                  memcmp(value.bytes, acknowledgement.bytes, value.length) == 0,
              "dhcp-response and bootp-response are the same reply");
}

void check_network_boot(void)
{
    struct tree_value value;
    tree_node chosen = tree_lookup("/chosen");
    if (!check(chosen != TREE_NONE, "/chosen is found by name"))
        return;
    card = card_node(chosen);
    check_chosen(chosen);
    if (card == TREE_NONE)
        return;
    check_card_properties();
    struct mkext_reader reader = this_kernel();
    if (tree_get(card, DRIVER_PROPERTY, &value))
        check_mkext(&reader, "driver property", value.bytes, value.length);
    else
        check(!boot_argument("expect-driver"), "card: no driver property, none expected");
    for (tree_node node = TREE_ROOT; node != TREE_NONE; node = tree_next(node)) {
        if (node != card && tree_get(node, DRIVER_PROPERTY, &value))
            failed("a node that is not the card has a driver property");
    }
}

/* --- Configuration space -------------------------------------------------------------------------
 */

struct bridge_registers {
    uint32_t address, data;
    bool uni_north;
};

static bool host_bridge(struct bridge_registers *bridge)
{
    tree_node host = card;
    while (tree_parent(host) != TREE_ROOT)
        host = tree_parent(host);
    uint32_t base = 0;
    bridge->uni_north = tree_has_text(host, "compatible", "uni-north");
    if (bridge->uni_north) {
        tree_get_word(host, "reg", &base);
        bridge->address = base + 0x800000;
        bridge->data = base + 0xC00000;
    } else { /* Motorola MPC106, address map B */
        bridge->address = 0xFEC00000;
        bridge->data = 0xFEE00000;
    }
    return !bridge->uni_north || base != 0;
}

static uint32_t config_read(const struct bridge_registers *bridge, uint32_t location,
                            uint32_t offset)
{
    uint32_t bus = location >> 16 & 0xFF, slot = location >> 11 & 0x1F,
             function = location >> 8 & 7;
    uint32_t port = bridge->data, word;
    if (bridge->uni_north && bus == 0)
        word = 1u << slot | function << 8 | offset;
    else
        word = bus << 16 | slot << 11 | function << 8 | offset |
               (bridge->uni_north ? 1u : 0x80000000u);
    if (bridge->uni_north)
        port += offset & 4;
    *(volatile uint32_t *)bridge->address = __builtin_bswap32(word);
    __asm__ volatile("eieio" ::: "memory");
    uint32_t value = __builtin_bswap32(*(volatile uint32_t *)port);
    __asm__ volatile("eieio" ::: "memory");
    return value;
}

static void check_configuration(void)
{
    struct bridge_registers bridge;
    uint32_t location, vendor = 0, device = 0;
    tree_get_word(card, "vendor-id", &vendor);
    tree_get_word(card, "device-id", &device);
    if (!host_bridge(&bridge) || !tree_get_word(card, "reg", &location)) {
        failed("card: its host bridge is known");
        return;
    }
    uint32_t ids = config_read(&bridge, location, 0);
    if (!check(ids == (device << 16 | vendor), "card: configuration space says %04x:%04x as well",
               ids & 0xFFFF, ids >> 16))
        return;
    uint32_t command = config_read(&bridge, location, 4) & 0xFFFF;
    check((command & 4) == 0, "card: bus master is off (command register 0x%04x)", command);
}

void check_silence(void)
{
    if (card != TREE_NONE)
        check_configuration();
}
