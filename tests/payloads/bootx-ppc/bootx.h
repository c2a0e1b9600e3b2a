/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client program that does, step by step, what Apple's BootX does when it boots over the network
 * (specs: xnu-handoff 1.4, 3.3, 3.4, 8), and says of every step whether it went as BootX needs it.
 * In the end it starts the kernel that it loaded. Words in /options boot-args, which are the
 * kernel's arguments too: `expect-plist`: the server has a com.apple.Boot.plist; `expect-driver`:
 * the archive becomes the card's driver property, too.
 */
#ifndef PAYLOADS_BOOTX_H
#define PAYLOADS_BOOTX_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/payloads/common-ppc/client.h"
#include "tests/payloads/common/report.h"
#include "tests/payloads/common/strings.h"
#include "tests/payloads/common/words.h"

#define TRIES           10
#define IMAGE_ADDRESS   0x4000u /* vectors lie below: firmware needs its own to the end */
#define VECTORS_LENGTH  IMAGE_ADDRESS
#define BOOT_ARGS_SIZE  508u
#define PROPERTY_LENGTH 0x100000u /* the longest that BootX copies into the tree */

#define DRIVER_PROPERTY "driver,AAPL,MacOSX,PowerPC"

/* BootX's memory, by release (xnu-handoff 1.4). A size of 0 is not there. */
struct layout {
    const char *releases;
    uint32_t program; /* where it is linked */
    uint32_t image_end;
    uint32_t load, load_size;
    uint32_t cache, cache_size;
    uint32_t heap, heap_size;
    unsigned plists; /* how many names of com.apple.Boot.plist it tries */
};
extern const struct layout *layout;

/* What the release that this program is linked as has; checks the claims of it. */
void check_areas(void);
/* Prints the last line and ends there. */
void give_up(void) __attribute__((noreturn));

/* --- paths.c ------------------------------------------------------------------------------------
 */

struct boot_paths {
    char device[PATH_LENGTH]; /* everything up to the first ':' and that */
    char kernel[2 * PATH_LENGTH], extensions[2 * PATH_LENGTH];
};
/* Prints the verdicts on /chosen. False if there is nothing to boot from. */
bool find_paths(struct boot_paths *paths);
/* One file to the load area, in up to ten tries. Returns its length, 0 if that failed. */
uint32_t load_file(const char *path);
/* Asks for com.apple.Boot.plist, with the first traffic on the network. */
void look_for_plist(const struct boot_paths *paths);

/* --- kernel.c ------------------------------------------------------------------------------------
 */

/* The memory-map node under /chosen. */
extern uint32_t memory_map;
/* Room behind the kernel, whole pages; what is announced as `name` in the memory map. */
uint32_t take_kernel_memory(uint32_t length);
void announce(const char *name, uint32_t address, uint32_t length);
uint32_t top_of_kernel(void);
/* Moves the Mach-O kernel in the load area to its place. False if it is none. */
bool decode_kernel(uint32_t length, uint32_t *entry);
/* Moves an mkext from the load area behind the kernel and announces it. */
bool decode_extensions(uint32_t length);

/* --- flatten.c -----------------------------------------------------------------------------------
 */

/* Writes the tree to `to`; returns its length. */
uint32_t flatten_tree(uint32_t to);
/* The same tree again, read back and compared with the firmware's. */
void check_tree(uint32_t at, uint32_t length, const char *card_path);

/* --- enter.S -------------------------------------------------------------------------------------
 */

/* Translation off, vectors to address 0, jump. */
void enter_kernel(uint32_t boot_args, uint32_t entry, const void *vectors, uint32_t length)
    __attribute__((noreturn));

#endif
