/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

/* Whether a walk by nextprop comes upon that name; `*count` counts the names. */
static bool walk_meets(uint32_t node, const char *wanted, uint32_t *count)
{
    char name[2][NAME_LENGTH + 96] = {"", ""};
    bool met = false;
    for (*count = 0; *count < 200; (*count)++) {
        char *next = name[(*count + 1) % 2];
        next[0] = '\0';
        if (client_one("nextprop", 3, node, name[*count % 2], next) != 1 || next[0] == '\0')
            break;
        met = met || strcmp(next, wanted) == 0;
    }
    return met;
}

static void check_property_services(uint32_t node)
{
    static const char *const names[] = {
        "device_type", "local-mac-address", "mac-address", "max-frame-size", "address-bits", "name",
        "reg"};
    char value[64];
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint32_t length = client_one("getproplen", 2, node, names[i]), count;
        check(length != NOTHING && get_property(node, names[i], value, sizeof(value)) == length,
              "getproplen and getprop agree on %s (%u bytes)", names[i], length);
        check(walk_meets(node, names[i], &count) && count < 200, "nextprop comes upon %s",
              names[i]);
    }
    check(client_one("getproplen", 2, node, "no-such-property") == NOTHING &&
              get_property(node, "no-such-property", value, sizeof(value)) == NOTHING,
          "getprop and getproplen of no such property are -1");
    check((int32_t)client_one("nextprop", 3, node, "no-such-property", value) <= 0,
          "nextprop after no such property finds nothing");
    memset(value, 0x77, sizeof(value));
    uint32_t length = get_property(node, "device_type", value, 3);
    check(length == 8 && memcmp(value, "net", 3) == 0 && value[3] == 0x77,
          "getprop into 3 bytes writes 3 and tells the length (%u)", length);
    memset(value, 0x77, sizeof(value));
    get_property(node, "device_type", value, 0);
    check(value[0] == 0x77, "getprop into no bytes writes none");
}

static void check_setprop(uint32_t node)
{
    char value[16];
    uint32_t count;
    check(client_one("setprop", 4, node, "sawboot-test", "abcdefg", 8) == 8,
          "setprop makes a property of 8 bytes");
    check(get_property(node, "sawboot-test", value, 16) == 8 && memcmp(value, "abcdefg", 8) == 0,
          "and getprop finds it");
    check(walk_meets(node, "sawboot-test", &count), "and nextprop");
    check(client_one("setprop", 4, node, "sawboot-test", "xy", 2) == 2 &&
              client_one("getproplen", 2, node, "sawboot-test") == 2,
          "setprop changes it to 2 bytes");
}

void check_node(const struct card *card)
{
    char text[64];
    uint8_t mac[8];
    uint32_t node = card->node;
    check(strcmp(get_text(node, "device_type", text, 64), "network") == 0,
          "%s: device_type is network", card->path);
    check(get_property(node, "local-mac-address", mac, 8) == 6 && memcmp(mac, card->mac, 6) == 0,
          "local-mac-address is the card's");
    check(get_property(node, "mac-address", mac, 8) == 6 && memcmp(mac, card->mac, 6) == 0,
          "mac-address is the card's");
    uint32_t most = get_word(node, "max-frame-size", 0);
    check(client_one("getproplen", 2, node, "max-frame-size") == 4 && most >= ETHERNET_MOST &&
              most <= ETHERNET_MOST + 4,
          "max-frame-size is Ethernet's (%u)", most);
    check(client_one("getproplen", 2, node, "address-bits") == 4 &&
              get_word(node, "address-bits", 0) == 48,
          "address-bits is 48");
    get_text(node, "network-type", text, 64);
    check(text[0] == '\0' || strcmp(text, "ethernet") == 0, "network-type is ethernet or unsaid");
    check_property_services(node);
    check_setprop(node);
}

/* A name that leads to the card's node. */
static void leads(const struct card *card, const char *name)
{
    uint32_t node = find_device(name);
    check(node == card->node, "finddevice of %s is the card's node (0x%x)", name, node);
}

void check_names(const struct card *card)
{
    char path[PATH_LENGTH];
    leads(card, card_path(card, NULL));
    leads(card, card_path(card, ""));
    leads(card, card_path(card, "10.0.2.2,\\folder\\file"));
    leads(card, card_path(card, ",,,,"));
    leads(card, "enet");
    leads(card, "enet:");
    leads(card, "enet:0,\\folder\\file");
    get_text(find_device("/aliases"), "enet", path, sizeof(path));
    check(strcmp(path, card->path) == 0, "/aliases has enet (%s)", path);
    uint32_t net = find_device("net");
    check(net == NOTHING || net == card->node, "net is the card, or no alias");
    check(find_device(card_path(card, NULL)) == card->node &&
              strcmp(path_of(card->node), card->path) == 0,
          "package-to-path gives the path back");
    check(!is_handle(find_device("/no-such-node")), "finddevice of no such node finds nothing");
    check(!is_handle(find_device("no-such-alias")), "nor of no such alias");
    check(!is_handle(find_device("enetx")) && !is_handle(find_device("ene")),
          "nor of an alias cut short or with more behind it");
    char tiny[8];
    memset(tiny, 0x77, sizeof(tiny));
    uint32_t length = client_one("package-to-path", 3, card->node, tiny, 4);
    check(tiny[4] == 0x77 && length != NOTHING && length >= 4,
          "package-to-path into 4 bytes writes no more (%u)", length);
    uint32_t parent = client_one("parent", 1, card->node), found = 0;
    for (uint32_t node = client_one("child", 1, parent); is_handle(node) && found < 99;
         node = client_one("peer", 1, node))
        found = node == card->node ? 100 : found;
    check(found == 100, "child and peer of its parent come upon the card");
}
