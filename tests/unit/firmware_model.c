/* SPDX-License-Identifier: BSD-2-Clause */
#include "firmware_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/host/host.h"
#include "device/firmware.h"
#include "lib/bytes.h"

#define NODES_MAXIMUM      8
#define PROPERTIES_MAXIMUM 24
#define VALUE_MAXIMUM      1600
#define FIRST_HANDLE       0xFFF50000u
#define HANDLE_STEP        0x100u
#define NONE               0xFFFFFFFFu

struct property {
    char name[40];
    uint8_t value[VALUE_MAXIMUM];
    size_t length;
};
static struct node {
    char path[80];
    size_t count;
    struct property properties[PROPERTIES_MAXIMUM];
} nodes[NODES_MAXIMUM];
static size_t node_count;

struct firmware_model firmware_model;

uint32_t firmware_model_add(const char *path)
{
    if (node_count == NODES_MAXIMUM)
        abort();
    memset(&nodes[node_count], 0, sizeof nodes[0]);
    snprintf(nodes[node_count].path, sizeof nodes[0].path, "%s", path);
    return FIRST_HANDLE + HANDLE_STEP * (uint32_t)node_count++;
}

void firmware_model_reset(void)
{
    memset(&firmware_model, 0, sizeof firmware_model);
    node_count = 0;
    firmware_model_add("/");
    firmware_model_add("/chosen");
    firmware_model_add("/aliases");
    firmware_model_add("/memory");
}

static struct node *node_of(uint32_t handle)
{
    uint32_t index = (handle - FIRST_HANDLE) / HANDLE_STEP;

    return handle % HANDLE_STEP == 0 && index < node_count ? &nodes[index] : NULL;
}

static struct property *find_property(struct node *node, const char *name)
{
    for (size_t i = 0; node != NULL && i < node->count; i++)
        if (strcmp(node->properties[i].name, name) == 0)
            return &node->properties[i];
    return NULL;
}

uint32_t firmware_find(const char *path)
{
    const struct property *alias;

    for (size_t i = 0; i < node_count; i++)
        if (strcmp(nodes[i].path, path) == 0)
            return FIRST_HANDLE + HANDLE_STEP * (uint32_t)i;
    alias = node_count > 2 && path[0] != '/' ? find_property(&nodes[2], path) : NULL;
    return alias != NULL ? firmware_find((const char *)alias->value) : 0;
}

static bool set_property(struct node *node, const char *name, const void *value, size_t length)
{
    struct property *property = find_property(node, name);

    if (length > VALUE_MAXIMUM || strlen(name) >= sizeof property->name)
        return false;
    if (property == NULL) {
        if (node->count == PROPERTIES_MAXIMUM)
            return false;
        property = &node->properties[node->count++];
    }
    strcpy(property->name, name);
    if (length != 0)
        memcpy(property->value, value, length);
    property->length = length;
    return true;
}

void firmware_model_set(const char *path, const char *name, const void *value, size_t length)
{
    if (!set_property(node_of(firmware_find(path)), name, value, length))
        abort();
}

const uint8_t *firmware_model_get(const char *path, const char *name, size_t *length)
{
    const struct property *property = find_property(node_of(firmware_find(path)), name);

    if (property == NULL)
        return NULL;
    *length = property->length;
    return property->value;
}

/* --- The seam --------------------------------------------------------------------------------- */

const uint8_t *firmware_memory(uint32_t address, uint32_t length)
{
    return address != 0 && bytes_within(host_memory_size(), address, length) ? host_memory(address)
                                                                             : NULL;
}

uint8_t *firmware_writable(uint32_t address, uint32_t length)
{
    if (firmware_memory(address, length) == NULL ||
        ranges_overlap(address, length, firmware_model.resident, firmware_model.resident_length))
        return NULL;
    return host_memory(address);
}

int32_t firmware_property(uint32_t node, const char *name, void *value, size_t size)
{
    const struct property *property = find_property(node_of(node), name);

    if (property == NULL)
        return -1;
    if (size != 0)
        memcpy(value, property->value, size < property->length ? size : property->length);
    return (int32_t)property->length;
}

bool firmware_set_property(uint32_t node, const char *name, const void *value, size_t length)
{
    if (firmware_model.refuses_properties || node_of(node) == NULL)
        return false;
    return firmware_model.loses_properties || set_property(node_of(node), name, value, length);
}

uint32_t firmware_claim(uint32_t address, uint32_t length, uint32_t alignment)
{
    firmware_model.claimed_address = address;
    firmware_model.claimed_length = length;
    firmware_model.claimed_alignment = alignment;
    return firmware_model.claim_result;
}

bool firmware_release(uint32_t address, uint32_t length)
{
    firmware_model.claimed_address = address;
    firmware_model.claimed_length = length;
    return firmware_model.release_result;
}

uint32_t firmware_room(uint32_t address)
{
    (void)address;
    return firmware_model.room;
}

int32_t firmware_available(uint8_t *value, size_t size)
{
    size_t length = firmware_model.available_length;

    if (firmware_model.available == NULL)
        return -1;
    memcpy(value, firmware_model.available, length < size ? length : size);
    return (int32_t)length;
}

void firmware_leave(void)
{
    firmware_model.leaves++;
}

/* --- Its own client interface ----------------------------------------------------------------- */

static uint32_t cell(uint32_t array, uint32_t index)
{
    uint32_t value;

    memcpy(&value, host_memory(array + 4 * index), 4);
    return value;
}

static const char *text(uint32_t address)
{
    return address != 0 ? (const char *)host_memory(address) : "";
}

/* nextprop ( node previous buffer -- flag ) */
static uint32_t next_property(uint32_t handle, const char *previous, uint32_t buffer)
{
    const struct node *node = node_of(handle);
    size_t next = 0;

    if (node == NULL)
        return NONE;
    if (previous[0] != '\0') {
        const struct property *property = find_property(node_of(handle), previous);

        if (property == NULL)
            return NONE;
        next = (size_t)(property - node->properties) + 1;
    }
    if (next == node->count)
        return 0;
    strcpy((char *)host_memory(buffer), node->properties[next].name);
    return 1;
}

int32_t firmware_call(uint32_t array)
{
    uint32_t count = cell(array, 1), a = cell(array, 3), b = cell(array, 4), c = cell(array, 5),
             d = cell(array, 6), result = MODEL_UNKNOWN_RESULT;
    const char *service = text(cell(array, 0));

    firmware_model.calls++;
    snprintf(firmware_model.last_service, sizeof firmware_model.last_service, "%s", service);
    if (firmware_model.writes_no_results)
        return 0;
    if (strcmp(service, "finddevice") == 0) {
        result = firmware_find(text(a));
        result = result != 0 ? result : NONE;
    } else if (strcmp(service, "getproplen") == 0) {
        result = (uint32_t)firmware_property(a, text(b), NULL, 0);
    } else if (strcmp(service, "getprop") == 0) {
        result = (uint32_t)firmware_property(a, text(b), host_memory(c), d);
    } else if (strcmp(service, "setprop") == 0) {
        result = firmware_set_property(a, text(b), host_memory(c), d) ? d : NONE;
    } else if (strcmp(service, "nextprop") == 0) {
        result = next_property(a, text(b), c);
    } else if (strcmp(service, "no-such-service") == 0) {
        return -1;
    }
    if (cell(array, 2) != 0)
        memcpy(host_memory(array + 4 * (3 + count)), &result, 4);
    return 0;
}
