/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

uint8_t *area;

static struct card card, second;

static uint32_t pattern_word(uint32_t address)
{
    return address * 2654435761u ^ 0x47554152u;
}

void guard_fill(uint8_t *from, uint32_t length)
{
    for (uint32_t *word = (uint32_t *)from; (uint8_t *)word < from + length; word++)
        *word = pattern_word(cell_of(word));
}

bool guard_is_whole(const uint8_t *from, uint32_t length)
{
    for (const uint32_t *word = (const uint32_t *)from; (const uint8_t *)word < from + length;
         word++) {
        if (*word != pattern_word(cell_of(word))) {
            say("       0x%x holds 0x%x\n", cell_of(word), *word);
            return false;
        }
    }
    return true;
}

const char *card_path(const struct card *which, const char *arguments)
{
    static char path[2 * PATH_LENGTH];
    uint32_t length = (uint32_t)strlen(which->path);
    memcpy(path, which->path, length + 1);
    if (arguments != NULL) {
        path[length] = ':';
        memcpy(path + length + 1, arguments, strlen(arguments) + 1);
    }
    return path;
}

uint32_t card_open(const struct card *which, const char *arguments)
{
    return open_device(card_path(which, arguments));
}

/* The node of /chosen bootpath. */
static void find_boot_card(void)
{
    char *path = card.path;
    get_text(find_device("/chosen"), "bootpath", path, sizeof(card.path));
    say("       bootpath %s\n", path);
    uint32_t end = 0;
    while (path[end] != '\0' && path[end] != ':')
        end++;
    check(path[end] == ':', "/chosen bootpath has a ':'");
    path[end] = '\0';
    card.node = find_device(path);
    if (!check(is_handle(card.node), "its device is in the tree"))
        card.node = 0;
}

/* The network card with that address in local-mac-address. */
static void find_second_card(void)
{
    uint8_t mac[6];
    for (uint32_t node = client_one("peer", 1, 0); node != 0; node = next_node(node)) {
        if (get_property(node, "local-mac-address", mac, 6) == 6 && memcmp(mac, second.mac, 6) == 0)
            second.node = node;
    }
    if (check(second.node != 0, "the other card is in the tree, with its local-mac-address")) {
        const char *path = path_of(second.node);
        memcpy(second.path, path, strlen(path) + 1);
        say("       other card %s\n", second.path);
    }
}

/* What a part of the checks took, and how long all did so far. */
static void say_time(const char *part)
{
    static uint32_t start, last;
    uint32_t now = milliseconds();
    if (start == 0)
        start = last = now;
    say("       -- %s: %u ms, in all %u s\n", part, now - last, (now - start) / 1000);
    last = now;
}

static void check_card(const struct card *which)
{
    say_time("before the card");
    check_node(which);
    say_time("node");
    check_instances(which);
    say_time("instances");
    check_frames(which);
    say_time("frames");
    check_files(which);
    say_time("files");
}

static void check_all(const char *words)
{
    const char *mac = words_value(words, "mac=");
    check_services();
    find_boot_card();
    area = (uint8_t *)claim(0, AREA_LENGTH + GUARD_LENGTH, PAGE);
    if (!check(cell_of(area) != NOTHING, "claim gives memory, at 0x%x", cell_of(area)) ||
        card.node == 0)
        return;
    check(mac != NULL && read_mac(mac, card.mac), "the words have mac=");
    check_chosen(&card);
    check_names(&card);
    check_card(&card);
    check_wrong_instances(&card);
    say_time("wrong instances");
    check_refused_loads(&card);
    say_time("refused loads");
    check_counts(&card);
    check_forth(&card);
    check_registers(&card);
    say_time("registers");
    check_claims();
    say_time("claims");
    mac = words_value(words, "mac2=");
    if (mac != NULL && check(read_mac(mac, second.mac), "mac2= is an address")) {
        find_second_card();
        if (second.node != 0)
            check_card(&second);
    }
    check_all_memory(&card);
    say_time("all memory");
}

void client_main(void)
{
    if (!client_console())
        return;
    const char *words = client_words();
    say("\nSawboot interface checks\n       r5 0x%x, program 0x%x to 0x%x\n       bootargs %s\n",
        client_entry.r5, cell_of(program_start), cell_of(program_end), words);
    check_all(words);
    if (card.node != 0 && words_have(words, "end=quiesce"))
        check_quiesce(&card);
    report_verdict();
    if (words_have(words, "end=return"))
        return;
    if (words_have(words, "end=exit"))
        client_call("exit", 0, 0);
    for (;;) {
    }
}
