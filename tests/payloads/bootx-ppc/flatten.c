/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's tree as XNU's flattened one, by the services alone (specs: xnu-handoff 3.1, 3.3).
 */
#include "bootx.h"

#include "lib/bytes.h"
#include "tests/payloads/common/tree.h"

#define NAME_FIELD 32
#define DEPTH      16

static uint8_t *at;
static uint32_t node_count, property_count;

static void put_property(const char *name, const void *value, uint32_t length)
{
    memset(at, 0, NAME_FIELD);
    memcpy(at, name, strlen(name));
    put_be32(at + NAME_FIELD, length);
    memcpy(at + NAME_FIELD + 4, value, length);
    at += NAME_FIELD + 4 + ((length + 3) & ~3u);
}

static uint32_t put_unit(uint32_t node)
{
    const char *path = path_of(node), *unit = NULL;
    for (; *path != '\0'; path++) {
        if (*path == '/')
            unit = NULL;
        if (*path == '@')
            unit = path + 1;
    }
    if (unit == NULL)
        return 0;
    put_property("AAPL,unit-string", unit, (uint32_t)strlen(unit));
    return 1;
}

static uint32_t put_properties(uint32_t node)
{
    static char names[2][NAME_FIELD + 96];
    uint32_t count = 1, which = 0;
    put_property("AAPL,phandle", &node, 4);
    count += put_unit(node);
    names[0][0] = '\0';
    while (client_one("nextprop", 3, node, names[which], names[1 - which]) == 1) {
        which = 1 - which;
        if (strlen(names[which]) >= NAME_FIELD) {
            failed("a property's name has more than 31 characters: %s", names[which]);
            break;
        }
        /* The value goes to its place at once, as BootX does it. */
        uint8_t *value = at + NAME_FIELD + 4;
        uint32_t length = get_property(node, names[which], value, PROPERTY_LENGTH);
        if (length == NOTHING || length > PROPERTY_LENGTH) {
            failed("%s: the value of %s: %u bytes", path_of(node), names[which], length);
            break;
        }
        memset(value + length, 0, 3);
        put_property(names[which], value, length);
        count++;
    }
    property_count += count;
    return count;
}

static void put_node(uint32_t node, uint32_t depth)
{
    uint8_t *counts = at;
    uint32_t children = 0;
    at += 8;
    node_count++;
    put_be32(counts, put_properties(node));
    for (uint32_t child = client_one("child", 1, node); is_handle(child) && depth < DEPTH;
         child = client_one("peer", 1, child)) {
        children++;
        put_node(child, depth + 1);
    }
    put_be32(counts + 4, children);
}

uint32_t flatten_tree(uint32_t to)
{
    at = (uint8_t *)to;
    node_count = property_count = 0;
    put_node(client_one("peer", 1, 0), 0);
    say("       %u nodes, %u properties\n", node_count, property_count);
    return (uint32_t)at - to;
}

void check_tree(uint32_t address, uint32_t length, const char *device)
{
    struct tree_value value;
    static const char *const names[] = {"local-mac-address", "mac-address", "max-frame-size",
                                        "address-bits"};
    if (!tree_check((const uint8_t *)address, length, get_be32))
        return;
    tree_node card = tree_resolve(device);
    if (!check(card != TREE_NONE, "the card is in the flattened tree, by its path"))
        return;
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check(tree_get(card, names[i], &value), "and has %s (%u bytes)", names[i], value.length);
    check(tree_resolve("enet:") == card, "the alias enet leads to it there as well");
    bool has_driver = tree_get(card, DRIVER_PROPERTY, &value);
    static char words[PATH_LENGTH];
    get_text(find_device("/options"), "boot-args", words, sizeof(words));
    check(has_driver == words_have(words, "expect-driver"), "it has %s driver, as expected",
          has_driver ? "a" : "no");
    if (has_driver)
        check(value.length > 32 && memcmp(value.bytes, "MKXTMOSX", 8) == 0,
              "and that came along (%u bytes)", value.length);
    tree_node chosen = tree_lookup("/chosen");
    check(chosen != TREE_NONE && tree_get(chosen, "bootp-response", &value),
          "/chosen has bootp-response");
    check(tree_lookup("/chosen/memory-map") != TREE_NONE, "and memory-map");
}
