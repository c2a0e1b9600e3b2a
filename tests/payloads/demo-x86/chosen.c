/* SPDX-License-Identifier: BSD-2-Clause */
#include "chosen.h"

#include "../common/report.h"
#include "../common/strings.h"
#include "../common/tree.h"
#include "../common/words.h"
#include "boot_args.h"
#include "lib/bytes.h"

#define DHCP_OFFER       2
#define DHCP_ACK         5
#define OPTION_TYPE      53u
#define OPTION_CLASS     60u
#define OPTION_ROOT_PATH 17u
#define COOKIE           0x63825363u
#define OPTIONS_FROM     240u

static bool know_mac; /* from the command line, or else from the DHCP reply */
static uint8_t mac[6];

static void say_mac(const char *what, const uint8_t *a)
{
    say("       %s %02x:%02x:%02x:%02x:%02x:%02x\n", what, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- Replies of the boot server -----------------------------------------------------------------
 */

/* First byte of an option's value, or -1. `packet` is a reply from `op` on. */
static int option_value(const struct tree_value *packet, uint8_t wanted)
{
    uint32_t at = OPTIONS_FROM;
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
static void check_reply(const char *name, const struct tree_value *packet)
{
    const uint8_t *p = packet->bytes;
    if (!check(packet->length >= OPTIONS_FROM, "%s: %u bytes, a whole packet", name,
               packet->length))
        return;
    check(p[0] == 2 && p[1] == 1 && p[2] == 6, "%s: a reply over Ethernet", name);
    check(get_be32(p + 236) == COOKIE, "%s: magic cookie", name);
    int type = option_value(packet, OPTION_TYPE);
    /* A client that a NetBoot server knows has its offer instead. */
    check(type == (boot_argument("expect-offer") && name[0] == 'b' ? DHCP_OFFER : DHCP_ACK) ||
              (type < 0 && boot_argument("bootp")),
          "%s: message type is %s", name,
          boot_argument("expect-offer") && name[0] == 'b' ? "OFFER" : "ACK");
    if (know_mac)
        check(memcmp(p + 28, mac, 6) == 0, "%s: is for this card's address", name);
    say_mac("for", p + 28);
    say("       %s: gives us %u.%u.%u.%u, file \"%.*s\"\n", name, p[16], p[17], p[18], p[19], 128,
        (const char *)p + 108);
}

static void check_replies(tree_node chosen)
{
    struct tree_value value;
    bool dhcp = tree_get(chosen, "dhcp-response", &value);
    if (!check(dhcp, "/chosen has dhcp-response"))
        return;
    check_reply("dhcp-response", &value);
    if (!know_mac && value.length >= OPTIONS_FROM) {
        memcpy(mac, value.bytes + 28, 6);
        know_mac = true;
    }
    bool bsdp = tree_get(chosen, "bsdp-response", &value);
    if (bsdp)
        check_reply("bsdp-response", &value);
    if (boot_argument("expect-bsdp"))
        check(bsdp && option_value(&value, OPTION_CLASS) == 'A' &&
                  option_value(&value, OPTION_ROOT_PATH) == 'n',
              "/chosen has bsdp-response, of a NetBoot server with a root path on NFS");
}

/* --- root-matching: an XML dictionary with the card's address -----------------------------------
 */

static uint32_t base64_digit(char digit)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t value = 0;
    while (value < 64 && digits[value] != digit)
        value++;
    return value;
}

/* Six bytes are eight digits without padding; white space may stand among them. */
static bool read_base64(const char *text, const char *end, uint8_t bytes[6])
{
    uint32_t digits = 0, bits = 0, stored = 0;
    for (; text < end && *text != '<'; text++) {
        uint32_t value = base64_digit(*text);
        if (value == 64 && *text > ' ')
            return false;
        if (value == 64)
            continue;
        bits = bits << 6 | value;
        if (++digits % 4 != 0)
            continue;
        for (int shift = 16; shift >= 0 && stored < 6; shift -= 8)
            bytes[stored++] = (uint8_t)(bits >> shift);
    }
    return digits == 8;
}

static void check_matching(const char *text)
{
    uint32_t length = (uint32_t)strlen(text), at, more;
    check(text_contains(text, length, "<dict", &at) && text_contains(text, length, "</dict>", &at),
          "root-matching is an XML dictionary");
    check(text_contains(text, length, "<key>IOProviderClass</key>", &at) &&
              text_contains(text, length, "<string>IONetworkInterface</string>", &at),
          "root-matching looks for a network interface");
    check(text_contains(text, length, "<key>IOParentMatch</key>", &at) &&
              text_contains(text, length, "<key>IOPropertyMatch</key>", &at),
          "root-matching looks at its parent's properties");
    if (!check(text_contains(text, length, "<key>IOMACAddress</key>", &at) &&
                   text_contains(text + at, length - at, "<data", &more) &&
                   text_contains(text + at + more, length - at - more, ">", &more),
               "root-matching names an address"))
        return;
    text_contains(text + at, length - at, "<data", &more);
    at += more;
    text_contains(text + at, length - at, ">", &more);
    at += more;
    uint8_t found[6] = {0};
    bool good = read_base64(text + at, text + length, found);
    say_mac("root-matching says", found);
    check(good && know_mac && memcmp(found, mac, 6) == 0, "it is this card's");
}

/* ------------------------------------------------------------------------------------------------
 */

static void check_network_boot(tree_node chosen)
{
    struct tree_value value;
    bool marked = tree_get(TREE_ROOT, "net-boot", &value);
    const char *matching = tree_get_text(chosen, "root-matching");
    if (boot_argument("local")) {
        check(!marked, "the root has no net-boot: nothing came over a network");
        check(!tree_get(chosen, "dhcp-response", &value) && matching == NULL,
              "/chosen has neither dhcp-response nor root-matching");
        return;
    }
    check(marked && value.length == 0, "the root has net-boot, empty");
    if (boot_argument("static-network"))
        check(!tree_get(chosen, "dhcp-response", &value),
              "/chosen has no dhcp-response: the address was given by hand");
    else
        check_replies(chosen);
    /* The kernel looks there first: it would win over a root that the command line names. */
    if (words_value(boot_args.command_line, "rd=") != NULL ||
        words_value(boot_args.command_line, "rootdev=") != NULL)
        check(matching == NULL, "/chosen has no root-matching: rd= says where the root is");
    else if (check(matching != NULL, "/chosen has root-matching, with its NUL"))
        check_matching(matching);
}

void check_chosen(void)
{
    struct tree_value value;
    const char *wanted = words_value(boot_args.command_line, "expect-mac=");
    if (wanted != NULL) {
        know_mac = read_mac(wanted, mac);
        check(know_mac, "expect-mac= is an address");
    }
    tree_node chosen = tree_lookup("/chosen");
    if (!check(chosen != TREE_NONE, "/chosen is found by name"))
        return;
    const char *line = tree_get_text(chosen, "boot-args");
    check(line != NULL && strcmp(line, boot_args.command_line) == 0,
          "/chosen: boot-args is the command line");
    check(!tree_get(chosen, "boot-uuid", &value), "/chosen has no boot-uuid: it would win");
    if (tree_get(chosen, "random-seed", &value))
        check(value.length == 64, "/chosen: random-seed has 64 bytes");
    check_network_boot(chosen);
}
