/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a multiboot 1 loader tells us ("Multiboot Specification version 0.6.96", section 3.3, "Boot
 * information format"): a table whose address is in EBX, little-endian. The table and what it
 * points to may lie anywhere that the loader's own image does not, so all is copied; only the
 * modules' bytes stay where they are.
 */
#include <string.h>

#include "boot/bios/bios.h"
#include "boot/options.h"
#include "lib/bytes.h"

#define LOADED_BY_MULTIBOOT 0x2BADB002u /* EAX at the entry, section 3.2 */

#define INFORMATION_LENGTH 68 /* up to the loader's name */
#define HAS_MEMORY         (1u << 0)
#define HAS_COMMAND_LINE   (1u << 2)
#define HAS_MODULES        (1u << 3)
#define HAS_MEMORY_MAP     (1u << 6)
#define HAS_LOADER_NAME    (1u << 9)

#define MODULE_LENGTH     16
#define MAP_ENTRY_LENGTH  20 /* without the word in front that says so */
#define MAP_LENGTH_LIMIT  0x10000u
#define MODULE_WORDS_ROOM 8192
#define LOADER_NAME_ROOM  64

static char command_line[OPTIONS_LENGTH], loader_name[LOADER_NAME_ROOM];
static struct platform_module modules[MODULES_MAXIMUM];
static char module_words[MODULE_WORDS_ROOM];
static size_t module_count, module_words_used;
static struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
static size_t map_count;
static uint32_t lower_kb, upper_kb;

/* The bytes at an address that somebody else wrote; NULL if it cannot be one. */
static const uint8_t *bytes_at(uint32_t address, uint32_t length)
{
    return address != 0 && bytes_within((uint64_t)1 << 32, address, length)
               ? platform_virtual(address)
               : NULL;
}

/* Copies a string, cut at `room`. Returns its length; `room` if it had to be cut. */
static size_t copy_text(uint32_t address, char *to, size_t room)
{
    size_t length = 0;
    while (length < room) {
        const uint8_t *at = bytes_at(address + (uint32_t)length, 1);
        if (address == 0 || at == NULL || *at == '\0') {
            to[length] = '\0';
            return length;
        }
        to[length++] = (char)*at;
    }
    if (room != 0)
        to[room - 1] = '\0';
    return room;
}

static bool in_the_loaders_way(uint32_t base, uint32_t length)
{
    uint32_t start = (uint32_t)(uintptr_t)image_start;
    return ranges_overlap(base, length, start, (uint32_t)(uintptr_t)image_end - start) ||
           ranges_overlap(base, length, REAL_MODE_BASE, REAL_MODE_END - REAL_MODE_BASE);
}

static error_t read_module(const uint8_t *entry)
{
    uint32_t start = get_le32(entry), end = get_le32(entry + 4);
    char *words = module_words + module_words_used;
    size_t room = MODULE_WORDS_ROOM - module_words_used;
    size_t length = copy_text(get_le32(entry + 8), words, room);
    if (length == room)
        return fail(ERROR_OPTION_LENGTH, "the words of the modules have more than %d characters",
                    MODULE_WORDS_ROOM - 1);
    if (end < start || bytes_at(start, end - start) == NULL)
        return fail(ERROR_PC_START, "module %u is said to lie at %08x-%08x", (unsigned)module_count,
                    (unsigned)start, (unsigned)end);
    if (in_the_loaders_way(start, end - start))
        return fail(ERROR_PC_START, "module %u at %08x-%08x lies on the loader",
                    (unsigned)module_count, (unsigned)start, (unsigned)end);
    modules[module_count++] = (struct platform_module){words, platform_virtual(start), end - start};
    module_words_used += length + 1;
    return OK;
}

static error_t read_modules(uint32_t count, uint32_t address)
{
    if (count > MODULES_MAXIMUM)
        return fail(ERROR_PC_START, "%u modules, of which %d can be used", (unsigned)count,
                    MODULES_MAXIMUM);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = bytes_at(address + i * MODULE_LENGTH, MODULE_LENGTH);
        if (address == 0 || entry == NULL)
            return fail(ERROR_PC_START, "the list of modules is said to lie at %08x",
                        (unsigned)address);
        error_t error = read_module(entry);
        if (error != OK)
            return error;
    }
    return OK;
}

/* Each entry has its own length in front. One that makes no sense ends the map. */
static void read_map(uint32_t length, uint32_t address)
{
    const uint8_t *bytes = bytes_at(address, length);
    if (bytes == NULL || length > MAP_LENGTH_LIMIT)
        return;
    for (uint32_t at = 0; map_count < MEMORY_MAP_MAXIMUM && bytes_within(length, at, 4);) {
        uint32_t size = get_le32(bytes + at);
        if (size < MAP_ENTRY_LENGTH || !bytes_within(length, (uint64_t)at + 4, size))
            return;
        const uint8_t *entry = bytes + at + 4;
        map[map_count++] =
            (struct memory_map_entry){get_le64(entry), get_le64(entry + 8), get_le32(entry + 16)};
        at += 4 + size;
    }
}

error_t multiboot_read(void)
{
    const uint8_t *information = bytes_at(entry_information, INFORMATION_LENGTH);
    if (entry_magic != LOADED_BY_MULTIBOOT)
        return fail(ERROR_PC_START, "EAX was %08x", (unsigned)entry_magic);
    if (information == NULL)
        return fail(ERROR_PC_START, "the multiboot information is said to lie at %08x",
                    (unsigned)entry_information);

    uint32_t flags = get_le32(information);
    if (flags & HAS_MEMORY) {
        lower_kb = get_le32(information + 4);
        upper_kb = get_le32(information + 8);
    }
    if (flags & HAS_LOADER_NAME)
        copy_text(get_le32(information + 64), loader_name, sizeof loader_name);
    if (flags & HAS_MEMORY_MAP)
        read_map(get_le32(information + 44), get_le32(information + 48));
    error_t error = OK;
    if ((flags & HAS_COMMAND_LINE) != 0 && copy_text(get_le32(information + 16), command_line,
                                                     sizeof command_line) == sizeof command_line)
        error = fail(ERROR_OPTION_LENGTH, "the command line has more than %u characters",
                     (unsigned)sizeof command_line - 1);
    if (error == OK && (flags & HAS_MODULES) != 0)
        error = read_modules(get_le32(information + 20), get_le32(information + 24));
    return error;
}

const char *multiboot_command_line(void)
{
    return command_line;
}

const char *multiboot_loader_name(void)
{
    return loader_name;
}

size_t multiboot_memory_map(struct memory_map_entry *entries, size_t maximum)
{
    size_t count = map_count < maximum ? map_count : maximum;
    memcpy(entries, map, count * sizeof entries[0]);
    return count;
}

void multiboot_memory_sizes(uint32_t *lower, uint32_t *upper)
{
    *lower = lower_kb;
    *upper = upper_kb;
}

size_t multiboot_modules(struct platform_module *list, size_t maximum)
{
    size_t count = module_count < maximum ? module_count : maximum;
    memcpy(list, modules, count * sizeof list[0]);
    return count;
}
