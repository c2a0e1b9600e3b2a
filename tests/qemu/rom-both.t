#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# One ROM for both worlds: from the same file a PC's BIOS takes the x86 image and a Power Mac the Open
# Firmware image; and mkrom changes both at once.
. "$(dirname "$0")/lib.sh"

mkrom=$BUILD/host/mkrom

# on_mac MACHINE CARD ROM: Open Firmware starts the card's FCode and boots from its node.
on_mac() {
    mac=$1 card=$2 rom=$3
    set --
    while IFS= read -r word; do
        set -- "$@" "$word"
    done <<EOT
$(tools/openbios-rom.sh)
EOT
    start_machine "$mac" 256 -netdev "$(user_net "$payloads" demo-ppc)" \
        -device "$card,netdev=n0,romfile=$rom" -prom-env boot-device=/pci/sawboot \
        -prom-env 'boot-file=driver=SawbootDemo.mkext args=-v' "$@"
    verdict "$card on $mac: the demonstration kernel from ${rom##*/}"
}

# on_pc MACHINE CARD ROM: the BIOS boots from the card.
on_pc() {
    start_machine "$1" 256 -netdev "$(user_net "$payloads" demo-i386)" \
        -device "$2,netdev=n0,romfile=$3,bootindex=1"
    verdict "$2 on $1: the demonstration kernel from ${3##*/}"
    reads '^started from the card [0-9a-f:.]+' 'the ROM started it'
}

for card in rtl8139:10ec8139 e1000:8086100e; do
    rom=$BUILD/images/${card#*:}.rom
    [ "$(stat -c %s "$rom")" -le 131072 ] && "$mkrom" check "$rom" >"$work/said"
    result $? "${rom##*/}: good, and fits into 128 KB" || sed 's/^/#   /' "$work/said"
    for machine in mac99 g3beige; do
        on_mac $machine "${card%%:*}" "$rom"
    done
    for machine in pc q35; do
        on_pc $machine "${card%%:*}" "$rom"
    done
done

# The same for another card of the family, with a driver for Mac OS X in it.
"$mkrom" ids "$BUILD/images/8086100e.rom" 8086:100f -o "$work/ids.rom" >/dev/null &&
    "$mkrom" add "$work/ids.rom" "mkext:$payloads/SawbootRom.mkext" -o "$work/changed.rom" >/dev/null
result $? 'mkrom gives it other ids and a driver'
on_pc q35 e1000-82545em "$work/changed.rom"
on_mac mac99 e1000-82545em "$work/changed.rom"

# A PC's BIOS passes a ROM that has nothing for it, and one for another card.
for rom in 8086100e-ppc.rom 8086100f.rom; do
    start_machine pc 64 -netdev "$(user_net "$payloads" demo-i386)" \
        -device "e1000,netdev=n0,romfile=$BUILD/images/$rom,bootindex=1" \
        -chardev "file,id=bios,path=$work/bios" -device isa-debugcon,iobase=0x402,chardev=bios
    for _ in $(seq 300); do
        grep -q '^No bootable device' "$work/bios" 2>/dev/null && break
        sleep 0.2
    done
    grep -q '^No bootable device' "$work/bios"
    result $? "$rom in an 82540EM of a PC: nothing to boot"
done
finish
