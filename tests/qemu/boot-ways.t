#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sawboot started by firmware's `boot` from a CD and from a Mac disk, as ELF and as XCOFF,
# instead of by QEMU's -kernel.
. "$(dirname "$0")/lib.sh"

mkdir "$work/files"
cp "$BUILD/images/sawboot-ppc.elf" "$work/files/sawboot.elf"
cp "$BUILD/images/sawboot-ppc.xcf" "$work/files/sawboot.xcf"
# A plain ISO 9660 volume, and one that is an HFS volume with Apple's partition map as well.
{
    genisoimage -quiet -r -V SAWBOOT -o "$work/cd" "$work/files" &&
        genisoimage -quiet -r -hfs -part -V SAWBOOT -o "$work/disk" "$work/files"
} 2>"$work/genisoimage.log"
result $? 'disk images are made' || sed 's/^/# /' "$work/genisoimage.log"

# from MACHINE DRIVE PATH DESCRIPTION
from() {
    start_from_drive '^Sawboot ' "$1" 256 -drive "$2,format=raw" -prom-env "boot-device=$3" \
        -prom-env 'boot-file=driver=SawbootDemo.mkext args=-v expect-driver' \
        -netdev "$(user_net "$payloads" demo-ppc)" -device rtl8139,netdev=n0,romfile=
    verdict "$1: $4"
}

# OpenBIOS wants ISO 9660's own names, with version number.
for machine in mac99 g3beige; do
    from $machine "file=$work/cd,media=cdrom" 'cd:\SAWBOOT.ELF;1' 'ELF from ISO 9660'
    from $machine "file=$work/cd,media=cdrom" 'cd:\SAWBOOT.XCF;1' 'XCOFF from ISO 9660'
    from $machine "file=$work/disk,media=disk" 'hd:2,\sawboot.elf' 'ELF from HFS'
    from $machine "file=$work/disk,media=disk" 'hd:2,\sawboot.xcf' 'XCOFF from HFS'
done
finish
