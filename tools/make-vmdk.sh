#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes a disk for VMware and VirtualBox from the image for PCs, and beside it the description of a
# virtual machine that has that disk, by the same name with .vmx for .vmdk. The same image makes
# the same files.
#
#     tools/make-vmdk.sh IMAGE OUT.vmdk
set -eu
case ${2:-} in
*.vmdk) ;;
*)
    echo 'usage: make-vmdk.sh IMAGE OUT.vmdk' >&2
    exit 1
    ;;
esac
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

name=$(basename "$2")
# Virtual disks have whole megabytes.
cp "$1" "$work/disk"
truncate -s %1M "$work/disk"
qemu-img convert -q -f raw -O vmdk -o subformat=monolithicSparse,adapter_type=ide "$work/disk" \
    "$work/$name"
# qemu-img numbers the content (CID) by chance; here it is the image's checksum.
python3 - "$1" "$work/$name" <<'EOT'
import re, sys, zlib
number = zlib.crc32(open(sys.argv[1], "rb").read())
disk = open(sys.argv[2], "r+b")
start = disk.read(4096)
found = re.search(rb"\nCID=([0-9a-f]{8})\n", start)
if not found:
    sys.exit("make-vmdk.sh: no CID in what qemu-img made")
disk.seek(found.start(1))
disk.write(b"%08x" % number)
EOT
sed "s|sawboot-x86\.vmdk|$name|" "$here/vmware.vmx" >"$work/machine.vmx"
cp "$work/$name" "$2"
cp "$work/machine.vmx" "${2%.vmdk}.vmx"
