/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The platform seam: what firmware gives us. One implementation for each way of being started:
 * boot/openfirmware, boot/bios, and boot/host for tests. Nothing outside boot/ knows which of them
 * it runs on.
 *
 * Addresses: a pointer is what the processor dereferences now; a physical_address is what the
 * kernel will see with translation off. Memory from platform_claim is physically contiguous.
 */
#ifndef BOOT_PLATFORM_H
#define BOOT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/network_identity.h"
#include "console/error.h"
#include "lib/ticks.h"
#include "loader/image.h"

typedef uint64_t physical_address;

struct memory_region {
    physical_address base;
    uint64_t length;
};

/* --- Console ------------------------------------------------------------------------------ */

void platform_write(const char *text, size_t length);
/* The next character typed, or one of enum platform_key, or -1 if there is none now. */
int platform_read_key(void);
/* Keys without a character, where the console is no terminal that sends sequences for them. */
enum platform_key {
    PLATFORM_KEY_UP = 0x100,
    PLATFORM_KEY_DOWN,
    PLATFORM_KEY_LEFT,
    PLATFORM_KEY_RIGHT,
    PLATFORM_KEY_HOME,
    PLATFORM_KEY_END,
    PLATFORM_KEY_DELETE,
};

/* --- Clock -------------------------------------------------------------------------------- */

/* Monotonic, from some start. Never goes back, never wraps in practice. */
uint64_t platform_microseconds(void);
static inline uint64_t platform_milliseconds(void)
{
    return us_to_ms(platform_microseconds());
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
/*
 * The same for the loader's heap (boot/heap.h): whole pages, which a client program that was
 * started leaves alone.
 */
void *platform_claim_heap(size_t length);
void platform_release_heap(void *memory, size_t length);
/* The largest size that platform_claim(size, 4096) is likely to grant now. */
size_t platform_largest_free(void);
/* What is claimed now, the loader's own place included where it counts as that; ascending. Returns
 * how many were stored. */
size_t platform_memory_claims(struct memory_region *claims, size_t maximum);

physical_address platform_physical(const void *memory);
void *platform_virtual(physical_address physical);

/*
 * What firmware says about all physical addresses, for kernels that are told so: ascending,
 * without overlap, adjoining entries of a kind merged. Types are numbered as ACPI's "INT 15h
 * function E820h" numbers them. Includes what the loader itself occupies. Returns how many were
 * stored. Where firmware has no such map, the installed RAM as MEMORY_USABLE.
 */
enum memory_type {
    MEMORY_USABLE = 1,
    MEMORY_RESERVED = 2,
    MEMORY_ACPI_RECLAIM = 3,
    MEMORY_ACPI_NVS = 4,
    MEMORY_BAD = 5,
};
struct memory_map_entry {
    physical_address base;
    uint64_t length;
    uint32_t type; /* enum memory_type, or a later firmware's number (not usable) */
};
#define MEMORY_MAP_MAXIMUM 256
size_t platform_memory_map(struct memory_map_entry *entries, size_t maximum);

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
 * (drivers/io.h). `bar` counts from 0; PCI_BAR_ROM is the ROM's, on Power Macs. ERROR_NIC_REGISTERS
 * if it cannot be reached.
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

/*
 * The path of the firmware's tree that the loader was booted from, in the form of pci_device's
 * `path`, with what the user wrote behind the ':'; "" if there is none. Lives for ever.
 */
const char *platform_boot_path(void);

/*
 * What a network loader that started us (a PXE ROM) was told: the DHCP acknowledgement, and the
 * answer of the boot server that it asked then, which may have come from a proxy or be the same.
 * Packets from `op` on, as they came; length 0: none. They live for ever. False: nobody was told
 * anything.
 */
struct platform_lease {
    const uint8_t *ack;
    size_t ack_length;
    const uint8_t *boot;
    size_t boot_length;
};
bool platform_cached_lease(struct platform_lease *lease);

/*
 * Where firmware has more to boot than us (started by a card's ROM), a key asks for the prompt
 * instead of the boot. True if it was pressed; with `last_chance`, when all is ready for the jump,
 * after waiting for what is left of the time that there is for it, and never again.
 */
bool platform_wants_prompt(bool last_chance);
/*
 * After a failure: how many seconds to wait for a key before going back to firmware, which has more
 * to boot and perhaps nobody in front of it. 0: for as long as it takes.
 */
unsigned platform_patience(void);

/* The most capable kind of processor that kernels may be for here (x86_64 runs i386 as well). */
enum image_cpu platform_cpu(void);

/*
 * Files that were loaded together with the loader (multiboot modules). The bytes and words stay
 * where they are until the launch. Returns how many were stored.
 */
struct platform_module {
    const char *words; /* the module's own command line: its name first; never NULL */
    const uint8_t *bytes;
    size_t length;
};
#define MODULES_MAXIMUM 32
size_t platform_modules(struct platform_module *modules, size_t maximum);

/* --- What a PC's kernel has to be told ------------------------------------------------------ */

struct pc_information {
    physical_address rsdp;   /* ACPI's root pointer; 0: there is no ACPI */
    uint8_t rsdp_revision;   /* 0: ACPI 1.0 (20 bytes), 2: ACPI 2.0 and later (36 bytes) */
    physical_address smbios; /* the SMBIOS 2 entry point "_SM_"; 0: none */
    physical_address ecam;   /* ACPI MCFG, segment 0: memory-mapped PCI configuration; 0: none */
    uint8_t ecam_first_bus, ecam_last_bus;

    uint64_t tsc_hz;        /* measured: the time-stamp counter */
    uint64_t cpu_hz;        /* the processor at its rated speed */
    uint64_t fsb_hz;        /* the front-side bus: what XNU multiplies to get the TSC's */
    uint32_t bus_ratio;     /* the whole part of MSR 198h's ratio (bits 44:40); 0: not readable */
    bool hypervisor_timing; /* CPUID leaf 40000010h tells a kernel the frequencies */
    char vendor[13];        /* CPUID leaf 0 */
    uint32_t family, model, stepping; /* CPUID leaf 1, extended fields added in */
    bool long_mode;                   /* 64-bit kernels run */

    /* What 10.4 and 10.5 touch without asking: the ICH's LPC bridge at 0:1F.0 and an HPET. */
    uint32_t rcba;        /* configuration register F0h there; 0: no such device or not set */
    uint32_t hpet_period; /* femtoseconds, from the HPET at FED00000h; 0: none */
};
/* Fills it in; false on machines that are no PC. */
bool platform_pc(struct pc_information *pc);

/* --- The screen ----------------------------------------------------------------------------- */

/* A linear frame buffer, for boot_args; all 0 if there is none. */
struct boot_video {
    uint32_t address;   /* physical */
    uint32_t row_bytes; /* from one line to the next */
    uint32_t width, height;
    uint32_t depth; /* bits for each pixel: 8, 16 or 32 */
};
/* A mode that the platform can set at the launch (VESA BIOS extension). */
struct video_mode {
    uint16_t number; /* firmware's */
    struct boot_video video;
    /* Direct colour: where red, green, blue and the rest lie in a pixel, and their widths. */
    uint8_t red_position, red_size, green_position, green_size;
    uint8_t blue_position, blue_size, reserved_position, reserved_size;
};
/*
 * Finds a mode with a linear frame buffer of this size. `depth` 0: 32 bits, else 24, else 16.
 * Changes nothing on the screen. ERROR_VIDEO_MODE: there is none; the message lists what there is.
 */
error_t platform_video_find(unsigned width, unsigned height, unsigned depth,
                            struct video_mode *mode);

/* --- The last step ------------------------------------------------------------------------ */

struct launch; /* loader/launch.h */

/*
 * Carries out the launch: moves every piece, quiets firmware where the hand-over wants that, sets
 * the machine's state and jumps. Returns only if it failed before anything was overwritten.
 */
error_t platform_launch(const struct launch *launch);

/*
 * After a failure that leaves nothing to trust: says that the machine has to be restarted, and
 * stays, or restarts it at a key.
 */
void platform_stop(void) __attribute__((noreturn));

/* Goes back to the firmware. */
void platform_exit(void) __attribute__((noreturn));

#endif
