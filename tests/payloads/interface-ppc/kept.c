/* SPDX-License-Identifier: BSD-2-Clause */
#include "interface.h"

#define SMALL_STACK 512
#define STACK_GUARD 0x2000

/* Calls with known registers; `what` for the verdict. Returns the first result. */
static uint32_t call_and_compare(const char *what, const char *service, uint32_t count,
                                 const uint32_t *arguments, uint32_t results, uint32_t stack_top)
{
    static struct kept_registers kept;
    uint32_t array[3 + CLIENT_CELLS] = {cell_of(service), count, results};
    memcpy(array + 3, arguments, 4 * count);
    memset(array + 3 + count, 0xFF, 4 * results);
    uint32_t answer = call_with_registers(client_entry.r5, array, stack_top, &kept);
    uint32_t changed = 0;
    for (uint32_t i = 0; i < 32 - KEPT_FIRST; i++)
        changed += kept.nonvolatile[i] != KEPT_VALUE(KEPT_FIRST + i);
    check(answer == 0, "%s is done (0x%x)", what, answer);
    check(changed == 0, "%s keeps r13 to r31 (%u changed)", what, changed);
    check(kept.r1 == stack_top && kept.r2 == KEPT_VALUE(2), "%s keeps r1 and r2 (0x%x, 0x%x)", what,
          kept.r1, kept.r2);
    check((kept.condition & 0x00FFF000) == KEPT_CONDITION, "%s keeps CR2 to CR4 (0x%08x)", what,
          kept.condition);
    return array[3 + count];
}

static void check_with(const struct card *card, const char *where, uint32_t top)
{
    static uint8_t frame[ETHERNET_MOST];
    uint32_t path = cell_of(card_path(card, ",\\no-such-file"));
    say("       %s:\n", where);
    uint32_t instance = call_and_compare("open", "open", 1, &path, 1, top);
    check(is_handle(instance), "open works");
    uint32_t find[] = {cell_of(card->path)};
    check(call_and_compare("finddevice", "finddevice", 1, find, 1, top) == card->node,
          "finddevice works");
    uint32_t get[] = {card->node, cell_of("local-mac-address"), cell_of(frame), 6};
    check(call_and_compare("getprop", "getprop", 4, get, 1, top) == 6, "getprop works");
    uint32_t read[] = {instance, cell_of(frame), sizeof(frame)};
    call_and_compare("read", "read", 3, read, 1, top);
    uint32_t load[] = {cell_of("load"), instance, cell_of(area)};
    check(call_and_compare("call-method load", "call-method", 3, load, 2, top) != 0,
          "load of a missing file fails");
    uint32_t take[] = {0, PAGE, PAGE};
    uint32_t place = call_and_compare("claim", "claim", 3, take, 1, top);
    check(place != NOTHING, "claim works");
    release(place, PAGE);
    call_and_compare("close", "close", 1, &instance, 0, top);
    uint32_t forth = cell_of("1 2 +");
    call_and_compare("interpret", "interpret", 1, &forth, 2, top);
}

void check_registers(const struct card *card)
{
    static uint8_t stack[STACK_GUARD + 0x8000] __attribute__((aligned(16)));
    uint32_t top = cell_of(stack) + sizeof(stack) - 32;
    check_with(card, "on a usual stack", top);
    guard_fill(stack, STACK_GUARD);
    top = cell_of(stack) + STACK_GUARD + SMALL_STACK - 32;
    /* The frame of the caller is above: back chain and room for LR. */
    check_with(card, "with 512 bytes of stack left", top);
    check(guard_is_whole(stack, STACK_GUARD), "512 bytes of stack are enough");
    uint32_t instance = card_open(card, "");
    check(frames_pass(card, instance), "frames pass after that");
    close_device(instance);
}
