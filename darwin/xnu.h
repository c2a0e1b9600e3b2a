/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hand-over to Apple's XNU: builds all that the kernel expects and yields a launch. One function
 * for each processor. Everything they write is in memory that they claimed.
 */
#ifndef DARWIN_XNU_H
#define DARWIN_XNU_H

#include "darwin/devtree.h"
#include "drivers/nic.h"
#include "loader/image.h"
#include "loader/launch.h"
#include "net/fetch.h"
#include "net/network.h"

#define XNU_EXTENSIONS_MAXIMUM 24

/* What the kernel gets besides itself: an archive, or one kernel extension that is in none. */
struct xnu_extension {
    const char *word;                   /* the option that named it, for messages */
    const struct fetched_file *archive; /* checked thin mkext; NULL: the rest is meant */
    const char *bundle_path; /* "/System/Library/Extensions/Foo.kext", as the kernel may show it */
    const struct fetched_file *plist;
    const struct fetched_file *executable; /* NULL: it has none */
};

struct xnu_request {
    const struct image_plan *plan;
    const uint8_t *image; /* the planned bytes */
    size_t image_length;
    const struct nic *nic; /* the card that we booted from; NULL: no network was used */
    const struct network_config *network; /* NULL together with nic */
    const char *boot_file;             /* as it goes into rootpath after the ':' ("mach_kernel") */
    const char *arguments;             /* the kernel's command line */
    const struct fetched_file *driver; /* `driver=`: checked thin mkext, or NULL */
    bool without_driver; /* `driver=none`: the card's node gets none from its ROM either */
    /* In the order in which the kernel is to find them: of equal ones it takes the first. */
    size_t extension_count;
    const struct xnu_extension *extensions;

    /* For x86 alone. */
    const struct fetched_file *ramdisk; /* `ramdisk=`, or NULL */
    const struct video_mode *video;     /* `video=`, or NULL: text */
    /* `bootargs=`: version and revision of boot_args; version 0: as the kernel wants it. */
    unsigned boot_args_version, boot_args_revision;
    bool without_acpi; /* `acpi=none`: a machine without ACPI tables is no failure */
};

/*
 * `tree` is the platform's tree, to be added to. On success `launch` is complete; on failure
 * nothing was overwritten.
 */
error_t xnu_powerpc_prepare(const struct xnu_request *request, struct devtree *tree,
                            struct launch *launch);
error_t xnu_x86_prepare(const struct xnu_request *request, struct devtree *tree,
                        struct launch *launch);

/* Which of them an image has is settled by linking: those of other processors are left out. */
struct xnu_handover {
    enum handover_kind kind;
    error_t (*prepare)(const struct xnu_request *request, struct devtree *tree,
                       struct launch *launch);
};
TABLE_DECLARE(xnu_handovers, const struct xnu_handover);
#define XNU_HANDOVER(name) TABLE_ENTRY(xnu_handovers, const struct xnu_handover, name)

#endif
