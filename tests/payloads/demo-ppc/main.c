/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of the checks, and the report's frame. Boot arguments: `dumptree` prints the
 * flattened tree in hexadecimal, `expect-driver` wants a driver on the card's node,
 * `static-network` says that there was no boot server, `expect-bsdp` that there was a NetBoot
 * server, and `expect-offer` that it knows the machine; `expect-bootx` that Apple's loader was
 * started in between; `expect-extensions=` names kernel extensions (../common/extensions.h).
 */
#include "../common/extensions.h"
#include "../common/report.h"
#include "../common/strings.h"
#include "../common/tree.h"
#include "boot_args.h"
#include "card.h"
#include "demo.h"
#include "digest.h"
#include "free_memory.h"
#include "interrupts.h"
#include "lib/bytes.h"
#include "memory_map.h"
#include "serial.h"
#include "tools/common/crc32.h"

#define XNU_MSR         0x1000u     /* machine check enable alone */
#define SIGNATURE       0x4D4F5358u /* 'MOSX' */
#define HID0_CACHES     0xC000u     /* instruction and data cache enable */
#define ADDRESS_MAXIMUM 0x80000000u /* RAM of a 32-bit Power Mac ends here at the latest */

void demo_main(void) __attribute__((noreturn));
void demo_exception(uint32_t vector, uint32_t srr0, uint32_t srr1, uint32_t dar)
    __attribute__((noreturn));

static void stop(void)
{
    report_verdict();
    for (;;) {
    }
}

void demo_exception(uint32_t vector, uint32_t srr0, uint32_t srr1, uint32_t dar)
{
    if (serial_address() == 0) {
        serial_open(NULL, 0);
        report_to(serial_put);
    }
    failed("exception 0x%x at 0x%x (SRR1 0x%x, DAR 0x%x)", vector, srr0, srr1, dar);
    for (;;)
        stop();
}

static uint32_t hardware_implementation_0(void)
{
    uint32_t value;
    __asm__ volatile("mfspr %0, 1008" : "=r"(value));
    return value;
}

static void check_processor(void)
{
    say("       processor version 0x%08x\n", processor_version());
    check(entry_state.msr == XNU_MSR, "MSR is 0x%x on entry", entry_state.msr);
    check(entry_state.r4 == SIGNATURE, "r4 is 'MOSX' (0x%x)", entry_state.r4);
    check(entry_state.lr != 0 && entry_state.lr % 4 == 0, "LR is somewhere (0x%x)", entry_state.lr);
    /* QEMU's firmware leaves the caches off; switched on, XNU's cacheInit would hang in QEMU. */
    check((hardware_implementation_0() & HID0_CACHES) == 0,
          "HID0 has the caches as firmware left them (0x%x)", hardware_implementation_0());
    uint32_t start = time_base(), turns = 0;
    while (time_base() == start && turns < 1000000)
        turns++;
    check(time_base() != start, "the time base runs");
}

static void check_clocks(void)
{
    static const char *const names[] = {"timebase-frequency", "bus-frequency", "clock-frequency"};
    tree_node cpu = tree_find_property("device_type", "cpu");
    if (!check(cpu != TREE_NONE, "there is a node of device_type cpu"))
        return;
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct tree_value value;
        uint32_t frequency = 0;
        bool here = tree_get(cpu, names[i], &value) && (value.length == 4 || value.length == 8);
        if (here)
            frequency = get_be32(value.bytes + value.length - 4);
        check(here && frequency != 0, "cpu: %s is %u Hz", names[i], frequency);
    }
}

static void check_platform(void)
{
    struct tree_value value;
    const char *model = tree_get_text(TREE_ROOT, "model");
    const char *compatible = tree_get_text(TREE_ROOT, "compatible");
    check(model != NULL && compatible != NULL, "the root has model and compatible: %s, %s",
          model != NULL ? model : "-", compatible != NULL ? compatible : "-");
    tree_node io = tree_find_property("device_type", "mac-io");
    check(io != TREE_NONE && (tree_get(io, "AAPL,address", &value) ||
                              (tree_get(io, "assigned-addresses", &value) && value.length >= 12)),
          "mac-io has its address, without which XNU panics");
}

static void dump_tree(void)
{
    const uint8_t *bytes = memory_at(boot_args.tree);
    say("BEGIN device-tree %u bytes at 0x%x\n", boot_args.tree_length, boot_args.tree);
    for (uint32_t at = 0; at < boot_args.tree_length; at++)
        say("%02x%s", bytes[at], at % 32 == 31 ? "\n" : "");
    say("\nEND device-tree CRC-32 %08x\n", crc32(bytes, boot_args.tree_length));
}

void demo_main(void)
{
    uint32_t at = entry_state.r3;
    bool readable = at != 0 && at % 4 == 0 && at < ADDRESS_MAXIMUM;
    if (readable)
        boot_args_read(at);
    bool tree_readable = readable && boot_args.tree % 4 == 0 && boot_args.tree != 0 &&
                         in_memory(boot_args.tree, boot_args.tree_length);
    bool serial = serial_open(tree_readable ? memory_at(boot_args.tree) : NULL,
                              tree_readable ? boot_args.tree_length : 0);
    report_to(serial_put);

    say("\nSawboot demonstration kernel\n");
    check(serial, "the serial port is where XNU looks for it: SCC at 0x%x", serial_address());
    check_processor();
    if (!check(readable && at % 4096 == 0, "r3 is a page: boot_args at 0x%x", at) && !readable)
        stop();
    check_free_memory();
    check_segments();
    check_boot_args();
    if (!check(tree_readable, "the device tree lies in RAM"))
        stop();
    if (boot_argument("dumptree"))
        dump_tree();
    if (tree_check(memory_at(boot_args.tree), boot_args.tree_length, get_be32)) {
        check_boot_args_with_tree();
        check_platform();
        check_clocks();
        check_interrupts();
        /* XNU reads the driver of the card's node before those of the memory map. */
        check_network_boot();
        check_memory_map();
        check_extensions_expected(boot_args.command_line);
        check_silence();
    }
    for (;;)
        stop();
}
