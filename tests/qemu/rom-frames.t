#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Raw frames through the node that a card's ROM makes, without Sawboot: firmware starts a program from
# a CD, which opens the node and uses its `read` and `write` (tests/payloads/frames-ppc).
. "$(dirname "$0")/lib.sh"

mkdir "$work/cd"
cp "$payloads/frames-ppc.elf" "$work/cd/FRAMES.ELF"
genisoimage -quiet -o "$work/cd.iso" "$work/cd" 2>"$work/iso.log" || exit 1

# frames MACHINE QEMU-ARGUMENTS...: starts the program; the cards are in the arguments. The words that
# run the ROMs are one in each line, with blanks in them.
frames() {
    f_machine=$1
    shift
    tools/openbios-rom.sh >"$work/words" || exit 1
    while IFS= read -r f_word; do
        set -- "$@" "$f_word"
    done <"$work/words"
    start_from_drive '^Sawboot frame test' "$f_machine" 256 -cdrom "$work/cd.iso" -boot d \
        -prom-env 'boot-device=cd:\FRAMES.ELF;1' "$@"
}

rom() {
    echo "romfile=$BUILD/images/$1-ppc.rom"
}

for run in mac99:rtl8139:10ec8139 mac99:e1000:8086100e mac99:e1000-82545em:8086100f \
    g3beige:rtl8139:10ec8139 g3beige:e1000:8086100e; do
    machine=${run%%:*} rest=${run#*:}
    frames "$machine" -netdev user,id=n0 -device "${rest%%:*},netdev=n0,$(rom "${rest#*:}")"
    verdict "$machine, ${rest%%:*}" 240
done

# Each card has a loader of its own in memory.
frames mac99 -netdev user,id=n0 -device "rtl8139,netdev=n0,mac=52:54:00:00:00:01,$(rom 10ec8139)" \
    -netdev user,id=n1 -device pci-bridge,id=bridge,chassis_nr=1,shpc=off \
    -device "e1000,netdev=n1,mac=52:54:00:00:00:02,bus=bridge,addr=3,$(rom 8086100e)"
wait_console '^VERDICT|^0 > ' 300
on_console '2 card.s. with Sawboot' && on_console '^VERDICT pass=[1-9][0-9]+ fail=0'
result $? 'mac99, two cards, one of them behind a bridge'
reads '^card .*/pci1b36,1@[^ ]*/sawboot' 'the bridge is above it'
finish
