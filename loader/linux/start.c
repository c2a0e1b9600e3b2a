/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux on x86 by its 32-bit boot protocol: the protected-mode code, struct boot_params with the
 * setup header of the file in it, the command line, and an initrd that all `initrd=` make up
 * together.
 */
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "lib/bytes.h"
#include "loader/linux/boot_protocol.h"
#include "loader/pieces.h"

#define PAGE_SIZE 4096u
/*
 * Where boot_params and the command line go. Kernels up to 2.6.13 read them through their first
 * page tables, which map 8 MB (arch/i386/kernel/head.S); all kernels find them where boot sectors
 * left them, below the extended BIOS data and above what those used themselves. Where there is no
 * room, below what a kernel's own mapping of low memory reaches.
 */
#define LOW_BASE     0x10000
#define LOW_END      0x90000
#define EARLY_WINDOW 0x38000000
/* Parts of an initrd are archives one behind the other, each from a multiple of this on. */
#define INITRD_PART_ALIGNMENT 4

struct work {
    const struct kernel_request *request;
    struct launch *launch;
    struct placement placement;
    struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
    size_t map_count;
    uint8_t *own; /* boot_params, then the command line */
    place_t kernel, parameters, initrd, initrd_size;
};

/* --- Places ------------------------------------------------------------------------------- */

static error_t place_kernel(struct work *work)
{
    const struct image_plan *plan = work->request->plan;
    const struct image_piece *code = &plan->pieces[0];
    error_t error;

    work->kernel = code->address;
    error = placement_check(&work->placement, "the Linux kernel", code->address, code->memory_size);
    /*
     * Another place lies above: a kernel that is loaded below its preferred address goes there
     * nevertheless to unpack itself.
     */
    if (error != OK && plan->linux_x86.alignment != 0 &&
        placement_lowest(&work->placement, code->memory_size, plan->linux_x86.alignment,
                         code->address, PLACE_END, &work->kernel)) {
        error_clear();
        print("note: firmware is at %x, where the kernel likes to be; it goes to %x\n",
              (unsigned)code->address, (unsigned)work->kernel);
        error = OK;
    }
    if (error == OK)
        error = placement_take(&work->placement, work->kernel, code->memory_size);
    if (error == OK)
        error = pieces_add(work->launch, work->kernel, work->request->image + code->file_offset,
                           code->file_size, code->file_size);
    launch_label(work->launch, LAUNCH_KERNEL, "", work->kernel, code->file_size);
    return error;
}

/* The parts' bytes, all but the last filled up to the alignment. */
static place_t initrd_length(const struct kernel_request *request)
{
    place_t length = 0;

    for (size_t i = 0; i < request->module_count; i++)
        length = round_up(length, INITRD_PART_ALIGNMENT) + request->modules[i].length;
    return length;
}

static error_t place_initrd(struct work *work)
{
    const struct kernel_request *request = work->request;
    uint32_t highest = request->plan->linux_x86.initrd_highest;
    place_t end = (place_t)(highest < PLACE_END - 1 ? highest : PLACE_END - 1) + 1, at = 0;
    error_t error;

    work->initrd_size = initrd_length(request);
    if (work->initrd_size == 0)
        return OK;
    if (request->module_count == 1 &&
        pieces_module_may_stay(&work->placement, request->modules, PLACEMENT_1_MB, end))
        work->initrd = platform_physical(request->modules[0].bytes);
    else if (!placement_highest(&work->placement, work->initrd_size, PAGE_SIZE, PLACEMENT_1_MB, end,
                                &work->initrd))
        return fail(ERROR_MEMORY_CLAIM, "%u bytes of initrd from %x to %x",
                    (unsigned)work->initrd_size, (unsigned)PLACEMENT_1_MB, (unsigned)(end - 1));
    error = placement_take(&work->placement, work->initrd, round_up(work->initrd_size, PAGE_SIZE));
    for (size_t i = 0; error == OK && i < request->module_count; i++) {
        place_t length = request->modules[i].length;
        place_t filled =
            i + 1 < request->module_count ? round_up(length, INITRD_PART_ALIGNMENT) : length;

        error =
            pieces_add(work->launch, work->initrd + at, request->modules[i].bytes, length, filled);
        launch_label(work->launch, LAUNCH_INITRD, request->modules[i].words, work->initrd + at,
                     length);
        at += filled;
    }
    return error;
}

static bool find_place_for_parameters(struct work *work, size_t length)
{
    static const struct {
        place_t minimum, end;
    } places[] = {{LOW_BASE, LOW_END}, {PLACEMENT_1_MB, EARLY_WINDOW}, {0, PLACEMENT_1_MB}};

    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (placement_highest(&work->placement, length, PAGE_SIZE, places[i].minimum, places[i].end,
                              &work->parameters))
            return true;
    return false;
}

static error_t place_parameters(struct work *work)
{
    size_t length = BOOT_PARAMS_SIZE + strlen(work->request->arguments) + 1;
    error_t error;

    if (!find_place_for_parameters(work, length))
        return fail(ERROR_MEMORY_CLAIM, "%u bytes for the kernel's parameters", (unsigned)length);
    work->own = platform_claim(length, PAGE_SIZE);
    if (work->own == NULL)
        return fail(ERROR_MEMORY_CLAIM, "%u bytes for the kernel's parameters", (unsigned)length);
    work->launch->owned = work->own;
    work->launch->owned_length = length;
    memset(work->own, 0, length);
    error = placement_take(&work->placement, work->parameters, round_up(length, PAGE_SIZE));
    if (error == OK)
        error = pieces_add(work->launch, work->parameters, work->own, length, length);
    launch_label(work->launch, LAUNCH_BOOT_PARAMETERS, "", work->parameters, BOOT_PARAMS_SIZE);
    launch_label(work->launch, LAUNCH_COMMAND_LINE, "", work->parameters + BOOT_PARAMS_SIZE,
                 length - BOOT_PARAMS_SIZE);
    return error;
}

/* --- boot_params -------------------------------------------------------------------------- */

static void write_header(const struct work *work)
{
    const struct kernel_request *request = work->request;
    const uint8_t *image = request->image;
    uint8_t *params = work->own;
    size_t end = SETUP_MAGIC + (size_t)image[SETUP_JUMP + 1]; /* checked by the plan */

    memcpy(params + SETUP_START, image + SETUP_START, end - SETUP_START);
    put_le16(params + SETUP_VIDEO_MODE, VIDEO_MODE_NORMAL);
    params[SETUP_LOADER_TYPE] = LOADER_TYPE_UNDEFINED;
    params[SETUP_LOAD_FLAGS] =
        (uint8_t)((params[SETUP_LOAD_FLAGS] | LOADED_HIGH) & ~(KEEP_SEGMENTS | CAN_USE_HEAP));
    /* memtest86+ finds itself by this. */
    put_le32(params + SETUP_CODE32_START, (uint32_t)work->kernel);
    put_le32(params + SETUP_RAMDISK, (uint32_t)work->initrd);
    put_le32(params + SETUP_RAMDISK_SIZE, (uint32_t)work->initrd_size);
    put_le16(params + SETUP_EXTENDED_TYPE, 0);
    put_le32(params + SETUP_COMMAND_LINE, (uint32_t)work->parameters + BOOT_PARAMS_SIZE);
    memcpy(params + BOOT_PARAMS_SIZE, request->arguments, strlen(request->arguments) + 1);
}

static void write_screen(const struct work *work)
{
    const struct video_mode *mode = work->request->video;
    uint8_t *screen = work->own;

    if (mode == NULL) {
        screen[SCREEN_CURSOR_ROW] = 24; /* below what the loader has written */
        screen[SCREEN_MODE] = 3;
        screen[SCREEN_COLUMNS] = 80;
        put_le16(screen + SCREEN_EGA_BX, 3); /* colour, 256 KB */
        screen[SCREEN_LINES] = 25;
        screen[SCREEN_IS_VGA] = SCREEN_VGA_TEXT;
        put_le16(screen + SCREEN_CHARACTER_ROWS, 16);
        return;
    }
    screen[SCREEN_IS_VGA] = SCREEN_VESA_LINEAR;
    put_le16(screen + SCREEN_WIDTH, (uint16_t)mode->video.width);
    put_le16(screen + SCREEN_HEIGHT, (uint16_t)mode->video.height);
    put_le16(screen + SCREEN_DEPTH, (uint16_t)mode->video.depth);
    put_le32(screen + SCREEN_BASE, mode->video.address);
    put_le32(screen + SCREEN_SIZE,
             (uint32_t)(((uint64_t)mode->video.row_bytes * mode->video.height + 0xffff) >> 16));
    put_le16(screen + SCREEN_ROW_BYTES, (uint16_t)mode->video.row_bytes);
    screen[SCREEN_COLOURS + 0] = mode->red_size;
    screen[SCREEN_COLOURS + 1] = mode->red_position;
    screen[SCREEN_COLOURS + 2] = mode->green_size;
    screen[SCREEN_COLOURS + 3] = mode->green_position;
    screen[SCREEN_COLOURS + 4] = mode->blue_size;
    screen[SCREEN_COLOURS + 5] = mode->blue_position;
    screen[SCREEN_COLOURS + 6] = mode->reserved_size;
    screen[SCREEN_COLOURS + 7] = mode->reserved_position;
    work->launch->set_video = true;
    work->launch->video = *mode;
}

static bool holds_something(const struct placement *placement, const struct memory_map_entry *entry)
{
    for (size_t i = 0; i < placement->taken_count; i++)
        if (ranges_overlap(placement->taken[i].base, placement->taken[i].length, entry->base,
                           entry->length))
            return true;
    return false;
}

/*
 * boot_params have room for 128 entries; more would need setup_data, which is the kernel's file's.
 * What is left out the kernel takes for no memory, so leaving out anything is safe, but for the
 * memory in which the kernel and its files are.
 */
static void shorten_map(struct work *work)
{
    size_t before = work->map_count;

    while (work->map_count > E820_MAXIMUM) {
        size_t smallest = work->map_count;

        for (size_t i = 0; i < work->map_count; i++)
            if (!holds_something(&work->placement, &work->map[i]) &&
                (smallest == work->map_count || work->map[i].length < work->map[smallest].length))
                smallest = i;
        if (smallest == work->map_count)
            smallest--; /* more than 128 entries in use: cannot be, there are not so many things */
        work->map_count--;
        memmove(&work->map[smallest], &work->map[smallest + 1],
                (work->map_count - smallest) * sizeof *work->map);
    }
    if (work->map_count != before)
        print("note: firmware's memory map has %u entries; Linux is told of the %u largest\n",
              (unsigned)before, (unsigned)work->map_count);
}

static void write_memory(struct work *work)
{
    place_t kb = (placement_usable_end(&work->placement, PLACEMENT_1_MB) - PLACEMENT_1_MB) / 1024;
    uint8_t *params = work->own;

    put_le16(params + SCREEN_EXTENDED_KB, (uint16_t)(kb < 0xffff ? kb : 0xffff));
    put_le32(params + PARAMS_ALTERNATIVE_KB, (uint32_t)(kb < UINT32_MAX ? kb : UINT32_MAX));
    shorten_map(work);
    params[PARAMS_E820_COUNT] = (uint8_t)work->map_count;
    for (size_t i = 0; i < work->map_count; i++) {
        uint8_t *entry = params + PARAMS_E820 + i * E820_ENTRY_SIZE;

        put_le64(entry, work->map[i].base);
        put_le64(entry + 8, work->map[i].length);
        put_le32(entry + 16, work->map[i].type);
    }
}

static void write_parameters(struct work *work)
{
    struct pc_information pc;

    write_header(work);
    write_screen(work);
    write_memory(work);
    if (platform_pc(&pc))
        put_le64(work->own + PARAMS_RSDP, pc.rsdp);
}

static error_t check_arguments(const struct kernel_request *request)
{
    uint32_t most = request->plan->linux_x86.command_line_size;

    if (strlen(request->arguments) > most)
        return fail(ERROR_OPTION_LENGTH, "args= has %u characters, this kernel takes %u",
                    (unsigned)strlen(request->arguments), (unsigned)most);
    return OK;
}

error_t linux_prepare(const struct kernel_request *request, struct launch *launch)
{
    static struct work work;
    error_t error;

    memset(launch, 0, sizeof *launch);
    memset(&work, 0, sizeof work);
    work.request = request;
    work.launch = launch;
    if (request->plan->handover != HANDOVER_LINUX_X86)
        return fail(ERROR_LAUNCH_KIND, "%s is no Linux kernel", request->plan->format);
    error = check_arguments(request);
    if (error == OK)
        error = pieces_start("Linux", work.map, &work.map_count, &work.placement);
    if (error == OK)
        error = place_kernel(&work);
    if (error == OK)
        error = place_initrd(&work);
    if (error == OK)
        error = place_parameters(&work);
    if (error != OK) {
        launch_release(launch);
        return error;
    }
    write_parameters(&work);
    print_verbose("  kernel at %08x, boot_params %08x, initrd %08x (%u bytes)\n",
                  (unsigned)work.kernel, (unsigned)work.parameters, (unsigned)work.initrd,
                  (unsigned)work.initrd_size);
    launch->handover = HANDOVER_LINUX_X86;
    launch->entry = work.kernel;
    /* EBP, EDI and EBX have to be 0. */
    launch->x86.esi = (uint32_t)work.parameters;
    return OK;
}

KERNEL_HANDOVER(linux_handover) = {.kind = HANDOVER_LINUX_X86, .prepare = linux_prepare};
