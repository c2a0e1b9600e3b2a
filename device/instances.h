/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open network devices. An instance's handle is the address of our own structure in the loader's
 * resident memory, so that the firmware never gives out the same one.
 */
#ifndef DEVICE_INSTANCES_H
#define DEVICE_INSTANCES_H

#include <stdbool.h>
#include <stdint.h>

#include "device/arguments.h"
#include "device/cards.h"

struct instance {
    struct card *card; /* NULL: this one is free */
    char arguments[BOOT_ARGUMENTS_TEXT_LENGTH];
};

/*
 * True if a handle cannot be one of the firmware's, whether or not it is open. OpenBIOS takes every
 * number for an address and crashes or loops when it is none, so 0 and -1 do not get there.
 */
bool instance_is_ours(uint32_t handle);
/* NULL if it is not open. */
struct instance *instance_of(uint32_t handle);
uint32_t instance_handle(const struct instance *instance);

/*
 * Starts the card if nobody has it open yet, and waits for a link. Errors: ERROR_DEVICE_INSTANCES,
 * those of boot_arguments_parse and of card_open.
 */
error_t instance_open(struct card *card, const char *arguments, struct instance **opened);
void instance_close(struct instance *instance);
void instances_close_all(void);

#endif
