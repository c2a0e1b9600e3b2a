/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A multiboot kernel that judges how it was loaded. Words of its command line, behind its name:
 *
 *     expect-mb=N           the machine has so much RAM
 *     expect-name=X         the first word is X
 *     expect-modules=N      so many modules
 *     expect-video=WxH      a frame buffer of that size, which is drawn to
 *
 * A module's words may have crc=XXXXXXXX, the CRC-32 of its contents (make-image crc).
 */
#include "../common-x86/cards.h"
#include "../common-x86/entry.h"
#include "../common-x86/exceptions.h"
#include "../common-x86/processor.h"
#include "../common-x86/serial.h"
#include "../common/memory.h"
#include "../common/report.h"
#include "../common/strings.h"
#include "../common/words.h"
#include "information.h"
#include "lib/bytes.h"
#include "seal.h"
#include "tools/common/crc32.h"

#define MAGIC            0x2BADB002u
#define MEGABYTE         (1ull << 20)
#define FOUR_GIGABYTES   (1ull << 32)
#define TEXT_MAXIMUM     4096u
#define RANGES_MAXIMUM   64u
#define MODULES_MAXIMUM  24u
#define LEGACY_FIRST     0xA0000u
#define LEGACY_LENGTH    0x60000u
#define MAP_RECLAIM      3u
#define MAP_NVS          4u
#define MEMORY_TOLERANCE (2 * MEGABYTE) /* below 1 MB and what firmware keeps */

extern const uint8_t text_start[], data_start[], bss_start[], bss_end[];

void kernel_main(void) __attribute__((noreturn));

static void __attribute__((noreturn)) stop(void)
{
    report_verdict();
    for (;;)
        processor_stop();
}

/* --- Everything that lies in memory ----------------------------------------------------------- */

struct range {
    const char *what;
    uint32_t first, length;
};
static struct range ranges[RANGES_MAXIMUM];
static uint32_t range_count;

static void note(const char *what, uint32_t first, uint32_t length)
{
    if (range_count < RANGES_MAXIMUM)
        ranges[range_count++] = (struct range){what, first, length};
}

/* Length with the NUL; 0 if there is none in sight. */
static uint32_t note_text(const char *what, uint32_t address)
{
    const char *text = (const char *)memory_at(address);
    uint32_t length = 0;
    while (length < TEXT_MAXIMUM && text[length] != '\0')
        length++;
    if (length == TEXT_MAXIMUM)
        return 0;
    note(what, address, length + 1);
    return length + 1;
}

static void check_ranges(void)
{
    bool apart = true, in_ram = true;
    for (uint32_t i = 0; i < range_count; i++) {
        const struct range *a = &ranges[i];
        if (!information_is_ram(a->first, a->length)) {
            in_ram = false;
            say("       %s at 0x%x is not in usable RAM\n", a->what, a->first);
        }
        for (uint32_t j = 0; j < i; j++) {
            const struct range *b = &ranges[j];
            if (ranges_overlap(a->first, a->length, b->first, b->length)) {
                apart = false;
                say("       %s at 0x%x and %s at 0x%x overlap\n", a->what, a->first, b->what,
                    b->first);
            }
        }
    }
    check(in_ram, "all %u pieces lie in usable RAM", range_count);
    check(apart, "none overlaps another");
}

/* --- Ourselves -------------------------------------------------------------------------------- */

static void check_seal(const char *what, const uint8_t *start, const struct seal *seal)
{
    bool here = seal->length == (uint32_t)((const uint8_t *)seal - start);
    uint32_t crc = here ? crc32(start, seal->length) : 0;
    check(here && crc == seal->crc, "%s: %u bytes at 0x%x arrived, CRC-32 %08x", what, seal->length,
          (uint32_t)(uintptr_t)start, crc);
}

static void check_ourselves(void)
{
    check_seal("text", text_start, &seal_text);
    check_seal("data", data_start, &seal_data);
    check(entry_state.bss_dirty == 0, "our BSS was zero on entry (first other word at 0x%x)",
          entry_state.bss_dirty);
    note("the kernel", (uint32_t)(uintptr_t)text_start, (uint32_t)(bss_end - text_start));
}

/* --- The information ---------------------------------------------------------------------------
 */

static void check_words(void)
{
    const char *line = information_words();
    if (!check((information.flags & INFORMATION_COMMAND_LINE) != 0 &&
                   note_text("the command line", information.command_line) != 0,
               "there is a command line, with its NUL"))
        return;
    say("       command line: %s\n", line);
    uint32_t length = 0;
    while (line[length] != '\0' && line[length] != ' ')
        length++;
    check(length != 0 && strncmp(line, "expect-", 7) != 0, "its first word is our name: %.*s",
          (int)length, line);
    const char *wanted = words_value(line, "expect-name=");
    if (wanted != NULL)
        check(strncmp(line, wanted, length) == 0 &&
                  (wanted[length] == '\0' || wanted[length] == ' '),
              "it is the one that was asked for");
}

static void check_loader_name(void)
{
    bool here = (information.flags & INFORMATION_LOADER_NAME) != 0 &&
                note_text("the loader's name", information.loader_name) != 0;
    const char *name = here ? (const char *)memory_at(information.loader_name) : "-";
    check(here && strncmp(name, "Sawboot", 7) == 0, "the loader says its name: %s", name);
}

static void check_map(void)
{
    struct map_entry entry;
    uint64_t before = 0, installed = 0, low_end = 0;
    uint32_t at = 0, count = 0;
    bool ascending = true, legacy = false;
    while (information_map(&at, &entry)) {
        say("       %llx-%llx type %u\n", (unsigned long long)entry.first,
            (unsigned long long)(entry.first + entry.length - 1), entry.type);
        bool usable = entry.type == MAP_USABLE;
        ascending &= entry.first >= before && entry.length != 0;
        before = entry.first + entry.length;
        count++;
        if (usable || entry.type == MAP_RECLAIM || entry.type == MAP_NVS)
            installed += entry.length;
        legacy |= usable && ranges_overlap(entry.first, entry.length, LEGACY_FIRST, LEGACY_LENGTH);
        if (usable && entry.first <= MEGABYTE && before > MEGABYTE)
            low_end = before;
    }
    check(at == information.map_length, "the memory map has %u whole entries", count);
    check(count != 0 && ascending, "they ascend and do not overlap");
    check(!legacy, "nothing between 640 KB and 1 MB is usable");
    uint32_t expected = words_number(information_words(), "expect-mb=", 0);
    uint32_t megabytes = (uint32_t)(installed >> 20);
    if (expected != 0)
        check(installed <= expected * MEGABYTE &&
                  installed + MEMORY_TOLERANCE >= expected * MEGABYTE,
              "%u MB of RAM are in the map, the machine has %u", megabytes, expected);
    else
        check(megabytes >= 16, "%u MB of RAM are in the map", megabytes);
    uint64_t upper = (uint64_t)information.memory_upper * 1024 + MEGABYTE;
    check((information.flags & INFORMATION_MEMORY) != 0 && information.memory_lower <= 640 &&
              information.memory_lower >= 500,
          "mem_lower is %u KB", information.memory_lower);
    check(upper <= low_end && upper + MEGABYTE >= low_end,
          "mem_upper is %u KB, up to the first hole", information.memory_upper);
}

static void check_module(uint32_t index)
{
    struct module module = information_module(index);
    uint32_t length = module.end - module.start;
    if (!check(module.end > module.start, "module %u: %u bytes at 0x%x", index, length,
               module.start))
        return;
    note("a module", module.start, length);
    check(module.start % 4096 == 0, "module %u: begins on a page, as our header asks", index);
    if (!check(module.words != 0 && note_text("a module's words", module.words) != 0,
               "module %u: has words", index))
        return;
    const char *words = (const char *)memory_at(module.words);
    say("       words: %s\n", words);
    const char *wanted = words_value(words, "crc=");
    uint32_t crc = crc32(memory_at(module.start), length);
    if (wanted != NULL)
        check(read_number(&wanted, 16) == crc, "module %u: all of it arrived, CRC-32 %08x", index,
              crc);
    else
        say("       module %u: CRC-32 %08x, nothing to compare it with\n", index, crc);
}

static void check_modules(void)
{
    bool here = (information.flags & INFORMATION_MODULES) != 0;
    uint32_t count = here ? information.module_count : 0;
    uint32_t expected = words_number(information_words(), "expect-modules=", count);
    check(count == expected, "%u module(s), %u expected", count, expected);
    if (count != 0)
        note("the list of modules", information.modules, 16 * count);
    for (uint32_t i = 0; i < count && i < MODULES_MAXIMUM; i++)
        check_module(i);
}

static void check_screen(void)
{
    const char *wanted = words_value(information_words(), "expect-video=");
    if (wanted == NULL)
        return;
    uint32_t width = read_number(&wanted, 10);
    uint32_t height = *wanted == 'x' ? (wanted++, read_number(&wanted, 10)) : 0;
    bool here = (information.flags & INFORMATION_FRAME_BUFFER) != 0;
    if (!check(here && information.screen_width == width && information.screen_height == height,
               "the frame buffer is %u by %u", information.screen_width, information.screen_height))
        return;
    uint32_t depth = information.screen_depth;
    check(information.screen_kind == 1 && (depth == 16 || depth == 24 || depth == 32),
          "it has direct colours of %u bits", depth);
    check(information.screen_row >= width * (depth / 8), "a row has %u bytes",
          information.screen_row);
    bool reachable = information.screen != 0 && information.screen < FOUR_GIGABYTES &&
                     !information_is_ram(information.screen, 1);
    if (!check(reachable, "it is at 0x%llx, not in RAM", (unsigned long long)information.screen))
        return;
    volatile uint8_t *pixels = memory_at((uint32_t)information.screen);
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width * (depth / 8); x++)
            pixels[information.screen_row * y + x] = (uint8_t)(x ^ y);
    }
    uint32_t last = width * (depth / 8) - 1;
    check(pixels[0] == 0 && pixels[information.screen_row * (height - 1) + last] ==
                                (uint8_t)(last ^ (height - 1)),
          "it keeps a pattern drawn into it");
}

void kernel_main(void)
{
    serial_open();
    report_to(serial_put);
    say("\nSawboot demonstration kernel (multiboot)\n");
    exceptions_install();
    check_entry();
    check(entry_state.eax == MAGIC, "EAX is the loader's magic (0x%08x)", entry_state.eax);
    check_ourselves();
    uint32_t at = entry_state.ebx;
    if (!check(at != 0 && at % 4 == 0, "EBX may be the information: 0x%x", at))
        stop();
    information_read(at);
    say("       flags 0x%x\n", information.flags);
    note("the information", at, INFORMATION_SIZE);
    check_words();
    if (check((information.flags & INFORMATION_MAP) != 0 && information.map != 0,
              "there is a memory map"))
        note("the memory map", information.map, information.map_length);
    check_map();
    check_loader_name();
    check_modules();
    check_ranges();
    check_screen();
    check_cards(false);
    stop();
}
