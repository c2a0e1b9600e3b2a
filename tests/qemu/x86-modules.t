#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Files that come with the loader, as multiboot modules: kernels, archives and RAM disks need no
# network and no card.
. "$(dirname "$0")/lib.sh"

# with MODULES WORDS: QEMU's -initrd; names of payloads, each with its own words, and commas between.
with() {
    start_machine pc 256 -kernel "$loader_x86" -append "$2" -initrd "$1"
}

with "$payloads/demo-i386,$payloads/SawbootDemo-x86.mkext" 'args=-v local expect-packages=1'
verdict 'demo-i386 and a mkext as modules, without a card'
reads 'module 0: .*demo-i386, [0-9]+ bytes, taken as kernel' 'the loader says what it took them for'
reads 'module 1: .*\.mkext, [0-9]+ bytes, taken as mkext' 'both of them'

with "$payloads/SawbootDemo-x86.mkext,$payloads/demo-x86_64-v2" 'args=-v local expect-packages=1'
verdict 'demo-x86_64-v2, the other way round'

with "$payloads/ramdisk,$payloads/demo-x86_64-v1,$payloads/SawbootDemo-x86.mkext" \
    'file=module:demo-x86_64-v1 ramdisk=module:0 mkext=module:2 args=-v local expect-packages=1 expect-ramdisk'
verdict 'demo-x86_64-v1 with module: names'

with "$payloads/multiboot.elf,$payloads/noise crc=$(payload_crc noise)" 'args=expect-modules=1'
verdict 'a multiboot kernel, whose module has words of its own'

if inputs=$(tests/inputs/initramfs.sh 1); then
    with "$(echo "$unpacked"/linux-image-amd64/boot/vmlinuz-*),${inputs% *}" \
        'args=console=ttyS0,115200 quiet'
    says "initramfs: noise ${inputs##* }" 'Linux and its RAM disk' 120
else
    result 1 'the RAM disk is made (tests/inputs/initramfs.sh)'
fi

# A kernel over the network, its archive as a module; and the other way round.
boot pc 256 rtl8139 demo-i386 'file=demo-i386 args=-v expect-packages=1' \
    -initrd "$payloads/SawbootDemo-x86.mkext"
verdict 'the kernel by TFTP, a mkext as a module'
boot q35 256 e1000 demo-i386 'mkext=SawbootDemo-x86.mkext args=-v expect-packages=1' \
    -initrd "$payloads/demo-x86_64-v2"
verdict 'the kernel as a module, a mkext by TFTP'

with "$payloads/demo-i386" 'file=module:other args=-v'
refused SB-URI-03 'a module that is not there'
with "$payloads/demo-i386" 'file=module:7 args=-v'
refused SB-URI-03 'a number that is not there'
finish
