#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The packed loaders for the ROMs of cards, without a ROM: they unpack high in memory, boot what the whole
# loader boots, say what they leave out, and go back to the firmware when they are damaged.
. "$(dirname "$0")/lib.sh"

images=$BUILD/images

# Where the loader and what it was packed in are: the second is the loader's to use.
unpacked() {
    reads '^memory: the loader is at 0[0-9a-f]+0000-[0-9a-f]+, moved from 01000000' \
        "$1: unpacked at a multiple of 64 KB"
}

for machine in mac99 g3beige; do
    for family in rtl8139 e1000; do
        loader=$images/sawboot-rom-$family.elf
        boot $machine 256 $family demo-ppc \
            'verbose driver=SawbootDemo-ppc.mkext mkext=SawbootDemo-ppc.mkext args=-v'
        verdict "$machine, $family: the demonstration kernel"
        unpacked "$machine, $family"
    done
done
loader=$images/sawboot-rom-e1000.elf
boot g3beige 64 e1000 demo-ppc 'args=-v'
verdict '64 MB of memory'
boot mac99 256 e1000 client-ppc.elf ''
verdict 'an ELF program for Open Firmware'
boot mac99 256 e1000 client-ppc.xcf ''
verdict 'an XCOFF program for Open Firmware'
boot mac99 256 e1000 demo-ppc.lzss 'args=-v'
verdict 'a compressed kernel'

# --- What it leaves out ---------------------------------------------------------------------------

boot mac99 256 rtl8139 demo-ppc ''
refused SB-NIC-01 'a card of the other family'
boot mac99 256 e1000 demo-ppc driver=SawbootDemo.kext
refused SB-KEXT-07 'a .kext folder'
reads "left out of the loader in the card's ROM" 'it says so'
mkdir "$work/files"
gzip -c "$payloads/demo-ppc" >"$work/files/demo-ppc.gz"
boot_from "$work/files" mac99 256 e1000 demo-ppc.gz ''
refused SB-IMG-[0-9]+ 'a gzip file'
reads "left out of the loader in the card's ROM" 'it says so'

# --- As firmware loads it -------------------------------------------------------------------------

# insert MACHINE XCOFF: the firmware boots that file of a CD.
insert() {
    mkdir -p "$work/cd/images"
    cp "$images/sawboot-rom-rtl8139.elf" "$work/cd/images/sawboot-ppc.elf"
    cp "$2" "$work/cd/images/sawboot-ppc.xcf"
    BUILD=$work/cd tools/make-iso.sh "$work/cd.iso" >"$work/iso.log" 2>&1
    result $? "$1: a CD with ${2##*/}"
    start_from_drive '^Sawboot |SB-PACK' "$1" 256 -cdrom "$work/cd.iso" -prom-env 'boot-device=cd:,\sawboot-ppc.xcf' \
        -prom-env 'boot-file=verbose args=-v' -netdev "$(user_net "$payloads" demo-ppc)" \
        -device rtl8139,netdev=n0,romfile=
}

for machine in mac99 g3beige; do
    insert $machine "$images/sawboot-rom-rtl8139.xcf"
    verdict "$machine: as an XCOFF file"
    reads '^memory: the loader is at 0[0-9a-f]+0000-[0-9a-f]+, moved from 00e00000' \
        "$machine: from where it is linked to"
done

# damaged IN: the file with a byte of the packed loader changed, in $work/damaged.
damaged() {
    python3 - "$1" "$BUILD/powerpc-small/rtl8139/packed" "$work/damaged" <<'EOT'
import sys
file, packed = (bytearray(open(name, "rb").read()) for name in sys.argv[1:3])
at = file.index(packed)
file[at + len(packed) // 2] ^= 0x10
open(sys.argv[3], "wb").write(file)
EOT
}

damaged "$images/sawboot-rom-rtl8139.xcf"
insert mac99 "$work/damaged"
says '^SB-PACK-02: the packed loader is damaged' 'a damaged one is refused'
wait_console '^(0 > |Trying )'
result $? 'and the firmware is back'
stop_machine
finish
