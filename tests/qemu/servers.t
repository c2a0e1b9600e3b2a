#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Real boot servers, each in a network of its own that only it and the machine are in: dnsmasq, ISC
# dhcpd, tftpd-hpa, atftpd; DHCP, plain BOOTP and an address by hand; and a server that dies half
# way.
. "$(dirname "$0")/servers.sh"

for card in rtl8139 e1000; do
    dnsmasq_server --enable-tftp --tftp-root="$folder" --dhcp-boot=demo-ppc
    noise
    through "dnsmasq: DHCP and TFTP, on a noisy wire, over $card" mac99 $card \
        'driver=SawbootDemo.mkext args=-v'
done

# 40 MB in blocks of 512 bytes: the block number wraps. The kernel checks its own digest.
dnsmasq_server --enable-tftp --tftp-root="$folder" --tftp-no-blocksize --dhcp-boot=demo-ppc-40m
through 'dnsmasq: DHCP, and 40 MB by TFTP without block sizes, over e1000' mac99 e1000 'args=-v' 240

dnsmasq_server --enable-tftp --tftp-root="$folder" --dhcp-boot=demo-ppc --bootp-dynamic
through 'dnsmasq: plain BOOTP' mac99 rtl8139 'net=bootp args=-v'
grep -q 'BOOTP(tap0)' "$work/server.log"
result $? 'and that was BOOTP'

if [ "$SAWBOOT_NETWORK" = root ]; then
    tftpd_server
    through 'tftpd-hpa: an address by hand' mac99 rtl8139 \
        'net=static:192.0.2.50/24,,192.0.2.1 file=demo-ppc args=-v static-network'

    dhcpd_server demo-ppc 'range 192.0.2.20 192.0.2.40;'
    tftpd_server
    through 'ISC dhcpd and tftpd-hpa' mac99 e1000 'driver=SawbootDemo.mkext args=-v'
else
    skip 'tftpd-hpa: an address by hand' 'tftpd-hpa changes its groups, which takes real root'
    skip 'ISC dhcpd and tftpd-hpa' 'the same'
fi

dhcpd_server demo-ppc 'range dynamic-bootp 192.0.2.20 192.0.2.40;'
atftpd_server
through 'ISC dhcpd by BOOTP, and atftpd' mac99 rtl8139 'net=bootp args=-v'

# The server dies half way.
dnsmasq_server --enable-tftp --tftp-root="$folder" --dhcp-boot=demo-ppc-40m
start_machine mac99 256 -kernel "$loader" -append '' \
    -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device rtl8139,netdev=n0,romfile=
if wait_console '[1-9][0-9]*(%| ?MB| MiB)'; then
    stop_servers
    refused SB-TFTP-03 'the server dies half way' 120
else
    result 1 'the transfer of 40 MB shows its progress'
fi
finish
