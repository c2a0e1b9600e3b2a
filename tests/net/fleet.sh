# SPDX-License-Identifier: BSD-2-Clause
# Many machines at once and real servers. Read with "." as first command of a script of this folder;
# it reads servers.sh.
. "$(dirname "$0")/../qemu/servers.sh"

files=$work/files
mkdir "$files"
chmod 755 "$work" "$files"
# What the server's end holds; a real switch has as much for each of its ports.
ip link set tap0 txqueuelen 5000
ip addr add 192.0.2.2/24 dev tap0

# make_file NAME BYTES
make_file() {
    head -c "$2" /dev/urandom >"$files/$1"
    chmod 644 "$files/$1"
}

# hands_out FILE: ISC dhcpd, which says that this machine serves the file.
hands_out() {
    dhcpd_server "$1" 'range 192.0.2.10 192.0.2.250;'
}

dhcpd_with() { # configuration
    : >"$work/dhcpd.leases"
    serve "$unpacked/isc-dhcp-server/usr/sbin/dhcpd" -4 -f -cf "$1" -lf "$work/dhcpd.leases" \
        --no-pid tap0
}

# atftpd_for_many ADDRESS
atftpd_for_many() {
    serve "$unpacked/atftpd/usr/sbin/atftpd" --daemon --no-fork --user root --group root \
        --maxthread 1000 --bind-address "$1" --logfile - "$files"
}

tftpd_for_many() {
    folder=$files tftpd_server
}

dnsmasq_for_many() { # file, options
    for_many=$1
    shift
    rm -f "$work/leases" # addresses that it knows it does not ping
    serve dnsmasq --no-daemon --conf-file=/dev/null --user=root --interface=tap0 \
        --bind-interfaces --dhcp-leasefile="$work/leases" --dhcp-range=192.0.2.10,192.0.2.250,1h \
        --enable-tftp --tftp-root="$files" --dhcp-boot="$for_many" "$@"
}

# switch_on FILE SECONDS WORDS-OF-FLEET...: machines that fetch it from whoever serves it, and what
# they did in $work/fleet. With a delay in $late the function `later` is called so many seconds
# after the first.
switch_on() {
    file=$1 seconds=$2
    shift 2
    : >"$work/fleet"
    "$BUILD/host/fleet" -t "$seconds" -o "$work/fleet" "$@" tap0 \
        "$BUILD/host/net/client" -n e1000 -W 10 -C "$files/$file" >"$work/said" 2>&1 3>&- &
    fleet=$!
    if [ -n "${late:-}" ]; then
        sleep "$late"
        later
    fi
    wait "$fleet"
    figures=$(python3 tests/net/fleet.py figures "$work/fleet")
    stop_servers
}

# figure NAME: one of the figures of the last run; 0: there is none.
figure() {
    value=$(printf '%s\n' "$figures" | sed -n "s/^$1=//p")
    echo "${value:-0}"
}
