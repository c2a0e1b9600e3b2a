/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XNU's boot_args as a list of fields with Apple's names, for people: PowerPC's (big-endian) and
 * x86's versions 1 and 2 (little-endian). See xnu-handoff sections 1.5 and 2.3.
 */
#ifndef DARWIN_BOOT_ARGS_FIELDS_H
#define DARWIN_BOOT_ARGS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOT_ARGS_FIELD_NAME 40

/* Told of each field in the structure's order: its name and its value as text. */
typedef void (*boot_args_field)(void *context, const char *name, const char *value);

/*
 * Goes through the fields. False, and nothing told, if the bytes are too few or of no known
 * version. Banks of memory without a length are left out.
 */
bool boot_args_describe(const uint8_t *bytes, size_t length, bool big_endian, boot_args_field field,
                        void *context);
/* The same as lines on the console. */
void boot_args_print(const uint8_t *bytes, size_t length, bool big_endian);

/* Copies the command line, cut off to `size` bytes with the NUL. False as above. */
bool boot_args_command_line(const uint8_t *bytes, size_t length, bool big_endian, char *text,
                            size_t size);

#endif
