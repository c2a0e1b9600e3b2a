#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# NetBoot as Macs do it: from a server that follows the documentation of BSDP in all its ways, and from
# ISC dhcpd as docs/netboot.md has it. The kernels judge what they find in /chosen, the server every
# request, and tshark every packet of each exchange.
. "$(dirname "$0")/own-network.sh"
. "$(dirname "$0")/lib.sh"

if ! ip link add eth1 type bridge forward_delay 0 2>/dev/null; then
    echo '1..0 # SKIP no bridges here'
    exit 0
fi
ip tuntap add tap0 mode tap
ip link set tap0 master eth1
ip link set tap0 up
ip link set eth1 up
for host in 1 2 3 4; do
    ip addr add "192.168.7.$host/24" dev eth1
done

# Folders for each processor, as NetBoot servers have them; a common one; the booters.
mkdir -p "$work/srv/nb/Panther.nbi/ppc" "$work/srv/nb/Panther.nbi/i386" "$work/srv/nb/Tiger.nbi/ppc" \
    "$work/srv/nb/Fat.nbi/i386" "$work/srv/nb/BootX.nbi" "$work/srv/nb/Lion.nbi/i386/x86_64"
(
    cd "$payloads" || exit 1
    for folder in Panther.nbi/ppc BootX.nbi; do
        cp demo-ppc "$work/srv/nb/$folder/mach.macosx"
        cp SawbootDemo.mkext "$work/srv/nb/$folder/mach.macosx.mkext"
    done
    cp demo-x86_64-v2 "$work/srv/nb/Panther.nbi/i386/mach.macosx"
    cp SawbootDemo-x86.v2.mkext "$work/srv/nb/Panther.nbi/i386/mach.macosx.mkext"
    cp demo-ppc "$work/srv/nb/Tiger.nbi/ppc/mach.macosx"
    cp demo-x86_64-v2 "$work/srv/nb/Fat.nbi/mach.macosx"
    cp demo-x86_64-v2 "$work/srv/nb/Lion.nbi/i386/x86_64/kernelcache"
    cp bootx-ppc-81.xcf "$work/srv/nb/BootX.nbi/booter"
)
for folder in Panther.nbi/ppc Panther.nbi/i386 Tiger.nbi Fat.nbi/i386; do
    echo 'this booter is never started' >"$work/srv/nb/$folder/booter"
done

cat >"$work/srv/nb/Lion.nbi/i386/com.apple.Boot.plist" <<'EOT'
<plist version="1.0"><dict>
    <key>Kernel Cache</key> <string>x86_64\kernelcache</string>
    <key>Kernel Flags</key> <string>-v expect-bsdp</string>
</dict></plist>
EOT

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
    rm -f "$work/server.log"
}

tftp() {
    serve dnsmasq --no-daemon --conf-file=/dev/null --user=root --port=0 --interface=eth1 \
        --bind-interfaces --enable-tftp --tftp-root="$work/srv"
}

show_servers() {
    echo '# the servers said:'
    tail -n 15 "$work/server.log" | cut -c 1-200 | sed 's/^/#   /'
}

# logged PATTERN DESCRIPTION: whether a server has said it.
logged() {
    grep -qE -- "$1" "$work/server.log"
    result $? "$2" || show_servers
}

# not_logged PATTERN DESCRIPTION
not_logged() {
    ! grep -qE -- "$1" "$work/server.log"
    result $? "$2" || show_servers
}

# machine MACHINE CARD WORDS QEMU-ARGUMENTS...: Sawboot, and all that goes over its cable in a file.
machine() {
    m_machine=$1 m_card=$2 m_words=$3 m_loader=$loader
    case $1 in
    pc | q35) m_loader=$loader_x86 ;;
    esac
    shift 3
    rm -f "$work/capture"
    start_machine "$m_machine" 256 -kernel "$m_loader" -append "$m_words" "$@" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device "$m_card,netdev=n0,romfile=" \
        -object filter-dump,id=dump,netdev=n0,file="$work/capture"
}

# boots DESCRIPTION MACHINE CARD WORDS...: to the kernel's verdict.
boots() {
    b_description=$1
    shift
    machine "$@"
    verdict "$b_description" 120 || show_servers
    decodes "$b_description"
}

# chooses DESCRIPTION NAME MACHINE CARD WORDS...: boots it with the number that the menu gives to an image
# typed at the prompt.
chooses() {
    c_description=$1 c_name=$2
    shift 2
    mkfifo "$work/port.in" "$work/port.out"
    exec 4<>"$work/port.in"
    serial=pipe:$work/port
    machine "$@"
    serial=file:$console
    cat <"$work/port.out" >>"$console" &
    c_reader=$!
    wait_console 'image, or Enter for the default: '
    c_number=$(tr -d '\000' <"$console" | sed -n "s/^ *\([0-9]*\) \"$c_name\" 0x.*/\1/p")
    printf '%s\r' "$c_number" >&4
    verdict "$c_description" 120 || show_servers
    wait "$c_reader" # the machine is gone
    exec 4>&-
    rm "$work/port.in" "$work/port.out"
    decodes "$c_description"
}

# decodes DESCRIPTION: tshark finds every packet of the DHCP exchange whole.
decodes() {
    tshark -r "$work/capture" -Y dhcp -V >"$work/decoded" 2>/dev/null
    grep -q 'Dynamic Host Configuration Protocol\|Bootstrap Protocol' "$work/decoded" &&
        ! grep -iE 'malformed|\[expert info \((warning|error)|length (too|isn)' "$work/decoded" |
        sed 's/^/# /' | grep .
    result $? "$1: tshark reads each packet"
}

# exchange TYPES DESCRIPTION: the BSDP message types on the wire, in their order.
exchange() {
    e_types=$(tshark -r "$work/capture" -Y 'dhcp.option.dhcp == 8 || dhcp.option.dhcp == 5' -T fields \
        -e dhcp.option.vendor.bsdp.message_type 2>/dev/null | grep . | tr '\n' ' ')
    [ "$e_types" = "${1:+$1 }" ]
    result $? "$2: messages $1" || echo "# there were: $e_types"
}

# world JSON: starts the servers of it (tests/net/bsdp_server.py), and one for files.
world() {
    stop_servers
    printf '{"dhcp": {"address": "192.168.7.1", "first": "192.168.7.100"}, "netboot": [%s]}' "$1" \
        >"$work/world"
    serve python3 tests/net/bsdp_server.py eth1 "$work/world"
    tftp
    for _ in $(seq 50); do
        grep -q READY "$work/server.log" && return
        sleep 0.1
    done
    echo '# the servers do not start'
    show_servers
}

# image ID NAME FILE SERVER
image() {
    printf '{"id": "%s", "name": "%s", "file": "nb/%s", "root": "nfs:192.168.7.%s:/nb:T.nbi/S.dmg"}' "$@"
}

# --- The documentation's server -----------------------------------------------------------------------

panther=$(image 0x01000041 Panther Panther.nbi/ppc/booter 2)
tiger=$(image 0x01000042 'Tiger Server' Tiger.nbi/booter 3)
world "{\"address\": \"192.168.7.2\", \"priority\": 40000, \"default\": \"0x01000041\", \"images\": [$panther]},
    {\"address\": \"192.168.7.3\", \"priority\": 10, \"default\": \"0x01000042\", \"fail\": 1,
     \"images\": [$tiger]}"

boots 'a Power Mac without any words, from the server with the highest priority' mac99 rtl8139 \
    args=expect-bsdp
exchange '1 1 1 2 2' 'two lists, one choice'
logged '^192\.168\.7\.2 SELECT 52:54:00:12:34:56 01000041' 'its default was chosen'
logged ' LIST 52:54:00:12:34:56 AAPLBSDPC/ppc/PowerMac3,1 $' 'by the model of the machine'
reads 'BSDP: image 0x01000041, root path "nfs:192\.168\.7\.2:/nb:T\.nbi/S\.dmg"' \
    'the console says what was chosen'
reads 'mach\.macosx\.mkext' 'the extensions came from beside the kernel'

boots 'the same machine again: the server knows it' mac99 rtl8139 'args=expect-bsdp expect-offer'
exchange '' 'nothing was asked'
logged '^192\.168\.7\.2 DISCOVER of a known client' 'it has answered the first packet'

boots 'another image by its name, refused once; a common folder, no extensions' mac99 e1000 \
    'net=bsdp image="Tiger Server" args=expect-bsdp'
exchange '1 1 1 2 3 1 1 1 2 2' 'FAILED, and all over again'
reads 'goes without' 'the console says that there are no extensions'
reads 'refused, starting again' 'and that the server has refused'

chooses 'from the menu, what another server has' Panther g3beige rtl8139 \
    'net=bsdp image=menu args=expect-bsdp'
exchange '1 1 1 2 2' 'the lists were asked for, though the machine is known'
logged '^192\.168\.7\.2 SELECT 52:54:00:12:34:56 01000041' 'the one that was typed was chosen'
reads '"Tiger Server" 0x01000042 from 192\.168\.7\.3 \(chosen before\)' \
    'the menu says what was chosen before'

machine mac99 rtl8139 'net=bsdp image=Cheetah'
refused SB-BSDP-02 'an image that nobody has'
not_logged WRONG 'every request was as the documentation has it'

# Apple's booter itself, which takes the folder of its files from the server's answer.
world "{\"address\": \"192.168.7.4\", \"default\": \"0x01000043\", \"images\": [$(
    image 0x01000043 BootX BootX.nbi/booter 4
)]}"
machine mac99 rtl8139 'net=bsdp chain' -prom-env 'boot-args=-v expect-bsdp expect-bootx'
wait_console 'Sawboot demonstration kernel' 120
for _ in $(seq 300); do
    [ "$(tr -d '\000' <"$console" | grep -c '^VERDICT')" -ge 2 ] && break
    sleep 0.2
done
[ "$(tr -d '\000' <"$console" | grep -cE '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$')" -eq 2 ]
result $? 'the booter, started itself, finds the kernel beside it'
stop_machine
not_logged WRONG 'every request was as the documentation has it'

# The same image on three servers, 40 of them on each, spread over several options.
images=
for number in $(seq 0 39); do
    images="$images$(image "$(printf '0x0100%04x' $((0x1000 + number)))" "Intel image number $number" \
        Panther.nbi/i386/booter 2), "
done
images="$images$(image 0x01001234 'Intel image of all' Fat.nbi/i386/booter 2)"
servers=
for host in 2 3 4; do
    servers="$servers${servers:+, }{\"address\": \"192.168.7.$host\", \"priority\": 7,
        \"default\": \"0x01001027\", \"deaf\": $((host == 3)), \"images\": [$images]}"
done
world "$servers"
boots 'a PC as an Intel Mac, from three servers with many images' q35 e1000 \
    'net=bsdp model=MacBook1,1 args=expect-bsdp expect-packages=1'
logged ' LIST 52:54:00:12:34:56 AAPLBSDPC/i386/MacBook1,1 $' 'by the model that was asked for'
logged '^192\.168\.7\.[24] SELECT 52:54:00:12:34:56 01001027' 'one of those that have heard it'
stop_machine
rm -f "$console"
boots 'its last image by id, in a folder for both kinds' pc rtl8139 \
    'net=bsdp image=0x1234 args=expect-bsdp'
logged 'SELECT 52:54:00:12:34:56 01001234' 'that image was chosen'
not_logged WRONG 'every request was as the documentation has it'

# What lies beside the booter is told by a file there.
world "{\"address\": \"192.168.7.2\", \"default\": \"0x01000044\", \"images\": [$(
    image 0x01000044 Lion Lion.nbi/i386/booter 2
)]}"
boots 'an image with com.apple.Boot.plist' q35 e1000 'net=bsdp model=MacBook1,1 args=debug=0x8'
reads '^kernel arguments: "-v expect-bsdp debug=0x8"' 'which has flags for the kernel'
reads '(nb/)?Lion\.nbi/i386/x86_64/kernelcache' 'and its name'

# NetBoot 1.0, with a server that keeps to BOOTP's 64 bytes.
world "{\"address\": \"192.168.7.2\", \"kind\": \"1.0 short\", \"images\": [$panther]}"
boots 'NetBoot 1.0' mac99 e1000 'net=bootp'
logged '^192\.168\.7\.2 BOOTP 52:54:00:12:34:56' 'the server has taken it for a Mac'
reads 'mach\.macosx' 'and the kernel came from beside the booter'
not_logged WRONG 'the request was as the documentation has it'

world ''
machine pc e1000 net=bsdp
refused SB-BSDP-01 'no NetBoot server' 90

# --- ISC dhcpd ----------------------------------------------------------------------------------------

# dhcpd_recipe PROCESSOR: the document's, for one kind of machine.
dhcpd_recipe() {
    stop_servers
    awk -v mark='<!-- recipe: bsdp-dhcpd -->' '
        $0 == mark { inside = 1; next }
        inside && /^    / { print substr($0, 5); lines++; next }
        inside && lines && /[^ ]/ { exit }' docs/netboot.md | sed "s|/ppc/booter|/$1/booter|" \
        >"$work/dhcpd.conf"
    [ -s "$work/dhcpd.conf" ]
    result $? 'docs/netboot.md has the configuration'
    : >"$work/dhcpd.leases"
    serve "$unpacked/isc-dhcp-server/usr/sbin/dhcpd" -4 -f -cf "$work/dhcpd.conf" \
        -lf "$work/dhcpd.leases" --no-pid eth1
    tftp
}

dhcpd_recipe ppc
for card in rtl8139 e1000; do
    boots "ISC dhcpd: a Power Mac over $card" mac99 "$card" args=expect-bsdp
    exchange '1 1 2 2' 'a list and a choice'
done
dhcpd_recipe i386
for card in rtl8139 e1000; do
    boots "ISC dhcpd: a PC over $card" q35 "$card" \
        'net=bsdp model=MacBook1,1 image=Panther args=expect-bsdp expect-packages=1'
    exchange '1 1 2 2' 'a list and a choice'
done
stop_servers
finish
