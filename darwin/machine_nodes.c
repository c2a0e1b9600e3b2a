/* SPDX-License-Identifier: BSD-2-Clause */
#include "darwin/machine_nodes.h"

#include <stdlib.h>
#include <string.h>

#include "console/console.h"
#include "lib/bytes.h"

/* XNU's own assumption where the tree has no timebase-frequency. */
#define TIMEBASE_DEFAULT 25000000u
/* The time base of all 32-bit PowerPC processors counts every fourth bus clock. */
#define BUS_CLOCKS_PER_TICK 4u

/* The kernel compares these as C strings without looking at their length. */
static const char *const string_properties[] = {"name", "device_type", "compatible", "model"};
#define STRING_PROPERTIES (sizeof(string_properties) / sizeof(string_properties[0]))

static error_t end_string(struct devtree *tree, struct devtree_node *node, const char *name)
{
    const struct devtree_property *property = devtree_get(node, name);
    if (property == NULL || (property->length != 0 && property->value[property->length - 1] == 0)) {
        return OK;
    }
    uint8_t *ended = malloc((size_t)property->length + 1);
    if (ended == NULL) {
        return fail(ERROR_MEMORY_HEAP, "for the property %s", name);
    }
    if (property->length != 0) {
        memcpy(ended, property->value, property->length);
    }
    ended[property->length] = 0;
    error_t error = devtree_set(tree, node, name, ended, (size_t)property->length + 1);
    free(ended);
    return error;
}

static error_t tidy(struct devtree *tree, struct devtree_node *node)
{
    /* A child without a name hides all children behind it from the kernel's path look-up. */
    error_t error = OK;
    if (devtree_get(node, "name") == NULL) {
        error = devtree_set_string(tree, node, "name", "");
    }
    for (size_t i = 0; error == OK && i < STRING_PROPERTIES; i++) {
        error = end_string(tree, node, string_properties[i]);
    }
    return error;
}

static struct devtree_node *first_of_type(const struct devtree *tree, const char *type)
{
    struct devtree_node *node = tree->root;
    for (; node != NULL; node = devtree_next(node)) {
        const char *found = devtree_get_string(node, "device_type");
        if (found != NULL && strcmp(found, type) == 0) {
            return node;
        }
    }
    return NULL;
}

/* A frequency: 8 bytes if it has exactly 8, else one word. 0 if it is not there. */
static uint64_t frequency(const struct devtree_node *node, const char *name)
{
    const struct devtree_property *property = devtree_get(node, name);
    if (property == NULL || property->length < 4) {
        return 0;
    }
    return property->length == 8 ? get_be64(property->value) : get_be32(property->value);
}

static error_t add_frequency(struct devtree *tree, struct devtree_node *node, const char *name,
                             uint32_t value)
{
    print("The firmware does not tell the processor's %s; %u Hz is assumed.\n", name,
          (unsigned)value);
    return devtree_set_be32(tree, node, name, value);
}

/* With a processor node but no bus clock, the kernel takes 0 and divides by it. */
static error_t complete_processor(struct devtree *tree)
{
    struct devtree_node *cpu = first_of_type(tree, "cpu");
    error_t error = OK;
    if (cpu == NULL) {
        return fail(ERROR_DEVTREE_NODE, "no node has the device_type cpu");
    }
    if (frequency(cpu, "timebase-frequency") == 0) {
        error = add_frequency(tree, cpu, "timebase-frequency", TIMEBASE_DEFAULT);
    }
    uint64_t timebase = frequency(cpu, "timebase-frequency");
    if (error == OK && frequency(cpu, "bus-frequency") == 0 &&
        frequency(tree->root, "clock-frequency") == 0) {
        error = add_frequency(tree, cpu, "bus-frequency", (uint32_t)timebase * BUS_CLOCKS_PER_TICK);
    }
    uint64_t bus = frequency(cpu, "bus-frequency");
    if (bus == 0) {
        bus = frequency(tree->root, "clock-frequency");
    }
    if (error == OK && frequency(cpu, "clock-frequency") == 0) {
        error = add_frequency(tree, cpu, "clock-frequency", (uint32_t)bus);
    }
    return error;
}

/* The kernel looks for its I/O base in this order and panics without one. */
static void warn_of_io_base(const struct devtree *tree)
{
    const struct devtree_node *node = first_of_type(tree, "dbdma");
    if (node == NULL) {
        node = first_of_type(tree, "mac-io");
    }
    if (node == NULL || (devtree_get(node, "AAPL,address") == NULL &&
                         devtree_get(node, "assigned-addresses") == NULL)) {
        print("The firmware describes no mac-io chip with an address: "
              "the kernel will panic if it looks for its serial port.\n");
    }
}

error_t machine_nodes_complete(struct devtree *tree)
{
    for (struct devtree_node *node = tree->root; node != NULL; node = devtree_next(node)) {
        error_t error = tidy(tree, node);
        if (error != OK) {
            return error;
        }
    }
    if (devtree_get(tree->root, "compatible") == NULL) {
        print("The firmware does not say what machine this is (compatible of the root): "
              "the kernel will not find its platform.\n");
    }
    warn_of_io_base(tree);
    return complete_processor(tree);
}
