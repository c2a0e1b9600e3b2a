/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/chosen.h"

#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"

/* The kernel puts "IODeviceTree:" in front and has room for 512 bytes with the NUL. */
#define ROOT_PATH_SIZE 499
/* The kernel reads a reply up to the end of the options' cookie without a check. */
#define REPLY_MINIMUM 240
#define FIRST_HANDLE  0x53420004u

/* What belongs to one boot and would mislead the kernel if it were left over from another. */
static const char *const stale[] = {"dhcp-response", "bootp-response", "bsdp-response", "boot-uuid",
                                    "root-matching"};

static struct devtree_node *find_or_add(struct devtree *tree, struct devtree_node *parent,
                                        const char *path, bool *made)
{
    struct devtree_node *node = devtree_find(tree, path);
    *made = node == NULL;
    return *made ? devtree_add(tree, parent) : node;
}

/* A handle that no node has. As there are fewer nodes than handles, one of the first fits. */
static uint32_t unused_handle(const struct devtree *tree)
{
    uint32_t handle = FIRST_HANDLE;
    const struct devtree_node *node = tree->root;
    while (node != NULL) {
        const struct devtree_property *property = devtree_get(node, "AAPL,phandle");
        bool taken = node->handle == handle || (property != NULL && property->length == 4 &&
                                                get_be32(property->value) == handle);
        if (taken) {
            handle += 4;
            node = tree->root;
        } else {
            node = devtree_next(node);
        }
    }
    return handle;
}

/* The two properties that every node of Apple's tree starts with. */
static error_t begin_node(struct devtree *tree, struct devtree_node *node, const char *name)
{
    error_t error = devtree_set_be32(tree, node, "AAPL,phandle", unused_handle(tree));
    return error == OK ? devtree_set_string(tree, node, "name", name) : error;
}

static error_t find_chosen(struct devtree *tree, struct devtree_node **chosen)
{
    bool made;
    *chosen = find_or_add(tree, tree->root, "/chosen", &made);
    if (*chosen == NULL) {
        return fail(ERROR_MEMORY_HEAP, "for the node /chosen");
    }
    return made ? begin_node(tree, *chosen, "chosen") : OK;
}

error_t chosen_add_reply(struct devtree *tree, struct devtree_node *chosen,
                         const struct network_config *network)
{
    for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
        devtree_remove(chosen, stale[i]);
    }
    if (network->method == NETWORK_STATIC || network->reply_length < REPLY_MINIMUM) {
        return OK;
    }
    error_t error = OK;
    if (network->method != NETWORK_BOOTP) {
        error = devtree_set(tree, chosen, "dhcp-response", network->reply, network->reply_length);
    }
    /* The kernel takes its address from the former, but the root path (option 17) never. */
    if (error == OK && network->method == NETWORK_BSDP) {
        error = devtree_set(tree, chosen, "bsdp-response", network->bsdp_reply,
                            network->bsdp_reply_length);
    } else if (error == OK) {
        error = devtree_set(tree, chosen, "bootp-response", network->reply, network->reply_length);
    }
    return error;
}

/*
 * "<path>:,\<file>": the text before the ':' is how the kernel finds the interface to mount its
 * root over. Without a ':' it does not look for one.
 */
static error_t write_root_path(const struct devtree_node *card, const char *boot_file,
                               char path[ROOT_PATH_SIZE])
{
    error_t error = devtree_path(card, path, ROOT_PATH_SIZE);
    if (error != OK) {
        return error;
    }
    size_t length = strlen(path);
    boot_file += strspn(boot_file, ",/\\");
    int written = snprintf(path + length, ROOT_PATH_SIZE - length, ":,\\%s", boot_file);
    if (written < 0 || (size_t)written >= ROOT_PATH_SIZE - length) {
        return fail(ERROR_DEVTREE_PATH, "rootpath %s... has more than %u characters", path,
                    ROOT_PATH_SIZE - 1);
    }
    for (char *at = path + length; *at != 0; at++) {
        if (*at == '/') {
            *at = '\\';
        }
    }
    return OK;
}

/* True if firmware's bootpath is on the card already: then it stays. */
static bool boot_path_fits(const struct devtree_node *chosen, const char *root_path)
{
    const char *boot_path = devtree_get_string(chosen, "bootpath");
    size_t device = strcspn(root_path, ":") + 1;
    return boot_path != NULL && strncmp(boot_path, root_path, device) == 0;
}

error_t chosen_announce(struct devtree *tree, const struct devtree_node *card,
                        const struct network_config *network, const char *boot_file,
                        const char *arguments)
{
    /* Apple's loader keeps a cache of disk blocks and tells how it did; there is none here. */
    static const char *const counters[] = {"BootXCacheHits", "BootXCacheMisses",
                                           "BootXCacheEvicts"};
    char root_path[ROOT_PATH_SIZE];
    struct devtree_node *chosen;
    error_t error = write_root_path(card, boot_file, root_path);
    if (error == OK) {
        error = devtree_set(tree, tree->root, "net-boot", NULL, 0);
    }
    if (error == OK) {
        error = find_chosen(tree, &chosen);
    }
    if (error == OK) {
        error = chosen_add_reply(tree, chosen, network);
    }
    if (error == OK) {
        error = devtree_set_string(tree, chosen, "bootargs", arguments);
    }
    if (error == OK && !boot_path_fits(chosen, root_path)) {
        error = devtree_set_string(tree, chosen, "bootpath", root_path);
    }
    if (error == OK) {
        error = devtree_set_string(tree, chosen, "rootpath", root_path);
    }
    for (size_t i = 0; error == OK && i < sizeof(counters) / sizeof(counters[0]); i++) {
        error = devtree_set_be32(tree, chosen, counters[i], 0);
    }
    return error;
}

error_t memory_map_create(struct devtree *tree, struct devtree_node **memory_map)
{
    struct devtree_node *chosen;
    bool made;
    error_t error = find_chosen(tree, &chosen);
    if (error != OK) {
        return error;
    }
    *memory_map = find_or_add(tree, chosen, "/chosen/memory-map", &made);
    if (*memory_map == NULL) {
        return fail(ERROR_MEMORY_HEAP, "for the node /chosen/memory-map");
    }
    /* One that a loader before us left describes memory that is about to be overwritten. */
    while ((*memory_map)->first_property != NULL) {
        devtree_remove(*memory_map, (*memory_map)->first_property->name);
    }
    return begin_node(tree, *memory_map, "memory-map");
}

error_t memory_map_set(struct devtree *tree, struct devtree_node *memory_map, const char *name,
                       uint32_t address, uint32_t length)
{
    uint8_t range[8];
    put_be32(range, address);
    put_be32(range + 4, length);
    return devtree_set(tree, memory_map, name, range, sizeof(range));
}
