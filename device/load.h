/* SPDX-License-Identifier: BSD-2-Clause */
/* The method `load` of a network device: a file by TFTP into the client's memory. */
#ifndef DEVICE_LOAD_H
#define DEVICE_LOAD_H

#include "console/error.h"
#include "device/instances.h"
#include "net/network.h"

/*
 * Fetches the file that the instance's arguments name, or the card's boot file, and writes it from
 * `address` on, never past what is the client's there. `*length` is the file's. The card has the
 * address that it was given before, unless the arguments want a new one. A new reply is reported to
 * `announce`. Errors: ERROR_DEVICE_ROOM, those of boot_arguments_*, network_configure and
 * fetch_to_sink.
 */
error_t load_file(struct instance *instance, uint32_t address, uint32_t *length,
                  void (*announce)(const struct network_config *config));

/*
 * What the boot got on its card: kept as a copy, with the server and the name of the file that it
 * booted in place of those of the reply.
 */
void load_know(struct card *card, const struct network_config *config, uint32_t server,
               const char *file);

#endif
