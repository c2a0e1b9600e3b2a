#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How much memory the loader has at the jump, and the smallest machines that boot a small kernel.
QEMU_TESTS=$(dirname "$0")/../../tests/qemu
. "$QEMU_TESTS/lib.sh"
BENCH_GOALS=${BENCH_GOALS:-/dev/null}
# Megabytes to try; none: the smallest machines are not looked for.
SMALLEST=${SMALLEST-4 6 8 10 12 14 16 18 20 24 28 32 48 64}

note() {
    echo "# $*" >&2
}

# dry_run MACHINE MEGABYTES FILE LOADER: in $console.
dry_run() {
    note "memory: a dry run on $1 with $2 MB"
    start_machine "$1" "$2" -kernel "$4" -append "dryrun verbose file=$3" \
        -netdev "$(user_net "$payloads" "$3")" -device "e1000,netdev=n0,romfile="
    wait_console '^sawboot> ' && on_console "$heap_line" || {
        show_console >&2
        exit 1
    }
    stop_machine
}
heap_line="^memory: the loader's heap has [0-9]+ KB"

# boots MACHINE MEGABYTES ROM-OR-KERNEL FILE: whether the payload runs.
boots() {
    note "memory: $1 with $2 MB, ${3##*/}"
    case $3 in
    *.rom) start_machine "$1" "$2" -netdev "$(user_net "$payloads" "$4")" -device "e1000,netdev=n0,romfile=$3,bootindex=1" ;;
    *) start_machine "$1" "$2" -kernel "$3" -append args=-v -netdev "$(user_net "$payloads" "$4")" -device e1000,netdev=n0,romfile= ;;
    esac
    wait_console "^Sawboot demonstration kernel|^sawboot> |^0 > |SB-[A-Z]+-[0-9]+|No bootable|$crashed" 60 &&
        on_console '^Sawboot demonstration kernel'
    b_status=$?
    stop_machine
    return $b_status
}

# smallest WHAT MACHINE ROM-OR-KERNEL FILE LEAST: from LEAST megabytes on.
smallest() {
    s_found='more than 64'
    for s_megabytes in $SMALLEST; do
        [ "$s_megabytes" -ge "$5" ] || continue
        if boots "$2" "$s_megabytes" "$3" "$4"; then
            s_found=$s_megabytes
            break
        fi
    done
    printf '| %s | %s MB | %s bytes |\n' "$1" "$s_found" "$(stat -c %s "$payloads/$4")"
}

# kilobytes PATTERN: the number at the mark in the last line that matches (sed's \1).
kilobytes() {
    tr -d '\r\000' <"$console" | sed -n "s/.*$1.*/\1/p" | tail -n 1
}

# What an ELF file takes in memory, in KB; and the loader that is packed into a file (boot/unpack/packed.h).
elf_kilobytes() {
    readelf -lW "$1" | python3 -c 'import sys
loads = [line.split() for line in sys.stdin if line.split()[:1] == ["LOAD"]]
first = min(int(words[3], 16) for words in loads)
print((max(int(words[3], 16) + int(words[5], 16) for words in loads) - first + 1023) // 1024)'
}
packed_kilobytes() {
    od -An -v -tu1 -j4 -N4 "$1" | awk '{ print int(((($1 * 256 + $2) * 256 + $3) * 256 + $4 + 1023) / 1024) }'
}

# row WHAT IMAGE-KB OTHER-KB: what the loader has.
row() {
    printf '| %s | %d | %d | %d |\n' "$1" "$2" "$3" $(($2 + $3))
}

# met WHAT KB: a goal.
met() {
    m_met='**no**'
    [ "$2" -gt 1024 ] || m_met=yes
    printf '| memory at the jump beyond the files, %s | %d KB | ≤ 1024 KB | %s |\n' "$1" "$2" "$m_met" >>"$BENCH_GOALS"
}

cat <<'TEXT'
What the loader has at the jump besides the files and what it hands over, in KB: its image with its variables and its stack, and
its heap (what `verbose` says of it in a dry run). The heap grows with what is built for the kernel; the loaders in ROMs are taken to
have the same. QEMU puts the loader of a Power Mac at 16 MB: 24 MB are its least.

| | Image | Heap | Both |
|---|---|---|---|
TEXT
dry_run pc 16 demo-i386 "$loader_x86"
heap=$(kilobytes 'heap has \([0-9]*\) KB')
image=$(elf_kilobytes "$loader_x86")
row '`sawboot-x86.elf`, a PC with 16 MB' "$image" "$heap"
met "PC with 16 MB, \`sawboot-x86.elf\`" $((image + heap))
for card in e1000 rtl8139; do
    image=$(packed_kilobytes "$BUILD/i386-small/$card/packed")
    row "the $card ROM, a PC with 16 MB" "$image" "$heap"
    met "PC with 16 MB, $card ROM" $((image + heap))
done
dry_run mac99 24 demo-ppc "$loader"
image=$(elf_kilobytes "$loader")
heap=$(kilobytes 'heap has \([0-9]*\) KB')
row '`sawboot-ppc.elf`, a Power Mac with 24 MB' "$image" "$heap"

[ -n "$SMALLEST" ] || exit 0
cat <<'TEXT'

The smallest machines that boot a small kernel, by QEMU's `-m`; each is tried from below (Power Macs from where their loader is put
on), the card is the e1000:

| | Memory | Kernel |
|---|---|---|
TEXT
smallest '`pc`, the ROM' pc "$BUILD/images/8086100e-x86.rom" demo-i386 4
smallest '`pc`, `sawboot-x86.elf` as multiboot kernel' pc "$loader_x86" demo-i386 4
smallest '`mac99`, `sawboot-ppc.elf`' mac99 "$loader" demo-ppc 18
smallest '`g3beige`, `sawboot-ppc.elf`' g3beige "$loader" demo-ppc 18
