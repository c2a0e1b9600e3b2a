#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Measures, prints tables and writes them to docs/benchmarks.md: how large things are, and how much
# faster windows are.
set -eu
BUILD=${BUILD:-build}
cd "$(dirname "$0")/.."

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

table() {
    echo '# Benchmarks'
    echo
    echo '`make bench` writes this page.'
    echo
    echo '## Sizes'
    echo
    echo '| | Bytes | Limit |'
    echo '|---|---|---|'
    for image in sawboot-ppc.xcf sawboot-ppc.iso sawboot-x86.pxe sawboot-x86.iso; do
        row "\`$image\`" "$(size "$BUILD/images/$image")" ''
    done
    for family in rtl8139:10ec8139 e1000:8086100e; do
        name=${family%%:*} rom=$BUILD/images/${family#*:}
        row "ROM for both worlds, the $name family, \`${rom##*/}.rom\`" "$(size "$rom.rom")" 131072
        row "its part for PCs, \`${rom##*/}-x86.rom\`" "$(size "$rom-x86.rom")" 57344
        row 'the loader in it, packed' "$(size "$BUILD/i386-small/$name/packed")" ''
        row 'the same, unpacked' "$(unpacked "$BUILD/i386-small/$name/packed")" ''
        row "for comparison: iPXE's ROM for PCs, \`pxe-$name.rom\` of \`ipxe-qemu\`" \
            "$(image_size "/usr/lib/ipxe/qemu/pxe-$name.rom")" ''
        row "its part for Power Macs, \`${rom##*/}-ppc.rom\`" "$(size "$rom-ppc.rom")" 65536
        row 'the loader in it, packed, with what unpacks it' "$(size "$BUILD/images/sawboot-rom-$name.xcf")" ''
        row 'the same, unpacked' "$(unpacked "$BUILD/powerpc-small/$name/packed")" ''
    done
    row 'what unpacks the loader for PCs' "$(size "$BUILD/i386-small/unpacker.bin")" ''
    row 'FCode in each ROM for Power Macs' "$(size "$BUILD/rom/sawboot.fcode")" ''
}

windows() {
    echo
    echo '## Windows of TFTP'
    echo
    echo '2 MB from atftpd by a cable that takes 2 ms each way, one transfer with `window=1` and one without in turns, five'
    echo 'times: milliseconds, the median (least to most). The machines are emulated (QEMU without KVM); what counts is the ratio.'
    echo
    echo '| | `window=1` | Window of 16 | Times as fast |'
    echo '|---|---|---|---|'
    BUILD=$BUILD tests/qemu/window-bench.sh
}

{
    table
    windows
} >"$BUILD/benchmarks.md"
cp "$BUILD/benchmarks.md" docs/benchmarks.md
cat docs/benchmarks.md
