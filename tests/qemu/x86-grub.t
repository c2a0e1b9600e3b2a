#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# GRUB on a CD starts Sawboot: with a kernel and an archive as modules, and for a boot over the
# network. GRUB puts things elsewhere in memory than QEMU's -kernel, and passes words differently.
. "$(dirname "$0")/lib.sh"

# cd_with_menu: makes a CD of the folder cd/, with a menu from standard input.
cd_with_menu() {
    mkdir -p "$work/cd/boot/grub"
    {
        printf 'serial --unit=0 --speed=115200\nset timeout=0\nmenuentry test {\n'
        cat
        printf 'boot\n}\n'
    } >"$work/cd/boot/grub/grub.cfg"
    grub-mkrescue -o "$work/cd.iso" "$work/cd" >"$work/mkrescue.log" 2>&1
    cd_status=$?
    [ $cd_status -eq 0 ] || sed 's/^/# /' "$work/mkrescue.log"
    return $cd_status
}

mkdir -p "$work/cd/boot"
cp "$loader_x86" "$payloads/demo-i386" "$payloads/demo-x86_64-v2" "$payloads/SawbootDemo-x86.mkext" \
    "$work/cd/boot/"

cd_with_menu <<'EOF'
    multiboot /boot/sawboot-x86.elf args=-v local expect-packages=1
    module /boot/demo-i386 demo-i386
    module /boot/SawbootDemo-x86.mkext SawbootDemo-x86.mkext
EOF
result $? 'a CD with GRUB is made'
for machine in pc q35; do
    start_machine $machine 256 -cdrom "$work/cd.iso" -boot d
    verdict "$machine: GRUB, demo-i386 and a mkext as modules"
done

cd_with_menu <<'EOF'
    multiboot /boot/sawboot-x86.elf file=module:kernel mkext=SawbootDemo-x86.mkext args=-v expect-packages=1
    module /boot/demo-x86_64-v2 kernel
EOF
start_machine q35 256 -cdrom "$work/cd.iso" -boot d -device e1000,netdev=n0,romfile= \
    -netdev "$(user_net "$payloads" nothing)"
verdict 'GRUB, a kernel as a module under another name, a mkext by TFTP'

# GRUB moves quotes to the front of the word: "module=noise with words".
cd_with_menu <<'EOF'
    multiboot /boot/sawboot-x86.elf module="noise with words" args=expect-modules=1
EOF
start_machine pc 256 -cdrom "$work/cd.iso" -boot d -device rtl8139,netdev=n0,romfile= \
    -netdev "$(user_net "$payloads" multiboot.elf)"
verdict 'GRUB, a word with quotes'
reads 'noise with words' 'the quotes kept the words together'

cd_with_menu <<'EOF'
    multiboot /boot/sawboot-x86.elf driver=SawbootDemo.kext args=-v expect-kexts=1
EOF
for card in rtl8139 e1000; do
    start_machine pc 256 -cdrom "$work/cd.iso" -boot d -device $card,netdev=n0,romfile= \
        -netdev "$(user_net "$payloads" demo-x86.fat)"
    verdict "GRUB, everything over $card"
done

# The same with a graphics mode set by GRUB.
cd_with_menu <<'EOF'
    insmod all_video
    set gfxmode=1024x768x32
    set gfxpayload=keep
    insmod gfxterm
    terminal_output gfxterm
    multiboot /boot/sawboot-x86.elf args=-v
EOF
start_machine pc 256 -cdrom "$work/cd.iso" -boot d -device e1000,netdev=n0,romfile= \
    -netdev "$(user_net "$payloads" demo-i386)"
verdict 'GRUB with its graphics on'
finish
