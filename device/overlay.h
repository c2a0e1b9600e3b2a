/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Properties that the firmware did not take: they are kept here, and the client gets to see them as
 * if they were in the firmware's tree (behind those that are).
 */
#ifndef DEVICE_OVERLAY_H
#define DEVICE_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest name of a property, with its NUL (IEEE 1275-1994, 3.2.2.1.1: 31 characters). */
#define PROPERTY_NAME_LENGTH 32

struct overlay_property {
    uint32_t node; /* 0: this one is free */
    char name[PROPERTY_NAME_LENGTH];
    const uint8_t *value;
    size_t length, room;
};

void overlay_clear(void);
/* Keeps a copy. False if there is no room for it. */
bool overlay_set(uint32_t node, const char *name, const void *value, size_t length);
/* The same without a copy: the value stays where it is, and has to. */
bool overlay_refer(uint32_t node, const char *name, const uint8_t *value, size_t length);
/* NULL if there is none. */
const struct overlay_property *overlay_find(uint32_t node, const char *name);
/* The node's first one, or the one behind `previous`; NULL if there are no more. */
const struct overlay_property *overlay_next(uint32_t node, const struct overlay_property *previous);

#endif
