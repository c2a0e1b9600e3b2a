/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/handover.h"

#include <stdio.h>
#include <string.h>

#include "boot/platform.h"
#include "console/console.h"
#include "darwin/xnu.h"
#include "loader/client.h"

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

static error_t prepare_xnu(const struct options *options, const struct nic *nic,
                           const struct network_config *network, const struct boot_files *files,
                           struct handover *handover)
{
    struct fetch_uri uri;
    struct xnu_request request = {
        .plan = &handover->plan,
        .image = handover->image.bytes,
        .image_length = handover->image.length,
        .nic = nic,
        .network = network,
        .boot_file = file_path(files->kernel.name, &uri),
        .driver = files->has_driver ? &files->driver : NULL,
        .package_count = files->package_count,
        .packages = files->packages,
    };
    error_t error = platform_device_tree(&handover->tree);

    if (error != OK)
        return error;
    handover->has_tree = true;
    request.arguments = kernel_arguments(options, &handover->tree);
    print("kernel arguments: \"%s\"\n", request.arguments);
    return xnu_powerpc_prepare(&request, &handover->tree, &handover->launch);
}

static error_t prepare_client(const struct options *options, const struct nic *nic,
                              const struct boot_files *files, struct handover *handover)
{
    struct fetch_uri uri;
    char *at;

    if (files->has_driver || files->package_count != 0)
        print("note: driver= and mkext= are for Darwin kernels; this program does not get them\n");
    /* As Apple's firmware writes it: device, colon, comma, backslashes. */
    snprintf(handover->client_path, sizeof handover->client_path, "%s:,%s", nic->pci.path,
             file_path(files->kernel.name, &uri));
    /* Behind the colon only: the device's own path may have commas ("pci1b36,1"). */
    for (at = handover->client_path + strlen(nic->pci.path); *at != '\0'; at++)
        if (*at == '/')
            *at = '\\';
    return client_prepare(&handover->plan, handover->image.bytes,
                          options->args != NULL ? options->args : "", handover->client_path,
                          &handover->launch);
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

error_t handover_prepare(const struct options *options, const struct nic *nic,
                         const struct network_config *network, struct boot_files *files,
                         struct handover *handover)
{
    error_t error;

    memset(handover, 0, sizeof *handover);
    error = image_open(files->kernel.bytes, files->kernel.length, platform_cpu(), &claimed_memory,
                       &handover->image, &handover->plan);
    if (error != OK) {
        error_context("%s: ", files->kernel.name);
        return error;
    }
    show_plan(&handover->plan);
    print_verbose("  its bytes are at %08llx\n",
                  (unsigned long long)platform_physical(handover->image.bytes));

    switch (handover->plan.handover) {
    case HANDOVER_XNU_POWERPC:
        error = prepare_xnu(options, nic, network, files, handover);
        break;
    case HANDOVER_OPENFIRMWARE_CLIENT:
        error = prepare_client(options, nic, files, handover);
        break;
    default:
        error = fail(ERROR_LAUNCH_KIND, "%s image", handover->plan.format);
        break;
    }
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
