#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# PCs with little memory, with as much as ends below the hole for devices, and with memory above
# 4 GB, which both machines put elsewhere: the kernel finds all of it in its map, and no more.
. "$(dirname "$0")/lib.sh"
for machine in pc q35; do
    for megabytes in 64 256 1024 2048 3584 4096 6144; do
        for file in demo-i386 demo-x86_64-v2; do
            boot $machine $megabytes e1000 $file "args=-v expect-mb=$megabytes"
            verdict "$machine with $megabytes MB: $file"
        done
    done
    boot $machine 6144 rtl8139 multiboot.elf "args=expect-mb=6144"
    verdict "$machine with 6144 MB: multiboot.elf"
done
finish
