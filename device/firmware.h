/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the device (device.h) needs of the firmware whose client interface it stands in front of.
 * boot/openfirmware/interface.c has the real one, tests/unit/firmware_model.c a scripted one.
 * Numbers are cells in the processor's order, addresses are the client program's, property values
 * are bytes. 0 stands for "no node".
 */
#ifndef DEVICE_FIRMWARE_H
#define DEVICE_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Calls the firmware with the argument array at this address. Its answer: 0, or -1. */
int32_t firmware_call(uint32_t array);

/*
 * The client's memory [address, address + length) as this processor reads it; NULL if there is no
 * such memory. The second is for writing: NULL, too, if a byte of it is the loader's own.
 */
const uint8_t *firmware_memory(uint32_t address, uint32_t length);
uint8_t *firmware_writable(uint32_t address, uint32_t length);

/* The node of a path or alias. */
uint32_t firmware_find(const char *path);
/* A property's length, or -1. At most `size` bytes of it are copied. */
int32_t firmware_property(uint32_t node, const char *name, void *value, size_t size);
bool firmware_set_property(uint32_t node, const char *name, const void *value, size_t length);

/* The client's memory as boot/openfirmware/openfirmware.h describes it. */
uint32_t firmware_claim(uint32_t address, uint32_t length, uint32_t alignment);
bool firmware_release(uint32_t address, uint32_t length);
uint32_t firmware_room(uint32_t address);
int32_t firmware_available(uint8_t *value, size_t size);

/* The client has ended: gives back the memory that the loader took. */
void firmware_leave(void);

#endif
