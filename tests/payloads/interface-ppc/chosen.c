/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

#include "lib/bytes.h"

/* RFC 951 and 2131 */
#define REPLY_OP      0
#define REPLY_HTYPE   1
#define REPLY_HLEN    2
#define REPLY_YIADDR  16
#define REPLY_SIADDR  20
#define REPLY_CHADDR  28
#define REPLY_FILE    108
#define REPLY_OPTIONS 236
#define MAGIC_COOKIE  0x63825363u
#define OPTION_MASK   1
#define OPTION_FILE   67
#define OPTION_END    255

/* An option's value in a reply of that length; NULL if it has none. */
static const uint8_t *option(const uint8_t *reply, uint32_t length, uint8_t wanted, uint32_t *size)
{
    for (uint32_t at = REPLY_OPTIONS + 4; at + 1 < length && reply[at] != OPTION_END;) {
        if (reply[at] == 0) {
            at++;
            continue;
        }
        *size = reply[at + 1];
        if (reply[at] == wanted && at + 2 + *size <= length)
            return reply + at + 2;
        at += 2 + *size;
    }
    return NULL;
}

static void check_reply(const struct card *card, const char *name, const char *words)
{
    static uint8_t reply[VALUE_LENGTH];
    uint32_t size = 0;
    uint32_t length = get_property(find_device("/chosen"), name, reply, sizeof(reply));
    if (!check(length != NOTHING && length >= REPLY_OPTIONS + 4 && length <= sizeof(reply),
               "/chosen %s is a whole reply (%u bytes)", name, length))
        return;
    check(reply[REPLY_OP] == 2 && reply[REPLY_HTYPE] == 1 && reply[REPLY_HLEN] == 6 &&
              get_be32(reply + REPLY_OPTIONS) == MAGIC_COOKIE,
          "it is a reply, over Ethernet, with options");
    check(memcmp(reply + REPLY_CHADDR, card->mac, 6) == 0, "to this card");
    const char *own = words_value(words, "own=");
    check(own != NULL && get_be32(reply + REPLY_YIADDR) == read_number(&own, 16),
          "that gives the address (%08x)", get_be32(reply + REPLY_YIADDR));
    check(get_be32(reply + REPLY_SIADDR) != 0, "and the server (%08x)",
          get_be32(reply + REPLY_SIADDR));
    check(option(reply, length, OPTION_MASK, &size) != NULL && size == 4, "and the net mask");
    const char *file = words_value(words, "boot-file=");
    uint32_t name_length = 0;
    while (file != NULL && file[name_length] != '\0' && file[name_length] != ' ')
        name_length++;
    const uint8_t *named = option(reply, length, OPTION_FILE, &size);
    check(file != NULL &&
              (memcmp(reply + REPLY_FILE, file, name_length) == 0 ||
               (named != NULL && size >= name_length && memcmp(named, file, name_length) == 0)),
          "and the file (%.64s)", (const char *)reply + REPLY_FILE);
}

void check_chosen(const struct card *card)
{
    const char *words = client_words();
    uint32_t chosen = find_device("/chosen");
    check(words[0] != '\0' && client_one("getproplen", 2, chosen, "bootargs") == strlen(words) + 1,
          "/chosen bootargs ends with its NUL");
    check_reply(card, "bootp-response", words);
    check_reply(card, "dhcp-response", words);
    check(is_handle(get_word(chosen, "stdout", 0)) && is_handle(get_word(chosen, "memory", 0)) &&
              is_handle(get_word(chosen, "mmu", 0)),
          "/chosen has stdout, memory and mmu");
}
