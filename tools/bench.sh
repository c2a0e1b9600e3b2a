#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Measures, prints a table and writes it to docs/benchmarks.md. So far: how large things are.
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
        name=${family%%:*}
        row "ROM for the $name family, \`${family#*:}.rom\`" "$(size "$BUILD/images/${family#*:}.rom")" 65536
        row "the loader in it, packed, with what unpacks it" "$(size "$BUILD/images/sawboot-rom-$name.xcf")" ''
        row "the loader in it, unpacked" \
            "$(od -An -v -tu1 -N4 "$BUILD/powerpc-small/$name/packed" |
                awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }')" ''
    done
    row 'its FCode' "$(size "$BUILD/rom/sawboot.fcode")" ''
}

table >docs/benchmarks.md
cat docs/benchmarks.md
