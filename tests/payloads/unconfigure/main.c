/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words behind the first module's name choose what is taken away: numbers, windows, registers,
 * cards (see unconfigure.h), and nomap: what the multiboot information says of memory, with PCI
 * left alone. Without any: numbers, windows and registers.
 */
#include <stddef.h>

#include "lib/bytes.h"
#include "tests/payloads/common/report.h"
#include "tests/payloads/common/strings.h"
#include "tests/payloads/unconfigure/unconfigure.h"

#define LOADED_BY_MULTIBOOT 0x2BADB002u
#define FLAG_MEMORY_SIZES   (1u << 0)
#define FLAG_MODULES        (1u << 3)
#define FLAG_MEMORY_MAP     (1u << 6)

/* 16550 at COM1, 115200 baud, 8 bits, no parity. */
#define COM1          0x3F8
#define LINE_CONTROL  3
#define LINE_STATUS   5
#define DIVISOR_LATCH 0x83
#define EIGHT_BITS    0x03
#define CAN_SEND      0x20
#define SEND_TRIES    100000

static void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %w1" : : "a"(value), "Nd"(port));
}

static uint8_t port_read(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void send(char character)
{
    if (character == '\n')
        send('\r');
    for (unsigned i = 0; i < SEND_TRIES && !(port_read(COM1 + LINE_STATUS) & CAN_SEND); i++)
        ;
    port_write(COM1, (uint8_t)character);
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    while (*words != '\0') {
        const char *end = words;

        while (*end != '\0' && *end != ' ')
            end++;
        if ((size_t)(end - words) == length && strncmp(words, word, length) == 0)
            return true;
        words = *end == ' ' ? end + 1 : end;
    }
    return false;
}

static struct settings settings_from(const char *words)
{
    struct settings settings = {has_word(words, "numbers"), has_word(words, "windows"),
                                has_word(words, "registers"), has_word(words, "cards")};

    if (!settings.numbers && !settings.windows && !settings.registers && !has_word(words, "nomap"))
        settings.numbers = settings.windows = settings.registers = true;
    return settings;
}

/*
 * The next program has to ask the BIOS for its memory. What the flags no longer announce is 0.
 */
static void take_memory_map(uint8_t *info)
{
    put_le32(info, get_le32(info) & ~(FLAG_MEMORY_SIZES | FLAG_MEMORY_MAP));
    put_le32(info + 4, 0);
    put_le32(info + 8, 0);
    put_le32(info + 44, 0);
    put_le32(info + 48, 0);
    say("unconfigure: took the memory map\n");
}

void unconfigure(uint32_t magic, uint32_t information)
{
    uint8_t *info = (uint8_t *)(uintptr_t)information;
    const uint8_t *module;
    const char *words, *reason;
    struct settings settings;
    struct taken taken = {0, 0};
    uint32_t first;

    port_write(COM1 + LINE_CONTROL, DIVISOR_LATCH);
    port_write(COM1, 1);
    port_write(COM1 + 1, 0);
    port_write(COM1 + LINE_CONTROL, EIGHT_BITS);
    report_to(send);
    if (magic != LOADED_BY_MULTIBOOT || !(get_le32(info) & FLAG_MODULES) ||
        get_le32(info + 20) == 0) {
        say("unconfigure: there is no module to start\n");
        return;
    }
    first = get_le32(info + 24);
    module = (const uint8_t *)(uintptr_t)first;
    words = (const char *)(uintptr_t)get_le32(module + 8);
    settings = settings_from(words);
    if (has_word(words, "nomap"))
        take_memory_map(info);
    if (settings.numbers || settings.windows || settings.registers)
        taken = pci_take_away(&settings);
    say("unconfigure: took from %u bridges and %u devices:%s%s%s%s\n", taken.bridges, taken.devices,
        settings.numbers ? " numbers" : "", settings.windows ? " windows" : "",
        settings.registers ? " registers" : "", settings.cards ? " cards" : "");

    /* The next program gets the other modules. */
    put_le32(info + 20, get_le32(info + 20) - 1);
    put_le32(info + 24, first + 16);
    reason = start_kernel((const uint8_t *)(uintptr_t)get_le32(module),
                          get_le32(module + 4) - get_le32(module), information);
    say("unconfigure: %s\n", reason);
}
