/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The platform seam: what firmware gives us. One implementation for each way of being started:
 * boot/openfirmware, and boot/host for tests. Nothing outside boot/ knows which of them it runs on.
 *
 * Addresses: a pointer is what the processor dereferences now; a physical_address is what the
 * kernel will see with translation off. Memory from platform_claim is physically contiguous.
 */
#ifndef BOOT_PLATFORM_H
#define BOOT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "loader/image.h"

typedef uint64_t physical_address;

struct memory_region {
    physical_address base;
    uint64_t length;
};

/* --- Console ------------------------------------------------------------------------------ */

void platform_write(const char *text, size_t length);
/* The next character typed, or -1 if there is none now. */
int platform_read_key(void);

/* --- Clock -------------------------------------------------------------------------------- */

/* Monotonic, from some start. Never goes back, never wraps in practice. */
uint64_t platform_microseconds(void);
static inline uint64_t platform_milliseconds(void)
{
    return platform_microseconds() / 1000;
}
/* Waits at least this long. For hardware's reset times only; anything longer polls. */
void platform_delay_us(uint32_t microseconds);

/* --- Memory ------------------------------------------------------------------------------- */

/* Installed RAM, ascending, adjoining banks merged. Returns how many were stored. */
size_t platform_memory_banks(struct memory_region *banks, size_t maximum);

/*
 * Takes `length` bytes of RAM that nobody uses, physically contiguous, aligned to `alignment`
 * (a power of two, at least 4096 is assumed), as high as possible. NULL if there is none.
 */
void *platform_claim(size_t length, size_t alignment);
/* Takes exactly [base, base + length). True if that was free and is now ours. */
bool platform_claim_at(physical_address base, size_t length);
/* Gives back a part or the whole of what was claimed. Firmware may not really free it. */
void platform_release(void *memory, size_t length);
/* The largest size that platform_claim(size, 4096) is likely to grant now. */
size_t platform_largest_free(void);

physical_address platform_physical(const void *memory);
void *platform_virtual(physical_address physical);

/* --- Cards -------------------------------------------------------------------------------- */

struct pci_device; /* drivers/pci.h */

/* Fills in the cards of class `network` and of every known id on all buses. Returns the number. */
size_t platform_pci_devices(struct pci_device *devices, size_t maximum);
/*
 * Configuration space. `width` is 1, 2 or 4; values are in the processor's order (the register's
 * number, not its byte image). Where configuration space cannot be reached, reads give all ones.
 */
uint32_t platform_pci_read(const struct pci_device *device, unsigned offset, unsigned width);
void platform_pci_write(const struct pci_device *device, unsigned offset, unsigned width,
                        uint32_t value);
/*
 * Makes a base address register's space usable, memory or I/O, and fills in its window
 * (drivers/io.h). `bar` counts from 0. ERROR_NIC_REGISTERS if it cannot be reached.
 */
struct io_window;
error_t platform_pci_map(const struct pci_device *device, unsigned bar, struct io_window *window);

/*
 * Memory that the card may read and write by itself: contiguous, below 4 GB, aligned, zeroed.
 * `*bus` is the address to give to the card. NULL if there is none.
 */
void *platform_dma_allocate(const struct pci_device *device, size_t length, size_t alignment,
                            uint32_t *bus);
void platform_dma_free(const struct pci_device *device, void *memory, size_t length, uint32_t bus);

/* --- The machine's device tree ------------------------------------------------------------ */

struct devtree; /* darwin/devtree.h */

/*
 * Copies the firmware's tree: nodes in firmware order, each with the properties AAPL,phandle and
 * AAPL,unit-string (where there is one) first and then the firmware's in its own order.
 * On machines without a tree (PCs) makes an empty root. Property values live as long as the tree.
 */
error_t platform_device_tree(struct devtree *tree);

/* --- Words from the user ------------------------------------------------------------------ */

/* The option words that the loader was started with; never NULL. Lives for ever. */
const char *platform_arguments(void);

/* The processor that kernels are for here. */
enum image_cpu platform_cpu(void);

/* --- The last step ------------------------------------------------------------------------ */

struct launch; /* loader/launch.h */

/*
 * Carries out the launch: moves every piece, quiets firmware where the hand-over wants that, sets
 * the machine's state and jumps. Returns only if it failed before anything was overwritten.
 */
error_t platform_launch(const struct launch *launch);

/* Goes back to the firmware. */
void platform_exit(void) __attribute__((noreturn));

#endif
