/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels and programs: what image_open yields on each kind of machine, and their wrappings. */
#include <stdlib.h>
#include <string.h>

#include "darwin/fat_slice.h"
#include "darwin/kernel_release.h"
#include "lib/bytes.h"
#include "loader/launch_report.h"
#include "loader/linux/boot_protocol.h"
#include "loader/multiboot/header.h"
#include "tools/inspect/describe.h"

#define DEPTH_MAXIMUM 4

static void *allocate_bytes(struct image_memory *memory, size_t length)
{
    (void)memory;
    return malloc(length);
}

static void release_bytes(struct image_memory *memory, void *bytes, size_t length)
{
    (void)memory;
    (void)length;
    free(bytes);
}

static struct image_memory memory = {.allocate = allocate_bytes, .release = release_bytes};

static void release(const struct image_bytes *bytes)
{
    if (bytes->owned)
        free((void *)(uintptr_t)bytes->bytes);
}

/* --- Wrappings -------------------------------------------------------------------------------- */

/* The slices for processors that have kernels, wherever the file lies. */
static void put_slices(struct value *out, const struct image_bytes *file)
{
    static const struct {
        uint32_t type;
        const char *name;
    } processors[] = {{18, "PowerPC"},           {7, "i386"}, {0x01000007, "x86_64"},
                      {0x01000012, "PowerPC64"}, {12, "ARM"}, {0x0100000c, "ARM64"}};
    struct value *slices = put_list(out, "slices");

    for (size_t i = 0; i < sizeof processors / sizeof *processors; i++) {
        struct fat_slice slice;
        struct value *row;

        if (fat_slice_find(file->bytes, file->length, processors[i].type, &slice) != FAT_FOUND)
            continue;
        row = put_object(slices, NULL);
        put_text(row, "processor", processors[i].name);
        put_number(row, "index", slice.index);
        put_address(row, "file_offset", slice.offset);
        put_number(row, "size", slice.size);
    }
}

static const struct image_container *find_container(const struct image_bytes *bytes)
{
    TABLE_FOREACH (image_containers, container)
        if ((*container)->recognise(bytes->bytes, bytes->length))
            return *container;
    return NULL;
}

/* The layers around the image, outermost first, as image_open goes through them. */
static void put_wrappings(struct value *out, const struct subject *subject, enum image_cpu cpu)
{
    struct value *list = put_list(out, "wrappings");
    struct image_bytes held = {.bytes = subject->bytes, .length = subject->length};

    for (unsigned depth = 0; depth < DEPTH_MAXIMUM; depth++) {
        const struct image_container *container = find_container(&held);
        struct image_bytes inner;
        struct value *layer;

        if (container == NULL || container->unwrap(held.bytes, held.length, cpu, &memory, &inner))
            break;
        layer = put_object(list, NULL);
        put_text(layer, "format", container->name);
        put_number(layer, "size", held.length);
        /* What was unpacked lies nowhere in the file. */
        if (!inner.owned)
            put_address(layer, "content_offset", (uint64_t)(inner.bytes - held.bytes));
        put_number(layer, "content_size", inner.length);
        if (strcmp(container->name, "fat file") == 0)
            put_slices(layer, &held);
        /* The outer bytes go only where nothing of them is held any more. */
        if (inner.owned) {
            release(&held);
            held = inner;
        } else {
            bool owned = held.owned;

            if (owned) {
                uint8_t *copy = malloc(inner.length);

                if (copy == NULL)
                    break;
                memcpy(copy, inner.bytes, inner.length);
                release(&held);
                inner = (struct image_bytes){copy, inner.length, true};
            }
            held = inner;
        }
    }
    release(&held);
}

/* --- What the formats have of their own ------------------------------------------------------- */

static void put_macho(struct value *out, const struct image_bytes *image,
                      const struct image_plan *plan)
{
    struct value *macho = put_object(out, "mach_o");
    struct kernel_release release;

    kernel_release_find(image->bytes, image->length, &release);
    put_text(macho, "release", kernel_release_name(&release));
    put_number(macho, "xnu", release.xnu)->only_json = release.xnu == 0;
    put_number(macho, "header_size", plan->macho.header_size);
    put_boolean(macho, "prelinked", plan->macho.prelinked);
    put_address(macho, "virtual_base", plan->macho.virtual_base);
    put_boolean(macho, "has_symbols", plan->macho.has_symbols);
    if (plan->macho.has_symbols) {
        put_address(macho, "symbol_offset", plan->macho.symbol_offset);
        put_number(macho, "symbol_count", plan->macho.symbol_count);
        put_address(macho, "string_offset", plan->macho.string_offset);
        put_number(macho, "string_size", plan->macho.string_size);
    }
}

static void put_xcoff(struct value *out, const struct image_plan *plan)
{
    struct value *xcoff = put_object(out, "xcoff");

    put_address(xcoff, "table_of_contents", plan->table_of_contents);
    put_address(xcoff, "entry_descriptor", plan->entry_descriptor);
}

static void put_multiboot(struct value *out, const struct image_bytes *image,
                          const struct image_plan *plan)
{
    struct value *multiboot = put_object(out, "multiboot");
    size_t offset;

    put_boolean(multiboot, "has_header",
                multiboot_header_find(image->bytes, image->length, &offset));
    if (multiboot_header_find(image->bytes, image->length, &offset))
        put_address(multiboot, "header_offset", offset);
    put_address(multiboot, "flags", plan->multiboot.flags);
    put_boolean(multiboot, "addresses_in_header",
                (plan->multiboot.flags & MULTIBOOT_ADDRESSES) != 0);
    if ((plan->multiboot.flags & MULTIBOOT_VIDEO) != 0) {
        put_number(multiboot, "mode_type", plan->multiboot.mode_type);
        put_number(multiboot, "width", plan->multiboot.width);
        put_number(multiboot, "height", plan->multiboot.height);
        put_number(multiboot, "depth", plan->multiboot.depth);
    }
    put_number(multiboot, "section_count", plan->multiboot.section_count);
    if (plan->multiboot.section_count != 0)
        put_address(multiboot, "section_offset", plan->multiboot.section_offset);
}

/* Fields that the plan has no need of are read where boot_protocol.h says. The plan has checked
 * that the header is there up to initrd_addr_max. */
static void put_linux(struct value *out, const struct image_bytes *image,
                      const struct image_plan *plan)
{
    struct value *linux_x86 = put_object(out, "linux");
    const uint8_t *setup = image->bytes;

    put_format(linux_x86, "protocol", "%u.%02u", setup[SETUP_VERSION + 1], setup[SETUP_VERSION]);
    put_number(linux_x86, "setup_sectors", setup[SETUP_SECTORS]);
    put_number(linux_x86, "setup_size", plan->linux_x86.setup_size);
    put_address(linux_x86, "load_flags", setup[SETUP_LOAD_FLAGS]);
    put_address(linux_x86, "code32_start", get_le32(setup + SETUP_CODE32_START));
    put_boolean(linux_x86, "relocatable", plan->linux_x86.alignment != 0);
    put_address(linux_x86, "alignment", plan->linux_x86.alignment);
    put_address(linux_x86, "init_size", plan->linux_x86.init_size);
    put_address(linux_x86, "initrd_highest", plan->linux_x86.initrd_highest);
    put_number(linux_x86, "command_line_size", plan->linux_x86.command_line_size);
}

static void put_format_details(struct value *out, const struct image_bytes *image,
                               const struct image_plan *plan)
{
    switch (plan->handover) {
    case HANDOVER_XNU_POWERPC:
    case HANDOVER_XNU_X86:
        put_macho(out, image, plan);
        break;
    case HANDOVER_OPENFIRMWARE_CLIENT:
        if (plan->entry_descriptor != 0)
            put_xcoff(out, plan);
        break;
    case HANDOVER_MULTIBOOT:
        put_multiboot(out, image, plan);
        break;
    case HANDOVER_LINUX_X86:
        put_linux(out, image, plan);
        break;
    }
}

/* --- The image -------------------------------------------------------------------------------- */

static void put_pieces(struct value *out, const struct image_plan *plan)
{
    struct value *pieces = put_list(out, "pieces");

    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];
        struct value *row = put_object(pieces, NULL);

        put_text(row, "name", piece->name);
        put_address(row, "address", piece->address);
        put_number(row, "memory_size", piece->memory_size);
        put_address(row, "file_offset", piece->file_offset);
        put_number(row, "file_size", piece->file_size);
        put_boolean(row, "executable", piece->executable);
    }
}

static void put_image(struct value *list, const struct subject *subject, enum image_cpu machine,
                      const struct image_bytes *image, const struct image_plan *plan)
{
    struct value *out = put_object(list, NULL);

    put_text(out, "format", plan->format);
    put_text(out, "processor", image_cpu_name(plan->cpu));
    put_text(out, "handover", handover_kind_name(plan->handover));
    put_number(out, "size", image->length);
    put_address(out, "start", image_plan_start(plan));
    put_address(out, "end", image_plan_end(plan));
    put_address(out, "entry", plan->entry);
    put_wrappings(out, subject, machine);
    put_pieces(out, plan);
    put_format_details(out, image, plan);
}

/* An x86_64 machine has taken it already. */
static bool is_known(const struct image_plan *plans, const size_t *lengths, size_t count,
                     const struct image_plan *plan, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (plans[i].cpu == plan->cpu && plans[i].format == plan->format && lengths[i] == length)
            return true;
    return false;
}

static const enum image_cpu machines[] = {IMAGE_CPU_POWERPC, IMAGE_CPU_X86_64, IMAGE_CPU_I386};
#define MACHINE_COUNT (sizeof machines / sizeof *machines)

/*
 * Which machine's refusal tells the most: that the file is for other processors says less than
 * what is wrong with it.
 */
static bool tells_more(error_t error, error_t than)
{
    return than == OK || (than == ERROR_IMAGE_CPU && error != ERROR_IMAGE_CPU);
}

bool describe_kernel(const struct subject *subject, struct value *out)
{
    struct value *images = put_list(out, "images");
    struct image_plan *plans = calloc(MACHINE_COUNT, sizeof *plans);
    size_t lengths[MACHINE_COUNT], count = 0;
    enum image_cpu best = machines[0];
    error_t worst = OK;

    for (size_t i = 0; plans != NULL && i < MACHINE_COUNT; i++) {
        struct image_bytes image;
        struct image_plan *plan = &plans[count];
        error_t error;

        if (subject->has_cpu && subject->cpu != machines[i])
            continue;
        error = image_open(subject->bytes, subject->length, machines[i], &memory, &image, plan);
        if (error == OK && !is_known(plans, lengths, count, plan, image.length)) {
            lengths[count++] = image.length;
            put_image(images, subject, machines[i], &image, plan);
        } else if (error != OK && tells_more(error, worst)) {
            worst = error;
            best = machines[i];
        }
        release(&image);
    }
    /* What is said of a file that some machine takes: only what is wrong for the others. */
    if (worst != OK && (count == 0 || worst != ERROR_IMAGE_CPU)) {
        struct image_bytes image;

        worst = image_open(subject->bytes, subject->length, best, &memory, &image, &plans[0]);
        put_refusal(out, worst);
        put_text(document_find(out, "refused"), "machine", image_cpu_name(best));
    }
    free(plans);
    return count != 0;
}

uint8_t *kernel_unwrap(const struct subject *subject, size_t *length, error_t *error)
{
    struct image_plan *plan = calloc(1, sizeof *plan);
    uint8_t *copy = NULL;

    *error = ERROR_MEMORY_HEAP;
    for (size_t i = 0; plan != NULL && copy == NULL && i < MACHINE_COUNT; i++) {
        struct image_bytes image;

        if (subject->has_cpu && subject->cpu != machines[i])
            continue;
        *error = image_open(subject->bytes, subject->length, machines[i], &memory, &image, plan);
        if (*error == OK) {
            *length = image.length;
            copy = malloc(image.length);
            if (copy != NULL)
                memcpy(copy, image.bytes, image.length);
        }
        release(&image);
    }
    free(plan);
    return copy;
}
