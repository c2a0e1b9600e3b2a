#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the ROM of a network card for PCs (boot/bios/prefix/rom.S), and says how its room is used:
#
#     tools/make-x86-rom.sh OUT VENDOR:DEVICE LOADER PACKED UNPACKER [LIMIT]
#
# LOADER is the loader's ELF file, PACKED what tools/pack made of it, UNPACKER the program that unpacks
# it. A ROM that does not fit into LIMIT bytes is refused.
set -eu
out=$1 ids=$2 loader=$3 packed=$4 unpacker=$5 limit=${6:-}
BUILD=${BUILD:-build}
tools=i686-linux-gnu-
part=${packed%/*}/rom-$(echo "$ids" | tr -d :)

# Where the loader's memory ends; how much the unpacking program works in.
loader_end=$(${tools}nm "$loader" | awk '$3 == "image_end" { print $1 }')
printf '#include "boot/unpack/predictor.h"\nchar room[sizeof(struct predictor)];\n' |
    ${tools}gcc -I. -x c -c -o "$part.room.o" -
working_memory=0x$(${tools}nm -S "$part.room.o" | awk '$4 == "room" { print $2 }')
size() {
    stat -c %s "$1"
}
${tools}gcc -I. -DVENDOR="0x${ids%:*}" -DDEVICE="0x${ids#*:}" -DSCRATCH="0x$loader_end" \
    -DSCRATCH_LENGTH="$working_memory" -DUNPACKER="\"$unpacker\"" -DPACKED="\"$packed\"" \
    -DUNPACKER_LENGTH="$(size "$unpacker")" -DPACKED_LENGTH="$(size "$packed")" \
    -c -o "$part.o" boot/bios/prefix/rom.S
# What is copied to 0:7C00 has addresses that others have as offsets in the ROM.
${tools}ld -m elf_i386 -T boot/bios/prefix/rom.ld --no-check-sections --oformat=binary -Map "$part.map" \
    -o "$part.bin" "$part.o"
"$BUILD/host/mkrom" build -id "$ids" -class 020000 -checksum 6 -o "$out.new" "x86:$part.bin" >/dev/null

stays=$(($(awk '$2 == "resident_units" { print $1 }' "$part.map") * 512))
payload=$(($(size "$unpacker") + $(size "$packed")))
total=$(size "$out.new")
printf '  %-9s %s: code %s bytes, %s of them stay below 1 MB, unpacker %s, program %s, in all %s (%s KiB)\n' \
    ROM "$out" $(($(size "$part.bin") - payload)) "$stays" "$(size "$unpacker")" "$(size "$packed")" \
    "$total" $(((total + 1023) / 1024))
if [ -n "$limit" ] && [ "$total" -gt "$limit" ]; then
    rm -f "$out.new"
    printf 'sawboot: %s has %s bytes, %s are the most\n' "$out" "$total" "$limit" >&2
    exit 1
fi
mv "$out.new" "$out"
