/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The methods of an open network device (IEEE 1275-1994, 3.6.5 and the TFTP booting extension):
 * open close read write seek load.
 */
#ifndef DEVICE_METHODS_H
#define DEVICE_METHODS_H

#include <stdbool.h>
#include <stdint.h>

#include "device/instances.h"

#define METHOD_ARGUMENTS_MAXIMUM 2

bool methods_have(const char *name);
/*
 * Calls a method. Arguments are in client interface order: the top of the Forth stack first; there
 * may be more than the method has. Each method has one result at the most. False if there is no
 * such method, arguments are missing or it failed.
 */
bool methods_call(struct instance *instance, const char *name, const uint32_t *arguments,
                  uint32_t count, uint32_t *result);

/* One line with code, summary and detail: a client may be drawing on the screen. */
void methods_show_error(error_t error);

#endif
