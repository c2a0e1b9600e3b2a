# SPDX-License-Identifier: BSD-2-Clause
# One card with every boot file format. Over the four cards, every pair of {machine, direct or
# behind a bridge, card, format} comes up. Used by matrix-*.t.

# matrix CARD NUMBER
matrix() {
    format_number=0
    for file in demo-ppc demo-ppc.fat demo-ppc.lzss client-ppc.elf client-ppc-odd.xcf \
        client-ppc-xcf.chrp demo-ppc-high client-ppc-elf.chrp; do
        machine=mac99 bridge=
        [ $(((format_number + $2) % 2)) -eq 0 ] || machine=g3beige
        [ $(((format_number / 2 + $2 / 2) % 2)) -eq 0 ] || bridge=/bridge
        case $file in
        demo*) words='driver=SawbootDemo.mkext mkext=SawbootDemo.mkext args=-v expect-driver' ;;
        *) words='args=hello client' ;;
        esac
        boot "$machine" 256 "$1$bridge" "$file" "$words"
        verdict "$file on $machine over $1$bridge"
        format_number=$((format_number + 1))
    done
}
