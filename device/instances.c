/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/instances.h"

#include <stdio.h>
#include <string.h>

#include "device/firmware.h"

#define INSTANCES_MAXIMUM 8
#define NO_INSTANCE       0xFFFFFFFFu /* what some services answer instead of 0 */

static struct instance instances[INSTANCES_MAXIMUM];

uint32_t instance_handle(const struct instance *instance)
{
    return (uint32_t)(uintptr_t)instance;
}

bool instance_is_ours(uint32_t handle)
{
    bool is_resident = firmware_memory(handle, 1) != NULL && firmware_writable(handle, 1) == NULL;

    return handle == 0 || handle == NO_INSTANCE || is_resident ||
           handle - instance_handle(instances) < sizeof instances;
}

struct instance *instance_of(uint32_t handle)
{
    for (size_t i = 0; i < INSTANCES_MAXIMUM; i++)
        if (instances[i].card != NULL && instance_handle(&instances[i]) == handle)
            return &instances[i];
    return NULL;
}

static struct instance *find_free(void)
{
    for (size_t i = 0; i < INSTANCES_MAXIMUM; i++)
        if (instances[i].card == NULL)
            return &instances[i];
    return NULL;
}

error_t instance_open(struct card *card, const char *arguments, struct instance **opened)
{
    static struct boot_arguments parsed; /* large; only whether it can be parsed counts here */
    struct instance *instance = find_free();
    error_t error;

    if (instance == NULL)
        return fail(ERROR_DEVICE_INSTANCES, "%u", INSTANCES_MAXIMUM);
    error = boot_arguments_parse(arguments, &parsed);
    if (error == OK)
        error = card_open(card);
    if (error != OK)
        return error;
    instance->card = card;
    snprintf(instance->arguments, sizeof instance->arguments, "%s", arguments);
    *opened = instance;
    return OK;
}

void instance_close(struct instance *instance)
{
    card_close(instance->card);
    instance->card = NULL;
}

void instances_close_all(void)
{
    for (size_t i = 0; i < INSTANCES_MAXIMUM; i++)
        if (instances[i].card != NULL)
            instance_close(&instances[i]);
}
