/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader in a card's ROM for PCs says instead of doing it (docs/roms.md,
 * SMALL_LEFT_OUT_i386 in unpack.mk). A ROM is not started by a multiboot loader, from a medium or
 * by a PXE ROM, so there are no modules, no words from those and no cached lease.
 */
#include "boot/bios/bios.h"
#include <string.h>

#include "boot/configuration_search.h"
#include "boot/modules.h"
#include "darwin/mkext_v2.h"
#include "darwin/xnu_warnings.h"
#include "device/arguments.h"
#include "loader/refuse.h"

error_t multiboot_read(void)
{
    return fail(ERROR_PC_START, "EAX was %08x; this is the loader for a card's ROM",
                (unsigned)entry_magic);
}

const char *multiboot_command_line(void)
{
    return "";
}

const char *multiboot_loader_name(void)
{
    return "";
}

size_t multiboot_memory_map(struct memory_map_entry *entries, size_t maximum)
{
    (void)entries;
    (void)maximum;
    return 0;
}

void multiboot_memory_sizes(uint32_t *lower, uint32_t *upper)
{
    *lower = 0;
    *upper = 0;
}

size_t multiboot_modules(struct platform_module *list, size_t maximum)
{
    (void)list;
    (void)maximum;
    return 0;
}

size_t platform_modules(struct platform_module *list, size_t maximum)
{
    (void)list;
    (void)maximum;
    return 0;
}

error_t modules_assign(struct options *options)
{
    (void)options;
    return OK;
}

error_t medium_words_read(void)
{
    return OK;
}

const char *medium_words(void)
{
    return "";
}

void pxe_start(void)
{
}

const char *pxe_words(void)
{
    return "";
}

const char *pxe_boot_path(void)
{
    return "";
}

size_t pxe_memory(struct memory_map_entry *entries, size_t maximum)
{
    (void)entries;
    (void)maximum;
    return 0;
}

void pxe_leave(void)
{
}

bool platform_cached_lease(struct platform_lease *lease)
{
    (void)lease;
    return false;
}

/* The checksum over all of it was right; the kernel looks at what is in it. */
error_t mkext_v2_check(const uint8_t *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return OK;
}

void xnu_warnings_print(const struct kernel_release *release, const struct pc_information *pc,
                        const struct xnu_request *request)
{
    (void)release;
    (void)pc;
    (void)request;
}

/* The bytes themselves are shown. */
error_t image_refuse_known(const uint8_t *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return OK;
}

/* A BIOS has no paths, so that nothing stands behind a colon. */
error_t boot_arguments_parse(const char *text, struct boot_arguments *out)
{
    (void)text;
    memset(out, 0, sizeof *out);
    return OK;
}

error_t boot_arguments_net(const struct boot_arguments *arguments,
                           char net[BOOT_ARGUMENTS_NET_LENGTH])
{
    (void)arguments;
    net[0] = '\0';
    return OK;
}

/* Never asked for: there is no file. */
error_t boot_arguments_file(const struct boot_arguments *arguments, const char *boot_file,
                            char *name, size_t size)
{
    (void)arguments;
    (void)boot_file;
    (void)name;
    (void)size;
    return ERROR_NET_NO_FILE;
}

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
