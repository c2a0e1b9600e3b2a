/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program for Open Firmware that judges how it was started: registers, the client interface,
 * /chosen, its own memory (specs: xnu-handoff 8.4, 8.5). Prints through firmware.
 */
#include "../common/report.h"
#include "../common/strings.h"

struct client_state {
    uint32_t r3, r4, client_interface, stack, bss_dirty, r2, msr;
};
extern struct client_state client_state;
extern const uint8_t bss_start[], bss_end[];

void client_main(void) __attribute__((noreturn));

#define CELLS_MAXIMUM 8
#define NOTHING       UINT32_MAX
#define DATA_WORD     0x44415441u /* written by link.ld at the start of .data */

static uint32_t stdout_handle = NOTHING;

/* Calls a service with up to six arguments and one result; NOTHING when it failed. */
static uint32_t service(const char *name, uint32_t count, uint32_t a, uint32_t b, uint32_t c,
                        uint32_t d)
{
    uint32_t cells[CELLS_MAXIMUM] = {(uint32_t)name, count, 1, a, b, c, d, NOTHING};
    cells[3 + count] = NOTHING;
    uint32_t (*call)(uint32_t *) = (uint32_t(*)(uint32_t *))client_state.client_interface;
    return call(cells) == 0 ? cells[3 + count] : NOTHING;
}

static uint32_t find_device(const char *path)
{
    return service("finddevice", 1, (uint32_t)path, 0, 0, 0);
}

static uint32_t get_property(uint32_t node, const char *name, void *buffer, uint32_t size)
{
    return service("getprop", 4, node, (uint32_t)name, (uint32_t)buffer, size);
}

static void put(char character)
{
    static const char end_of_line[] = "\r\n";
    if (character == '\n')
        service("write", 3, stdout_handle, (uint32_t)end_of_line, 2, 0);
    else
        service("write", 3, stdout_handle, (uint32_t)&character, 1, 0);
}

static void check_registers(void)
{
    check(client_state.r3 == 0 && client_state.r4 == 0, "r3 and r4 are 0 (0x%x, 0x%x)",
          client_state.r3, client_state.r4);
    check(client_state.stack != 0 && client_state.stack % 16 == 0, "r1 is an aligned stack (0x%x)",
          client_state.stack);
    volatile uint8_t deep[4096];
    for (uint32_t i = 0; i < sizeof(deep); i++)
        deep[i] = (uint8_t)(i * 7);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < sizeof(deep); i++)
        wrong += deep[i] != (uint8_t)(i * 7);
    check(wrong == 0, "4 KB of that stack keep what is written");
    uint32_t own = (uint32_t)bss_start & ~0xFFFFFu;
    check((client_state.stack & ~0xFFFFFu) != own, "the stack is not inside this program");
    check(client_state.bss_dirty == 0, "BSS was zero on entry (first other word at 0x%x)",
          client_state.bss_dirty);
    say("       MSR 0x%x, r2 0x%x\n", client_state.msr, client_state.r2);
}

static uint32_t initialised[4] = {1, 2, 3, 4};

static void check_memory(void)
{
    check(initialised[0] == 1 && initialised[3] == 4, "initialised data is here");
    initialised[0] = DATA_WORD;
    uint32_t place = service("claim", 3, 0, 65536, 4096, 0);
    if (check(place != NOTHING && place % 4096 == 0, "claim gives memory (0x%x)", place)) {
        check(place + 65536 <= 0x600000 || place >= (uint32_t)bss_end,
              "claimed memory is not this program");
        memset((void *)place, 0xA5, 65536);
        check(((uint8_t *)place)[65535] == 0xA5, "claimed memory can be written");
        service("release", 2, place, 65536, 0, 0);
    }
    check(service("claim", 3, (uint32_t)bss_start & ~4095u, 4096, 0, 0) == NOTHING,
          "this program's own memory is claimed already");
}

static char text[512];

static void check_chosen(uint32_t chosen)
{
    uint32_t length = get_property(chosen, "bootargs", text, sizeof(text) - 1);
    if (check(length != NOTHING && length > 0 && length < sizeof(text) && text[length - 1] == '\0',
              "/chosen bootargs ends with its NUL"))
        say("       bootargs %s\n", text);
    length = get_property(chosen, "bootpath", text, sizeof(text) - 1);
    if (!check(length != NOTHING && length > 1 && length < sizeof(text) && text[length - 1] == '\0',
               "/chosen bootpath ends with its NUL"))
        return;
    say("       bootpath %s\n", text);
    uint32_t colon = 0;
    while (text[colon] != '\0' && text[colon] != ':')
        colon++;
    check(text[colon] == ':', "bootpath has a ':'");
    text[colon] = '\0';
    uint32_t node = find_device(text);
    if (!check(node != NOTHING, "bootpath's device is in the tree"))
        return;
    uint32_t class_code = 0;
    check(get_property(node, "class-code", &class_code, 4) == 4 && class_code >> 16 == 2,
          "it is a network card (class code %06x)", class_code);
}

void client_main(void)
{
    uint32_t chosen = client_state.client_interface != 0 ? find_device("/chosen") : NOTHING;
    if (chosen != NOTHING)
        get_property(chosen, "stdout", &stdout_handle, 4);
    report_to(put);
    say("\nSawboot demonstration client program\n");
    check(chosen != NOTHING, "the client interface in r5 (0x%x) finds /chosen",
          client_state.client_interface);
    check_registers();
    check_memory();
    check_chosen(chosen);
    check(service("sawboot-no-such-service", 1, 0, 0, 0, 0) == NOTHING,
          "an unknown service is refused, firmware lives");
    report_verdict();
    for (;;) {
    }
}
