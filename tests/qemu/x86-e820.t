#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A multiboot loader that tells nothing of memory: Sawboot asks the BIOS by a call in real mode, and
# the kernel finds all of the machine's memory in its map all the same.
. "$(dirname "$0")/lib.sh"

# without_map MACHINE MEGABYTES CARD FILE WORDS
without_map() {
    # shellcheck disable=SC2046
    start_machine "$1" "$2" -kernel "$payloads/unconfigure.elf" -append "$5" \
        -initrd "$loader_x86 nomap" -netdev "$(user_net "$payloads" "$4")" $(devices "$3")
    verdict "$4 on $1 with $2 MB, no map from multiboot"
    reads '^unconfigure: took the memory map' 'and none was given'
    reads '^memory: [0-9]+ entries from the BIOS' 'and it came from the BIOS'
}

for machine in pc q35; do
    for megabytes in 64 6144; do
        for file in demo-i386 demo-x86_64-v2; do
            without_map $machine $megabytes e1000 $file "verbose args=-v expect-mb=$megabytes"
        done
        without_map $machine $megabytes rtl8139 multiboot.elf "verbose args=expect-mb=$megabytes"
    done
done
finish
