/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services of the client interface (IEEE 1275-1994, 6.3.2) that may concern our devices. Where
 * a call turns out not to, the firmware gets it as it came.
 */
#include <stdio.h>
#include <string.h>

#include "console/console.h"
#include "device/call.h"
#include "device/device.h"
#include "device/firmware.h"
#include "device/load.h"
#include "device/methods.h"
#include "device/node.h"
#include "device/overlay.h"

#define NONE        0xFFFFFFFFu /* what services answer that found or did nothing */
#define NAME_LENGTH 64          /* the longest name of a service or method, with its NUL */
#define PATH_LENGTH (PCI_PATH_LENGTH + BOOT_ARGUMENTS_TEXT_LENGTH)

static bool stopped;

/* --- Paths ------------------------------------------------------------------------------------ */

/* The card that a path without arguments means, or NULL. */
static struct card *card_of_path(const char *path)
{
    uint32_t node = firmware_find(path);

    return node != 0 ? cards_of_node(node) : node_of_alias(path);
}

/*
 * The card that a path means, and the arguments behind its ':'. Nodes on the way may have arguments
 * as well, so each ':' may be the one.
 */
static struct card *find_card(char *path, const char **arguments)
{
    struct card *card = NULL;

    for (char *colon = strchr(path, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        *colon = '\0';
        card = card_of_path(path);
        *colon = ':';
        *arguments = colon + 1;
        if (card != NULL)
            return card;
    }
    *arguments = "";
    return card_of_path(path);
}

static enum device_answer find_device(const struct call *call)
{
    static char path[PATH_LENGTH];
    const char *arguments;
    struct card *card;

    call_set_result(call, 0, NONE);
    if (call_argument(call, 0) == 0)
        return DEVICE_ANSWERED;
    if (!call_text(call_argument(call, 0), path, sizeof path))
        return DEVICE_PASS;
    if (firmware_call(call->array) == 0 && call_result(call, 0) != NONE &&
        call_result(call, 0) != 0)
        return DEVICE_ANSWERED;
    card = find_card(path, &arguments);
    call_set_result(call, 0, card != NULL ? card->node : NONE);
    return DEVICE_ANSWERED;
}

/* --- Instances -------------------------------------------------------------------------------- */

static enum device_answer open_device(const struct call *call)
{
    static char path[PATH_LENGTH];
    struct instance *instance;
    const char *arguments;
    struct card *card;
    error_t error;
    bool whole;

    call_set_result(call, 0, 0);
    if (call_argument(call, 0) == 0)
        return DEVICE_ANSWERED;
    whole = call_text(call_argument(call, 0), path, sizeof path);
    card = find_card(path, &arguments);
    if (card == NULL)
        return DEVICE_PASS;
    if (stopped || call->result_count == 0) /* nobody could close it */
        return DEVICE_ANSWERED;
    error = whole ? instance_open(card, arguments, &instance)
                  : fail(ERROR_ARGUMENTS_LENGTH, "%.60s...", arguments);
    if (error == OK)
        call_set_result(call, 0, instance_handle(instance));
    else
        methods_show_error(error);
    return DEVICE_ANSWERED;
}

static enum device_answer close_device(const struct call *call)
{
    uint32_t handle = call_argument(call, 0);
    struct instance *instance = instance_of(handle);

    if (!instance_is_ours(handle))
        return DEVICE_PASS;
    if (instance != NULL)
        instance_close(instance);
    return DEVICE_ANSWERED;
}

/*
 * read, write, seek: the methods of the same names, with the arguments in the other order. `read`
 * never fails as a service on an open instance: some programs look at the result alone.
 */
static enum device_answer transfer(const struct call *call, const char *method)
{
    uint32_t handle = call_argument(call, 0), result = NONE;
    struct instance *instance = instance_of(handle);
    const uint32_t arguments[] = {call_argument(call, 2), call_argument(call, 1)};

    if (!instance_is_ours(handle))
        return DEVICE_PASS;
    if (instance == NULL || call->argument_count < 3 ||
        !methods_call(instance, method, arguments, 2, &result))
        result = NONE;
    call_set_result(call, 0, result);
    return DEVICE_ANSWERED;
}

static enum device_answer read_device(const struct call *call)
{
    return transfer(call, "read");
}

static enum device_answer write_device(const struct call *call)
{
    return transfer(call, "write");
}

/* Its halves are the other way round than those of a method; only both being 0 counts. */
static enum device_answer seek_device(const struct call *call)
{
    return transfer(call, "seek");
}

static enum device_answer call_method(const struct call *call)
{
    uint32_t handle = call_argument(call, 1), result = 0, arguments[METHOD_ARGUMENTS_MAXIMUM];
    struct instance *instance = instance_of(handle);
    char method[NAME_LENGTH];
    uint32_t count = call->argument_count - 2;
    bool good;

    if (!instance_is_ours(handle))
        return DEVICE_PASS;
    for (uint32_t i = 0; i < METHOD_ARGUMENTS_MAXIMUM; i++)
        arguments[i] = call_argument(call, 2 + i);
    good = instance != NULL && call_text(call_argument(call, 0), method, sizeof method) &&
           methods_call(instance, method, arguments, count, &result);
    for (uint32_t i = 1; i < call->result_count; i++)
        call_set_result(call, i, 0);
    call_set_result(call, 1, good ? result : 0);
    call_set_result(call, 0, good ? 0 : NONE);
    return DEVICE_ANSWERED;
}

static enum device_answer instance_to_path(const struct call *call)
{
    static char path[PATH_LENGTH];
    uint32_t handle = call_argument(call, 0), size = call_argument(call, 2), length;
    const struct instance *instance = instance_of(handle);
    uint8_t *to;

    if (!instance_is_ours(handle))
        return DEVICE_PASS;
    call_set_result(call, 0, NONE);
    if (instance == NULL)
        return DEVICE_ANSWERED;
    length = (uint32_t)snprintf(path, sizeof path, "%s%s%s", instance->card->nic->pci.path,
                                instance->arguments[0] != '\0' ? ":" : "", instance->arguments);
    /* With its NUL where there is room for one (6.3.2.2). */
    if (size > length + 1)
        size = length + 1;
    to = firmware_writable(call_argument(call, 1), size);
    if (to == NULL && size != 0)
        return DEVICE_ANSWERED;
    if (size != 0)
        memcpy(to, path, size);
    call_set_result(call, 0, length);
    return DEVICE_ANSWERED;
}

static enum device_answer instance_to_package(const struct call *call)
{
    uint32_t handle = call_argument(call, 0);
    const struct instance *instance = instance_of(handle);

    if (!instance_is_ours(handle))
        return DEVICE_PASS;
    call_set_result(call, 0, instance != NULL ? instance->card->node : NONE);
    return DEVICE_ANSWERED;
}

static enum device_answer test_method(const struct call *call)
{
    char method[NAME_LENGTH];

    if (cards_of_node(call_argument(call, 0)) == NULL)
        return DEVICE_PASS;
    call_set_result(call, 0,
                    call_text(call_argument(call, 1), method, sizeof method) && methods_have(method)
                        ? 0
                        : NONE);
    return DEVICE_ANSWERED;
}

/* --- Properties ------------------------------------------------------------------------------- */

static uint32_t memory_node(void)
{
    uint32_t node = firmware_find("/memory");

    return node != 0 ? node : firmware_find("/memory@0");
}

/* Value of a property that is not the firmware's: one of the overlay, or what memory is free. */
static bool own_property(uint32_t node, const char *name, const uint8_t **value, int32_t *length)
{
    static uint8_t available[1024];
    const struct overlay_property *property = overlay_find(node, name);

    if (property != NULL) {
        *value = property->value;
        *length = (int32_t)property->length;
        return true;
    }
    if (strcmp(name, "available") != 0 || node == 0 || node != memory_node())
        return false;
    *length = firmware_available(available, sizeof available);
    *value = available;
    return *length >= 0 && (size_t)*length <= sizeof available;
}

static enum device_answer get_property_length(const struct call *call)
{
    char name[PROPERTY_NAME_LENGTH];
    const uint8_t *value;
    int32_t length;

    if (!call_text(call_argument(call, 1), name, sizeof name) ||
        !own_property(call_argument(call, 0), name, &value, &length))
        return DEVICE_PASS;
    call_set_result(call, 0, (uint32_t)length);
    return DEVICE_ANSWERED;
}

static enum device_answer get_property(const struct call *call)
{
    char name[PROPERTY_NAME_LENGTH];
    uint32_t size = call_argument(call, 3);
    const uint8_t *value;
    int32_t length;
    uint8_t *to;

    if (!call_text(call_argument(call, 1), name, sizeof name) ||
        !own_property(call_argument(call, 0), name, &value, &length))
        return DEVICE_PASS;
    if (size > (uint32_t)length)
        size = (uint32_t)length;
    to = firmware_writable(call_argument(call, 2), size);
    if (to != NULL && size != 0)
        memcpy(to, value, size);
    call_set_result(call, 0, to != NULL || size == 0 ? (uint32_t)length : NONE);
    return DEVICE_ANSWERED;
}

/* A property of the overlay that the firmware's node has not. */
static const struct overlay_property *next_hidden(uint32_t node,
                                                  const struct overlay_property *property)
{
    do {
        property = overlay_next(node, property);
    } while (property != NULL && firmware_property(node, property->name, NULL, 0) >= 0);
    return property;
}

/* The firmware's come first, then those of the overlay. */
static enum device_answer next_property(const struct call *call)
{
    uint32_t node = call_argument(call, 0);
    const struct overlay_property *next = next_hidden(node, NULL);
    char previous[PROPERTY_NAME_LENGTH] = "";
    uint8_t *to;

    if (next == NULL || (call_argument(call, 1) != 0 &&
                         !call_text(call_argument(call, 1), previous, sizeof previous)))
        return DEVICE_PASS;
    if (previous[0] != '\0' && overlay_find(node, previous) != NULL &&
        firmware_property(node, previous, NULL, 0) < 0) {
        next = next_hidden(node, overlay_find(node, previous));
    } else {
        call_set_result(call, 0, 0);
        if (firmware_call(call->array) != 0)
            return DEVICE_REFUSED;
        if (call_result(call, 0) != 0) /* another one, or there is no such property */
            return DEVICE_ANSWERED;
    }
    call_set_result(call, 0, next != NULL);
    if (next == NULL)
        return DEVICE_ANSWERED;
    to = firmware_writable(call_argument(call, 2), (uint32_t)strlen(next->name) + 1);
    if (to == NULL)
        call_set_result(call, 0, NONE);
    else
        memcpy(to, next->name, strlen(next->name) + 1);
    return DEVICE_ANSWERED;
}

/* True for nodes whose properties we keep where the firmware does not take them. */
static bool has_overlay(uint32_t node)
{
    return node != 0 && (cards_of_node(node) != NULL || node == firmware_find("/chosen") ||
                         node == firmware_find("/aliases"));
}

static enum device_answer set_property(const struct call *call)
{
    uint32_t node = call_argument(call, 0), length = call_argument(call, 3);
    char name[PROPERTY_NAME_LENGTH];
    const uint8_t *value = firmware_memory(call_argument(call, 2), length);

    if (!has_overlay(node) || (value == NULL && length != 0) ||
        !call_text(call_argument(call, 1), name, sizeof name))
        return DEVICE_PASS;
    call_set_result(call, 0, NONE);
    if (overlay_find(node, name) == NULL && firmware_call(call->array) == 0 &&
        (int32_t)call_result(call, 0) >= 0)
        return DEVICE_ANSWERED;
    call_set_result(call, 0, overlay_set(node, name, value, length) ? length : NONE);
    return DEVICE_ANSWERED;
}

/* --- Memory ----------------------------------------------------------------------------------- */

static enum device_answer claim(const struct call *call)
{
    call_set_result(
        call, 0,
        firmware_claim(call_argument(call, 0), call_argument(call, 1), call_argument(call, 2)));
    return DEVICE_ANSWERED;
}

static enum device_answer release(const struct call *call)
{
    return firmware_release(call_argument(call, 0), call_argument(call, 1)) ? DEVICE_ANSWERED
                                                                            : DEVICE_PASS;
}

/* --- The end ---------------------------------------------------------------------------------- */

void device_stop(void)
{
    instances_close_all();
    stopped = true;
}

/* quiesce, boot, chain: the client may go on, but without our devices. */
static enum device_answer stop(const struct call *call)
{
    (void)call;
    device_stop();
    return DEVICE_PASS;
}

static enum device_answer leave(const struct call *call)
{
    (void)call;
    device_stop();
    firmware_leave();
    return DEVICE_PASS;
}

/* --- All of them ------------------------------------------------------------------------------ */

static enum device_answer test(const struct call *call);

static const struct service {
    const char *name;
    uint32_t arguments; /* at least so many, or the call is refused */
    enum device_answer (*handle)(const struct call *call);
} services[] = {
    {"test", 1, test},
    {"finddevice", 1, find_device},
    {"open", 1, open_device},
    {"close", 1, close_device},
    {"read", 1, read_device},
    {"write", 1, write_device},
    {"seek", 1, seek_device},
    {"call-method", 2, call_method},
    {"instance-to-path", 1, instance_to_path},
    {"instance-to-interposed-path", 1, instance_to_path},
    {"instance-to-package", 1, instance_to_package},
    {"test-method", 2, test_method},
    {"getproplen", 2, get_property_length},
    {"getprop", 4, get_property},
    {"nextprop", 3, next_property},
    {"setprop", 4, set_property},
    {"claim", 3, claim},
    {"release", 2, release},
    {"quiesce", 0, stop},
    {"boot", 0, stop},
    {"chain", 0, stop},
    {"exit", 0, leave},
};

static const struct service *find_service(const char *name)
{
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (strcmp(services[i].name, name) == 0)
            return &services[i];
    return NULL;
}

/* test ( name -- missing? ) */
static enum device_answer test(const struct call *call)
{
    char name[NAME_LENGTH];
    bool whole = call_text(call_argument(call, 0), name, sizeof name);

    if (whole && find_service(name) == NULL)
        return DEVICE_PASS;
    call_set_result(call, 0, whole ? 0 : NONE);
    return DEVICE_ANSWERED;
}

enum device_answer device_call(uint32_t array)
{
    const struct service *service;
    char name[NAME_LENGTH];
    struct call call;

    /* Firmware would copy a name without an end, and counts without a bound. */
    if (!call_read(array, &call) || !call_text(call.service, name, sizeof name))
        return DEVICE_REFUSED;
    service = find_service(name);
    if (service == NULL)
        return DEVICE_PASS;
    if (call.argument_count < service->arguments)
        return DEVICE_REFUSED;
    return service->handle(&call);
}

error_t device_start(const struct device_boot *boot, size_t *count)
{
    struct card *card;

    stopped = false;
    overlay_clear();
    *count = cards_find(boot->nic);
    for (size_t i = 0; (card = cards_at(i)) != NULL; i++) {
        node_complete(card);
        if (strcmp(card->nic->pci.path, boot->nic->pci.path) == 0) {
            node_alias(card);
            node_driver(card, boot);
            load_know(card, boot->network, boot->server, boot->file);
        }
    }
    node_announce_reply(boot->network, boot->file);
    return node_announce_boot(boot);
}
