#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# video=: the screen is in the mode that was asked for, and the kernel knows of it; without the word
# it is in text mode.
. "$(dirname "$0")/lib.sh"

# shows WIDTH HEIGHT DESCRIPTION: the screen has that size, and more than one colour.
shows() {
    pixels=$(screen_pixels "$work/pixels")
    [ "${pixels% *}" = "$1 $2" ] && [ "${pixels##* }" -gt 1 ]
    result $? "$3 (width, height, colours: $pixels)"
}

for mode in 800x600 1024x768 1280x1024x16 1024x768x32; do
    size=${mode%x[13][62]}
    for file in demo-i386 demo-x86_64-v2; do
        boot pc 256 e1000 $file "video=$mode args=-v expect-video=$size"
        # The machine runs on after the verdict.
        says '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$' "$file with video=$mode"
        shows "${size%x*}" "${size#*x}" "$file with video=$mode: so is the screen"
    done
done

boot q35 256 rtl8139 multiboot.elf 'video=1024x768 args=expect-video=1024x768'
says '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$' 'multiboot.elf with video=1024x768'
shows 1024 768 'multiboot.elf with video=1024x768: so is the screen'

if inputs=$(tests/inputs/initramfs.sh); then
    mkdir "$work/files"
    cp "$inputs" "$work/files/initramfs.gz"
    cp "$unpacked"/linux-image-amd64/boot/vmlinuz-* "$work/files/vmlinuz"
    boot_from "$work/files" pc 512 e1000 vmlinuz \
        'video=1024x768x32 initrd=initramfs.gz args=console=tty0 console=ttyS0,115200'
    says 'initramfs: here is the shell' 'Linux with video=1024x768x32' 120
    reads 'initramfs: frame buffer 0 .* 1024,768' 'Linux knows of the frame buffer'
    shows 1024 768 'Linux with video=1024x768x32: so is the screen'
else
    result 1 'the RAM disk is made (tests/inputs/initramfs.sh)'
fi

boot pc 256 e1000 demo-i386 'args=-v'
says '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$' 'demo-i386 without video='
pixels=$(screen_pixels "$work/pixels")
[ "${pixels% *}" = '720 400' ]
result $? "the screen is in text mode (width, height, colours: $pixels)"
finish
