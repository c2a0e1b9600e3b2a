/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/inspect/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "darwin/devtree.h"
#include "drivers/nic.h"
#include "lib/bytes.h"
#include "lib/memory_map.h"
#include "tools/common/tool.h"
#include "tools/inspect/describe.h"
#include "tools/inspect/dump.h"
#include "tools/inspect/server.h"

#define PAGE          4096u
#define ADDRESS_LIMIT 0x100000000ull /* what the loader can reach */
#define RAM_SMALLEST  (4u << 20)
#define WORDS_MAXIMUM 8
#define LINE_LENGTH   512
#define PATH_LENGTH   1024
#define CLASS_NETWORK 0x020000

struct reader {
    const char *path;
    unsigned line;
    struct machine *machine;
    const char *words[WORDS_MAXIMUM]; /* behind the line's first one */
    size_t count;
};

static void wrong(const struct reader *reader, const char *what)
{
    die("%s, line %u: %s", reader->path, reader->line, what);
}

/* --- Values ----------------------------------------------------------------------------------- */

/* 0x1000, 4096, 4K, 256M, 2G */
static uint64_t number(const struct reader *reader, size_t index)
{
    char *end;
    unsigned long long value;
    unsigned shift = 0;

    if (index >= reader->count)
        wrong(reader, "a number is missing");
    errno = 0;
    value = strtoull(reader->words[index], &end, 0);
    if (*end == 'K' || *end == 'M' || *end == 'G')
        shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 30;
    if (shift != 0)
        end++;
    if (end == reader->words[index] || *end != '\0' || errno != 0 ||
        reader->words[index][0] == '-' || value > UINT64_MAX >> shift)
        wrong(reader, "that is no number (0x1000, 4096, 4K, 256M, 2G)");
    return value << shift;
}

static uint64_t number_up_to(const struct reader *reader, size_t index, uint64_t most)
{
    uint64_t value = number(reader, index);

    if (value > most)
        wrong(reader, "the number is too large");
    return value;
}

static void copy_words(const struct reader *reader, size_t from, char to[MACHINE_WORDS])
{
    to[0] = '\0';
    for (size_t i = from; i < reader->count; i++)
        snprintf(to + strlen(to), MACHINE_WORDS - strlen(to), "%s%s", i != from ? " " : "",
                 reader->words[i]);
}

/* A file that the description names is looked for beside it. */
static void beside(const struct reader *reader, const char *name, char path[PATH_LENGTH])
{
    const char *slash = strrchr(reader->path, '/');

    if (name[0] == '/' || slash == NULL)
        snprintf(path, PATH_LENGTH, "%s", name);
    else
        snprintf(path, PATH_LENGTH, "%.*s/%s", (int)(slash - reader->path), reader->path, name);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void take_name(struct reader *reader)
{
    copy_words(reader, 0, reader->machine->name);
}

static void take_processor(struct reader *reader)
{
    static const struct {
        const char *name;
        enum image_cpu cpu;
    } known[] = {
        {"powerpc", IMAGE_CPU_POWERPC}, {"i386", IMAGE_CPU_I386}, {"x86_64", IMAGE_CPU_X86_64}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (reader->count == 1 && strcmp(reader->words[0], known[i].name) == 0) {
            reader->machine->cpu = known[i].cpu;
            reader->machine->is_pc = known[i].cpu != IMAGE_CPU_POWERPC;
            reader->machine->pc.long_mode = known[i].cpu == IMAGE_CPU_X86_64;
            return;
        }
    wrong(reader, "the processor has to be powerpc, i386 or x86_64");
}

static void take_ram(struct reader *reader)
{
    struct machine *machine = reader->machine;
    struct memory_region bank = {number(reader, 0), number(reader, 1)};
    uint64_t end = machine->bank_count == 0 ? 0
                                            : machine->banks[machine->bank_count - 1].base +
                                                  machine->banks[machine->bank_count - 1].length;

    if (machine->bank_count == MACHINE_BANKS)
        wrong(reader, "too many banks");
    if (bank.base % PAGE != 0 || bank.length % PAGE != 0 || bank.length == 0 ||
        bank.base + bank.length < bank.base)
        wrong(reader, "a bank consists of whole pages of 4 KB");
    if (bank.base < end)
        wrong(reader, "banks have to be in the order of their addresses");
    if (machine->bank_count == 0 && bank.base != 0)
        wrong(reader, "the first bank has to begin at 0");
    machine->banks[machine->bank_count++] = bank;
}

static const struct {
    const char *word, *name;
    uint32_t type;
} types[] = {
    {"usable", "usable", MEMORY_USABLE},
    {"reserved", "reserved", MEMORY_RESERVED},
    {"acpi", "ACPI tables", MEMORY_ACPI_RECLAIM},
    {"nvs", "ACPI NVS", MEMORY_ACPI_NVS},
    {"bad", "bad", MEMORY_BAD},
};
#define TYPE_COUNT (sizeof types / sizeof *types)

const char *machine_memory_type(uint32_t type)
{
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (types[i].type == type)
            return types[i].name;
    return "unknown";
}

static void take_map(struct reader *reader)
{
    struct machine *machine = reader->machine;
    struct memory_map_entry entry = {number(reader, 0), number(reader, 1), 0};

    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (reader->count == 3 && strcmp(reader->words[2], types[i].word) == 0)
            entry.type = types[i].type;
    if (entry.type == 0)
        wrong(reader, "the type has to be usable, reserved, acpi, nvs or bad");
    /* When it is brought into order it may become twice as long. */
    if (machine->map_count == MEMORY_MAP_MAXIMUM / 2)
        wrong(reader, "the map is too long");
    machine->map[machine->map_count++] = entry;
}

static void take_used(struct reader *reader)
{
    struct machine *machine = reader->machine;
    struct machine_used *used = &machine->used[machine->used_count];

    if (machine->used_count == MACHINE_USED)
        wrong(reader, "too many ranges");
    used->base = number(reader, 0);
    used->length = number(reader, 1);
    copy_words(reader, 2, used->words);
    if (used->length == 0 || used->base + used->length < used->base)
        wrong(reader, "the range is empty or has no end");
    machine->used_count++;
}

/* The file may also be a log with a dump of the loader's in it. */
static void set_tree(struct reader *reader, const char *path, const uint8_t *bytes, size_t length)
{
    struct machine *machine = reader->machine;
    struct devtree tree;
    bool big_endian;
    error_t error = tree_read(bytes, length, &tree, &big_endian);

    if (error != OK)
        die("%s, line %u: %s: %s (%s)", reader->path, reader->line, path, error_summary(error),
            error_detail());
    free(machine->tree);
    machine->tree_length = devtree_flat_length(&tree);
    machine->tree = allocate(machine->tree_length);
    devtree_flatten(&tree, true, machine->tree, machine->tree_length);
    devtree_free(&tree);
}

static void take_tree(struct reader *reader)
{
    char path[PATH_LENGTH];
    struct file file;
    struct dump dump;
    size_t at = 0;

    if (reader->count != 1)
        wrong(reader, "one file has to be named");
    beside(reader, reader->words[0], path);
    file = read_file(path);
    while (dump_next(file.bytes, file.length, &at, &dump)) {
        bool is_tree_dump = strcmp(dump.name, "devtree") == 0;

        if (is_tree_dump && dump.problem[0] != '\0')
            die("%s, line %u: %s", path, dump.line, dump.problem);
        if (is_tree_dump)
            set_tree(reader, path, dump.bytes, dump.count);
        free(dump.bytes);
    }
    if (reader->machine->tree == NULL)
        set_tree(reader, path, file.bytes, file.length);
    free(file.bytes);
}

/* card 10ec:8139 52:54:00:12:34:56 /pci@f2000000/rtl8139@d */
static void take_card(struct reader *reader)
{
    struct machine *machine = reader->machine;
    unsigned vendor, device, station[6];
    const char *at;
    char end;

    if (reader->count != 3 || sscanf(reader->words[0], "%4x:%4x%c", &vendor, &device, &end) != 2 ||
        sscanf(reader->words[1], "%2x:%2x:%2x:%2x:%2x:%2x%c", &station[0], &station[1], &station[2],
               &station[3], &station[4], &station[5], &end) != 6)
        wrong(reader, "a card is vendor:device, its address on the network and its path");
    memset(&machine->card, 0, sizeof machine->card);
    machine->card.vendor = (uint16_t)vendor;
    machine->card.device = (uint16_t)device;
    machine->card.class_code = CLASS_NETWORK;
    snprintf(machine->card.path, sizeof machine->card.path, "%s", reader->words[2]);
    /* "...@d" on a Power Mac, "0:3.0" on a PC */
    at = strrchr(machine->card.path, '@');
    if (at != NULL)
        machine->card.slot = (uint8_t)strtoul(at + 1, NULL, 16);
    else if (strchr(machine->card.path, ':') != NULL)
        machine->card.slot = (uint8_t)strtoul(strchr(machine->card.path, ':') + 1, NULL, 16);
    for (unsigned i = 0; i < 6; i++)
        machine->station[i] = (uint8_t)station[i];
    if (!nic_address_valid(machine->station))
        wrong(reader, "no card has that address");
    machine->has_card = true;
}

/* video 1024 768 32 0xfd000000 */
static void take_video(struct reader *reader)
{
    struct boot_video *video = &reader->machine->video.video;

    video->width = (uint32_t)number_up_to(reader, 0, 16384);
    video->height = (uint32_t)number_up_to(reader, 1, 16384);
    video->depth = (uint32_t)number_up_to(reader, 2, 32);
    video->address = (uint32_t)number_up_to(reader, 3, UINT32_MAX);
    video->row_bytes = reader->count > 4 ? (uint32_t)number_up_to(reader, 4, UINT32_MAX)
                                         : video->width * ((video->depth + 7) / 8);
    reader->machine->has_video = true;
}

static void take_acpi(struct reader *reader)
{
    reader->machine->pc.rsdp = number_up_to(reader, 0, UINT32_MAX);
    reader->machine->pc.rsdp_revision = (uint8_t)number_up_to(reader, 1, 255);
}

static void take_smbios(struct reader *reader)
{
    reader->machine->pc.smbios = number_up_to(reader, 0, UINT32_MAX);
}

static void take_ecam(struct reader *reader)
{
    reader->machine->pc.ecam = number(reader, 0);
    reader->machine->pc.ecam_first_bus = (uint8_t)number_up_to(reader, 1, 255);
    reader->machine->pc.ecam_last_bus = (uint8_t)number_up_to(reader, 2, 255);
}

/* clock 2400000000 200000000: the processor's, the bus's */
static void take_clock(struct reader *reader)
{
    struct pc_information *pc = &reader->machine->pc;

    pc->tsc_hz = pc->cpu_hz = number(reader, 0);
    pc->fsb_hz = number(reader, 1);
    if (pc->tsc_hz == 0 || pc->fsb_hz == 0)
        wrong(reader, "a clock stands still");
}

/* cpuid GenuineIntel 6 15 11 */
static void take_cpuid(struct reader *reader)
{
    struct pc_information *pc = &reader->machine->pc;

    if (reader->count != 4)
        wrong(reader, "vendor, family, model and stepping are wanted");
    snprintf(pc->vendor, sizeof pc->vendor, "%s", reader->words[0]);
    pc->family = (uint32_t)number_up_to(reader, 1, UINT32_MAX);
    pc->model = (uint32_t)number_up_to(reader, 2, UINT32_MAX);
    pc->stepping = (uint32_t)number_up_to(reader, 3, UINT32_MAX);
}

static const struct {
    const char *word;
    void (*take)(struct reader *reader);
} lines[] = {
    {"name", take_name},     {"processor", take_processor}, {"ram", take_ram},
    {"map", take_map},       {"used", take_used},           {"tree", take_tree},
    {"card", take_card},     {"video", take_video},         {"acpi", take_acpi},
    {"smbios", take_smbios}, {"ecam", take_ecam},           {"clock", take_clock},
    {"cpuid", take_cpuid},
};

static void take_line(struct reader *reader, char *line)
{
    char *word, *rest = line, *comment = strchr(line, '#');

    if (comment != NULL)
        *comment = '\0';
    reader->count = 0;
    word = strtok_r(rest, " \t\r", &rest);
    if (word == NULL)
        return;
    for (char *value; (value = strtok_r(NULL, " \t\r", &rest)) != NULL;) {
        if (reader->count == WORDS_MAXIMUM)
            wrong(reader, "there are too many words");
        reader->words[reader->count++] = value;
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strcmp(lines[i].word, word) == 0) {
            lines[i].take(reader);
            return;
        }
    die("%s, line %u: there is no word \"%s\"", reader->path, reader->line, word);
}

/* --- The whole -------------------------------------------------------------------------------- */

/* RAM that the simulated machine has: what the loader can reach. */
static uint64_t ram_end(const struct machine *machine)
{
    uint64_t end = 0;

    for (size_t i = 0; i < machine->bank_count; i++)
        if (machine->banks[i].base < ADDRESS_LIMIT)
            end = machine->banks[i].base + machine->banks[i].length;
    return end < ADDRESS_LIMIT ? end : ADDRESS_LIMIT - PAGE;
}

static void check(const struct machine *machine, const char *path)
{
    if (machine->bank_count == 0 || machine->banks[0].length < RAM_SMALLEST)
        die("%s: the RAM from 0 on has to have 4 MB at least", path);
    if (machine->is_pc && machine->map_count == 0)
        die("%s: a PC's firmware has a memory map", path);
    if (!machine->is_pc && (machine->tree == NULL || !machine->has_card))
        die("%s: a Power Mac needs a tree and a card", path);
    /* They are looked at. */
    if (machine->pc.rsdp + PAGE > ram_end(machine) || machine->pc.smbios + PAGE > ram_end(machine))
        die("%s: firmware's tables have to lie in the first bank of RAM", path);
    if (machine->is_pc && machine->pc.tsc_hz == 0)
        die("%s: a PC has a clock", path);
}

void machine_read(const char *path, struct machine *machine)
{
    struct file file = read_file(path);
    struct reader reader = {.path = path, .machine = machine};
    struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
    const uint8_t *at = file.bytes, *end = file.bytes + file.length;

    memset(machine, 0, sizeof *machine);
    machine->cpu = IMAGE_CPU_POWERPC;
    while (at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((newline != NULL ? newline : end) - at);
        char line[LINE_LENGTH];

        reader.line++;
        if (length >= LINE_LENGTH || memchr(at, 0, length) != NULL)
            wrong(&reader, "the line is too long, or has a NUL");
        memcpy(line, at, length);
        line[length] = '\0';
        take_line(&reader, line);
        at += length + 1;
    }
    free(file.bytes);
    machine->map_count =
        memory_map_normalise(machine->map, machine->map_count, map, MEMORY_MAP_MAXIMUM);
    memcpy(machine->map, map, machine->map_count * sizeof *map);
    check(machine, path);
}

void machine_free(struct machine *machine)
{
    free(machine->tree);
    machine->tree = NULL;
}

/* What nobody may be given: what firmware's map does not call usable, and what is used. */
static void take_away(uint64_t base, uint64_t length)
{
    uint64_t end = base + length < base ? ADDRESS_LIMIT : base + length;

    for (uint64_t page = base / PAGE * PAGE; page < end && page < host_memory_size(); page += PAGE)
        platform_claim_at(page, PAGE); /* false where it was taken before */
}

void machine_start(const struct machine *machine)
{
    uint64_t end = 0;

    host_reset_sparse((size_t)ram_end(machine));
    host_set_memory_banks(machine->banks, machine->bank_count);
    host_set_cpu(machine->cpu);
    if (machine->is_pc)
        host_set_pc(&machine->pc);
    if (machine->map_count != 0) {
        host_set_memory_map(machine->map, machine->map_count);
        for (size_t i = 0; i < machine->map_count; i++) {
            if (machine->map[i].base > end)
                take_away(end, machine->map[i].base - end);
            if (machine->map[i].type != MEMORY_USABLE)
                take_away(machine->map[i].base, machine->map[i].length);
            end = machine->map[i].base + machine->map[i].length;
        }
        if (end < host_memory_size())
            take_away(end, host_memory_size() - end);
    }
    for (size_t i = 0; i < machine->used_count; i++)
        take_away(machine->used[i].base, machine->used[i].length);
    if (machine->tree != NULL)
        host_set_tree(machine->tree, machine->tree_length);
    if (machine->has_video)
        host_set_video(&machine->video);
    if (machine->has_card)
        server_connect(&machine->card, machine->station);
}
