/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of one boot: the kernel, its kernel extensions, RAM disk and modules. Fetched before
 * anything is decided.
 */
#ifndef BOOT_FILES_H
#define BOOT_FILES_H

#include "boot/options.h"
#include "net/fetch.h"
#include "net/network.h"

/* No file can be larger than what the machine can address. */
#define FILES_LIMIT 0x7FFFFFFFu

/* A kernel extension as a folder on the server: Info.plist and, if that names one, an executable.
 */
struct kext_files {
    char bundle_path[FETCH_PATH_LENGTH]; /* the folder, as the kernel may show it */
    struct fetched_file plist, executable;
    bool has_executable;
};

struct boot_module {
    struct fetched_file file;
    const char *words; /* the name and its own arguments; lives as long as the options */
};

struct boot_files {
    struct fetched_file kernel;
    /* One for each driver=, in their order: the next of `kexts`, or the next of `drivers`. */
    bool driver_is_kext[OPTIONS_DRIVERS_MAXIMUM];
    size_t driver_count; /* driver= that are archives */
    struct fetched_file drivers[OPTIONS_DRIVERS_MAXIMUM];
    size_t kext_count; /* driver= that are folders */
    struct kext_files kexts[OPTIONS_DRIVERS_MAXIMUM];
    size_t package_count; /* mkext= */
    struct fetched_file packages[OPTIONS_MKEXTS_MAXIMUM];
    bool has_ramdisk;
    struct fetched_file ramdisk;
    size_t module_count;
    struct boot_module modules[OPTIONS_MODULES_MAXIMUM];
};

/* True if a file that the options name, or no kernel being named, asks for a network. */
bool files_need_network(const struct options *options);

/* On failure nothing stays claimed. `network` NULL: everything is local. */
error_t files_fetch(const struct options *options, const struct network_config *network,
                    struct boot_files *files);
void files_release(struct boot_files *files);

/*
 * Makes the archives and kexts fit for one kind of processor: fat ones become thin, and each is
 * checked. The message names the option that is to blame.
 */
error_t files_prepare_kexts(struct boot_files *files, enum image_cpu cpu);
/* The same for the archives of driver= alone. */
error_t files_prepare_drivers(struct boot_files *files, enum image_cpu cpu);

#endif
