/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open Firmware's client interface (IEEE 1275-1994, section 6.3): the one function that the
 * firmware gave us in r5, with typed wrappers. Cells are 32-bit numbers in the processor's order;
 * property values are big-endian bytes and are read with lib/bytes.h.
 *
 * Firmwares differ, so nothing here trusts them further than this:
 * - a service may be missing: every wrapper has an answer for that;
 * - a result may be left unwritten although the call "worked": results start out as failures;
 * - arguments and results together are at most 10 cells (OpenBIOS has room for no more);
 * - `boot`, `enter` and `chain` exist in OpenBIOS and do nothing: they are never used.
 */
#ifndef BOOT_OPENFIRMWARE_CLIENT_H
#define BOOT_OPENFIRMWARE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t of_cell;

/* What services answer that found nothing. Nodes and instances may also be 0. */
#define OF_NONE        0xFFFFFFFFu
#define OF_CELLS       10
#define OF_PATH_LENGTH 256

/* The firmware's entry point, as handed to us in r5. Before anything else here. */
void of_connect(of_cell entry);
of_cell of_entry(void);

/*
 * Calls a service. `results` holds, before the call, what each result shall be if the firmware does
 * not store it. False if the service is missing or there are too many cells.
 */
bool of_call(const char *service, const of_cell *arguments, unsigned argument_count,
             of_cell *results, unsigned result_count);

/*
 * Calls a method of an open instance. Arguments and results are in client interface order: the top
 * of the Forth stack first. At most 7 of both together. False if the method is missing or threw.
 */
bool of_call_method(of_cell instance, const char *method, const of_cell *arguments,
                    unsigned argument_count, of_cell *results, unsigned result_count);
/* True unless the firmware says that the node has no such method. */
bool of_has_method(of_cell node, const char *method);

/* Nodes: 0 where there is none. of_peer(0) is the root. */
of_cell of_peer(of_cell node);
of_cell of_child(of_cell node);
of_cell of_parent(of_cell node);
of_cell of_find(const char *path);
static inline bool of_exists(of_cell handle)
{
    return handle != 0 && handle != OF_NONE;
}

/* The property's length, or -1 if there is none. */
int32_t of_property_length(of_cell node, const char *name);
/*
 * Reads at most `size` bytes of a property. Returns how many bytes of the buffer are now valid, or
 * -1 if there is no such property. A longer value is cut.
 */
int32_t of_property(of_cell node, const char *name, void *buffer, size_t size);
/* A property of 4 bytes (or the first 4 of it), or `fallback`. */
uint32_t of_property_number(of_cell node, const char *name, uint32_t fallback);
/* Reads a property as text, always NUL-terminated, cut to the buffer. False if there is none. */
bool of_property_text(of_cell node, const char *name, char *text, size_t size);
/* True if a property that is a list of strings ("compatible") holds `text`. */
bool of_property_has(of_cell node, const char *name, const char *text);
/* The name after `previous` ("" for the first); `name` has 128 bytes. False after the last. */
bool of_next_property(of_cell node, const char *previous, char *name);
bool of_set_property(of_cell node, const char *name, const void *value, size_t length);
/* The node's full path, NUL-terminated. False if it does not fit or there is none. */
bool of_path(of_cell node, char *path, size_t size);

/* Instances: 0 if the device cannot be opened. */
of_cell of_open(const char *path);
void of_close(of_cell instance);
of_cell of_instance_node(of_cell instance);
/* Bytes moved; 0 or less when there were none. */
int32_t of_write(of_cell instance, const void *bytes, size_t length);
int32_t of_read(of_cell instance, void *bytes, size_t length);

/*
 * Takes virtual and physical memory. With alignment 0 the address is exact; otherwise the firmware
 * chooses. OF_NONE if that is not to be had.
 */
of_cell of_claim(uint32_t address, uint32_t length, uint32_t alignment);
void of_release(uint32_t address, uint32_t length);

/* Milliseconds since some start; OF_NONE if the service is missing. */
of_cell of_milliseconds(void);
/* Tells the firmware to stop its devices: afterwards only memory is still what it was. */
void of_quiesce(void);
void of_exit(void);

#endif
