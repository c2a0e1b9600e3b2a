/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

#include "lib/bytes.h"

/* Host bridges of QEMU's machines and of the Macs that they are like: UniNorth and Grackle. */
#define UNINORTH_ADDRESS ((volatile uint32_t *)0xF2800000)
#define UNINORTH_DATA    ((volatile uint32_t *)0xF2C00000)
#define GRACKLE_ADDRESS  ((volatile uint32_t *)0xFEC00000)
#define GRACKLE_DATA     ((volatile uint32_t *)0xFEE00000)
#define COMMAND          4
#define COMMAND_MASTER   4u

static uint32_t swap(uint32_t word)
{
    uint8_t bytes[4];
    put_be32(bytes, word);
    return get_le32(bytes);
}

/* A configuration register (multiple of 4) of the card, whose first cell of `reg` says where. */
static uint32_t configuration(const struct card *card, uint32_t offset)
{
    uint32_t where = get_word(card->node, "reg", 0), bus = where >> 16 & 0xFF;
    uint32_t device = where >> 11 & 0x1F, function = where >> 8 & 7;
    bool uninorth = strncmp(card->path, "/pci@f2", 7) == 0;
    volatile uint32_t *address = uninorth ? UNINORTH_ADDRESS : GRACKLE_ADDRESS;
    volatile uint32_t *data = uninorth ? UNINORTH_DATA : GRACKLE_DATA;
    uint32_t word = 0x80000000u | bus << 16 | device << 11 | function << 8 | offset;
    if (uninorth)
        word = bus == 0 ? 1u << device | function << 8 | (offset & 0xF8)
                        : bus << 16 | device << 11 | function << 8 | (offset & 0xF8) | 1;
    *address = swap(word);
    __asm__ volatile("eieio; sync" ::: "memory");
    uint32_t value = swap(data[uninorth ? (offset & 4) / 4 : 0]);
    __asm__ volatile("eieio; sync" ::: "memory");
    return value;
}

void check_quiesce(const struct card *card)
{
    static uint8_t frame[ETHERNET_MOST];
    uint32_t instance = card_open(card, "");
    check(frames_pass(card, instance), "the card works before quiesce");
    uint32_t ids = configuration(card, 0);
    check((ids & 0xFFFF) == get_word(card->node, "vendor-id", 0) &&
              ids >> 16 == get_word(card->node, "device-id", 0),
          "its configuration registers are found (%08x)", ids);
    check((configuration(card, COMMAND) & COMMAND_MASTER) != 0, "it is a bus master (%08x)",
          configuration(card, COMMAND));
    guard_fill(area, AREA_LENGTH + GUARD_LENGTH);
    check(client_call("quiesce", 0, 0) == 0, "quiesce is done");
    check((configuration(card, COMMAND) & COMMAND_MASTER) == 0,
          "afterwards it is no bus master any more (%08x)", configuration(card, COMMAND));
    check(!is_handle(card_open(card, "")), "it cannot be opened");
    check(!is_handle(open_device("enet")), "nor by its alias");
    check((int32_t)client_one("read", 3, instance, frame, sizeof(frame)) <= 0,
          "the instance that was open reads nothing");
    check((int32_t)client_one("write", 3, instance, frame, 60) <= 0, "and writes nothing");
    check(client_method("load", instance, 1, 1, area) != 0, "and loads nothing");
    close_device(instance);
    check((configuration(card, COMMAND) & COMMAND_MASTER) == 0, "it stays silent");
    check(guard_is_whole(area, AREA_LENGTH + GUARD_LENGTH), "memory is as it was");
    check(client_call("quiesce", 0, 0) == 0, "quiesce a second time does no harm");
    check(find_device(card->path) == card->node, "the tree can still be read");
}
