/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiboot kernels: the Multiboot Specification, version 0.6.96, sections 3.2 (machine state) and
 * 3.3 (boot information).
 *
 * Everything but the kernel goes above it with a gap between, because kernels take pages for their
 * own right behind their end, some before they have read what they were given.
 */
#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "loader/multiboot/header.h"
#include "loader/pieces.h"

#define PAGE_SIZE   4096u
#define KERNEL_GAP  0x100000u
#define LOADER_NAME "Sawboot"
#define BOOT_MAGIC  0x2badb002u /* EAX */

/* The boot information, section 3.3. */
#define INFORMATION_SIZE     116
#define INFO_FLAGS           0
#define INFO_MEMORY_LOWER    4 /* KB from 0 on, at most 640 */
#define INFO_MEMORY_UPPER    8 /* KB from 1 MB to the first hole */
#define INFO_COMMAND_LINE    16
#define INFO_MODULE_COUNT    20
#define INFO_MODULES         24
#define INFO_SECTION_COUNT   28
#define INFO_SECTION_SIZE    32
#define INFO_SECTIONS        36
#define INFO_SECTION_NAMES   40
#define INFO_MAP_LENGTH      44
#define INFO_MAP             48
#define INFO_LOADER_NAME     64
#define INFO_FRAME_ADDRESS   88 /* 64 bits */
#define INFO_FRAME_ROW_BYTES 96
#define INFO_FRAME_WIDTH     100
#define INFO_FRAME_HEIGHT    104
#define INFO_FRAME_DEPTH     108 /* 8 bits, like those that follow */
#define INFO_FRAME_TYPE      109
#define INFO_FRAME_COLOURS   110 /* direct: position and size of red, green, blue */
#define FRAME_TYPE_INDEXED   0
#define FRAME_TYPE_DIRECT    1
#define FRAME_TYPE_TEXT      2
#define FLAG_MEMORY          0x0001u
#define FLAG_COMMAND_LINE    0x0004u
#define FLAG_MODULES         0x0008u
#define FLAG_SECTIONS        0x0020u
#define FLAG_MAP             0x0040u
#define FLAG_LOADER_NAME     0x0200u
#define FLAG_FRAME_BUFFER    0x1000u
#define MODULE_ENTRY_SIZE    16 /* start, end, words, reserved */
#define MAP_ENTRY_SIZE       24 /* the size of the rest, base, length, type */
#define LOWER_MEMORY_MAXIMUM 640u
#define HEADER_LINEAR        0 /* mode_type: a linear frame buffer, or text */
#define TABLE_ALIGNMENT      8
#define TEXT_BUFFER          0xb8000u

/* ELF section headers, System V ABI. */
#define ELF_CLASS           4 /* in the file's header */
#define ELFCLASS64          2
#define SH_TYPE             4
#define SHT_SYMTAB          2
#define SHT_STRTAB          3
#define SHF_ALLOC           2
#define ALIGNMENT_OTHERWISE 16u

struct work {
    const struct kernel_request *request;
    struct launch *launch;
    struct placement placement;
    struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
    size_t map_count;
    place_t floor; /* where what goes with the kernel begins */
    place_t modules[LAUNCH_PIECES_MAXIMUM];
    bool has_video, tells_screen;
    struct video_mode video;

    /* The boot information and all it points to, but modules and symbols: one piece. */
    uint8_t *own;
    size_t own_length, own_used;
    place_t address;
};

/* --- Places ------------------------------------------------------------------------------- */

static error_t place_kernel(struct work *work)
{
    const struct image_plan *plan = work->request->plan;
    error_t error = OK;

    for (size_t i = 0; error == OK && i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];

        error = placement_check(&work->placement, piece->name, piece->address, piece->memory_size);
        if (error == OK)
            error = placement_take(&work->placement, piece->address, piece->memory_size);
        if (error == OK)
            error =
                pieces_add(work->launch, piece->address, work->request->image + piece->file_offset,
                           piece->file_size, piece->memory_size);
        launch_label(work->launch, LAUNCH_KERNEL, piece->name, piece->address, piece->memory_size);
    }
    work->floor = round_up(image_plan_end(plan), PAGE_SIZE) + KERNEL_GAP;
    return error;
}

/* Above the kernel; if there is no room, anywhere above 1 MB, then anywhere. */
static error_t place(struct work *work, const char *what, place_t length, place_t alignment,
                     place_t *address)
{
    const place_t minimums[] = {work->floor, PLACEMENT_1_MB, 0};

    for (size_t i = 0; i < sizeof minimums / sizeof *minimums; i++)
        if (placement_lowest(&work->placement, length, alignment, minimums[i], PLACE_END, address))
            return placement_take(&work->placement, *address, length);
    return fail(ERROR_MEMORY_CLAIM, "%u bytes for %s", (unsigned)length, what);
}

/* Modules that may stay come first: everything else has a choice. */
static error_t place_modules(struct work *work)
{
    const struct kernel_request *request = work->request;
    bool stays[LAUNCH_PIECES_MAXIMUM];
    error_t error = OK;

    if (request->module_count > LAUNCH_PIECES_MAXIMUM)
        return fail(ERROR_IMAGE_PIECES, "%u modules", (unsigned)request->module_count);
    for (size_t i = 0; error == OK && i < request->module_count; i++) {
        const struct kernel_module *module = &request->modules[i];

        stays[i] = pieces_module_may_stay(&work->placement, module, work->floor, PLACE_END);
        if (stays[i]) {
            work->modules[i] = platform_physical(module->bytes);
            error = placement_take(&work->placement, work->modules[i],
                                   round_up(module->length, PAGE_SIZE));
        }
    }
    for (size_t i = 0; error == OK && i < request->module_count; i++) {
        const struct kernel_module *module = &request->modules[i];

        if (!stays[i]) /* an empty one has a page too, so that its address means something */
            error = place(work, module->words,
                          round_up(module->length != 0 ? module->length : 1, PAGE_SIZE), PAGE_SIZE,
                          &work->modules[i]);
        if (error == OK)
            error = pieces_add(work->launch, work->modules[i], module->bytes, module->length,
                               module->length);
        launch_label(work->launch, LAUNCH_MODULE, module->words, work->modules[i], module->length);
        if (error == OK)
            print_verbose("  module %u at %08x, %u bytes: %s\n", (unsigned)i,
                          (unsigned)work->modules[i], (unsigned)module->length, module->words);
    }
    return error;
}

/* --- The screen --------------------------------------------------------------------------- */

/* What the user asked for, or what the kernel's header does: it is told of the screen then. */
static void choose_screen(struct work *work)
{
    static const unsigned usual[][2] = {{1024, 768}, {800, 600}, {640, 480}};
    const struct image_plan *plan = work->request->plan;
    unsigned width = plan->multiboot.width, height = plan->multiboot.height;
    unsigned depth = plan->multiboot.depth;
    bool asks = (plan->multiboot.flags & MULTIBOOT_VIDEO) != 0;

    work->has_video = work->request->video != NULL;
    work->tells_screen = asks || work->has_video;
    if (work->has_video)
        work->video = *work->request->video;
    if (work->has_video || !asks || plan->multiboot.mode_type != HEADER_LINEAR)
        return;
    if (width != 0 && height != 0)
        /* The depth is a wish; a mode of another depth is better than none. */
        work->has_video = platform_video_find(width, height, depth, &work->video) == OK ||
                          (depth != 0 && platform_video_find(width, height, 0, &work->video) == OK);
    else
        for (size_t i = 0; !work->has_video && i < sizeof usual / sizeof *usual; i++)
            work->has_video =
                platform_video_find(usual[i][0], usual[i][1], depth, &work->video) == OK;
    error_clear();
    if (!work->has_video)
        print("note: the kernel's multiboot header asks for a screen of %ux%u, which there is "
              "not; it gets text\n",
              width, height);
}

static void write_screen(struct work *work)
{
    const struct video_mode *mode = &work->video;
    uint8_t *colours = work->own + INFO_FRAME_COLOURS;

    if (!work->tells_screen)
        return;
    if (!work->has_video) {
        put_le64(work->own + INFO_FRAME_ADDRESS, TEXT_BUFFER);
        put_le32(work->own + INFO_FRAME_ROW_BYTES, 160);
        put_le32(work->own + INFO_FRAME_WIDTH, 80);
        put_le32(work->own + INFO_FRAME_HEIGHT, 25);
        work->own[INFO_FRAME_DEPTH] = 16;
        work->own[INFO_FRAME_TYPE] = FRAME_TYPE_TEXT;
        return;
    }
    put_le64(work->own + INFO_FRAME_ADDRESS, mode->video.address);
    put_le32(work->own + INFO_FRAME_ROW_BYTES, mode->video.row_bytes);
    put_le32(work->own + INFO_FRAME_WIDTH, mode->video.width);
    put_le32(work->own + INFO_FRAME_HEIGHT, mode->video.height);
    work->own[INFO_FRAME_DEPTH] = (uint8_t)mode->video.depth;
    work->launch->set_video = true;
    work->launch->video = *mode;
    /* A palette that nobody has set has no entries. */
    work->own[INFO_FRAME_TYPE] = mode->video.depth > 8 ? FRAME_TYPE_DIRECT : FRAME_TYPE_INDEXED;
    if (mode->video.depth > 8) {
        colours[0] = mode->red_position;
        colours[1] = mode->red_size;
        colours[2] = mode->green_position;
        colours[3] = mode->green_size;
        colours[4] = mode->blue_position;
        colours[5] = mode->blue_size;
    }
}

/* --- Symbols ------------------------------------------------------------------------------ */

/* The fields of Elf32_Shdr or Elf64_Shdr that count here. */
struct section {
    uint32_t type;
    uint64_t flags, address, offset, size, alignment;
};

static struct section read_section(const uint8_t *at, bool wide)
{
    return (struct section){
        .type = get_le32(at + SH_TYPE),
        .flags = wide ? get_le64(at + 8) : get_le32(at + 8),
        .address = wide ? get_le64(at + 16) : get_le32(at + 12),
        .offset = wide ? get_le64(at + 24) : get_le32(at + 16),
        .size = wide ? get_le64(at + 32) : get_le32(at + 20),
        .alignment = wide ? get_le64(at + 48) : get_le32(at + 32),
    };
}

/* Symbol and string tables that no segment brings into memory. */
static bool is_wanted(const struct section *section)
{
    return (section->type == SHT_SYMTAB || section->type == SHT_STRTAB) &&
           (section->flags & SHF_ALLOC) == 0 && section->address == 0 && section->size != 0;
}

/*
 * Brings the wanted sections into memory and notes in `headers`, the copy of the section headers,
 * where they are. In the order of the file, ascending: NetBSD moves them down in that order.
 */
static error_t place_symbols(struct work *work, uint8_t *headers)
{
    const struct kernel_request *request = work->request;
    const struct image_plan *plan = request->plan;
    bool wide = request->image[ELF_CLASS] == ELFCLASS64;
    error_t error = OK;

    for (uint32_t i = 0; error == OK && i < plan->multiboot.section_count; i++) {
        uint8_t *at = headers + (size_t)i * plan->multiboot.section_size;
        struct section section = read_section(at, wide);
        uint64_t alignment = section.alignment;
        place_t address;

        if (!is_wanted(&section))
            continue;
        if (!bytes_within(request->image_length, section.offset, section.size))
            return fail(ERROR_IMAGE_TRUNCATED, "ELF section %u (symbols)", (unsigned)i);
        if (alignment == 0 || alignment > PAGE_SIZE || (alignment & (alignment - 1)) != 0)
            alignment = ALIGNMENT_OTHERWISE;
        error = place(work, "the kernel's symbols", (place_t)section.size, (place_t)alignment,
                      &address);
        if (error == OK)
            error = pieces_add(work->launch, address, request->image + section.offset, section.size,
                               section.size);
        if (error != OK)
            break;
        launch_label(work->launch, LAUNCH_SYMBOLS, "", address, section.size);
        if (wide)
            put_le64(at + 16, address);
        else
            put_le32(at + 12, (uint32_t)address);
    }
    return error;
}

/* --- The boot information ----------------------------------------------------------------- */

static size_t sections_length(const struct image_plan *plan)
{
    return (size_t)plan->multiboot.section_count * plan->multiboot.section_size;
}

static size_t information_length(const struct work *work)
{
    const struct kernel_request *request = work->request;
    size_t length = INFORMATION_SIZE + work->map_count * MAP_ENTRY_SIZE +
                    request->module_count * MODULE_ENTRY_SIZE + sections_length(request->plan) +
                    sizeof LOADER_NAME + strlen(request->name) + 1 + strlen(request->arguments) + 1;

    for (size_t i = 0; i < request->module_count; i++)
        length += strlen(request->modules[i].words) + 1;
    return length + 4 * TABLE_ALIGNMENT; /* one table each: map, modules, sections, strings */
}

/* The next `length` bytes of the information; `*address` is where the kernel will see them. */
static uint8_t *next_bytes(struct work *work, size_t length, size_t alignment, uint32_t *address)
{
    size_t offset = (size_t)round_up(work->own_used, alignment);

    work->own_used = offset + length;
    *address = (uint32_t)(work->address + offset);
    return work->own + offset;
}

static uint32_t write_text(struct work *work, const char *text)
{
    uint32_t address;
    size_t length = strlen(text) + 1;

    memcpy(next_bytes(work, length, 1, &address), text, length);
    return address;
}

static void write_memory(struct work *work)
{
    place_t lower = placement_usable_end(&work->placement, 0) / 1024;
    place_t upper =
        (placement_usable_end(&work->placement, PLACEMENT_1_MB) - PLACEMENT_1_MB) / 1024;
    uint32_t address;
    uint8_t *entry = next_bytes(work, work->map_count * MAP_ENTRY_SIZE, TABLE_ALIGNMENT, &address);

    put_le32(work->own + INFO_MEMORY_LOWER,
             (uint32_t)(lower < LOWER_MEMORY_MAXIMUM ? lower : LOWER_MEMORY_MAXIMUM));
    put_le32(work->own + INFO_MEMORY_UPPER, (uint32_t)(upper < UINT32_MAX ? upper : UINT32_MAX));
    put_le32(work->own + INFO_MAP_LENGTH, (uint32_t)(work->map_count * MAP_ENTRY_SIZE));
    put_le32(work->own + INFO_MAP, address);
    for (size_t i = 0; i < work->map_count; i++, entry += MAP_ENTRY_SIZE) {
        put_le32(entry, MAP_ENTRY_SIZE - 4);
        put_le64(entry + 4, work->map[i].base);
        put_le64(entry + 12, work->map[i].length);
        put_le32(entry + 20, work->map[i].type);
    }
}

static void write_modules(struct work *work)
{
    const struct kernel_request *request = work->request;
    uint32_t address;
    uint8_t *entry =
        next_bytes(work, request->module_count * MODULE_ENTRY_SIZE, TABLE_ALIGNMENT, &address);

    put_le32(work->own + INFO_MODULE_COUNT, (uint32_t)request->module_count);
    put_le32(work->own + INFO_MODULES, address);
    for (size_t i = 0; i < request->module_count; i++, entry += MODULE_ENTRY_SIZE) {
        put_le32(entry, (uint32_t)work->modules[i]);
        put_le32(entry + 4, (uint32_t)(work->modules[i] + request->modules[i].length));
        put_le32(entry + 8, write_text(work, request->modules[i].words));
        put_le32(entry + 12, 0);
    }
}

static error_t write_sections(struct work *work)
{
    const struct kernel_request *request = work->request;
    const struct image_plan *plan = request->plan;
    size_t length = sections_length(plan);
    uint32_t address;
    uint8_t *headers = next_bytes(work, length, TABLE_ALIGNMENT, &address);

    if (length == 0)
        return OK;
    memcpy(headers, request->image + plan->multiboot.section_offset, length);
    put_le32(work->own + INFO_SECTION_COUNT, plan->multiboot.section_count);
    put_le32(work->own + INFO_SECTION_SIZE, plan->multiboot.section_size);
    put_le32(work->own + INFO_SECTIONS, address);
    put_le32(work->own + INFO_SECTION_NAMES, plan->multiboot.section_names);
    return place_symbols(work, headers);
}

/*
 * The kernel's name, which kernels take to be the first word, then its arguments. Xen and NetBSD
 * skip that word; only of one loader (GRUB 2) they know that it leaves it out.
 */
static void write_command_line(struct work *work)
{
    const struct kernel_request *request = work->request;
    size_t name = strlen(request->name), arguments = strlen(request->arguments);
    uint32_t address;
    char *line = (char *)next_bytes(work, name + 1 + arguments + 1, 1, &address);

    memcpy(line, request->name, name);
    for (size_t i = 0; i < name; i++)
        if (line[i] == ' ' || (line[i] >= '\t' && line[i] <= '\r'))
            line[i] = '_'; /* it has to stay one word */
    if (arguments != 0)
        line[name++] = ' ';
    memcpy(line + name, request->arguments, arguments + 1);
    put_le32(work->own + INFO_COMMAND_LINE, address);
}

static error_t write_information(struct work *work)
{
    uint32_t flags = FLAG_MEMORY | FLAG_COMMAND_LINE | FLAG_MODULES | FLAG_MAP | FLAG_LOADER_NAME;
    uint32_t address;
    error_t error;

    work->own_length = information_length(work);
    error = place(work, "the boot information", work->own_length, PAGE_SIZE, &work->address);
    if (error != OK)
        return error;
    work->own = platform_claim(work->own_length, PAGE_SIZE);
    if (work->own == NULL)
        return fail(ERROR_MEMORY_CLAIM, "%u bytes for the boot information",
                    (unsigned)work->own_length);
    work->launch->owned = work->own;
    work->launch->owned_length = work->own_length;
    memset(work->own, 0, work->own_length);
    next_bytes(work, INFORMATION_SIZE, TABLE_ALIGNMENT, &address);
    write_memory(work);
    write_modules(work);
    error = write_sections(work);
    if (error != OK)
        return error;
    write_command_line(work);
    put_le32(work->own + INFO_LOADER_NAME, write_text(work, LOADER_NAME));
    write_screen(work);
    if (work->request->plan->multiboot.section_count != 0)
        flags |= FLAG_SECTIONS;
    if (work->tells_screen)
        flags |= FLAG_FRAME_BUFFER;
    put_le32(work->own + INFO_FLAGS, flags);
    launch_label(work->launch, LAUNCH_BOOT_INFORMATION, "", work->address, work->own_used);
    return pieces_add(work->launch, work->address, work->own, work->own_used, work->own_used);
}

error_t multiboot_prepare(const struct kernel_request *request, struct launch *launch)
{
    static struct work work;
    error_t error;

    memset(launch, 0, sizeof *launch);
    memset(&work, 0, sizeof work);
    work.request = request;
    work.launch = launch;
    if (request->plan->handover != HANDOVER_MULTIBOOT)
        return fail(ERROR_LAUNCH_KIND, "%s is no multiboot kernel", request->plan->format);
    error = pieces_start("a multiboot kernel", work.map, &work.map_count, &work.placement);
    if (error == OK)
        error = place_kernel(&work);
    if (error == OK)
        error = place_modules(&work);
    if (error == OK) {
        choose_screen(&work);
        error = write_information(&work);
    }
    if (error != OK) {
        launch_release(launch);
        return error;
    }
    print_verbose("  boot information at %08x, %u bytes\n", (unsigned)work.address,
                  (unsigned)work.own_used);
    launch->handover = HANDOVER_MULTIBOOT;
    launch->entry = request->plan->entry;
    launch->x86.eax = BOOT_MAGIC;
    launch->x86.ebx = (uint32_t)work.address;
    return OK;
}

KERNEL_HANDOVER(multiboot_handover) = {.kind = HANDOVER_MULTIBOOT, .prepare = multiboot_prepare};
