# SPDX-License-Identifier: BSD-2-Clause
# One card of a PC: both machines, direct, behind a bridge and behind two in a row, each with every
# kind of kernel. Used by x86-matrix-*.t.

# matrix CARD
matrix() {
    crc=$(payload_crc noise)
    memtest=$unpacked/memtest86+/boot
    for machine in pc q35; do
        for place in '' /bridge /bridges; do
            card=$1$place on=" on $machine over $1$place"
            for file in demo-i386 demo-x86_64-v1 demo-x86_64-v2; do
                boot $machine 256 "$card" $file \
                    'driver=SawbootDemo.kext mkext=SawbootDemo-x86.mkext ramdisk=ramdisk args=-v expect-kexts=1 expect-packages=1 expect-ramdisk expect-mb=256'
                verdict "$file$on"
            done
            boot $machine 256 "$card" multiboot.elf "module=\"noise crc=$crc\" args=expect-modules=1 expect-mb=256"
            verdict "multiboot.elf$on"
            boot_from "$memtest" $machine 128 "$card" memtest86+x64.bin \
                'args=console=ttyS0,115200 nopause nosmp nosm nobench'
            says 'Memtest86\+ v[0-9].*Memory  : +12[67]MB' "bzImage (memtest86+)$on"
        done
    done
}
