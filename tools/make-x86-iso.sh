#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the image for PCs with BIOS: a CD (ISO 9660, El Torito) that is a disk as well (a boot program
# in the first sector, and a partition table). GRUB is on it and does one thing: it reads the loader
# and sawboot.cfg, and starts the loader. On a disk, sawboot.cfg is in a FAT partition of its own, where every
# system can edit it; on a CD, it is beside the loader. The same files make the same image, on
# any day.
#
#     tools/make-x86-iso.sh OUT [WORDS]
#
# WORDS are words for Sawboot (docs/options.md). The loader is taken from $BUILD/images.
# SOURCE_DATE_EPOCH= is the date of everything on it.
set -eu
umask 022
[ $# -ge 1 ] && [ $# -le 2 ] || {
    echo 'usage: make-x86-iso.sh OUT [WORDS]' >&2
    exit 1
}
# The longest line that the loader takes.
[ "$(printf '%s' "${2:-}" | wc -c)" -le 2047 ] || {
    echo 'make-x86-iso.sh: more than 2047 bytes of words' >&2
    exit 1
}
images=${BUILD:-build}/images
# 1 January 2026.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600}
TZ=UTC
export SOURCE_DATE_EPOCH TZ

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# logged COMMAND...: shows what it says only if it fails.
logged() {
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
}

# Lines end as Windows' oldest editor wants them.
windows_lines() {
    sed 's/$/\r/'
}

mkdir -p "$work/cd/boot/grub"
# Without the symbols, which are most of it.
i686-linux-gnu-strip -o "$work/cd/sawboot-x86.elf" "$images/sawboot-x86.elf"
{
    cat <<'TEXT'
# Words for Sawboot, in one line or in several; docs/options.md tells what there is.
# A line that begins with # is not read. An example without its #:
# file=mach_kernel mkext=mach_kernel.mkext args=-v
TEXT
    printf '%s\n' "${2:-}"
} | windows_lines >"$work/cd/sawboot.cfg"
cat >"$work/cd/boot/grub/grub.cfg" <<'CONFIG'
set words=/sawboot.cfg
if [ -f ($root,msdos1)/sawboot.cfg ]; then
  set words=($root,msdos1)/sawboot.cfg
fi
multiboot /sawboot-x86.elf
if [ -f $words ]; then
  module $words sawboot.cfg
fi
boot
CONFIG
grub-mkimage -O i386-pc-eltorito -p /boot/grub -o "$work/cd/boot/grub/eltorito.img" \
    biosdisk iso9660 part_msdos fat multiboot normal test
cp /usr/share/common-licenses/GPL-3 "$work/cd/boot/grub/GPL-3.txt"
windows_lines >"$work/cd/README.txt" <<TEXT
Sawboot, a network boot loader

It starts from this CD, and from a USB stick or disk that this image was written to.
Words for it are in sawboot.cfg. On a stick or disk, edit the one in the partition
SAWBOOT, which every system shows; the one beside this file cannot be changed.

sawboot-x86.elf   the loader, a multiboot kernel
boot/grub         GRUB, which starts it

GRUB is not a part of Sawboot. It is free software under the GNU General Public
License, version 3 (boot/grub/GPL-3.txt). Its source is Debian's source package
grub2, version $(dpkg-query -W -f '${Version}' grub-pc-bin).
TEXT
chmod -R u=rwX,go=rX "$work/cd"
chmod 644 "$work/cd"/*.* "$work/cd/boot/grub"/*
find "$work/cd" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# 360 KB, FAT12; the number is made of the date, as a volume's usually is.
logged mformat -C -i "$work/words" -T 720 -h 2 -s 9 -v SAWBOOT \
    -N "$(printf %08x $((SOURCE_DATE_EPOCH & 0xFFFFFFFF)))" ::
logged mcopy -m -i "$work/words" "$work/cd/sawboot.cfg" ::sawboot.cfg

# The FAT partition is the first one, for the sake of systems that show only that of a stick, and
# marked active, for the sake of firmware that looks for one that is.
logged xorriso -as mkisofs -r -V SAWBOOT -o "$work/image" \
    -b boot/grub/eltorito.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
    --grub2-mbr /usr/lib/grub/i386-pc/boot_hybrid.img --mbr-force-bootable \
    -append_partition 1 0x01 "$work/words" "$work/cd"
cp "$work/image" "$1"
