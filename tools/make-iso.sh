#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the CD image for Power Macs: ISO 9660 with Rock Ridge names, and over the same files an HFS
# volume in an Apple partition map, whose blessed folder holds a file of type tbxi. The same files
# make the same image, on any day.
#
#     tools/make-iso.sh OUT [WORDS]
#
# WORDS are words for Sawboot (docs/options.md) when firmware gives none. The loader is taken from
# $BUILD/images. SOURCE_DATE_EPOCH= is the date of everything on it.
set -eu
umask 022
[ $# -ge 1 ] && [ $# -le 2 ] || {
    echo 'usage: make-iso.sh OUT [WORDS]' >&2
    exit 1
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
images=${BUILD:-build}/images
# 1 January 2026.
date=${SOURCE_DATE_EPOCH:-1767225600}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "$work/cd/ofboot"
cp "$images/sawboot-ppc.elf" "$images/sawboot-ppc.xcf" "$work/cd"
"$here/make-tbxi.sh" "$images/sawboot-ppc.xcf" "$work/cd/ofboot/sawboot.tbxi" "${2:-}"
cat >"$work/cd/README.txt" <<'TEXT'
Sawboot, a network boot loader

New World Power Mac: hold C while it starts.

From Open Firmware (Command-Option-O-F), with words of your own:

    boot cd:,\\:tbxi file=mach_kernel args=-v
    boot cd:,\sawboot-ppc.elf file=mach_kernel args=-v
    boot cd:,\sawboot-ppc.xcf file=mach_kernel args=-v

ofboot/sawboot.tbxi   what the C key starts
sawboot-ppc.elf       the loader as ELF, for disks and TFTP servers
sawboot-ppc.xcf       the same program as XCOFF

docs/media.md and docs/options.md in the source tell more.
TEXT
chmod -R u=rwX,go=rX "$work/cd"
chmod 644 "$work/cd"/*.* "$work/cd/ofboot/sawboot.tbxi"
find "$work/cd" -exec touch -h -d "@$date" {} +

# What genisoimage calls a mapping: extension, no translation, creator, type.
cat >"$work/types" <<'TYPES'
.tbxi Raw 'chrp' 'tbxi' "CHRP boot script"
.elf  Raw 'chrp' 'boot' "ELF"
.xcf  Raw 'chrp' 'boot' "XCOFF"
.txt  Raw 'ttxt' 'TEXT' "text"
*     Raw '????' '????' "other"
TYPES
# genisoimage blesses the folder only if it is named as it finds it itself, below the last word.
(
    cd "$work"
    genisoimage -quiet -r -V SAWBOOT -hfs -part -no-desktop -hfs-volid Sawboot -map types \
        -hfs-bless cd/ofboot -o image cd
) 2>"$work/log" || {
    cat "$work/log" >&2
    exit 1
}
python3 "$here/settle-iso.py" "$work/image" "$date"
cp "$work/image" "$1"
