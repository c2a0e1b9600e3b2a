/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client interface as programs see it (IEEE 1275-1994, 6.3). Written apart from the loader's
 * own client.h on purpose. Results that are not stored read as NOTHING.
 */
#ifndef PAYLOADS_CLIENT_H
#define PAYLOADS_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#define NOTHING       UINT32_MAX
#define CLIENT_CELLS  24 /* arguments and results of the longest call that is tried */
#define PATH_LENGTH   256
#define VALUE_LENGTH  2048
#define NAME_LENGTH   32 /* with its NUL: IEEE 1275, 3.2.2.1.1 */
#define PAGE          4096u
#define ETHERNET_MOST 1514u /* bytes of a frame without its checksum */

/* The registers on entry, filled in by start.S in this order. */
struct client_entry {
    uint32_t r1, r2, r3, r4, r5, r6, r7, msr, link, nonvolatile[19], condition;
};
extern struct client_entry client_entry;
/* The program's bounds (link.lds). */
extern const uint8_t program_start[], program_end[];

/* start.S calls it on a stack of 64 KB; returning from it ends the program. */
void client_main(void);

static inline uint32_t cell_of(const void *pointer)
{
    return (uint32_t)pointer;
}

/* Hands an argument array over as it is; what the client interface returns in r3. */
uint32_t client_raw(uint32_t *array);

/*
 * Calls a service with `count` arguments and `results` results. Returns r3: 0 if it was done. The
 * results are in client_results.
 */
uint32_t client_call(const char *service, uint32_t count, uint32_t results, ...);
extern uint32_t client_results[CLIENT_CELLS];
/* The same with one result, which is returned; NOTHING if the service is missing. */
uint32_t client_one(const char *service, uint32_t count, ...);

/*
 * call-method with `count` arguments, the top of the Forth stack first, and `results` results
 * beside the catch result, which is returned (NOTHING: not even called); the others are in
 * client_results from 1 on.
 */
uint32_t client_method(const char *method, uint32_t instance, uint32_t count, uint32_t results,
                       ...);
/* interpret without arguments, the same way. */
uint32_t client_interpret(const char *forth, uint32_t results);

static inline bool is_handle(uint32_t handle)
{
    return handle != 0 && handle != NOTHING;
}

uint32_t find_device(const char *path);
/* Length of the value, NOTHING if there is none. At most `size` bytes are written. */
uint32_t get_property(uint32_t node, const char *name, void *value, uint32_t size);
/* The value as text; "" if there is none, or if it has no NUL in its first `size` bytes. */
const char *get_text(uint32_t node, const char *name, char *text, uint32_t size);
/* The value's first word, or `otherwise`. */
uint32_t get_word(uint32_t node, const char *name, uint32_t otherwise);
/* The node's path, in memory that lives until the next call. */
const char *path_of(uint32_t node);
/* The node after this one, depth first from the root (peer(0)); 0 after the last. */
uint32_t next_node(uint32_t node);

uint32_t open_device(const char *path);
void close_device(uint32_t instance);
/* Exactly there when `alignment` is 0. */
uint32_t claim(uint32_t address, uint32_t length, uint32_t alignment);
void release(uint32_t address, uint32_t length);
uint32_t milliseconds(void);

/* Prints through /chosen stdout from here on. False if there is no /chosen. */
bool client_console(void);
/* /chosen's bootargs: the program's own words. */
const char *client_words(void);

/* --- registers.S ----------------------------------------------------------------------------- */

#define KEPT_FIRST     13
#define KEPT_CONDITION 0x00A5A000u /* CR2 to CR4 */
#define KEPT_VALUE(n)  ((uint32_t)(0x5A00 + (n)) << 16)

struct kept_registers {
    uint32_t r1, r2, nonvolatile[19], condition;
};
/* Calls on the stack that ends at `stack` with the values above in the registers. */
uint32_t call_with_registers(uint32_t entry, uint32_t *cells, uint32_t stack,
                             struct kept_registers *kept);

#endif
