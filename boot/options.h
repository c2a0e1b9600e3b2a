/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The option words: file= mkext= driver= ramdisk= initrd= module= args= arch= bootargs= acpi=
 * video= window= net= nic= image= model= config= chain verbose dryrun prompt. They come from the
 * boot arguments or from the prompt.
 */
#ifndef BOOT_OPTIONS_H
#define BOOT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "console/error.h"
#include "loader/image.h"

#define OPTIONS_LENGTH          2048
#define OPTIONS_MKEXTS_MAXIMUM  8
#define OPTIONS_DRIVERS_MAXIMUM 16
#define OPTIONS_MODULES_MAXIMUM 16

struct options {
    const char *file;   /* NULL: what the boot server says */
    const char *beside; /* of the kernel beside a NetBoot server's booter; NULL: Apple's name */
    const char *config; /* a configuration file, or "none"; NULL: where they are looked for */
    const char *mkext[OPTIONS_MKEXTS_MAXIMUM];
    size_t mkext_count;
    const char *driver[OPTIONS_DRIVERS_MAXIMUM]; /* an mkext, or a folder that ends in .kext */
    size_t driver_count;
    bool without_driver; /* driver=none: not the one in the card's ROM either */
    const char *ramdisk; /* for XNU; NULL: none */
    /* For Linux (initrd=) and multiboot kernels (module=): a URI, then the module's own words. */
    const char *module[OPTIONS_MODULES_MAXIMUM];
    size_t module_count;
    const char *args;          /* the rest of the line; NULL: none given, "" : given and empty */
    const char *net;           /* NULL: automatic */
    const char *nic;           /* NULL: the first with a link */
    const char *image, *model; /* for NetBoot servers: net/bsdp.h */
    bool chain;                /* the file that the server names itself, not the kernel beside it */
    bool has_arch;
    enum image_cpu arch;                            /* of several kernels in one file, this one */
    unsigned boot_args_version, boot_args_revision; /* version 0: as the kernel wants it */
    bool without_acpi;
    unsigned video_width, video_height, video_depth; /* width 0: text; depth 0: any */
    unsigned window; /* of TFTP, in blocks; 0: as the card has room */
    bool verbose;
    bool dry_run, prompt;         /* boot/commands/commands.h */
    char storage[OPTIONS_LENGTH]; /* what the pointers point into */
};

/*
 * Splits words at white space; a value in double quotes may have some: module="vmlinuz quiet",
 * or as GRUB writes it "module=vmlinuz quiet".
 * `args=` takes the rest of the line, and so does a word that begins with '-' (a kernel flag, as
 * Macs are used to: "boot enet:,kernel -v debug=8"), itself included. A later word replaces an
 * earlier one; mkext=, driver=, initrd= and module= repeat. An unknown word is an error that names
 * it.
 */
error_t options_parse(const char *text, struct options *options);

#endif
