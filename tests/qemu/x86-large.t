#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Kernels and modules far larger than the loader's own place, which they end up on, and machines in
# which they only just fit.
. "$(dirname "$0")/lib.sh"

boot pc 256 e1000 demo-i386-40m 'driver=SawbootDemo.kext args=-v expect-kexts=1'
if verdict 'a kernel of 40 MB over e1000' 120; then
    reads 'ok   - __PAD: 41943040 bytes' 'its digest of 40 MB was compared'
fi
for megabytes in 128 64; do
    boot q35 $megabytes rtl8139 demo-i386-40m 'args=-v'
    verdict "a kernel of 40 MB on a machine with $megabytes MB over rtl8139" 120
done

# More than 65535 blocks of 1468 bytes: the block number wraps.
"$BUILD/host/elf2macho" -pad 104857600 "$payloads/demo-x86_64-v2.elf" "$work/demo-100m"
boot_from "$work" pc 512 rtl8139 demo-100m 'args=-v'
verdict 'a kernel of 100 MB over rtl8139' 240

# A RAM disk of 100 MB, and modules, on machines with memory on both sides of 4 GB.
"$BUILD/host/make-image" ramdisk 104857600 "$work/ramdisk"
cp "$payloads/demo-i386" "$payloads/multiboot.elf" "$payloads/noise" "$work/"
boot_from "$work" q35 4096 e1000-82545em demo-i386 'ramdisk=ramdisk args=-v expect-ramdisk expect-mb=4096'
verdict 'a RAM disk of 100 MB with demo-i386' 120
crc=$(payload_crc noise)
boot_from "$work" pc 6144 e1000 multiboot.elf \
    "module=\"noise crc=$crc\" module=\"noise crc=$crc the same again\" args=expect-modules=2 expect-mb=6144"
verdict 'modules with their digests, on a machine with 6 GB'
boot pc 256 e1000 multiboot-high.elf "module=\"noise crc=$crc\" args=expect-modules=1"
verdict 'a multiboot kernel linked high'
boot pc 256 e1000 multiboot.kludge "module=\"noise crc=$crc\" args=expect-modules=1"
verdict 'a multiboot kernel that is no ELF file (a.out kludge)'
boot pc 256 e1000 multiboot64.elf "module=\"noise crc=$crc\" args=expect-modules=1"
verdict 'a multiboot kernel in an ELF64 file'
boot pc 256 e1000 demo-x86_64.lzss 'args=-v'
verdict 'a compressed kernel'
boot pc 256 e1000 demo-i386-1.6 'args=-v'
verdict 'a kernel of 10.6 for i386'
for arch in i386 x86_64; do
    boot pc 256 e1000 demo-x86.fat "arch=$arch args=-v"
    verdict "a fat kernel with arch=$arch"
    reads "Darwin [0-9.]+ for $arch," "and it is the one for $arch"
done
boot pc 256 e1000 demo-x86.fat 'args=-v'
verdict 'a fat kernel without arch='
reads 'Darwin [0-9.]+ for x86_64,' 'and it is the one for x86_64'
for version in 1.4 1.5 1.6; do
    boot pc 256 e1000 demo-i386 "bootargs=$version args=-v expect-bootargs=$version"
    verdict "demo-i386 with bootargs=$version"
done
finish
