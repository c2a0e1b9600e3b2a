#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Programs that others wrote, from Debian's packages: Xen with Linux in it, Linux with a RAM disk, and
# memtest86+, over cards of both families.
. "$(dirname "$0")/lib.sh"

files=$work/files
mkdir "$files"
if ! inputs=$(tests/inputs/initramfs.sh 8); then
    result 1 'the RAM disk is made (tests/inputs/initramfs.sh)'
    finish
fi
digest=${inputs##* }
cp "${inputs% *}" "$files/initramfs.gz"
cp "$unpacked"/linux-image-amd64/boot/vmlinuz-* "$files/vmlinuz"
cp "$unpacked"/xen-hypervisor-4.17-amd64/boot/xen-*.gz "$files/xen.gz"
cp "$unpacked"/memtest86+/boot/memtest86+*.bin "$files/"

# linux_runs PREFIX COMMAND-LINE: Linux has come to the shell of its RAM disk, which is whole.
linux_runs() {
    says 'initramfs: here is the shell' "$1 comes to the shell of its RAM disk" 120 || return
    reads 'initramfs: Linux .* x86_64' "$1: it is Linux for x86-64"
    reads "initramfs: command line .*$2" "$1: its command line"
    reads "initramfs: noise $digest" "$1: 8 MB of noise in the RAM disk are whole"
}

for card in rtl8139 e1000; do
    machine=pc
    [ $card = rtl8139 ] || machine=q35
    boot_from "$files" $machine 512 $card vmlinuz \
        'initrd=initramfs.gz args=console=ttyS0,115200 quiet panic=-1 said-by-the-loader'
    linux_runs "Linux on $machine over $card" 'said-by-the-loader'

    boot_from "$files" $machine 1024 $card xen.gz \
        'module="vmlinuz console=hvc0 said-to-dom0" module=initramfs.gz args=com1=115200,8n1 console=com1 dom0_mem=512M noreboot'
    says 'Xen version [0-9.]+' "Xen on $machine over $card shows its banner" 60 || continue
    says 'Xen-e820 RAM map' "Xen on $machine over $card reads the memory map"
    reads 'Command line: .*dom0_mem=512M' "Xen on $machine over $card: its command line"
    linux_runs "Linux in Xen on $machine over $card" 'said-to-dom0'
    stop_machine
done

# A loader with a RAM disk beyond 4 GB would lose it.
boot_from "$files" q35 6144 e1000 vmlinuz 'initrd=initramfs.gz args=console=ttyS0,115200 quiet'
linux_runs 'Linux with 6 GB' 'quiet'
reads 'initramfs: MemTotal: +(59|60|61)[0-9]{5} kB' 'Linux with 6 GB finds them'

for program in x64 ia32; do
    for card in rtl8139 e1000; do
        boot_from "$files" pc 128 $card memtest86+$program.bin \
            'args=console=ttyS0,115200 nopause nosmp nosm nobench'
        says 'Memtest86\+ v[0-9].*Memory  : +12[67]MB' "memtest86+ ($program) over $card"
        says '[[][0-9]+MB of 127MB[]]' "memtest86+ ($program) over $card tests 127 MB of 128"
    done
done
finish
