/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the processor is, and the frequencies that a kernel is told.
 *
 * XNU does not measure the time-stamp counter. It multiplies the front-side bus frequency, which it
 * reads from the device tree, by a ratio that it reads from a model-specific register itself
 * (osfmk/i386/tsc.c of xnu-792 to xnu-2050). So the bus frequency told here is the measured
 * counter's divided by that same ratio, whatever the bus of the machine really does: then the
 * kernel's clock is right, under an emulator too, where the ratio is made up.
 */
#include "boot/bios/bios.h"

#include <string.h>

#include "lib/bytes.h"

#define CPUID_EXTENDED          0x80000000u
#define CPUID_EXTENDED_FEATURES 0x80000001u
#define CPUID_HYPERVISOR        0x40000000u
#define CPUID_HYPERVISOR_TIMING 0x40000010u /* EAX: TSC, EBX: bus, both in kHz */
#define CPUID_TSC_RATIO         0x15u
#define CPUID_FREQUENCIES       0x16u

#define FEATURE_EDX_MSR        (1u << 5)
#define FEATURE_ECX_HYPERVISOR (1u << 31)
#define FEATURE_EDX_LONG_MODE  (1u << 29) /* of leaf 80000001h */

/* Intel SDM volume 4, tables 2-3, 2-15. */
#define MSR_PLATFORM_INFO 0x0CEu
#define MSR_FLEX_RATIO    0x194u
#define MSR_PERF_STATUS   0x198u

ARGUMENTS_ON_STACK bool msr_try(uint32_t number, uint64_t *value); /* cpu_msr.S */

static struct cpuid_result cpuid_raw(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_result result;

    __asm__ volatile("cpuid"
                     : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
                     : "a"(leaf), "c"(subleaf));
    return result;
}

/*
 * start.S has made sure that CPUID and leaf 1 exist. A leaf beyond the last one is not refused by
 * the processor but answered with some other leaf, so each range's first leaf is asked for its last
 * one. The hypervisor's range has one only where the hypervisor bit is set.
 */
struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    const struct cpuid_result none = {0, 0, 0, 0};
    uint32_t first = leaf & 0xC0000000u;

    if (first == CPUID_HYPERVISOR && !(cpuid_raw(1, 0).ecx & FEATURE_ECX_HYPERVISOR))
        return none;
    uint32_t last = cpuid_raw(first, 0).eax;
    /* The same range, and not a frequency or a name that happens to be a large number. */
    if ((last & 0xC0000000u) != first || leaf > last)
        return none;
    return cpuid_raw(leaf, subleaf);
}

bool msr_read(uint32_t number, uint64_t *value)
{
    if (!(cpuid(1, 0).edx & FEATURE_EDX_MSR))
        return false;
    return msr_try(number, value);
}

enum image_cpu platform_cpu(void)
{
    return cpuid(CPUID_EXTENDED_FEATURES, 0).edx & FEATURE_EDX_LONG_MODE ? IMAGE_CPU_X86_64
                                                                         : IMAGE_CPU_I386;
}

uint64_t cpu_told_tsc_hz(void)
{
    struct cpuid_result timing = cpuid(CPUID_HYPERVISOR_TIMING, 0);
    if (timing.eax != 0)
        return (uint64_t)timing.eax * 1000;
    /* The counter runs at crystal (ECX, Hz) * EBX / EAX. */
    struct cpuid_result ratio = cpuid(CPUID_TSC_RATIO, 0);
    if (ratio.eax != 0 && ratio.ebx != 0 && ratio.ecx != 0)
        return (uint64_t)ratio.ecx * ratio.ebx / ratio.eax;
    return (uint64_t)(cpuid(CPUID_FREQUENCIES, 0).eax & 0xFFFF) * 1000000; /* MHz */
}

/* Family, model and stepping with the extended fields (Intel SDM volume 2, CPUID leaf 1). */
static void identify(struct pc_information *pc)
{
    struct cpuid_result names = cpuid(0, 0);
    uint32_t signature = cpuid(1, 0).eax;

    put_le32(pc->vendor, names.ebx);
    put_le32(pc->vendor + 4, names.edx);
    put_le32(pc->vendor + 8, names.ecx);
    pc->vendor[12] = '\0';

    pc->stepping = signature & 0xF;
    pc->model = signature >> 4 & 0xF;
    pc->family = signature >> 8 & 0xF;
    if (pc->family == 6 || pc->family == 15)
        pc->model |= (signature >> 16 & 0xF) << 4;
    if (pc->family == 15)
        pc->family += signature >> 20 & 0xFF;
}

/*
 * The processors whose ratio XNU takes from MSR_PLATFORM_INFO: Nehalem, Westmere, Sandy Bridge
 * (xnu-1504, 1699) and Ivy Bridge and Haswell (xnu-2050). Models from osfmk/i386/cpuid.h.
 */
static bool has_platform_info(const struct pc_information *pc)
{
    static const uint8_t models[] = {
        0x1A, 0x1E, 0x1F, 0x2E,       /* Nehalem */
        0x25, 0x2C, 0x2F,             /* Westmere */
        0x2A, 0x2D,                   /* Sandy Bridge */
        0x3A, 0x3E,                   /* Ivy Bridge */
        0x3C, 0x3F, 0x45, 0x46, 0x47, /* Haswell */
    };

    if (strcmp(pc->vendor, "GenuineIntel") != 0 || pc->family != 6)
        return false;
    return memchr(models, (int)pc->model, sizeof models) != NULL;
}

/* The ratio that XNU will use, doubled, as there are halves; 0: XNU will find none. */
static uint32_t doubled_ratio(const struct pc_information *pc, uint64_t perf_status)
{
    uint64_t info, flex;

    if (!has_platform_info(pc)) {
        uint32_t whole = perf_status >> 40 & 0x1F;
        return 2 * whole + (perf_status >> 46 & 1);
    }
    if (!msr_read(MSR_PLATFORM_INFO, &info))
        return 0;
    uint32_t ratio = info >> 8 & 0xFF;
    /* A ratio that firmware has set, where it is below the processor's own. */
    if (msr_read(MSR_FLEX_RATIO, &flex) && (flex >> 16 & 1) && (flex >> 8 & 0xFF) < ratio)
        ratio = flex >> 8 & 0xFF;
    return 2 * ratio;
}

void cpu_describe(struct pc_information *pc)
{
    struct cpuid_result timing = cpuid(CPUID_HYPERVISOR_TIMING, 0);
    uint64_t perf_status;

    identify(pc);
    pc->long_mode = platform_cpu() == IMAGE_CPU_X86_64;
    pc->hypervisor_timing = timing.eax != 0 && timing.ebx != 0;

    if (!msr_read(MSR_PERF_STATUS, &perf_status))
        perf_status = 0;
    pc->bus_ratio = perf_status >> 40 & 0x1F;

    pc->tsc_hz = clock_tsc_hz();
    /* The counter runs at the rated speed on all processors that the kernels are for. */
    pc->cpu_hz = pc->tsc_hz;
    /*
     * Without a ratio (AMD's have no such register; emulators may answer 0) xnu-2050 takes 1, and
     * kernels that were patched for other processors measure by themselves. Older ones divide by
     * it and stop, whatever the bus frequency is.
     */
    uint32_t doubled = doubled_ratio(pc, perf_status);
    pc->fsb_hz = doubled == 0 ? pc->tsc_hz : (2 * pc->tsc_hz + doubled / 2) / doubled;
}
