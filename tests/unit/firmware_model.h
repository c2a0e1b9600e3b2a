/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scripted firmware for tests of device/: a few nodes with properties, and a client program's
 * memory, which is the simulated machine's (boot/host/host.h). Instances of its own it has none; it
 * takes note of every call.
 */
#ifndef TESTS_UNIT_FIRMWARE_MODEL_H
#define TESTS_UNIT_FIRMWARE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_UNKNOWN_RESULT 0x55u /* what it answers to services that it has no rules for */

extern struct firmware_model {
    bool refuses_properties; /* setprop fails */
    bool loses_properties;   /* setprop says that it worked, and did nothing */
    bool writes_no_results;  /* services succeed and store nothing */
    uint32_t resident, resident_length;
    uint32_t room;            /* from any address on */
    const uint8_t *available; /* NULL: none */
    size_t available_length;

    /* What happened. */
    unsigned calls;
    char last_service[40];
    uint32_t claimed_address, claimed_length, claimed_alignment;
    uint32_t claim_result;
    bool release_result;
    unsigned leaves;
} firmware_model;

/* Starts afresh, with the nodes /, /chosen, /aliases and /memory. */
void firmware_model_reset(void);
uint32_t firmware_model_add(const char *path);
void firmware_model_set(const char *path, const char *name, const void *value, size_t length);
/* NULL if there is none. */
const uint8_t *firmware_model_get(const char *path, const char *name, size_t *length);

#endif
