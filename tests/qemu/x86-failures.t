#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each failure on a PC shows its code and words, and the prompt; nothing is jumped to.
. "$(dirname "$0")/lib.sh"

start_machine pc 256 -kernel "$loader_x86"
refused SB-NIC-01 'no card'

boot pc 256 rtl8139 demo-i386 ''
monitor 'set_link n0 off'
refused SB-NIC-07 'no link (RTL8139)'

boot q35 256 e1000 demo-i386 ''
monitor 'set_link n0 off'
refused SB-NIC-07 'no link (e1000)'

boot pc 256 rtl8139 no-such-file ''
refused SB-TFTP-01 'no such file'
reads 'no-such-file' 'the message names the file'

boot pc 256 e1000 demo-i386 'mkext=no-such.mkext'
refused SB-TFTP-01 'no such mkext'
reads 'mkext=no-such.mkext' 'the message names the word and the file'

# The server falls silent in the middle: its cable is pulled.
boot q35 256 rtl8139 demo-i386-40m ''
if wait_console '[1-9][0-9]*(%| ?MB| MiB)'; then
    monitor 'set_link n0 off'
    refused SB-TFTP-03 'server gone half way' 120
else
    result 1 'the transfer of 40 MB shows its progress'
fi

# Kernels that are not for this machine, or damaged.
boot pc 256 rtl8139 demo-x86-truncated ''
refused SB-IMG-02 'truncated kernel'
boot pc 256 rtl8139 demo-ppc ''
refused SB-IMG-03 'kernel for PowerPC'
boot pc 256 rtl8139 client-ppc.elf ''
refused 'SB-IMG-0[36]' 'ELF program for PowerPC'
CPU=pentium3
boot pc 256 rtl8139 demo-x86_64-v2 ''
refused SB-IMG-03 'kernel for x86-64 on a 32-bit processor'
boot pc 256 rtl8139 demo-x86.fat 'args=-v'
verdict 'a fat kernel on a 32-bit processor: the part that runs there'
boot pc 256 rtl8139 demo-x86.fat 'arch=x86_64'
refused SB-IMG-03 'arch=x86_64 on a 32-bit processor'
CPU=Penryn
boot pc 256 rtl8139 demo-i386 'arch=x86_64'
refused SB-IMG-03 'arch=x86_64 and a kernel for i386'
boot pc 256 rtl8139 demo-i386-firmware ''
refused 'SB-MEM-0[34]' 'kernel linked where firmware lives'
cp "$unpacked"/linux-image-amd64/boot/vmlinuz-* "$work/vmlinuz"
truncate -s 4M "$work/vmlinuz"
boot_from "$work" pc 256 rtl8139 vmlinuz ''
refused SB-IMG-02 'truncated Linux'
head -c 100000 "$payloads/multiboot.elf" | head -c 6000 >"$work/multiboot.elf"
boot_from "$work" pc 256 rtl8139 multiboot.elf ''
refused SB-IMG-02 'truncated multiboot kernel'

# Archives.
boot pc 256 rtl8139 demo-i386 'mkext=SawbootDemo-damaged.mkext'
refused SB-KEXT-03 'mkext with a bad checksum'
boot pc 256 rtl8139 demo-i386 'mkext=SawbootDemo-ppc.mkext'
refused SB-KEXT-06 'mkext for PowerPC'
boot pc 256 rtl8139 demo-i386 'mkext=demo-ppc'
refused SB-KEXT-01 'a kernel as mkext'
boot pc 256 rtl8139 demo-i386 'mkext=SawbootDemo-x86.v2.mkext'
refused SB-KEXT-04 'mkext version 2 for a kernel of 10.5'

# The machine.
boot pc,acpi=off 256 rtl8139 demo-i386 ''
refused SB-PC-02 'no ACPI'
boot pc,acpi=off 256 e1000 demo-x86_64-v2 'acpi=none args=-v expect-no-acpi'
verdict 'no ACPI, and acpi=none'
boot pc 256 rtl8139 demo-i386 'video=1234x567'
refused SB-PC-01 'a screen mode that is not there'
reads '1024x768' 'the message lists the modes that are'
CPU=486
start_machine pc 256 -kernel "$loader_x86"
wait_console 'SB-PC-05' 15
result $? 'a processor without CMOV: SB-PC-05'
CPU=Penryn

# Memory.
truncate -s 70M "$work/huge"
boot_from "$work" pc 64 rtl8139 huge ''
refused SB-MEM-02 'a file larger than the memory'
boot pc 40 rtl8139 demo-i386-40m ''
refused 'SB-MEM-0[23]' 'a kernel of 40 MB on a machine with 40 MB' 120
boot pc 32 rtl8139 multiboot-high.elf ''
refused SB-MEM-03 'a multiboot kernel linked at 48 MB on a machine with 32 MB'

# Words.
boot pc 256 rtl8139 demo-i386 'fiel=demo-i386'
refused SB-OPT-01 'a word that is not known'
boot pc 256 rtl8139 demo-i386 'arch=sparc'
refused SB-OPT-02 'a value that makes no sense'
finish
