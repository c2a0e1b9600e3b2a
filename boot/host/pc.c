/* SPDX-License-Identifier: BSD-2-Clause */
/* What the simulated machine tells when it plays a PC. */
#include <stdio.h>
#include <string.h>

#include "boot/host/host.h"
#include "boot/host/internal.h"

#define WORDS_LENGTH 256

static enum image_cpu cpu;
static struct pc_information information;
static bool is_pc;
static struct memory_map_entry map[MEMORY_MAP_MAXIMUM];
static size_t map_count;
static struct platform_module modules[MODULES_MAXIMUM];
static char module_words[MODULES_MAXIMUM][WORDS_LENGTH];
static size_t module_count;
static struct video_mode video;
static bool has_video;
static struct network_identity identity;
static const struct dhcp_extension *dhcp_extension;

void host_pc_reset(void)
{
    cpu = IMAGE_CPU_POWERPC;
    is_pc = false;
    map_count = 0;
    module_count = 0;
    has_video = false;
    identity = (struct network_identity){.vendor_class = "Sawboot"};
    dhcp_extension = NULL;
}

void host_set_network_identity(const struct network_identity *given)
{
    identity = *given;
}

void host_set_dhcp_extension(const struct dhcp_extension *given)
{
    dhcp_extension = given;
}

void platform_network_identity(struct network_identity *out)
{
    *out = identity;
}

const struct dhcp_extension *platform_dhcp_extension(void)
{
    return dhcp_extension;
}

void host_set_cpu(enum image_cpu kind)
{
    cpu = kind;
}

void host_set_pc(const struct pc_information *pc)
{
    information = *pc;
    is_pc = true;
}

void host_set_memory_map(const struct memory_map_entry *entries, size_t count)
{
    map_count = entries != NULL ? count : 0;
    if (map_count != 0)
        memcpy(map, entries, count * sizeof *entries);
}

void host_add_module(const char *words, const uint8_t *bytes, size_t length)
{
    snprintf(module_words[module_count], WORDS_LENGTH, "%s", words);
    modules[module_count] = (struct platform_module){module_words[module_count], bytes, length};
    module_count++;
}

void host_set_video(const struct video_mode *mode)
{
    has_video = mode != NULL;
    if (has_video)
        video = *mode;
}

enum image_cpu platform_cpu(void)
{
    return cpu;
}

bool platform_pc(struct pc_information *pc)
{
    memset(pc, 0, sizeof *pc);
    if (is_pc)
        *pc = information;
    return is_pc;
}

size_t platform_memory_map(struct memory_map_entry *entries, size_t maximum)
{
    size_t count = map_count < maximum ? map_count : maximum;

    if (map_count == 0 && maximum != 0) {
        entries[0] = (struct memory_map_entry){0, host_memory_size(), MEMORY_USABLE};
        return 1;
    }
    memcpy(entries, map, count * sizeof *entries);
    return count;
}

size_t platform_modules(struct platform_module *list, size_t maximum)
{
    size_t count = module_count < maximum ? module_count : maximum;

    memcpy(list, modules, count * sizeof *list);
    return count;
}

error_t platform_video_find(unsigned width, unsigned height, unsigned depth,
                            struct video_mode *mode)
{
    if (!has_video || video.video.width != width || video.video.height != height ||
        (depth != 0 && video.video.depth != depth))
        return fail(ERROR_VIDEO_MODE, "video=%ux%u", width, height);
    *mode = video;
    return OK;
}
