/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a configuration file says, as options: Apple's com.apple.Boot.plist, with keys of our own.
 * docs/configuration.md lists the keys. Pure functions of the bytes; boot/configuration_search.h
 * gets the file.
 */
#ifndef BOOT_CONFIGURATION_H
#define BOOT_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/options.h"

/* Far beyond any that a person writes. */
#define CONFIGURATION_LIMIT (64u << 10)
/* Room for all texts of one file, and for the kernel's arguments of all sources together. */
#define CONFIGURATION_TEXT 8192

/* Where names in the file begin. */
struct configuration_place {
    /* What is put before a name that does not begin with '/': "" or a folder, with its '/'. */
    const char *folder;
    /* The file lies beside a NetBoot server's booter, whose kernel has rules of its own
     * (boot/netboot.h): its name is not completed. */
    bool beside_booter;
};

struct configuration {
    struct options options; /* what the keys say; points into `text` and `words` */
    struct options words;   /* what the key "Sawboot Words" says */
    char text[CONFIGURATION_TEXT];
    size_t used;
};

/*
 * Reads the file. Errors, with line number and key: ERROR_CONFIG_XML, ERROR_CONFIG_VALUE, those of
 * options_parse. `configuration` has to live as long as its options are used.
 */
error_t configuration_parse(const uint8_t *bytes, size_t length,
                            const struct configuration_place *place,
                            struct configuration *configuration);

/*
 * Gives the options what the configuration says and they do not. Only the kernel's arguments come
 * together, the configuration's first: of a word that is there twice, kernels take the last (XNU's
 * PE_parse_boot_argn, Linux). Given and empty, args= is all there is. ERROR_CONFIG_VALUE: too long.
 */
error_t configuration_complete(struct configuration *configuration, struct options *options);

#endif
