/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of the checks, and the report's frame. Words of the command line:
 *
 *     expect-mb=N           the machine has so much RAM
 *     expect-mac=A          the address of the card that we were booted over
 *     expect-bootargs=V.R   version and revision of boot_args, where the release leaves a choice
 *     expect-driver         at least one archive or kext
 *     expect-packages=N     so many archives
 *     expect-kexts=N        so many kexts
 *     expect-extensions=L   which they are, in this order (../common/extensions.h)
 *     expect-ramdisk        there is a RAM disk (make-image ramdisk)
 *     expect-video=WxH      a frame buffer of that size, which is drawn to; without it text
 *     expect-bsdp           there is bsdp-response
 *     expect-offer          and it is an offer: the NetBoot server knows the machine
 *     expect-no-acpi        the loader was told to keep quiet about ACPI (acpi=none)
 *     local                 nothing came over a network
 *     static-network        the address was given by hand
 *     bootp                 the server speaks BOOTP: no DHCP message type
 *     dumptree              prints the flattened tree in hexadecimal
 */
#include "../common-x86/cards.h"
#include "../common-x86/entry.h"
#include "../common-x86/exceptions.h"
#include "../common-x86/processor.h"
#include "../common-x86/serial.h"
#include "../common/digest.h"
#include "../common/report.h"
#include "../common/tree.h"
#include "boot_args.h"
#include "chosen.h"
#include "demo.h"
#include "efi_map.h"
#include "efi_nodes.h"
#include "efi_tables.h"
#include "lib/bytes.h"
#include "memory_map.h"
#include "release.h"
#include "tools/common/crc32.h"
#include "video.h"

#define ADDRESS_LEAST 0x1000u
#define ADDRESS_MOST  0xE0000000u /* devices live above this on every PC */

extern const uint8_t segment_digests[];
extern const uint8_t bss_start[], bss_end[];

void kernel_main(void) __attribute__((noreturn));

static void __attribute__((noreturn)) stop(void)
{
    report_verdict();
    for (;;)
        processor_stop();
}

static void check_segments(void)
{
    const struct digest_table table = {
        .bytes = segment_digests,
        .bss_start = physical_of(bss_start),
        .bss_end = physical_of(bss_end),
        .bss_dirty = entry_state.bss_dirty,
    };
    check_digests(&table);
}

static bool readable(uint32_t address, uint32_t length)
{
    return address >= ADDRESS_LEAST && address % 4 == 0 && address < ADDRESS_MOST &&
           length < ADDRESS_MOST - address;
}

static void dump_tree(void)
{
    const uint8_t *bytes = memory_at(boot_args.tree);
    say("BEGIN device-tree %u bytes at 0x%x\n", boot_args.tree_length, boot_args.tree);
    for (uint32_t at = 0; at < boot_args.tree_length; at++)
        say("%02x%s", bytes[at], at % 32 == 31 ? "\n" : "");
    say("\nEND device-tree CRC-32 %08x\n", crc32(bytes, boot_args.tree_length));
}

static void check_tree(const struct efi_tables *tables)
{
    if (!check(readable(boot_args.tree, boot_args.tree_length) &&
                   efi_all(boot_args.tree, boot_args.tree_length, efi_is_usable),
               "the device tree lies in usable RAM"))
        return;
    if (boot_argument("dumptree"))
        dump_tree();
    if (!tree_check(memory_at(boot_args.tree), boot_args.tree_length, get_le32))
        return;
    check_efi_nodes(tables);
    check_chosen();
    check_memory_map();
}

void kernel_main(void)
{
    static struct efi_tables tables;
    serial_open();
    report_to(serial_put);
    say("\nSawboot demonstration kernel\n");
    say("       %s\n", version);
    exceptions_install();
    check_entry();
    check_interrupt_masks();
    check_segments();
    uint32_t at = entry_state.eax;
    if (!check(readable(at, BOOT_ARGS_SIZE_2), "EAX may be boot_args: 0x%x", at))
        stop();
    boot_args_read(at);
    check_boot_args();
    if (!check(readable(boot_args.map, boot_args.map_size), "the memory map can be read"))
        stop();
    check_free_memory();
    check_efi_map();
    check_efi_tables(&tables);
    check_tree(&tables);
    check_video();
    check_cards(!boot_argument("local"));
    stop();
}
