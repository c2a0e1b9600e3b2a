/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader as a Linux process: a simulated machine for tests. Its clock is virtual: every read
 * of the clock and every network_poll moves it on, so that a test of a 60 s wait takes no time.
 */
#ifndef BOOT_HOST_HOST_H
#define BOOT_HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/io.h"
#include "drivers/nic.h"
#include "drivers/pci.h"
#include "loader/launch.h"

/*
 * Starts afresh: `memory` bytes of RAM from physical address 0 (all 0xA5; the lowest 0x4000 bytes
 * and the highest MB count as firmware's and are not handed out), no cards, no tree, an empty
 * console. Frees what an earlier call made.
 */
void host_reset(size_t memory);
/* The same with RAM that is all 0, of which only what is touched takes room here. */
void host_reset_sparse(size_t memory);
/*
 * The banks of RAM (copied; until this is called, one from 0 on). They may have holes between them,
 * which are not handed out, and go on beyond what host_reset made.
 */
void host_set_memory_banks(const struct memory_region *banks, size_t count);
/* A pointer into the simulated RAM; NULL beyond its end. platform_physical is its inverse. */
uint8_t *host_memory(physical_address address);
size_t host_memory_size(void);
/* Bytes claimed at this moment: 0 after everything was given back. */
size_t host_claimed(void);
/* Makes the next claims fail once more than this many bytes are claimed (SIZE_MAX: never). */
void host_limit_claims(size_t bytes);

/* The virtual clock. `step` is what each read of the clock adds (default 10 us). */
void host_clock_advance_us(uint64_t microseconds);
void host_clock_step_us(uint32_t step);

/* Everything printed since host_reset, NUL-terminated. */
const char *host_console(void);
/* Keys that platform_read_key will return, in order. */
void host_type(const char *keys);
/*
 * Types these lines one by one, each when the loader's prompt is shown: keys that come while
 * something is waited for are not lines. Control characters behind a return come together
 * with it.
 */
void host_type_at_prompts(const char *lines);
void host_set_arguments(const char *words);
void host_set_boot_path(const char *path);
/* The key for the prompt is pressed before the boot, or at the last chance; how long somebody is
 * waited for after a failure. */
void host_press_prompt_key(void);
void host_press_prompt_key_late(void);
void host_set_patience(unsigned seconds);
/* What platform_cached_lease gives; the bytes stay the caller's. NULL: nothing. */
void host_set_lease(const struct platform_lease *lease);
/* Also copies console output to standard output. */
void host_echo(bool on);

/* Adds a card: `model` answers the registers of BAR `bar`. Configuration space is 256 plain bytes
 * that start from the device's fields. */
struct host_card {
    struct pci_device pci;
    struct io_model *model;
    unsigned bar;
    bool bar_is_io;
    uint8_t config[256];  /* little-endian, as on the bus */
    struct io_model *rom; /* its expansion ROM; NULL: none */
    uint32_t rom_length;
};
/* Returns the card in place (owned by the host platform) for later changes. */
struct host_card *host_add_card(const struct pci_device *pci, unsigned bar, bool bar_is_io,
                                struct io_model *model);

/*
 * The simulated machine is a Power Mac after host_reset. A PC has these: its processor, what a PC
 * tells (copied), firmware's memory map (copied; NULL: all RAM usable), modules (words copied,
 * bytes the caller's), one video mode (copied; NULL: none).
 */
void host_set_cpu(enum image_cpu cpu);
void host_set_pc(const struct pc_information *pc);
void host_set_memory_map(const struct memory_map_entry *entries, size_t count);
void host_add_module(const char *words, const uint8_t *bytes, size_t length);
void host_set_video(const struct video_mode *mode);
/* What it calls itself on the network; a Power Mac's after host_reset. */
void host_set_network_identity(const struct network_identity *identity);
/* What its requests have beyond DHCP; NULL until set. */
void host_set_dhcp_extension(const struct dhcp_extension *extension);

/* The firmware's tree, as a flattened big-endian tree (copied); platform_device_tree gives it out.
 */
void host_set_tree(const uint8_t *flat, size_t length);

/* What platform_launch was given last, after it moved every piece inside the simulated RAM; NULL:
 * none. */
const struct launch *host_launched(void);
/* Called by platform_launch when everything is in its place. NULL: nobody. */
typedef void (*host_launch_observer)(void *context, const struct launch *launch);
void host_observe_launch(host_launch_observer observer, void *context);

/*
 * A scripted card below lwIP: id 1af4:5b00 (never a real card), always up, no registers. Frames
 * sent are given to `transmitted`; host_deliver queues a frame for the next poll.
 */
typedef void (*host_transmitted)(void *context, const uint8_t *frame, size_t length);
void host_add_scripted_card(const uint8_t address[6], host_transmitted transmitted, void *context);
/* The same card under another device's ids and path: the driver takes it for its own. */
void host_add_scripted_card_as(const struct pci_device *pci, const uint8_t address[6],
                               host_transmitted transmitted, void *context);
void host_deliver(const uint8_t *frame, size_t length);
void host_scripted_link(bool up);

#endif
