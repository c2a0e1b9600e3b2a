#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# inspect plan: rows, table, picture and what the kernel is given agree with each other, with the kernel's
# file and with the machine.
. "$(dirname "$0")/lib.sh"
SAWBOOT_CACHE=${SAWBOOT_CACHE:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/sawboot}
unpacked=$SAWBOOT_CACHE/unpacked
payloads=$BUILD/payloads
inspect=$BUILD/host/inspect

# plan MACHINE FOLDER WORDS...: into $work/json, $work/text and $work/svg
plan() {
    machine=$1 folder=$2
    shift 2
    "$inspect" plan -json -machine "$machine" -root "$folder" -svg "$work/svg" "$@" >"$work/json" &&
        "$inspect" plan -machine "$machine" -root "$folder" "$@" >"$work/text" ||
        { cat "$work/json"; return 1; }
}
agrees() {
    reader=$1
    shift
    python3 tests/fast/inspect.py "$reader" "$work/json" "$@"
}
# consistent NAME: what has to be true of every plan
consistent() {
    check "$1: rows are apart, in usable memory" agrees apart
    check "$1: the table says the same" agrees text_plan "$work/text"
    check "$1: the picture has every row, and nothing on another" agrees svg "$work/svg"
}
says() {
    expected=$1
    shift
    "$inspect" "$@" >"$work/said" 2>&1
    cat "$work/said"
    grep -qE -- "$expected" "$work/said"
}

# darwin MACHINE KERNEL WORDS...
darwin() {
    machine=$1 kernel=$2
    shift 2
    check "$machine: $kernel" plan "$machine" "$payloads" "file=$kernel" "$@" args=-v
    check "$machine: its segments, boot_args and tree are in their places" agrees xnu "$payloads/$kernel"
    "$inspect" plan -machine "$machine" -root "$payloads" -tree "$work/tree" "file=$kernel" "$@" args=-v >/dev/null
    check "$machine: the tree that it gets names the same places" agrees given_tree "$work/tree"
    consistent "$machine, $kernel"
}
darwin mac99-256 demo-ppc mkext=SawbootDemo.mkext
darwin g3beige demo-ppc-high mkext=SawbootDemo.mkext driver=SawbootDemo.kext
darwin pc-256 demo-i386 mkext=SawbootDemo-i386.mkext
darwin q35-4g demo-x86_64-v2 mkext=SawbootDemo-x86_64.v2.mkext ramdisk=ramdisk video=1024x768

mkdir "$work/files"
cp "$unpacked"/linux-image-amd64/boot/vmlinuz-* "$work/files/vmlinuz"
cp "$unpacked"/xen-hypervisor-4.17-amd64/boot/xen-*.gz "$work/files/xen.gz"
head -c 9000001 /dev/zero >"$work/files/initrd.img"
for machine in pc-256 q35-4g; do
    check "$machine: Linux with a RAM disk" plan $machine "$work/files" file=vmlinuz initrd=initrd.img args=quiet
    consistent "$machine, Linux"
    check "$machine: Xen with Linux in it" plan $machine "$work/files" file=xen.gz \
        'module=vmlinuz console=hvc0' module=initrd.img args=dom0_mem=512M
    consistent "$machine, Xen"
    check "$machine: a module's words" says 'module +vmlinuz console=hvc0$' plan -machine $machine -root "$work/files" \
        file=xen.gz 'module=vmlinuz console=hvc0'
done
check 'mac99: a program for Open Firmware' plan mac99-256 "$payloads" file=client-ppc.xcf
consistent 'mac99, a program'

# The folder's own configuration is read, as the loader would.
cat >"$work/files/com.apple.Boot.plist" <<'EOT'
<plist version="1.0"><dict><key>Kernel Flags</key><string>from-the-file</string></dict></plist>
EOT
check 'the configuration beside the file counts' says 'kernel arguments: "from-the-file mine"' \
    plan -machine pc-256 -root "$work/files" -bootfile vmlinuz args=mine
check 'and so does one that is named' says 'kernel arguments: "from-the-file"' \
    plan -machine pc-256 -root "$work/files" file=vmlinuz config=com.apple.Boot.plist

# --- What does not work -------------------------------------------------------------------------------

check 'a missing file' says 'SB-TFTP-01' plan -root "$payloads" file=gone
check 'a kernel for another processor' says 'SB-IMG-03' plan -root "$payloads" file=demo-i386
check 'an unknown word' says 'SB-OPT' plan -root "$payloads" fiel=demo-ppc
check 'no such machine' says 'No such file' plan -machine nowhere file=demo-ppc
check 'no picture of it' test ! -e "$work/never.svg"

# wrong TEXT LINE...: a description that ends the tool with that text and the number of the last line
wrong() {
    expected=$1
    shift
    printf '%s\n' "$@" >"$work/machine"
    says "machine, line $#: .*$expected" plan -machine "$work/machine" file=x && ! grep -q Sanitizer "$work/said"
}
check 'a description: no such word' wrong 'there is no word' 'processor powerpc' 'disk 1'
check 'a description: no number' wrong 'no number' 'ram 0 12Q'
check 'a description: banks out of order' wrong 'order' 'ram 0 256M' 'ram 128M 256M'
check 'a description: a hole at 0' wrong 'begin at 0' 'ram 4K 256M'
check 'a description: half a page' wrong 'whole pages' 'ram 0 1000'
check 'a description: no processor' wrong 'has to be' '# words' 'processor 68000'
check 'a description: no type of memory' wrong 'has to be' 'map 0 4096 some'
check 'a description: no card' wrong 'a card is' 'card rtl8139'
check 'a description: no such tree' says 'No such file' plan -machine "$work/machine2" file=x
printf 'processor x86_64\nram 0 64M\n' >"$work/machine"
check 'a description: a PC without a map' says 'memory map' plan -machine "$work/machine" file=x
printf 'processor powerpc\nram 0 64M\n' >"$work/machine"
check 'a description: a Mac without a tree' says 'needs a tree' plan -machine "$work/machine" file=x

# A machine of one's own: less memory, a hole in it, and the tree out of a log.
python3 - "$work" <<'EOT'
import sys, zlib
data = open('tests/golden/bootx-mac99-rtl8139.devtree', 'rb').read()
with open(sys.argv[1] + '/console.log', 'w') as log:
    log.write(f'DUMP devtree length={len(data)} crc32={zlib.crc32(data):08x} byte-order=big\n')
    for at in range(0, len(data), 32):
        log.write(f'{at:08x} {data[at:at + 32].hex()}\n')
    log.write('DUMP end\n')
EOT
cat >"$work/own" <<'EOT'
name       a Mac with a hole in its memory
processor  powerpc
ram        0     16M
ram        32M   16M   # a second bank
used       0x100000 1M firmware
tree       console.log
card       10ec:8139 52:54:00:12:34:56 /pci@f2000000/rtl8139@f
EOT
check 'a machine of my own' plan "$work/own" "$payloads" file=demo-ppc args=-v
consistent 'a machine of my own'
check 'a kernel beyond its RAM' says 'SB-MEM' plan -machine "$work/own" -root "$payloads" file=demo-ppc-far
check 'its banks reach the kernel' says '0x02000000 +16777216' plan -machine "$work/own" -root "$payloads" file=demo-ppc
echo "1..$number"
