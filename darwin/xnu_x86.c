/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XNU on x86. In memory, from the kernel's lowest address on (xnu-handoff sections 2.2 to 2.4):
 *
 *   kaddr      the kernel's segments, where they are linked; everything between them zero
 *              boot_args, EFI memory map, EFI tables, a page of stack
 *              kernel extensions, archives of them, RAM disk, flattened device tree
 *   +ksize     from here on memory is free: the kernel puts its page tables there at once
 *
 * Each thing begins on a page of its own, because the kernel frees them by pages. The kernel is
 * never moved: its boot page tables are static data (osfmk/i386/idle_pt.c of Darwin 10, 11).
 *
 * What the loader itself makes lies in one claimed piece of memory until the launch moves it.
 */
#include "darwin/xnu.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "darwin/boot_args_x86.h"
#include "darwin/chosen.h"
#include "darwin/efi_memory_map.h"
#include "darwin/efi_tables.h"
#include "darwin/kernel_release.h"
#include "darwin/machine_tree_x86.h"
#include "darwin/mkext.h"
#include "darwin/xnu_models.h"
#include "darwin/xnu_warnings.h"
#include "lib/bytes.h"
#include "loader/placement.h"

#define PAGE_SIZE 4096u

/*
 * The kernel's first page tables map 500 times 2 MB from address 0 (NKPT, osfmk/i386/pmap.h), and
 * everything it is given has to lie in there together with these tables: 500 pages and, from Darwin
 * 10 on, one for each GB of the largest machine.
 */
#define EARLY_WINDOW     (500ull << 21)
#define ROOM_NEEDED      (4u << 20)
#define COMFORTABLE_ROOM (16u << 20)

/* PMAP_MEMORY_REGIONS_SIZE (osfmk/i386/pmap.h) is 32 up to Darwin 9, then 128; one is split. */
#define REGIONS_MAXIMUM_OLD 30
#define REGIONS_MAXIMUM     126

/* The parts of the block that comes right behind the kernel. */
#define BLOCK_BOOT_ARGS  0x0000
#define BLOCK_EFI_TABLES 0x1000
#define BLOCK_STACK      0x2000
#define BLOCK_MEMORY_MAP 0x3000
#define BLOCK_SIZE \
    ((BLOCK_MEMORY_MAP + EFI_MEMORY_MAP_ENTRIES * EFI_DESCRIPTOR_SIZE + 0xFFF) & ~0xFFFu)
_Static_assert(BOOT_ARGS_X86_ROOM <= BLOCK_EFI_TABLES - BLOCK_BOOT_ARGS, "boot_args fit");
_Static_assert(EFI_TABLES_SIZE <= BLOCK_STACK - BLOCK_EFI_TABLES, "the EFI tables fit");

/*
 * What a Driver- entry begins with: three ranges of physical address and length (10.6 and later:
 * _BooterKextFileInfo in libkern/c++/OSKext.cpp; older kernels know the first two of them).
 */
#define KEXT_HEADER_SIZE 24
#define KEXT_PLIST       0
#define KEXT_EXECUTABLE  8
#define KEXT_BUNDLE_PATH 16

/* Tree, BootArgs, RAMDisk, extensions */
#define MAP_ENTRIES_MAXIMUM (3 + XNU_EXTENSIONS_MAXIMUM)
/* Segments, what lies below them in the first page, the block; two parts of each extension */
_Static_assert(IMAGE_PIECES_MAXIMUM + 2 + MAP_ENTRIES_MAXIMUM + XNU_EXTENSIONS_MAXIMUM <=
                   LAUNCH_PIECES_MAXIMUM,
               "the launch has room");

struct layout {
    const struct xnu_request *request;
    struct devtree *tree;
    struct devtree_node *memory_map;
    struct launch *launch;
    struct pc_information pc;
    struct kernel_release release;
    struct boot_args_version version;
    struct efi_tables tables;
    uint8_t *own, *own_next; /* claimed; what is not used yet */
    uint64_t kernel_address; /* kaddr */
    uint64_t block;          /* address of the block */
    uint64_t next;           /* where the next thing goes */
    uint64_t tree_address, tree_length;
};

/* --- What the kernel wants ------------------------------------------------------------------ */

static void choose_version(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    enum image_cpu cpu = request->plan->cpu;
    layout->version = boot_args_x86_wanted(&layout->release, cpu);
    if (request->boot_args_version != 0) {
        layout->version =
            (struct boot_args_version){request->boot_args_version, request->boot_args_revision};
        if (!boot_args_x86_accepted(&layout->release, layout->version)) {
            print("warning: %s does not take boot_args of version %u.%u\n",
                  kernel_release_name(&layout->release), layout->version.version,
                  layout->version.revision);
        }
    } else if (layout->release.major == 0) {
        print("note: the kernel does not tell its release; it gets boot_args of version %u.%u, "
              "bootargs= changes that\n",
              layout->version.version, layout->version.revision);
    }
    print("%s for %s, boot_args version %u.%u\n", kernel_release_name(&layout->release),
          image_cpu_name(cpu), layout->version.version, layout->version.revision);
}

static error_t check_archive(const struct layout *layout, const char *word,
                             const struct fetched_file *file)
{
    enum image_cpu cpu = layout->request->plan->cpu;
    error_t error = OK;
    if (layout->release.major != 0 && layout->release.major <= 9) {
        error = mkext_check_version_1(file->bytes, file->length);
        if (error != OK) {
            error_context("%s reads version 1 alone: ", kernel_release_name(&layout->release));
        }
    }
    if (error == OK) {
        error = mkext_check_cpu(file->bytes, file->length, image_mach_cpu_type(cpu));
    }
    if (error != OK) {
        error_context("%s=%s: ", word, file->name);
    }
    return error;
}

static error_t check_files(const struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    error_t error = OK;
    if (request->extension_count > XNU_EXTENSIONS_MAXIMUM) {
        return fail(ERROR_OPTION_VALUE, "driver= and mkext= are there %u times, %u at most",
                    (unsigned)request->extension_count, XNU_EXTENSIONS_MAXIMUM);
    }
    for (size_t i = 0; error == OK && i < request->extension_count; i++) {
        const struct xnu_extension *extension = &request->extensions[i];
        if (extension->archive != NULL) {
            error = check_archive(layout, extension->word, extension->archive);
        }
    }
    if (error == OK && request->ramdisk != NULL && request->ramdisk->length == 0) {
        error = fail(ERROR_IMAGE_TRUNCATED, "ramdisk=%s: it is empty", request->ramdisk->name);
    }
    return error;
}

static error_t check_video(const struct xnu_request *request)
{
    uint32_t depth = request->video != NULL ? request->video->video.depth : 32;
    if (depth != 8 && depth != 16 && depth != 32) {
        return fail(ERROR_VIDEO_MODE,
                    "%u bits for each pixel, but Darwin draws with 8, 16 or 32: say so, "
                    "video=%ux%ux16",
                    (unsigned)depth, (unsigned)request->video->video.width,
                    (unsigned)request->video->video.height);
    }
    return OK;
}

static error_t look_at_machine(struct layout *layout)
{
    if (!platform_pc(&layout->pc)) {
        return fail(ERROR_LAUNCH_KIND, "Darwin for %s needs a PC",
                    image_cpu_name(layout->request->plan->cpu));
    }
    if (layout->pc.rsdp == 0 && !layout->request->without_acpi) {
        return fail(ERROR_PC_ACPI, "Darwin's platform driver lives on them");
    }
    return OK;
}

/* --- Laying out ----------------------------------------------------------------------------- */

/* One more part of the launch; `size` beyond `copy` becomes zero. */
static void add_piece(struct layout *layout, uint64_t destination, const uint8_t *source,
                      uint64_t copy, uint64_t size)
{
    struct launch *launch = layout->launch;
    /* What lies higher is refused when everything has its place. */
    if (size != 0 && destination + size <= EARLY_WINDOW) {
        struct relocator_piece *piece = &launch->pieces[launch->piece_count++];
        piece->destination = (uint32_t)destination;
        piece->source = copy != 0 ? (uint32_t)platform_physical(source) : 0;
        piece->copy = (uint32_t)copy;
        piece->size = (uint32_t)size;
    }
}

/* Tells the kernel about a range. An address beyond 32 bits is refused later. */
static error_t announce(struct layout *layout, const char *name, uint64_t address, uint64_t length)
{
    print_verbose("  %-24s %08llx, %llu bytes\n", name, (unsigned long long)address,
                  (unsigned long long)length);
    return machine_tree_memory_map_set(layout->tree, layout->memory_map, name, (uint32_t)address,
                                       (uint32_t)length);
}

/* The kernel knows an entry by the words before the '-'; the address makes it unique. */
static void entry_name(const struct layout *layout, const char *prefix,
                       char name[DEVTREE_NAME_MAXIMUM + 1])
{
    snprintf(name, DEVTREE_NAME_MAXIMUM + 1, "%s-%llx", prefix, (unsigned long long)layout->next);
}

/* Takes the next pages for something that is copied from one place; zero behind it. */
static void put(struct layout *layout, const uint8_t *source, uint64_t length)
{
    uint64_t pages = round_up(length, PAGE_SIZE);
    add_piece(layout, layout->next, source, length, pages);
    layout->next += pages;
}

static void put_kernel(struct layout *layout)
{
    const struct image_plan *plan = layout->request->plan;
    uint64_t start = image_plan_start(plan);
    uint64_t end = round_up(image_plan_end(plan), PAGE_SIZE);
    layout->kernel_address = start & ~(uint64_t)(PAGE_SIZE - 1);
    add_piece(layout, layout->kernel_address, NULL, 0, start - layout->kernel_address);
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];
        uint64_t next = i + 1 < plan->piece_count ? plan->pieces[i + 1].address : end;
        add_piece(layout, piece->address, layout->request->image + piece->file_offset,
                  piece->file_size, next - piece->address);
        launch_label(layout->launch, LAUNCH_KERNEL, piece->name, piece->address,
                     piece->memory_size);
    }
    layout->block = layout->next = end;
}

static uint64_t kext_head_length(const struct xnu_extension *kext)
{
    return KEXT_HEADER_SIZE + kext->plist->length + 1 + strlen(kext->bundle_path) + 1;
}

/*
 * A single extension: header, property list and path, both with the NUL that the kernel's parsers
 * rely on, then the executable on pages of its own. One entry for all of it: the kernel keeps the
 * whole as long as it needs the executable, and frees the whole.
 */
static error_t put_kext(struct layout *layout, const struct xnu_extension *kext)
{
    uint64_t head_length = kext_head_length(kext);
    uint64_t address = layout->next;
    uint64_t plist_length = kext->plist->length + 1;
    uint64_t path_length = strlen(kext->bundle_path) + 1;
    uint64_t length = head_length;
    uint8_t *head = layout->own_next;
    char name[DEVTREE_NAME_MAXIMUM + 1];

    entry_name(layout, "Driver", name);
    layout->own_next += round_up(head_length, PAGE_SIZE);
    memset(head, 0, (size_t)head_length);
    put_le32(head + KEXT_PLIST, (uint32_t)(address + KEXT_HEADER_SIZE));
    put_le32(head + KEXT_PLIST + 4, (uint32_t)plist_length);
    put_le32(head + KEXT_BUNDLE_PATH, (uint32_t)(address + KEXT_HEADER_SIZE + plist_length));
    put_le32(head + KEXT_BUNDLE_PATH + 4, (uint32_t)path_length);
    memcpy(head + KEXT_HEADER_SIZE, kext->plist->bytes, kext->plist->length);
    memcpy(head + KEXT_HEADER_SIZE + plist_length, kext->bundle_path, (size_t)path_length);
    put(layout, head, head_length);
    if (kext->executable != NULL && kext->executable->length != 0) {
        put_le32(head + KEXT_EXECUTABLE, (uint32_t)layout->next);
        put_le32(head + KEXT_EXECUTABLE + 4, (uint32_t)kext->executable->length);
        length = layout->next - address + kext->executable->length;
        put(layout, kext->executable->bytes, kext->executable->length);
    }
    launch_label(layout->launch, LAUNCH_EXTENSION, kext->bundle_path, address, length);
    return announce(layout, name, address, length);
}

static error_t put_archive(struct layout *layout, const struct fetched_file *file)
{
    char name[DEVTREE_NAME_MAXIMUM + 1];
    error_t error;
    entry_name(layout, "DriversPackage", name);
    error = announce(layout, name, layout->next, file->length);
    launch_label(layout->launch, LAUNCH_ARCHIVE, file->name, layout->next, file->length);
    put(layout, file->bytes, file->length);
    return error;
}

/* The kernel reads extensions in the order of their entries. */
static error_t put_files(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    error_t error = OK;
    for (size_t i = 0; error == OK && i < request->extension_count; i++) {
        const struct xnu_extension *extension = &request->extensions[i];
        error = extension->archive != NULL ? put_archive(layout, extension->archive)
                                           : put_kext(layout, extension);
    }
    if (error == OK && request->ramdisk != NULL) {
        /* The kernel counts the disk in whole pages and forgets the rest: mdevadd, IOKitBSDInit. */
        error = announce(layout, "RAMDisk", layout->next,
                         round_up(request->ramdisk->length, PAGE_SIZE));
        launch_label(layout->launch, LAUNCH_RAM_DISK, request->ramdisk->name, layout->next,
                     request->ramdisk->length);
        put(layout, request->ramdisk->bytes, request->ramdisk->length);
    }
    return error;
}

/*
 * The tree comes last: its own entry is in it, and the entry's value does not change the length.
 *
 * The entry has to be the last property of its node, with a node behind it. 64-bit kernels up to
 * Darwin 12 read it as two 64-bit words (IODeviceTreeAlloc, iokit/Kernel/IODeviceTreeSupport.cpp):
 * what stands behind it is how much they free, at an address that is the right one or unmapped. A
 * node's header makes that one page. The name of another property would make it a gigabyte.
 */
static error_t put_tree(struct layout *layout)
{
    uint8_t *flat = layout->own_next;
    error_t error =
        machine_tree_memory_map_set(layout->tree, layout->memory_map, "DeviceTree", 0, 0);
    layout->tree_address = layout->next;
    layout->tree_length = devtree_flat_length(layout->tree);
    launch_label(layout->launch, LAUNCH_DEVICE_TREE, "", layout->tree_address, layout->tree_length);
    put(layout, flat, layout->tree_length);
    if (error == OK) {
        error = announce(layout, "DeviceTree", layout->tree_address, layout->tree_length);
    }
    return error == OK ? devtree_flatten(layout->tree, false, flat, (size_t)layout->tree_length)
                       : error;
}

/* --- Memory ----------------------------------------------------------------------------------- */

static error_t check_memory(const struct layout *layout)
{
    static struct memory_map_entry entries[MEMORY_MAP_MAXIMUM];
    static struct placement placement;
    uint64_t start = layout->kernel_address;
    placement_start(&placement, entries, platform_memory_map(entries, MEMORY_MAP_MAXIMUM));
    error_t error = placement_check(&placement, "the kernel", start, layout->block - start);
    if (error == OK) {
        error =
            placement_check(&placement, "the kernel with its files", start, layout->next - start);
    }
    if (error != OK) {
        return error;
    }
    uint64_t end = placement_usable_end(&placement, layout->next);
    end = end < EARLY_WINDOW ? end : EARLY_WINDOW;
    uint64_t room = end > layout->next ? end - layout->next : 0;
    if (room < ROOM_NEEDED) {
        return fail(ERROR_MEMORY_RANGE,
                    "kernel and files end at %08llx, and the memory that the kernel maps at its "
                    "start at %08llx: it needs %u KB more",
                    (unsigned long long)layout->next, (unsigned long long)end,
                    (unsigned)((ROOM_NEEDED - room) >> 10));
    }
    if (room < COMFORTABLE_ROOM) {
        print("warning: only %llu KB of memory are left above the kernel and its files; it may "
              "need more to start\n",
              (unsigned long long)(room >> 10));
    }
    return OK;
}

/* Returns the length of the map. */
static size_t write_memory_map(struct layout *layout, uint64_t *installed)
{
    static struct memory_map_entry entries[MEMORY_MAP_MAXIMUM];
    unsigned major = layout->release.major;
    struct efi_memory_map_source source = {
        .entries = entries,
        .count = platform_memory_map(entries, MEMORY_MAP_MAXIMUM),
        .kernel_base = layout->kernel_address,
        .kernel_end = layout->next,
        .usable_maximum = major != 0 && major <= 9 ? REGIONS_MAXIMUM_OLD : REGIONS_MAXIMUM,
    };
    *installed = efi_memory_map_installed(entries, source.count);
    return efi_memory_map_write(&source, layout->own + BLOCK_MEMORY_MAP);
}

static error_t claim_own(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    uint64_t length = BLOCK_SIZE + devtree_flat_length(layout->tree) +
                      MAP_ENTRIES_MAXIMUM * MEMORY_MAP_ENTRY_SIZE;
    for (size_t i = 0; i < request->extension_count; i++) {
        if (request->extensions[i].archive == NULL) {
            length += round_up(kext_head_length(&request->extensions[i]), PAGE_SIZE);
        }
    }
    length = round_up(length, PAGE_SIZE);
    layout->own = platform_claim((size_t)length, PAGE_SIZE);
    if (layout->own == NULL) {
        return fail(ERROR_MEMORY_CLAIM, "%u bytes for the kernel's device tree and tables",
                    (unsigned)length);
    }
    layout->launch->owned = layout->own;
    layout->launch->owned_length = (size_t)length;
    memset(layout->own, 0, BLOCK_SIZE);
    layout->own_next = layout->own + BLOCK_SIZE;
    return OK;
}

/* --- The whole ----------------------------------------------------------------------------------
 */

static void describe_tables(struct layout *layout)
{
    const struct image_plan *plan = layout->request->plan;
    struct efi_tables *tables = &layout->tables;
    /*
     * 10.4 and 10.5 take efiSystemTable as a virtual address, but map these pages where they are;
     * later kernels add their base. A 32-bit kernel reads 32-bit tables in every release.
     */
    tables->width = plan->cpu == IMAGE_CPU_X86_64 ? 64 : 32;
    tables->address = (uint32_t)(layout->block + BLOCK_EFI_TABLES);
    tables->virtual_base = plan->macho.virtual_base;
    if (!layout->request->without_acpi) {
        tables->configuration[EFI_ACPI_10] = layout->pc.rsdp;
        tables->configuration[EFI_ACPI_20] = layout->pc.rsdp_revision >= 2 ? layout->pc.rsdp : 0;
    }
    tables->configuration[EFI_SMBIOS] = layout->pc.smbios;
}

static error_t build_tree(struct layout *layout)
{
    error_t error = machine_tree_build(layout->tree, layout->request, &layout->pc, &layout->tables);
    return error == OK ? machine_tree_memory_map(layout->tree, &layout->memory_map) : error;
}

static error_t write_boot_args(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    uint64_t installed;
    size_t map_size = write_memory_map(layout, &installed);
    struct boot_args_x86 arguments = {
        .version = layout->version,
        .command_line = request->arguments,
        .memory_map = (uint32_t)(layout->block + BLOCK_MEMORY_MAP),
        .memory_map_size = (uint32_t)map_size,
        .descriptor_size = EFI_DESCRIPTOR_SIZE,
        .descriptor_version = EFI_DESCRIPTOR_VERSION,
        .device_tree = (uint32_t)layout->tree_address,
        .device_tree_length = (uint32_t)layout->tree_length,
        .kernel_address = (uint32_t)layout->kernel_address,
        .kernel_size = (uint32_t)(layout->next - layout->kernel_address),
        .efi_system_table = efi_tables_system_table(&layout->tables),
        .efi_mode = (uint8_t)layout->tables.width,
        .physical_memory = installed,
        .fsb_hz = layout->pc.fsb_hz,
        .pci_base = layout->pc.ecam,
        .pci_first_bus = layout->pc.ecam_first_bus,
        .pci_last_bus = layout->pc.ecam_last_bus,
    };
    if (request->video != NULL) {
        arguments.video = request->video->video;
        arguments.display = boot_args_x86_wants_text(request->arguments) ? BOOT_DISPLAY_TEXT
                                                                         : BOOT_DISPLAY_GRAPHICS;
    }
    launch_label(layout->launch, LAUNCH_EFI_MEMORY_MAP, "", layout->block + BLOCK_MEMORY_MAP,
                 map_size);
    return boot_args_x86_write(&arguments, layout->own + BLOCK_BOOT_ARGS);
}

static void label_block(struct layout *layout)
{
    struct launch *launch = layout->launch;
    launch_label(launch, LAUNCH_BOOT_ARGS, "", layout->block + BLOCK_BOOT_ARGS,
                 boot_args_x86_size(layout->version));
    launch_label(launch, LAUNCH_EFI_TABLES, "", layout->block + BLOCK_EFI_TABLES, EFI_TABLES_SIZE);
    launch_label(launch, LAUNCH_STACK, "", layout->block + BLOCK_STACK, PAGE_SIZE);
}

static error_t lay_out(struct layout *layout)
{
    put(layout, layout->own, BLOCK_SIZE);
    label_block(layout);
    error_t error = announce(layout, "BootArgs", layout->block + BLOCK_BOOT_ARGS,
                             boot_args_x86_size(layout->version));
    if (error == OK) {
        error = put_files(layout);
    }
    if (error == OK) {
        error = put_tree(layout);
    }
    if (error == OK) {
        error = check_memory(layout);
    }
    if (error == OK) {
        efi_tables_write(&layout->tables, layout->own + BLOCK_EFI_TABLES);
        error = write_boot_args(layout);
    }
    return error;
}

static void set_state(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    struct launch *launch = layout->launch;
    launch->handover = HANDOVER_XNU_X86;
    launch->entry = request->plan->entry;
    launch->x86.eax = (uint32_t)(layout->block + BLOCK_BOOT_ARGS);
    /* No kernel is known to use it before it sets its own; it is in memory that it may use. */
    launch->x86.esp = (uint32_t)(layout->block + BLOCK_STACK + PAGE_SIZE);
    launch->set_video = request->video != NULL;
    if (launch->set_video) {
        launch->video = *request->video;
    }
}

error_t xnu_x86_prepare(const struct xnu_request *request, struct devtree *tree,
                        struct launch *launch)
{
    struct layout layout = {.request = request, .tree = tree, .launch = launch};
    memset(launch, 0, sizeof(*launch));
    kernel_release_find(request->image, request->image_length, &layout.release);
    error_t error = look_at_machine(&layout);
    layout.pc.fsb_hz = xnu_bus_clock(&layout.release, &layout.pc);
    if (error == OK) {
        error = check_video(request);
    }
    if (error == OK) {
        error = check_files(&layout);
    }
    if (error == OK) {
        choose_version(&layout);
        put_kernel(&layout);
        describe_tables(&layout);
        error = build_tree(&layout);
    }
    if (error == OK) {
        error = claim_own(&layout);
    }
    if (error == OK) {
        error = lay_out(&layout);
    }
    if (error != OK) {
        launch_release(launch);
        return error;
    }
    set_state(&layout);
    xnu_warnings_print(&layout.release, &layout.pc, request);
    return OK;
}

XNU_HANDOVER(xnu_x86) = {.kind = HANDOVER_XNU_X86, .prepare = xnu_x86_prepare};
