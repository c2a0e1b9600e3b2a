#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How large images and ROMs are, and what in the loader takes how much.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
BENCH_GOALS=${BENCH_GOALS:-/dev/null}

# row WHAT BYTES LIMIT
row() {
    printf '| %s | %s | %s |\n' "$1" "$2" "$3"
}
size() {
    wc -c <"$1" | tr -d ' '
}
# How long the program is that was packed into FILE (boot/unpack/packed.h).
unpacked() {
    od -An -v -tu1 -N4 "$1" | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'
}
# The x86 image of a ROM file by its own count, without padding.
image_size() {
    od -An -v -tu1 -j2 -N1 "$1" | awk '{ print $1 * 512 }'
}
# goal WHAT BYTES MOST
goal() {
    met='**no**'
    [ "$2" -gt "$3" ] || met=yes
    printf '| %s | %d | ≤ %d | %s |\n' "$1" "$2" "$3" "$met" >>"$BENCH_GOALS"
}

echo '| | Bytes | Limit |'
echo '|---|---|---|'
for image in sawboot-ppc.xcf sawboot-ppc.iso sawboot-x86.pxe sawboot-x86.iso; do
    row "\`$image\`" "$(size "$BUILD/images/$image")" ''
done
for family in rtl8139:10ec8139 e1000:8086100e; do
    name=${family%%:*} rom=$BUILD/images/${family#*:}
    row "ROM for both worlds, the $name family, \`${rom##*/}.rom\`" "$(size "$rom.rom")" 131072
    row "its part for PCs, \`${rom##*/}-x86.rom\`" "$(size "$rom-x86.rom")" 57344
    goal "bytes of the ROM for PCs, $name" "$(size "$rom-x86.rom")" 57344
    row 'the loader in it, packed' "$(size "$BUILD/i386-small/$name/packed")" ''
    row 'the same, unpacked' "$(unpacked "$BUILD/i386-small/$name/packed")" ''
    row "for comparison: iPXE's ROM for PCs, \`pxe-$name.rom\` of \`ipxe-qemu\`" \
        "$(image_size "/usr/lib/ipxe/qemu/pxe-$name.rom")" ''
    row "its part for Power Macs, \`${rom##*/}-ppc.rom\`" "$(size "$rom-ppc.rom")" 65536
    goal "bytes of the ROM for Power Macs (Open Firmware), $name" "$(size "$rom-ppc.rom")" 65536
    row 'the loader in it, packed, with what unpacks it' "$(size "$BUILD/images/sawboot-rom-$name.xcf")" ''
    row 'the same, unpacked' "$(unpacked "$BUILD/powerpc-small/$name/packed")" ''
done
row 'what unpacks the loader for PCs' "$(size "$BUILD/i386-small/unpacker.bin")" ''
row 'FCode in each ROM for Power Macs' "$(size "$BUILD/rom/sawboot.fcode")" ''

echo
echo 'What takes the room in the loaders, by folder of the source, as linked (bytes: code and constants, data, cleared memory):'
echo
python3 tools/bench/modules.py "$BUILD" \
    "\`sawboot-x86.elf\`:$BUILD/i386/sawboot.map" \
    "e1000 ROM, PC:$BUILD/i386-small/e1000/loader.map" \
    "rtl8139 ROM, PC:$BUILD/i386-small/rtl8139/loader.map" \
    "\`sawboot-ppc.elf\`:$BUILD/powerpc/sawboot-ppc.map" \
    "e1000 ROM, Power Mac:$BUILD/powerpc-small/e1000/loader.map"
