/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image seam: `recognise` and `plan` are pure functions of (bytes, length). They yield a
 * placement plan, an entry and a kind of hand-over; they check every offset before use and touch no
 * hardware, so that the same code runs in the loader and in tests.
 */
#ifndef LOADER_IMAGE_H
#define LOADER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "lib/table.h"

enum image_cpu { IMAGE_CPU_POWERPC, IMAGE_CPU_I386, IMAGE_CPU_X86_64 };

enum handover_kind {
    HANDOVER_XNU_POWERPC,
    HANDOVER_XNU_X86,
    HANDOVER_OPENFIRMWARE_CLIENT,
    HANDOVER_MULTIBOOT,
    HANDOVER_LINUX_X86,
};

/*
 * True if a machine whose most capable kind of processor is `machine` runs kernels for `kernel`:
 * the same kind, and i386 on x86_64.
 */
bool image_cpu_runs(enum image_cpu machine, enum image_cpu kernel);
/* "PowerPC", "i386", "x86_64" */
const char *image_cpu_name(enum image_cpu cpu);
/* The cputype of Mach-O and fat files, <mach/machine.h>: 18, 7, 0x01000007. */
uint32_t image_mach_cpu_type(enum image_cpu cpu);

#define IMAGE_PIECES_MAXIMUM 64
#define IMAGE_PIECE_NAME     20

/* A part of the image: file_size bytes from file_offset go to address, the rest up to memory_size
 * is zero. */
struct image_piece {
    char name[IMAGE_PIECE_NAME]; /* segment or section name, for messages and the memory map */
    uint64_t address;            /* physical */
    uint64_t memory_size;
    uint64_t file_offset; /* from the start of the bytes that were planned */
    uint64_t file_size;   /* at most memory_size */
    bool executable;
};

struct image_plan {
    const char *format; /* "Mach-O", "XCOFF", "ELF" */
    enum handover_kind handover;
    enum image_cpu cpu;
    uint64_t entry;             /* physical address of the first instruction */
    uint64_t table_of_contents; /* r2 for XCOFF programs, else 0 */
    /*
     * Open Firmware programs in XCOFF: `entry_descriptor` is the address of the words {code, TOC}
     * and `entry`, `table_of_contents` were read from there (0: entry is direct).
     */
    uint64_t entry_descriptor;
    size_t piece_count;
    struct image_piece pieces[IMAGE_PIECES_MAXIMUM]; /* ascending by address, never overlapping */

    /* Mach-O kernels: what XNU's hand-over needs besides. Offsets are into the planned bytes. */
    struct {
        uint32_t header_size; /* mach_header and load commands */
        bool has_symbols;
        uint32_t symbol_offset, symbol_count, string_offset, string_size;
        bool prelinked; /* a __PRELINK segment with a size, or a filled __PRELINK_INFO */
        /* x86: added to an address of the plan it gives the kernel's own (virtual) address. */
        uint64_t virtual_base;
    } macho;

    /* Multiboot 1 kernels: the header's flags and, if flag bit 2 is set, the screen it asks for. */
    struct {
        uint32_t flags;
        uint32_t mode_type, width, height, depth;
        /* ELF: the section headers, for the multiboot information; count 0: none. */
        uint32_t section_offset, section_count, section_size, section_names;
    } multiboot;

    /* Linux for x86: the one piece is the protected-mode code at its preferred address. */
    struct {
        uint32_t setup_size; /* bytes of the real-mode part at the file's start */
        uint32_t alignment;  /* 0: not relocatable */
        uint32_t init_size;  /* memory it takes from its start on before it reads the memory map */
        uint32_t initrd_highest;    /* the last address that an initrd may occupy */
        uint32_t command_line_size; /* characters without the NUL */
    } linux_x86;
};

/* The lowest and one past the highest address of all pieces. */
uint64_t image_plan_start(const struct image_plan *plan);
uint64_t image_plan_end(const struct image_plan *plan);

struct image_format {
    const char *name;
    /* True if the first bytes are this format's. Nothing else is checked. */
    bool (*recognise)(const uint8_t *bytes, size_t length);
    /* Fills `plan` or says which field is wrong. */
    error_t (*plan)(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                    struct image_plan *plan);
};
TABLE_DECLARE(image_formats, const struct image_format);
#define IMAGE_FORMAT(name) TABLE_ENTRY(image_formats, const struct image_format, name)

/*
 * A container holds one image: a fat file's slice, the program behind a CHRP script, a compressed
 * kernel. `unwrap` either points into the outer bytes (inner->owned false) or, where bytes have to
 * be made, gets them from `allocate`.
 */
struct image_memory {
    void *(*allocate)(struct image_memory *memory, size_t length); /* NULL: none; page-aligned */
    void (*release)(struct image_memory *memory, void *bytes, size_t length);
};
struct image_bytes {
    const uint8_t *bytes;
    size_t length;
    bool owned; /* came from image_memory.allocate(length); to be released by the holder */
};
struct image_container {
    const char *name;
    bool (*recognise)(const uint8_t *bytes, size_t length);
    error_t (*unwrap)(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                      struct image_memory *memory, struct image_bytes *inner);
};
TABLE_DECLARE(image_containers, const struct image_container);
#define IMAGE_CONTAINER(name) TABLE_ENTRY(image_containers, const struct image_container, name)

/*
 * Unwraps containers (at most four deep) until a format recognises the bytes, and plans. `cpu` is
 * the most capable kind of processor that the image may be for. `image`
 * receives the planned bytes: either part of `bytes` or owned. On failure nothing stays owned.
 * Unknown bytes: ERROR_IMAGE_UNKNOWN, naming the first bytes; known but refused kinds (PEF, COFF of
 * other processors, dynamic ELF, ...) say what they are.
 */
error_t image_open(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                   struct image_memory *memory, struct image_bytes *image, struct image_plan *plan);

/*
 * For formats: OK if `machine` runs kernels for `kernel`, else ERROR_IMAGE_CPU; `format` names the
 * file's ("Mach-O").
 */
error_t image_check_cpu(const char *format, enum image_cpu machine, enum image_cpu kernel);

/* For formats: appends a piece after checking it (see image.c); sorts and checks for overlap at the
 * end. */
error_t image_plan_add(struct image_plan *plan, size_t length, const struct image_piece *piece);
error_t image_plan_finish(struct image_plan *plan);

#endif
