#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The configurations in docs/servers.md, as they stand there: each with the real server, in a network
# whose card and addresses are the documented ones, asked by everybody it tells apart, and booted
# through. Only two folders are others than there: /srv/boot, and where Kea is installed and keeps its
# leases.
. "$(dirname "$0")/own-network.sh"
. "$(dirname "$0")/lib.sh"

# The server's card is a switch that the machines are plugged into, with a cable that is never out:
# Kea does not listen on a card without a link.
if ! ip link add eth1 type bridge forward_delay 0 2>/dev/null; then
    echo '1..0 # SKIP no bridges here'
    exit 0
fi
ip link add cable type veth peer name wall
ip tuntap add tap0 mode tap
for port in cable wall tap0 eth1; do
    case $port in cable | tap0) ip link set $port master eth1 ;; esac
    ip link set $port up
done
# The cable's other end does not answer for the server: servers listen to their card alone.
ip link set wall arp off
ip addr add 192.168.7.1/24 dev eth1

# What is served: the kernel has one name for both kinds of machine, and two folders.
for machine in pc mac; do
    mkdir -p "$work/$machine"
    cp "$BUILD/images/sawboot-ppc.elf" "$work/$machine"
    cp "$BUILD/images/sawboot-x86.pxe" "$work/$machine"
done
cp "$payloads/demo-x86_64-v2" "$work/pc/mach_kernel"
cp "$payloads/demo-ppc" "$work/mac/mach_kernel"
chmod -R a+rX "$work"
kea=$unpacked/kea-common/usr/lib/$(uname -m)-linux-gnu

# recipe NAME FOLDER: the block behind that name in the document.
recipe() {
    awk -v mark="<!-- recipe: $1 -->" '
        $0 == mark { inside = 1; next }
        inside && /^    / { print substr($0, 5); lines++; next }
        inside && lines && /[^ ]/ { exit }' docs/servers.md |
        sed -e "s|/srv/boot|$2|" -e "s|/var/lib/kea/|$work/|" \
            -e "s|/usr/lib/[a-z0-9_]*-linux-gnu/kea/|$kea/kea/|" >"$work/$1"
    [ -s "$work/$1" ]
    result $? "docs/servers.md has the configuration $1"
}

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
    : >"$work/server.log"
}

# --- The servers, as Debian's services start them ---------------------------------------------------

dnsmasq_service() { # configuration
    serve dnsmasq --no-daemon --conf-file="$work/$1" --user=root --log-dhcp \
        --dhcp-leasefile="$work/dnsmasq.leases"
}

dhcpd_service() { # configuration, default
    : >"$work/dhcpd.leases"
    # shellcheck disable=SC1090,SC2086
    serve "$unpacked/isc-dhcp-server/usr/sbin/dhcpd" -4 -d -cf "$work/$1" -lf "$work/dhcpd.leases" \
        --no-pid ${2:+$(. "$work/$2" && echo "$INTERFACESv4")}
}

kea_service() {
    rm -f "$work"/kea-leases4.csv*
    serve env LD_LIBRARY_PATH="$kea" KEA_PIDFILE_DIR="$work" KEA_LOCKFILE_DIR="$work" \
        KEA_LFC_EXECUTABLE="$unpacked/kea-common/usr/sbin/kea-lfc" \
        "$unpacked/kea-dhcp4-server/usr/sbin/kea-dhcp4" -c "$work/kea"
}

tftpd_service() {
    # The account is the package's own, which is not installed.
    # shellcheck disable=SC1091,SC2086
    (
        . "$work/tftpd-default"
        exec "$unpacked/tftpd-hpa/usr/sbin/in.tftpd" --listen --foreground --user root \
            --address "$TFTP_ADDRESS" $TFTP_OPTIONS "$TFTP_DIRECTORY"
    ) >>"$work/server.log" 2>&1 3>&- &
    helper_pids="$helper_pids $!"
}

# no_console: what stands there is an earlier machine's.
no_console() {
    rm -f "$console"
}

# --- Who asks -----------------------------------------------------------------------------------

show_servers() {
    echo '# the servers said:'
    tail -n 15 "$work/server.log" | cut -c 1-200 | sed 's/^/#   /'
}

# asks DESCRIPTION FILE bootp|dhcp [OPTION=TEXT...]: good if that is the file that it gets.
asks() {
    a_description=$1 a_file=$2
    shift 2
    test "$(python3 tests/qemu/ask-dhcp.py tap0 02:00:00:00:00:07 "$@" 2>&1)" = \
        "192.168.7.1 $a_file"
    result $? "$server: $a_description gets $a_file" || show_servers
}

pc_class=PXEClient:Arch:00000:UNDI:002001

everybody_asks() {
    no_console
    # The first one to ask waits until the server is there.
    asks "a PC's PXE ROM" sawboot-x86.pxe dhcp 60=$pc_class
    asks 'an EFI of another kind' sawboot-x86.pxe dhcp 60=PXEClient:Arch:00007:UNDI:003016
    asks 'iPXE' sawboot-x86.pxe dhcp 60=$pc_class 77=iPXE
    asks 'Sawboot on a PC' mach_kernel dhcp 60=$pc_class 77=Sawboot
    asks 'Sawboot on a Power Mac' mach_kernel dhcp 60=AAPLBSDPC/ppc/PowerMac3,1 77=Sawboot
    asks "a Mac's firmware" sawboot-ppc.elf bootp
}

# boots MACHINE CARD WORDS QEMU-ARGUMENTS...: Sawboot, which QEMU loads, boots what the server names.
boots() {
    b_machine=$1 b_card=$2 b_words=$3 b_loader=$loader
    [ "$1" = mac99 ] || b_loader=$loader_x86
    shift 3
    start_machine "$b_machine" 256 -kernel "$b_loader" -append "$b_words" "$@" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device "$b_card,netdev=n0,romfile="
    verdict "$server: $b_machine boots the kernel over $b_card" || show_servers
}

# chains CARD: the ROM of the card, which is iPXE, gets Sawboot, and that gets the kernel.
chains() {
    start_machine pc 256 -boot n -netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
        -device "$1,netdev=n0"
    verdict "$server: the ROM of $1, then Sawboot, then the kernel" || show_servers
}

# --- The configurations -----------------------------------------------------------------------------

for folder in pc mac; do
    recipe dnsmasq "$work/$folder"
    recipe dhcpd "$work/$folder"
    recipe dhcpd-default "$work/$folder"
    recipe tftpd-default "$work/$folder"
    recipe kea "$work/$folder"

    # tftpd-hpa changes its groups, which takes real root.
    servers=dnsmasq
    [ "$SAWBOOT_NETWORK" != root ] || servers='dnsmasq dhcpd kea'
    for server in $servers; do
        case $server in
        dnsmasq) dnsmasq_service dnsmasq ;;
        dhcpd)
            dhcpd_service dhcpd dhcpd-default
            tftpd_service
            ;;
        kea)
            kea_service
            tftpd_service
            ;;
        esac
        everybody_asks
        case $folder in
        pc)
            boots q35 e1000 'args=-v'
            chains e1000
            ;;
        mac) boots mac99 rtl8139 'args=-v' ;;
        esac
        stop_servers
    done
done
[ "$SAWBOOT_NETWORK" = root ] ||
    skip 'ISC dhcpd and Kea with tftpd-hpa' 'tftpd-hpa changes its groups, which takes real root'

# Beside a DHCP server that gives addresses and names no file.
recipe dhcpd-addresses "$work/pc"
recipe dnsmasq-files "$work/pc"
recipe dnsmasq-proxy "$work/pc"
recipe dnsmasq-menu "$work/pc"

server='dnsmasq for files beside a DHCP server'
dhcpd_service dhcpd-addresses
dnsmasq_service dnsmasq-files
boots pc rtl8139 'file=tftp://192.168.7.1/mach_kernel args=-v'
reads 'DHCP: address 192\.168\.7\.1[0-5][0-9],' 'which gave the address'
stop_servers

# logged COUNT PATTERN DESCRIPTION: the servers' log has the pattern so many times.
logged() {
    l_count=$(grep -c "$2" "$work/server.log")
    test "$l_count" -eq "$1"
    result $? "$server: $3" || { echo "# $l_count times $2" && show_servers; }
}

# One that names PCs their files, for the other's addresses.
server='ISC dhcpd, and dnsmasq as ProxyDHCP beside it'
dhcpd_service dhcpd-addresses
dnsmasq_service dnsmasq-proxy
boots q35 e1000 'args=-v'
reads 'ProxyDHCP: from 192\.168\.7\.1' 'which named the file'
boots pc rtl8139 'args=-v' -uuid 00112233-4455-6677-8899-aabbccddeeff
# It gives option 97 back: a type, and the UUID in the order of SMBIOS.
grep -q 'client-machine-id  00:33:22:11:00:55:44:77:66:88:99' "$work/server.log"
result $? 'which knows the machine by its UUID' || show_servers
logged 2 'DHCPACK on' 'one exchange each'
: >"$work/server.log"
chains e1000
# The ROM's, and Sawboot's own: there is no third, or it would ask for ever.
logged 2 'DHCPACK on' 'one exchange of the ROM, one of Sawboot'
logged 1 'tftp: sent .*/mach_kernel to' 'the kernel is fetched once'
logged 1 'tftp: sent .*/sawboot-x86.pxe to' 'and so is Sawboot'
stop_servers

# The same with menus, for which there is port 4011.
server='ISC dhcpd, and dnsmasq with menus beside it'
cp "$work/pc/mach_kernel" "$work/pc/mach_kernel.0"
chmod a+r "$work/pc/mach_kernel.0"
dhcpd_service dhcpd-addresses
dnsmasq_service dnsmasq-menu
boots q35 e1000 'args=-v'
reads 'ProxyDHCP: asking 192\.168\.7\.1 for the boot file .1 of 4' 'asked on port 4011'
logged 1 'PXE(eth1) .* mach_kernel\.0' 'it was asked once'
chains e1000
stop_servers

# What the server of the lease names comes first.
server='ISC dhcpd with a file, and ProxyDHCP beside it'
cat >"$work/proxy" <<EOT
port=0
interface=eth1
bind-interfaces
dhcp-range=192.168.7.0,proxy
pxe-service=x86PC,"another system",another
enable-tftp
tftp-root=$work/pc
EOT
dhcpd_service dhcpd dhcpd-default
dnsmasq_service proxy
boots q35 e1000 'args=-v'
grep -q 'PXE(eth1) 52:54:00:12:34:56 proxy' "$work/server.log" &&
    grep -q 'user class: Sawboot' "$work/server.log"
result $? 'and that has answered it' || show_servers
stop_servers
finish
