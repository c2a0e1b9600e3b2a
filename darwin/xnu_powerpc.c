/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XNU on PowerPC. In memory, from physical address 0 on (xnu-handoff section 1.4):
 *
 *   the kernel's segments, everything between them zero
 *   symbol table, Mach-O header, kernel extensions, boot_args, colours and failure picture,
 *   flattened device tree; each begins on a page of its own
 *   topOfKernelData: from here on memory is free
 *
 * What the loader itself makes lies in one claimed piece of memory until the launch moves it.
 */
#include "darwin/xnu.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "darwin/boot_args_powerpc.h"
#include "darwin/boot_pictures.h"
#include "darwin/card_node.h"
#include "darwin/chosen.h"
#include "darwin/display.h"
#include "darwin/interrupts.h"
#include "darwin/kernel_release.h"
#include "darwin/machine_nodes.h"
#include "darwin/mkext.h"
#include "darwin/rom_driver.h"
#include "lib/bytes.h"

#define PAGE_SIZE     4096u
#define BANKS_MAXIMUM 64

/* struct symtab_command, <mach-o/loader.h>; Apple's loader leaves the first two words 0. */
#define SYMTAB_SIZE          24
#define SYMTAB_SYMBOL_OFFSET 8
#define SYMTAB_SYMBOL_COUNT  12
#define SYMTAB_STRING_OFFSET 16
#define SYMTAB_STRING_SIZE   20
#define SYMBOL_SIZE          12 /* struct nlist */

/*
 * What a Driver-... range starts with (BootX's DriverInfo): addresses and lengths of the property
 * list and of the executable behind it, 0 and 0 if there is none.
 */
#define KEXT_HEADER_SIZE    16
#define KEXT_PLIST_ADDRESS  0x0
#define KEXT_PLIST_LENGTH   0x4 /* with the NUL that ends it */
#define KEXT_MODULE_ADDRESS 0x8
#define KEXT_MODULE_LENGTH  0xC

/* Page tables, maps and trace buffers of the kernel's start come right above; they grow with RAM.
 */
#define COMFORTABLE_ROOM (16u << 20)
/* Kernels up to 10.2 see no more until they have set up their own mapping. */
#define EARLY_WINDOW (256u << 20)

/* Mac OS X 10.0 and 10.1 (Darwin 1.3 to 5) copy no byte of a file that is not compressed. */
#define STORED_LOST_LAST 5

/* Where things lie in the claimed memory. */
#define OWN_SYMTAB      0x0000
#define OWN_BOOT_ARGS   0x0100
#define OWN_KEXTS       0x0300
#define OWN_CLUT        0x0500
#define OWN_FAILED_BOOT 0x1000
#define OWN_DEVICE_TREE 0x6000
_Static_assert(OWN_BOOT_ARGS + BOOT_ARGS_POWERPC_SIZE <= OWN_KEXTS, "boot_args fit");
_Static_assert(OWN_KEXTS + XNU_EXTENSIONS_MAXIMUM * KEXT_HEADER_SIZE <= OWN_CLUT,
               "kext headers fit");
_Static_assert(OWN_CLUT + BOOT_CLUT_SIZE <= OWN_FAILED_BOOT, "the colours fit");
_Static_assert(OWN_FAILED_BOOT + FAILED_BOOT_SIZE <= OWN_DEVICE_TREE, "the picture fits");

/* Kernel segments, symbols, header, extensions, boot_args, colours, picture, tree */
#define MAP_ENTRIES_MAXIMUM (IMAGE_PIECES_MAXIMUM + XNU_EXTENSIONS_MAXIMUM + 6)
/* Besides one for each: what lies below the segments, three parts of the symbol table and of each
 * kext instead of one. */
_Static_assert(MAP_ENTRIES_MAXIMUM + 3 + 2 * XNU_EXTENSIONS_MAXIMUM <= LAUNCH_PIECES_MAXIMUM,
               "the launch has room");

struct layout {
    const struct xnu_request *request;
    struct devtree *tree;
    struct devtree_node *memory_map;
    struct launch *launch;
    uint8_t *own;
    uint64_t next;  /* where the next thing goes */
    uint64_t limit; /* the end of the memory that starts at 0 */
    struct memory_region banks[BANKS_MAXIMUM];
    size_t bank_count;
    struct boot_video video;
};

/* The kernels for PowerPC, up to 10.5, know version 1 alone; the first ones not even all of it. */
static error_t check_archive(const struct kernel_release *release, const char *word,
                             const struct fetched_file *file)
{
    error_t error = mkext_check_version_1(file->bytes, file->length);
    if (error == OK) {
        error = mkext_check_cpu(file->bytes, file->length, MACH_CPU_POWERPC);
    }
    if (error == OK && release->major != 0 && release->major <= STORED_LOST_LAST) {
        error = mkext_check_packed(file->bytes, file->length);
        if (error != OK) {
            error_context("%s: ", kernel_release_name(release));
        }
    }
    if (error != OK) {
        error_context("%s=%s: ", word, file->name);
    }
    return error;
}

static error_t check_archives(const struct xnu_request *request)
{
    struct kernel_release release;
    if (request->extension_count > XNU_EXTENSIONS_MAXIMUM) {
        return fail(ERROR_OPTION_VALUE, "driver= and mkext= are there %u times, %u at most",
                    (unsigned)request->extension_count, XNU_EXTENSIONS_MAXIMUM);
    }
    kernel_release_find(request->image, request->image_length, &release);
    for (size_t i = 0; i < request->extension_count; i++) {
        const struct xnu_extension *extension = &request->extensions[i];
        error_t error = extension->archive != NULL
                            ? check_archive(&release, extension->word, extension->archive)
                            : OK;
        if (error != OK) {
            return error;
        }
    }
    if (request->driver == NULL) {
        return OK;
    }
    error_t error = check_archive(&release, "driver", request->driver);
    if (error == OK && request->plan->macho.prelinked) {
        print("This kernel has its drivers linked in: it will not use driver=%s in time. "
              "Use mkext= instead.\n",
              request->driver->name);
    }
    return error;
}

static error_t find_memory(struct layout *layout)
{
    layout->bank_count = platform_memory_banks(layout->banks, BANKS_MAXIMUM);
    if (layout->bank_count == 0 || layout->banks[0].base != 0) {
        return fail(ERROR_MEMORY_RANGE, "there is no memory from address 0 on");
    }
    layout->limit = layout->banks[0].length;
    if (layout->limit > UINT32_MAX - (PAGE_SIZE - 1)) {
        layout->limit = UINT32_MAX - (PAGE_SIZE - 1);
    }
    return OK;
}

/* driver= goes before what the card's ROM has. */
static error_t add_driver(const struct xnu_request *request, struct devtree *tree,
                          struct devtree_node *card)
{
    if (request->driver != NULL) {
        return devtree_set_reference(tree, card, ROM_DRIVER_PROPERTY, request->driver->bytes,
                                     request->driver->length);
    }
    if (request->without_driver) {
        devtree_remove(card, ROM_DRIVER_PROPERTY);
        return OK;
    }
    return rom_driver_add(tree, card, request->nic);
}

/* Everything in the tree that does not depend on addresses. */
static error_t complete_tree(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    struct devtree *tree = layout->tree;
    struct devtree_node *card;
    error_t error = card_node_find(tree, request->nic, &card);
    if (error == OK) {
        error = card_node_complete(tree, card, request->nic);
    }
    if (error == OK) {
        error = add_driver(request, tree, card);
    }
    if (error == OK) {
        error = machine_nodes_complete(tree);
    }
    if (error == OK) {
        error = interrupts_make_resolvable(tree);
    }
    if (error == OK) {
        error = display_announce(tree, &layout->video);
    }
    if (error == OK) {
        error =
            chosen_announce(tree, card, request->network, request->boot_file, request->arguments);
    }
    return error == OK ? memory_map_create(tree, &layout->memory_map) : error;
}

static error_t claim_own(struct layout *layout)
{
    size_t length = OWN_DEVICE_TREE + devtree_flat_length(layout->tree) +
                    MAP_ENTRIES_MAXIMUM * MEMORY_MAP_ENTRY_SIZE;
    length = (size_t)round_up(length, PAGE_SIZE);
    layout->own = platform_claim(length, PAGE_SIZE);
    if (layout->own == NULL) {
        return fail(ERROR_MEMORY_CLAIM, "%u bytes for the kernel's device tree", (unsigned)length);
    }
    layout->launch->owned = layout->own;
    layout->launch->owned_length = length;
    return OK;
}

/* --- Laying out --------------------------------------------------------------------------- */

/* One more part of the launch; `size` beyond `copy` becomes zero. */
static void add_piece(struct layout *layout, uint64_t destination, const uint8_t *source,
                      uint64_t copy, uint64_t size)
{
    struct launch *launch = layout->launch;
    if (size != 0) {
        struct relocator_piece *piece = &launch->pieces[launch->piece_count++];
        piece->destination = (uint32_t)destination;
        piece->source = copy != 0 ? (uint32_t)platform_physical(source) : 0;
        piece->copy = (uint32_t)copy;
        piece->size = (uint32_t)size;
    }
}

static error_t does_not_fit(const struct layout *layout, const char *what, uint64_t length)
{
    return fail(ERROR_MEMORY_RANGE,
                "%s needs %llu bytes from %llu on, but memory from 0 ends at %llu", what,
                (unsigned long long)length, (unsigned long long)layout->next,
                (unsigned long long)layout->limit);
}

/* Takes the next pages for something and tells the kernel about it. */
static error_t reserve(struct layout *layout, const char *name, uint64_t length, uint64_t *address)
{
    *address = layout->next;
    uint64_t pages = round_up(length, PAGE_SIZE);
    if (pages > layout->limit || layout->next > layout->limit - pages) {
        return does_not_fit(layout, name, length);
    }
    layout->next += pages;
    print_verbose("  %-24s %08llx, %llu bytes\n", name, (unsigned long long)*address,
                  (unsigned long long)length);
    return memory_map_set(layout->tree, layout->memory_map, name, (uint32_t)*address,
                          (uint32_t)length);
}

/* The same for something that is copied from one place. Its last page is zero behind it. */
static error_t put(struct layout *layout, const char *name, const uint8_t *source, uint64_t length)
{
    uint64_t address;
    error_t error = reserve(layout, name, length, &address);
    if (error == OK) {
        add_piece(layout, address, source, length, round_up(length, PAGE_SIZE));
    }
    return error;
}

/*
 * The kernel spins on a lock word in low memory until it reads 0, and trusts its BSS: everything up
 * to its end that no segment fills becomes zero.
 */
static error_t put_kernel(struct layout *layout)
{
    const struct image_plan *plan = layout->request->plan;
    uint64_t end = round_up(image_plan_end(plan), PAGE_SIZE);
    if (end > layout->limit) {
        return does_not_fit(layout, "the kernel", image_plan_end(plan));
    }
    add_piece(layout, 0, NULL, 0, image_plan_start(plan));
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];
        uint64_t next = i + 1 < plan->piece_count ? plan->pieces[i + 1].address : end;
        char name[DEVTREE_NAME_MAXIMUM + 1];
        snprintf(name, sizeof(name), "Kernel-%s", piece->name);
        error_t error = memory_map_set(layout->tree, layout->memory_map, name,
                                       (uint32_t)piece->address, (uint32_t)piece->memory_size);
        if (error != OK) {
            return error;
        }
        add_piece(layout, piece->address, layout->request->image + piece->file_offset,
                  piece->file_size, next - piece->address);
        launch_label(layout->launch, LAUNCH_KERNEL, piece->name, piece->address,
                     piece->memory_size);
    }
    layout->next = end;
    return OK;
}

/* A symtab_command with addresses instead of offsets, the symbols, the strings. */
static error_t put_symbols(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    const struct image_plan *plan = request->plan;
    if (!plan->macho.has_symbols) {
        return OK;
    }
    uint64_t symbols_length = (uint64_t)plan->macho.symbol_count * SYMBOL_SIZE;
    uint64_t strings_length = plan->macho.string_size;
    if (!bytes_within(request->image_length, plan->macho.symbol_offset, symbols_length) ||
        !bytes_within(request->image_length, plan->macho.string_offset, strings_length)) {
        return fail(ERROR_IMAGE_TRUNCATED, "the symbol table ends beyond the file");
    }
    uint64_t length = SYMTAB_SIZE + symbols_length + strings_length;
    uint64_t address;
    error_t error = reserve(layout, "Kernel-__SYMTAB", length, &address);
    if (error != OK) {
        return error;
    }
    uint64_t symbols = address + SYMTAB_SIZE;
    uint64_t strings = symbols + symbols_length;
    uint8_t *command = layout->own + OWN_SYMTAB;
    memset(command, 0, SYMTAB_SIZE);
    put_be32(command + SYMTAB_SYMBOL_OFFSET, (uint32_t)symbols);
    put_be32(command + SYMTAB_SYMBOL_COUNT, plan->macho.symbol_count);
    put_be32(command + SYMTAB_STRING_OFFSET, (uint32_t)strings);
    put_be32(command + SYMTAB_STRING_SIZE, plan->macho.string_size);
    add_piece(layout, address, command, SYMTAB_SIZE, SYMTAB_SIZE);
    add_piece(layout, symbols, request->image + plan->macho.symbol_offset, symbols_length,
              symbols_length);
    add_piece(layout, strings, request->image + plan->macho.string_offset, strings_length,
              layout->next - strings);
    launch_label(layout->launch, LAUNCH_SYMBOLS, "", address, length);
    return OK;
}

static error_t put_archive(struct layout *layout, const struct fetched_file *archive)
{
    char name[DEVTREE_NAME_MAXIMUM + 1];
    /* The kernel knows it by the words before the '-'; the rest makes it unique. */
    snprintf(name, sizeof(name), "DriversPackage-%x", (unsigned)layout->next);
    launch_label(layout->launch, LAUNCH_ARCHIVE, archive->name, layout->next, archive->length);
    return put(layout, name, archive->bytes, archive->length);
}

/*
 * A single kernel extension, as BootX lays it out: header, property list with a NUL, executable.
 * The executable begins at a multiple of 16, which BootX leaves to chance.
 */
static error_t put_kext(struct layout *layout, const struct xnu_extension *kext, uint8_t *header)
{
    const struct fetched_file *plist = kext->plist, *executable = kext->executable;
    uint64_t module_offset = round_up(KEXT_HEADER_SIZE + (uint64_t)plist->length + 1, 16);
    uint64_t module_length = executable != NULL ? executable->length : 0;
    uint64_t length = module_offset + module_length, address;
    char name[DEVTREE_NAME_MAXIMUM + 1];
    snprintf(name, sizeof(name), "Driver-%x", (unsigned)layout->next);
    error_t error = reserve(layout, name, length, &address);
    if (error != OK) {
        return error;
    }
    memset(header, 0, KEXT_HEADER_SIZE);
    put_be32(header + KEXT_PLIST_ADDRESS, (uint32_t)address + KEXT_HEADER_SIZE);
    put_be32(header + KEXT_PLIST_LENGTH, (uint32_t)plist->length + 1);
    if (module_length != 0) {
        put_be32(header + KEXT_MODULE_ADDRESS, (uint32_t)(address + module_offset));
        put_be32(header + KEXT_MODULE_LENGTH, (uint32_t)module_length);
    }
    add_piece(layout, address, header, KEXT_HEADER_SIZE, KEXT_HEADER_SIZE);
    add_piece(layout, address + KEXT_HEADER_SIZE, plist->bytes, plist->length,
              module_offset - KEXT_HEADER_SIZE);
    add_piece(layout, address + module_offset, module_length != 0 ? executable->bytes : NULL,
              module_length, layout->next - address - module_offset);
    launch_label(layout->launch, LAUNCH_EXTENSION, kext->bundle_path, address, length);
    return OK;
}

/* The kernel reads them in the order of their entries. */
static error_t put_extensions(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    error_t error = OK;
    for (size_t i = 0; error == OK && i < request->extension_count; i++) {
        const struct xnu_extension *extension = &request->extensions[i];
        error = extension->archive != NULL
                    ? put_archive(layout, extension->archive)
                    : put_kext(layout, extension, layout->own + OWN_KEXTS + i * KEXT_HEADER_SIZE);
    }
    return error;
}

static error_t put_pictures(struct layout *layout)
{
    uint8_t *clut = layout->own + OWN_CLUT;
    uint8_t *failed_boot = layout->own + OWN_FAILED_BOOT;
    boot_clut_write(clut);
    failed_boot_write(failed_boot);
    launch_label(layout->launch, LAUNCH_PICTURE, "BootCLUT", layout->next, BOOT_CLUT_SIZE);
    error_t error = put(layout, "BootCLUT", clut, BOOT_CLUT_SIZE);
    if (error != OK) {
        return error;
    }
    launch_label(layout->launch, LAUNCH_PICTURE, "Pict-FailedBoot", layout->next, FAILED_BOOT_SIZE);
    return put(layout, "Pict-FailedBoot", failed_boot, FAILED_BOOT_SIZE);
}

/*
 * The tree comes last. Its own entry has to be in it before its length is known; the entry's value
 * does not change the length.
 */
static error_t put_tree(struct layout *layout, uint64_t *address, uint64_t *length)
{
    uint8_t *flat = layout->own + OWN_DEVICE_TREE;
    error_t error = memory_map_set(layout->tree, layout->memory_map, "DeviceTree", 0, 0);
    if (error != OK) {
        return error;
    }
    *address = layout->next;
    *length = devtree_flat_length(layout->tree);
    launch_label(layout->launch, LAUNCH_DEVICE_TREE, "", *address, *length);
    error = put(layout, "DeviceTree", flat, *length);
    return error == OK ? devtree_flatten(layout->tree, true, flat, (size_t)*length) : error;
}

/* Version 2 counts in pages: where the root's cells say that the machine has 64-bit addresses. */
static uint16_t boot_args_version(const struct devtree *tree)
{
    static const char *const cells[] = {"#address-cells", "#size-cells"};
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        const struct devtree_property *property = devtree_get(tree->root, cells[i]);
        if (property != NULL && property->length == 4 && get_be32(property->value) != 1) {
            return 2;
        }
    }
    return 1;
}

static void warn_of_size(const struct layout *layout)
{
    if (layout->limit - layout->next < COMFORTABLE_ROOM) {
        print("Only %llu KB of memory are left above the kernel and its files; "
              "it may need more to start.\n",
              (unsigned long long)((layout->limit - layout->next) >> 10));
    }
    if (layout->next > EARLY_WINDOW) {
        print("The kernel and its files end above 256 MB: Mac OS X 10.2 and older cannot start.\n");
    }
}

static error_t lay_out(struct layout *layout)
{
    const struct xnu_request *request = layout->request;
    uint8_t *boot_args = layout->own + OWN_BOOT_ARGS;
    uint64_t tree_address = 0, tree_length = 0;
    error_t error = put_kernel(layout);
    if (error == OK) {
        error = put_symbols(layout);
    }
    if (error == OK) {
        launch_label(layout->launch, LAUNCH_HEADER, "", layout->next,
                     request->plan->macho.header_size);
        error = put(layout, "Kernel-__HEADER", request->image, request->plan->macho.header_size);
    }
    if (error == OK) {
        error = put_extensions(layout);
    }
    if (error == OK) {
        layout->launch->boot_args = (uint32_t)layout->next;
        launch_label(layout->launch, LAUNCH_BOOT_ARGS, "", layout->next, BOOT_ARGS_POWERPC_SIZE);
        error = put(layout, "BootArgs", boot_args, BOOT_ARGS_POWERPC_SIZE);
    }
    if (error == OK) {
        error = put_pictures(layout);
    }
    if (error == OK) {
        error = put_tree(layout, &tree_address, &tree_length);
    }
    if (error != OK) {
        return error;
    }
    warn_of_size(layout);
    launch_label(layout->launch, LAUNCH_SCREEN, "", layout->video.address,
                 (uint64_t)layout->video.row_bytes * layout->video.height);
    struct boot_args_powerpc arguments = {
        .version = boot_args_version(layout->tree),
        .command_line = request->arguments,
        .banks = layout->banks,
        .bank_count = layout->bank_count,
        .video = layout->video,
        .device_tree = (uint32_t)tree_address,
        .device_tree_length = (uint32_t)tree_length,
        .top_of_kernel_data = (uint32_t)layout->next,
    };
    return boot_args_powerpc_write(&arguments, boot_args);
}

error_t xnu_powerpc_prepare(const struct xnu_request *request, struct devtree *tree,
                            struct launch *launch)
{
    struct layout layout = {.request = request, .tree = tree, .launch = launch};
    memset(launch, 0, sizeof(*launch));
    if (request->nic == NULL) {
        return fail(ERROR_NIC_NONE, "the kernel's root is found through the card's node");
    }
    launch->handover = HANDOVER_XNU_POWERPC;
    launch->entry = request->plan->entry;
    error_t error = check_archives(request);
    if (error == OK) {
        error = find_memory(&layout);
    }
    if (error == OK) {
        error = complete_tree(&layout);
    }
    if (error == OK) {
        error = claim_own(&layout);
    }
    if (error == OK) {
        error = lay_out(&layout);
    }
    if (error != OK) {
        launch_release(launch);
    }
    return error;
}

XNU_HANDOVER(xnu_powerpc) = {.kind = HANDOVER_XNU_POWERPC, .prepare = xnu_powerpc_prepare};
