# SPDX-License-Identifier: BSD-2-Clause
# Real boot servers in a network of their own that only they and the machine are in. Read with "."
# as first command of a test; it reads lib.sh. A script that is not in a neighbouring folder says in
# QEMU_TESTS where these files are.
: "${QEMU_TESTS:=$(dirname "$0")/../qemu}"
. "$QEMU_TESTS/own-network.sh"
. "$QEMU_TESTS/lib.sh"

folder=$(cd "$payloads" && pwd)
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
    serve dnsmasq --no-daemon --conf-file=/dev/null --user=root --port="${NAMES_PORT:-0}" --interface=tap0 \
        --bind-interfaces --dhcp-leasefile="$work/leases" --dhcp-range=192.0.2.20,192.0.2.40,1h \
        --log-dhcp "$@"
}

dhcpd_server() { # boot file, configuration lines
    cat >"$work/dhcpd.conf" <<EOF
authoritative;
default-lease-time 3600;
subnet 192.0.2.0 netmask 255.255.255.0 {
    $2
    option routers 192.0.2.1;
    next-server 192.0.2.1;
    filename "$1";
}
EOF
    : >"$work/dhcpd.leases"
    serve "$unpacked/isc-dhcp-server/usr/sbin/dhcpd" -4 -f -cf "$work/dhcpd.conf" \
        -lf "$work/dhcpd.leases" -pf "$work/dhcpd.pid" --no-pid tap0
}

tftpd_server() { # tftpd-hpa; more of its options
    serve "$unpacked/tftpd-hpa/usr/sbin/in.tftpd" --foreground --secure --address 192.0.2.1:69 \
        --user root "$@" "$folder"
}

atftpd_server() {
    serve "$unpacked/atftpd/usr/sbin/atftpd" --daemon --no-fork --user root --group root \
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

# through DESCRIPTION MACHINE CARD WORDS [SECONDS]
through() {
    through_loader=$loader
    [ "$2" = mac99 ] || through_loader=$loader_x86
    start_machine "$2" 256 -kernel "$through_loader" -append "$4" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device "$3,netdev=n0,romfile="
    verdict "$1" "${5:-}" || {
        echo '# the servers said:'
        tail -n 15 "$work/server.log" | sed 's/^/#   /'
    }
    stop_servers
}
