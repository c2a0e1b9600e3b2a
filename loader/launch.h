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

struct launch {
    enum handover_kind handover;
    uint64_t entry;

    /*
     * Moved in any order; sources lie in claimed memory and may be overwritten. Pieces may lie on
     * the loader itself, on firmware and on the exception vectors.
     */
    size_t piece_count;
    struct relocator_piece pieces[LAUNCH_PIECES_MAXIMUM];

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

/* Gives back what the hand-over claimed, after a launch that failed. */
void launch_release(struct launch *launch);

#endif
