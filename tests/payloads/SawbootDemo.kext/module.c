/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The demonstration kext's module: the smallest that a Darwin kernel's linker takes in. It starts
 * and stops and does nothing. The structure is the one of Apple's <mach/kmod.h>, version 1.
 */
#include <stdint.h>

#define KERN_SUCCESS 0

/* Apple packs it to four bytes, which makes a difference for 64-bit kernels. */
#pragma pack(push, 4)
struct kernel_module {
    struct kernel_module *next;
    int32_t info_version;
    uint32_t id;
    char name[64], version[64];
    int32_t reference_count;
    void *reference_list;
    uintptr_t address, size, header_size; /* filled in by the kernel */
    int32_t (*start)(struct kernel_module *module, void *data);
    int32_t (*stop)(struct kernel_module *module, void *data);
};
#pragma pack(pop)

static int32_t nothing(struct kernel_module *module, void *data)
{
    (void)module;
    (void)data;
    return KERN_SUCCESS;
}

extern struct kernel_module kmod_info;
struct kernel_module kmod_info = {
    .info_version = 1,
    .id = UINT32_MAX,
    .name = "org.sawboot.demo",
    .version = "1.0.0",
    .start = nothing,
    .stop = nothing,
};
