/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/handover.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "darwin/mkext.h"
#include "darwin/xnu.h"
#include "loader/client.h"
#include "loader/request.h"

static void *allocate(struct image_memory *memory, size_t length)
{
    (void)memory;
    return platform_claim(length, 4096);
}

static void release(struct image_memory *memory, void *bytes, size_t length)
{
    (void)memory;
    platform_release(bytes, length);
}

static struct image_memory claimed_memory = {.allocate = allocate, .release = release};

/* The path part of what was asked for: "tftp://10.0.2.2/a/b" is "/a/b". */
static const char *file_path(const char *uri, struct fetch_uri *parsed)
{
    return fetch_parse(uri, parsed) == OK ? parsed->path : uri;
}

/* The kernel's command line: args=, else the machine's own boot-args (as BootX takes them). */
static const char *kernel_arguments(const struct options *options, const struct devtree *tree)
{
    const struct devtree_node *node;
    const char *value = NULL;

    if (options->args != NULL)
        return options->args;
    node = devtree_find(tree, "/options");
    if (node != NULL)
        value = devtree_get_string(node, "boot-args");
    return value != NULL ? value : "";
}

static struct xnu_extension kext_extension(const struct kext_files *kext)
{
    return (struct xnu_extension){
        .word = "driver",
        .bundle_path = kext->bundle_path,
        .plist = &kext->plist,
        .executable = kext->has_executable ? &kext->executable : NULL,
    };
}

/*
 * Everything that goes to the kernel beside it: what driver= names, then what mkext= names. The
 * first archive of driver= is not among them if the card's node has it; that has one place.
 */
static size_t list_extensions(const struct boot_files *files, bool first_on_node,
                              struct xnu_extension *extensions)
{
    size_t count = 0, archive = 0, kext = 0;

    while (archive + kext < files->driver_count + files->kext_count) {
        if (files->driver_is_kext[archive + kext])
            extensions[count++] = kext_extension(&files->kexts[kext++]);
        else if (archive++ != 0 || !first_on_node)
            extensions[count++] = (struct xnu_extension){
                .word = "driver",
                .archive = &files->drivers[archive - 1],
            };
    }
    for (size_t i = 0; i < files->package_count; i++)
        extensions[count++] = (struct xnu_extension){
            .word = "mkext",
            .archive = &files->packages[i],
        };
    return count;
}

static const struct xnu_handover *find_xnu_handover(enum handover_kind kind)
{
    TABLE_FOREACH (xnu_handovers, handover)
        if ((*handover)->kind == kind)
            return *handover;
    return NULL;
}

static const struct kernel_handover *find_kernel_handover(enum handover_kind kind)
{
    TABLE_FOREACH (kernel_handovers, handover)
        if ((*handover)->kind == kind)
            return *handover;
    return NULL;
}

static error_t prepare_xnu(const struct xnu_handover *way, const struct options *options,
                           const struct nic *nic, const struct network_config *network,
                           struct boot_files *files, struct handover *handover)
{
    static struct xnu_extension extensions[OPTIONS_DRIVERS_MAXIMUM + OPTIONS_MKEXTS_MAXIMUM];
    enum image_cpu cpu = handover->plan.cpu;
    bool on_powerpc = cpu == IMAGE_CPU_POWERPC;
    struct fetch_uri uri;
    struct xnu_request request = {
        .plan = &handover->plan,
        .image = handover->image.bytes,
        .image_length = handover->image.length,
        .nic = nic,
        .network = network,
        .boot_file = file_path(files->kernel.name, &uri),
        .driver = on_powerpc && files->driver_count != 0 ? &files->drivers[0] : NULL,
        .without_driver = options->without_driver,
        .extensions = extensions,
        .ramdisk = files->has_ramdisk ? &files->ramdisk : NULL,
        .video = options->video_width != 0 ? &handover->video : NULL,
        .boot_args_version = options->boot_args_version,
        .boot_args_revision = options->boot_args_revision,
        .without_acpi = options->without_acpi,
    };
    error_t error = files_prepare_kexts(files, cpu);

    if (error == OK)
        error = platform_device_tree(&handover->tree);
    if (error != OK)
        return error;
    handover->has_tree = true;
    if (files->module_count != 0)
        print("note: module= and initrd= are not for Darwin kernels; this one does not get them\n");
    request.extension_count = list_extensions(files, on_powerpc, extensions);
    request.arguments = kernel_arguments(options, &handover->tree);
    print("kernel arguments: \"%s\"\n", request.arguments);
    return way->prepare(&request, &handover->tree, &handover->launch);
}

/* `driver_used`: one archive of driver= goes onto the card's node. */
static void note_unused(const struct boot_files *files, bool driver_used)
{
    if (files->kext_count + files->package_count != 0 || (files->driver_count != 0 && !driver_used))
        print("note: %smkext= are for Darwin kernels; this program does not get them\n",
              driver_used ? "driver=... .kext and " : "driver= and ");
    if (files->has_ramdisk)
        print("note: ramdisk= is for Darwin kernels; use initrd= or module=\n");
}

static error_t prepare_kernel(const struct kernel_handover *way, const struct options *options,
                              const struct boot_files *files, struct handover *handover)
{
    static struct kernel_module modules[OPTIONS_MODULES_MAXIMUM];
    struct fetch_uri uri;
    struct kernel_request request = {
        .plan = &handover->plan,
        .image = handover->image.bytes,
        .image_length = handover->image.length,
        .name = file_path(files->kernel.name, &uri),
        .arguments = options->args != NULL ? options->args : "",
        .module_count = files->module_count,
        .modules = modules,
        .video = options->video_width != 0 ? &handover->video : NULL,
    };

    note_unused(files, false);
    for (size_t i = 0; i < files->module_count; i++)
        modules[i] = (struct kernel_module){
            .words = files->modules[i].words,
            .bytes = files->modules[i].file.bytes,
            .length = files->modules[i].file.length,
        };
    print("kernel arguments: \"%s\"\n", request.arguments);
    return way->prepare(&request, &handover->launch);
}

/*
 * As Apple's firmware writes it: device, colon, the server if it is not the one that everybody
 * would ask, comma, the file with backslashes between folders.
 */
static void write_boot_path(const struct nic *nic, const struct fetch_uri *uri, char *path,
                            size_t size)
{
    char *at;

    snprintf(path, size, "%s:%s,%s", nic->pci.path,
             uri->server != 0 ? network_address_text(uri->server) : "", uri->path);
    /* Behind the colon only: the device's own path has slashes. */
    for (at = path + strlen(nic->pci.path); *at != '\0'; at++)
        if (*at == '/')
            *at = '\\';
}

/* BootX copies the card's node for the kernel: the archive has to be one that PowerPC reads. */
static error_t prepare_client_driver(struct boot_files *files)
{
    const struct fetched_file *driver = &files->drivers[0];
    error_t error;

    if (files->driver_count == 0)
        return OK;
    if (files->driver_count > 1)
        return fail(ERROR_OPTION_VALUE, "driver= is there %u times: the card's node has one place",
                    (unsigned)files->driver_count);
    error = files_prepare_drivers(files, IMAGE_CPU_POWERPC);
    if (error != OK)
        return error;
    error = mkext_check_version_1(driver->bytes, driver->length);
    if (error != OK)
        error_context("driver=%s: ", driver->name);
    return error;
}

static error_t prepare_client(const struct options *options, const struct nic *nic,
                              const struct network_config *network, struct boot_files *files,
                              struct handover *handover)
{
    struct fetch_uri *uri = &handover->client_uri;
    struct launch *launch = &handover->launch;
    error_t error;

    if (nic == NULL)
        return fail(ERROR_NIC_NONE, "this program is started through the card's node");
    note_unused(files, true);
    error = fetch_parse(files->kernel.name, uri);
    if (error == OK)
        error = prepare_client_driver(files);
    if (error != OK)
        return error;
    /* The network is gone: a name cannot be looked up any more. */
    if (uri->host_length != 0)
        uri->server = files->kernel.server;
    write_boot_path(nic, uri, handover->client_path, sizeof handover->client_path);
    error =
        client_prepare(&handover->plan, handover->image.bytes,
                       options->args != NULL ? options->args : "", handover->client_path, launch);
    launch->client_card = nic;
    launch->client_network = network;
    launch->client_server = uri->server != 0 ? uri->server : network->server;
    launch->client_file = uri->path;
    if (files->driver_count != 0) {
        launch->client_driver = files->drivers[0].bytes;
        launch->client_driver_length = files->drivers[0].length;
    }
    return error;
}

static void show_plan(const struct image_plan *plan)
{
    print("%s image, %u piece(s) from %08llx to %08llx, entry %08llx\n", plan->format,
          (unsigned)plan->piece_count, (unsigned long long)image_plan_start(plan),
          (unsigned long long)image_plan_end(plan), (unsigned long long)plan->entry);
    for (size_t i = 0; i < plan->piece_count; i++) {
        const struct image_piece *piece = &plan->pieces[i];

        print_verbose("  %-16s at %08llx, %8llu bytes of file, %8llu of memory\n", piece->name,
                      (unsigned long long)piece->address, (unsigned long long)piece->file_size,
                      (unsigned long long)piece->memory_size);
    }
}

/* Recognises the kernel; `arch=` leaves only one of several processors. */
static error_t open_kernel(const struct options *options, const struct boot_files *files,
                           struct handover *handover)
{
    enum image_cpu cpu = platform_cpu();
    error_t error;

    if (options->has_arch) {
        if (!image_cpu_runs(cpu, options->arch))
            return fail(ERROR_IMAGE_CPU, "arch=%s: this machine runs %s",
                        image_cpu_name(options->arch), image_cpu_name(cpu));
        cpu = options->arch;
    }
    error = image_open(files->kernel.bytes, files->kernel.length, cpu, &claimed_memory,
                       &handover->image, &handover->plan);
    /* Multiboot kernels and Linux come as 32-bit files, whatever they switch to later. */
    if (error == OK && options->has_arch && handover->plan.cpu != cpu &&
        find_xnu_handover(handover->plan.handover) != NULL)
        error = fail(ERROR_IMAGE_CPU, "arch=%s, but the kernel is for %s", image_cpu_name(cpu),
                     image_cpu_name(handover->plan.cpu));
    return error;
}

/* By kind: XNU, Open Firmware programs, other kernels. */
static error_t prepare(const struct options *options, const struct nic *nic,
                       const struct network_config *network, struct boot_files *files,
                       struct handover *handover)
{
    enum handover_kind kind = handover->plan.handover;
    const struct xnu_handover *xnu = find_xnu_handover(kind);
    const struct kernel_handover *kernel = find_kernel_handover(kind);

    if (xnu != NULL)
        return prepare_xnu(xnu, options, nic, network, files, handover);
    if (kernel != NULL)
        return prepare_kernel(kernel, options, files, handover);
    if (kind == HANDOVER_OPENFIRMWARE_CLIENT)
        return prepare_client(options, nic, network, files, handover);
    return fail(ERROR_LAUNCH_KIND, "%s image", handover->plan.format);
}

error_t handover_prepare(const struct options *options, const struct nic *nic,
                         const struct network_config *network, struct boot_files *files,
                         struct handover *handover)
{
    error_t error;

    memset(handover, 0, sizeof *handover);
    error = open_kernel(options, files, handover);
    if (error != OK) {
        error_context("%s: ", files->kernel.name);
        handover_release(handover);
        return error;
    }
    show_plan(&handover->plan);
    print_verbose("  its bytes are at %08llx\n",
                  (unsigned long long)platform_physical(handover->image.bytes));

    if (options->video_width != 0) {
        error = platform_video_find(options->video_width, options->video_height,
                                    options->video_depth, &handover->video);
        if (error != OK) {
            handover_release(handover);
            return error;
        }
    }
    error = prepare(options, nic, network, files, handover);
    if (error != OK)
        handover_release(handover);
    return error;
}

void handover_release(struct handover *handover)
{
    launch_release(&handover->launch);
    if (handover->has_tree)
        devtree_free(&handover->tree);
    if (handover->image.owned)
        platform_release((void *)handover->image.bytes, handover->image.length);
    memset(handover, 0, sizeof *handover);
}
