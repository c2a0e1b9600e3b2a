#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Real boot servers, each in a network of its own that only it and the machine are in: dnsmasq, ISC
# dhcpd, tftpd-hpa, atftpd; DHCP, plain BOOTP and an address by hand; and a server that dies half
# way.
if [ -z "${SAWBOOT_NETWORK:-}" ]; then
    # A user who is not root becomes root of the new network only.
    kind=user as_root=-r
    [ "$(id -u)" -ne 0 ] || kind=root as_root=
    if unshare $as_root -n true 2>/dev/null && [ -w /dev/net/tun ]; then
        SAWBOOT_NETWORK=$kind exec unshare $as_root -n sh "$0"
    fi
    echo '1..0 # SKIP no network namespaces or no /dev/net/tun here'
    exit 0
fi
. "$(dirname "$0")/lib.sh"

servers=$SAWBOOT_CACHE/servers
folder=$(cd "$payloads" && pwd)
ip link set lo up
ip tuntap add tap0 mode tap
ip addr add 192.0.2.1/24 dev tap0
ip link set tap0 up

# serve COMMAND...: starts a server.
serve() {
    "$@" >>"$work/server.log" 2>&1 3>&- &
    helper_pids="$helper_pids $!"
}

stop_servers() {
    for pid in $helper_pids; do
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    helper_pids=
}

dnsmasq_server() {
    serve dnsmasq --no-daemon --conf-file=/dev/null --user=root --port=0 --interface=tap0 \
        --bind-interfaces --dhcp-leasefile="$work/leases" --dhcp-range=192.0.2.20,192.0.2.40,1h \
        --log-dhcp "$@"
}

dhcpd_server() { # configuration lines
    cat >"$work/dhcpd.conf" <<EOF
authoritative;
default-lease-time 3600;
subnet 192.0.2.0 netmask 255.255.255.0 {
    $1
    option routers 192.0.2.1;
    next-server 192.0.2.1;
    filename "demo-ppc";
}
EOF
    : >"$work/dhcpd.leases"
    serve "$servers/isc-dhcp-server/usr/sbin/dhcpd" -4 -f -cf "$work/dhcpd.conf" \
        -lf "$work/dhcpd.leases" -pf "$work/dhcpd.pid" --no-pid tap0
}

tftpd_server() { # tftpd-hpa
    serve "$servers/tftpd-hpa/usr/sbin/in.tftpd" --foreground --secure --address 192.0.2.1:69 \
        --user root "$folder"
}

atftpd_server() {
    serve "$servers/atftpd/usr/sbin/atftpd" --daemon --no-fork --user root --group root \
        --bind-address 192.0.2.1 --logfile - "$folder"
}

# Broadcasts without end: a card that was not stopped would write them into the kernel's memory.
noise() {
    serve python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
while True:
    try:
        s.sendto(b"noise on the wire " * 50, ("192.0.2.255", 9))
    except OSError:
        pass
    time.sleep(0.08)'
}

# through DESCRIPTION CARD WORDS [SECONDS]
through() {
    start_machine mac99 256 -kernel "$loader" -append "$3" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device "$2,netdev=n0,romfile="
    verdict "$1" "${4:-}" || {
        echo '# the servers said:'
        tail -n 15 "$work/server.log" | sed 's/^/#   /'
    }
    stop_servers
}

for card in rtl8139 e1000; do
    dnsmasq_server --enable-tftp --tftp-root="$folder" --dhcp-boot=demo-ppc
    noise
    through "dnsmasq: DHCP and TFTP, on a noisy wire, over $card" $card \
        'driver=SawbootDemo.mkext args=-v'
done

# 40 MB in blocks of 512 bytes: the block number wraps. The kernel checks its own digest.
dnsmasq_server --enable-tftp --tftp-root="$folder" --tftp-no-blocksize --dhcp-boot=demo-ppc-40m
through 'dnsmasq: DHCP, and 40 MB by TFTP without block sizes, over e1000' e1000 'args=-v' 240

dnsmasq_server --enable-tftp --tftp-root="$folder" --dhcp-boot=demo-ppc --bootp-dynamic
through 'dnsmasq: plain BOOTP' rtl8139 'net=bootp args=-v'
grep -q 'BOOTP(tap0)' "$work/server.log"
result $? 'and that was BOOTP'

if [ "$SAWBOOT_NETWORK" = root ]; then
    tftpd_server
    through 'tftpd-hpa: an address by hand' rtl8139 \
        'net=static:192.0.2.50/24,,192.0.2.1 file=demo-ppc args=-v static-network'

    dhcpd_server 'range 192.0.2.20 192.0.2.40;'
    tftpd_server
    through 'ISC dhcpd and tftpd-hpa' e1000 'driver=SawbootDemo.mkext args=-v'
else
    skip 'tftpd-hpa: an address by hand' 'tftpd-hpa changes its groups, which takes real root'
    skip 'ISC dhcpd and tftpd-hpa' 'the same'
fi

dhcpd_server 'range dynamic-bootp 192.0.2.20 192.0.2.40;'
atftpd_server
through 'ISC dhcpd by BOOTP, and atftpd' rtl8139 'net=bootp args=-v'

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
