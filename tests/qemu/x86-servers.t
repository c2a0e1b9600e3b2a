#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Real boot servers and PCs, on a noisy wire: what a card that was not stopped would write into the
# kernel's memory.
. "$(dirname "$0")/servers.sh"

for card in rtl8139 e1000 e1000-82545em; do
    dnsmasq_server --enable-tftp --tftp-root="$folder" --dhcp-boot=demo-x86_64-v2
    noise
    through "dnsmasq: DHCP and TFTP, on a noisy wire, over $card" pc $card \
        'driver=SawbootDemo.kext mkext=SawbootDemo-x86.mkext args=-v expect-kexts=1 expect-packages=1'
done

dnsmasq_server --enable-tftp --tftp-root="$folder" --dhcp-boot=multiboot.elf --bootp-dynamic
noise
through 'dnsmasq: plain BOOTP, for a multiboot kernel' q35 rtl8139 \
    "net=bootp module=\"noise crc=$(payload_crc noise)\" args=expect-modules=1"
grep -q 'BOOTP(tap0)' "$work/server.log"
result $? 'and that was BOOTP'

# 40 MB in blocks of 512 bytes: the block number wraps. The kernel checks its own digest.
dnsmasq_server --enable-tftp --tftp-root="$folder" --tftp-no-blocksize --dhcp-boot=demo-i386-40m
through 'dnsmasq: 40 MB by TFTP without block sizes, over e1000' pc e1000 'args=-v' 240

if [ "$SAWBOOT_NETWORK" = root ]; then
    dhcpd_server demo-i386 'range 192.0.2.20 192.0.2.40;'
    tftpd_server
    through 'ISC dhcpd and tftpd-hpa' q35 e1000 'driver=SawbootDemo.kext args=-v expect-kexts=1'
else
    skip 'ISC dhcpd and tftpd-hpa' 'tftpd-hpa changes its groups, which takes real root'
fi
finish
