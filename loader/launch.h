/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A launch: everything the platform's last step needs, with nothing left to decide. Built by
 * a hand-over (darwin/xnu_powerpc.c, darwin/xnu_x86.c, loader/client.c, loader/multiboot/start.c,
 * loader/linux/start.c), carried out by platform_launch.
 */
#ifndef LOADER_LAUNCH_H
#define LOADER_LAUNCH_H

#include "boot/platform.h"
#include "loader/image.h"
#include "loader/relocator.h"

struct nic;
struct network_config;

#define LAUNCH_PIECES_MAXIMUM (IMAGE_PIECES_MAXIMUM + 96)
#define LAUNCH_LABELS_MAXIMUM (LAUNCH_PIECES_MAXIMUM + 8)

/* What lies in a range of the memory that a kernel is given; for people (launch_report.h). */
enum launch_content {
    LAUNCH_UNNAMED, /* bytes that nobody has named */
    LAUNCH_ZEROS,
    LAUNCH_KERNEL,  /* a segment or section of the image */
    LAUNCH_SYMBOLS, /* the kernel's symbol table */
    LAUNCH_HEADER,  /* Mach-O header and load commands */
    LAUNCH_BOOT_ARGS,
    LAUNCH_DEVICE_TREE, /* flattened */
    LAUNCH_ARCHIVE,     /* mkext */
    LAUNCH_EXTENSION,   /* one kext, with its header */
    LAUNCH_RAM_DISK,
    LAUNCH_PICTURE, /* for the boot screen, with its colours */
    LAUNCH_EFI_TABLES,
    LAUNCH_EFI_MEMORY_MAP,
    LAUNCH_STACK,
    LAUNCH_BOOT_INFORMATION, /* multiboot */
    LAUNCH_BOOT_PARAMETERS,  /* Linux: struct boot_params */
    LAUNCH_COMMAND_LINE,
    LAUNCH_MODULE,
    LAUNCH_INITRD,
    LAUNCH_SCREEN, /* a frame buffer: nothing is moved there */
    LAUNCH_CONTENTS
};

struct launch_label {
    enum launch_content content;
    const char *name; /* of the segment, file, ...; "" if there is only one such thing */
    uint64_t address, length;
};

struct launch {
    enum handover_kind handover;
    uint64_t entry;

    /*
     * Moved in any order; sources lie in claimed memory and may be overwritten. Pieces may lie on
     * the loader itself, on firmware and on the exception vectors.
     */
    size_t piece_count;
    struct relocator_piece pieces[LAUNCH_PIECES_MAXIMUM];

#ifndef SAWBOOT_SMALL
    /* Of parts of the pieces, in any order. */
    size_t label_count;
    struct launch_label labels[LAUNCH_LABELS_MAXIMUM];

    /* Everything but the jump: launch_is_dry_run. */
    bool dry_run;
#endif

    /* Claimed by the hand-over for what it built; launch_release gives it back. */
    void *owned;
    size_t owned_length;

    /* XNU on PowerPC: r3. */
    uint32_t boot_args;

    /*
     * x86: entered in 32-bit protected mode without paging, interrupts off, segments flat
     * (code selector 10h, data 18h), and these registers.
     */
    struct {
        uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp;
    } x86;
    /* x86: the mode to be set just before; false: 80x25 text. */
    bool set_video;
    struct video_mode video;

    /* Open Firmware client programs (firmware stays alive; pieces were claimed by the platform). */
    uint32_t table_of_contents;   /* r2 */
    const char *client_arguments; /* /chosen bootargs */
    const char *client_path;      /* /chosen bootpath, always with a ':' */
    /* What it was fetched over, for the devices that it finds (device/device.h). */
    const struct nic *client_card;
    const struct network_config *client_network;
    uint32_t client_server;  /* network order */
    const char *client_file; /* the name by which it was asked for */
    /* driver=, for the card's node; NULL: none. The platform makes a copy. */
    const uint8_t *client_driver;
    size_t client_driver_length;
};

/*
 * For hand-overs: says what [address, address + length) is going to be. `name` is not copied and
 * has to live as long as the launch. A length of 0, or more than LAUNCH_LABELS_MAXIMUM labels:
 * nothing is noted. The loader in a card's ROM shows no plan and takes no notes.
 */
#ifdef SAWBOOT_SMALL
static inline void launch_label(struct launch *launch, enum launch_content content,
                                const char *name, uint64_t address, uint64_t length)
{
    (void)launch;
    (void)content;
    (void)name;
    (void)address;
    (void)length;
}
#else
void launch_label(struct launch *launch, enum launch_content content, const char *name,
                  uint64_t address, uint64_t length);
#endif

/*
 * True if platform_launch shall look whether the launch can be carried out, change nothing, claim
 * nothing for good, and return OK instead of jumping.
 */
static inline bool launch_is_dry_run(const struct launch *launch)
{
#ifdef SAWBOOT_SMALL
    (void)launch;
    return false;
#else
    return launch->dry_run;
#endif
}

/*
 * Copies what is going to lie at [address, address + length) from where it lies before the launch.
 * False if a byte of that is in no piece. For those who want to see it.
 */
bool launch_read(const struct launch *launch, uint64_t address, uint8_t *bytes, size_t length);

/* Gives back what the hand-over claimed, after a launch that failed. */
void launch_release(struct launch *launch);

#endif
