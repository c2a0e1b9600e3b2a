/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptions of machines for `inspect plan`: a text of lines, each a word and its values. Its
 * form is in docs/inspect.md; ready-made ones are in tools/inspect/machines.
 */
#ifndef TOOLS_INSPECT_MACHINE_H
#define TOOLS_INSPECT_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/pci.h"
#include "loader/image.h"

#define MACHINE_BANKS 32
#define MACHINE_USED  32
#define MACHINE_WORDS 64

struct machine {
    char name[MACHINE_WORDS];
    enum image_cpu cpu;
    size_t bank_count;
    struct memory_region banks[MACHINE_BANKS]; /* ascending, without overlap */
    size_t map_count;                          /* 0: firmware has no map */
    struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
    /* What firmware and the loader have taken before anything is fetched. */
    size_t used_count;
    struct machine_used {
        uint64_t base, length;
        char words[MACHINE_WORDS];
    } used[MACHINE_USED];
    uint8_t *tree; /* flattened, big-endian, from malloc; NULL: none */
    size_t tree_length;
    bool has_card;
    struct pci_device card;
    uint8_t station[6];
    bool has_video;
    struct video_mode video;
    bool is_pc;
    struct pc_information pc;
};

/* Reads a description; one that is wrong ends the tool with file, line and reason. */
void machine_read(const char *path, struct machine *machine);
void machine_free(struct machine *machine);

/*
 * Makes the simulated machine (boot/host/host.h) that machine, switched on: with its card in a
 * network whose server answers DHCP and BOOTP.
 */
void machine_start(const struct machine *machine);

/* "usable", "reserved", "ACPI tables", ... */
const char *machine_memory_type(uint32_t type);

#endif
