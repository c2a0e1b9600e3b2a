/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader in a card's ROM says instead of doing it (docs/roms.md, SMALL_LEFT_OUT in
 * unpack.mk).
 */
#include <string.h>

#include "boot/configuration_search.h"
#include "boot/modules.h"
#include "darwin/mkext_v2.h"
#include "loader/image.h"
#include "loader/multiboot/header.h"
#include "loader/refuse.h"

#define LEFT_OUT "left out of the loader in the card's ROM"

/* Nothing is looked for either: that is many requests for what could not be read. */
error_t configuration_read(const struct nic *nic, const struct network_config *network,
                           struct options *options)
{
    (void)nic;
    (void)network;
    if (options->config == NULL || strcmp(options->config, "none") == 0)
        return OK;
    return fail(ERROR_CONFIG_LEFT_OUT, "config=%s", options->config);
}

/* No firmware of a Power Mac brings modules. */
error_t modules_assign(struct options *options)
{
    (void)options;
    return OK;
}

/* No kernel for PowerPC reads it. */
error_t mkext_v2_check(const uint8_t *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return fail(ERROR_MKEXT_VERSION, "mkext: version 2, " LEFT_OUT);
}

/* Multiboot kernels are for PCs: the ELF reader, which looks for the header, has refused them. */
bool multiboot_header_find(const uint8_t *bytes, size_t length, size_t *offset)
{
    (void)bytes;
    (void)length;
    (void)offset;
    return false;
}

/* The bytes themselves are shown. */
error_t image_refuse_known(const uint8_t *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return OK;
}

static bool gzip_recognise(const uint8_t *bytes, size_t length)
{
    return length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static error_t gzip_unwrap(const uint8_t *bytes, size_t length, enum image_cpu cpu,
                           struct image_memory *memory, struct image_bytes *inner)
{
    (void)bytes;
    (void)length;
    (void)cpu;
    (void)memory;
    (void)inner;
    return fail(ERROR_IMAGE_DECOMPRESS, "gzip file: " LEFT_OUT);
}

IMAGE_CONTAINER(gzip_container) = {
    .name = "gzip file",
    .recognise = gzip_recognise,
    .unwrap = gzip_unwrap,
};
