/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hand-overs to kernels for x86 other than XNU are given: multiboot and Linux.
 */
#ifndef LOADER_REQUEST_H
#define LOADER_REQUEST_H

#include "boot/platform.h"
#include "loader/image.h"
#include "loader/launch.h"

/* A file that goes with the kernel: a multiboot module, a part of Linux's initrd. */
struct kernel_module {
    const char *words;    /* its name, then its own arguments */
    const uint8_t *bytes; /* in claimed memory */
    size_t length;
};

struct kernel_request {
    const struct image_plan *plan;
    const uint8_t *image; /* the planned bytes, in claimed memory */
    size_t image_length;
    const char *name;      /* the kernel's path, as it was asked for */
    const char *arguments; /* never NULL */
    size_t module_count;
    const struct kernel_module *modules;
    const struct video_mode *video; /* NULL: text */
};

/*
 * Build a launch. What they make is in memory that they claimed (launch->owned). Kernel, modules
 * and what they make end up in usable RAM of platform_memory_map below 4 GB and never overlap.
 * ERROR_MEMORY_RANGE: the kernel's place is not in RAM; ERROR_MEMORY_TAKEN: firmware lives there.
 */
error_t multiboot_prepare(const struct kernel_request *request, struct launch *launch);
error_t linux_prepare(const struct kernel_request *request, struct launch *launch);

/* Which of them an image has is settled by linking: those of other processors are left out. */
struct kernel_handover {
    enum handover_kind kind;
    error_t (*prepare)(const struct kernel_request *request, struct launch *launch);
};
TABLE_DECLARE(kernel_handovers, const struct kernel_handover);
#define KERNEL_HANDOVER(name) TABLE_ENTRY(kernel_handovers, const struct kernel_handover, name)

#endif
