#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sawboot-x86.pxe, loaded by the ROMs that QEMU's cards come with (iPXE's): over cards that we have
# drivers for and, through the ROM's own driver, over others. Servers that tell the stages apart, and
# one that does not.
. "$(dirname "$0")/servers.sh"

root=$work/root
mkdir "$root"
cp "$BUILD/images/sawboot-x86.pxe" "$payloads/demo-i386" "$payloads/demo-x86_64-v2" \
    "$payloads/multiboot.elf" "$payloads/noise" "$root"

# stages FILE [OPTIONS]: dnsmasq that gives Sawboot to a ROM, and FILE to Sawboot.
stages() {
    stages_file=$1
    shift
    : >"$work/server.log"
    dnsmasq_server --no-ping --enable-tftp --tftp-root="$root" \
        --dhcp-userclass=set:sawboot,Sawboot --dhcp-boot=tag:!sawboot,sawboot-x86.pxe \
        --dhcp-boot="tag:sawboot,$stages_file" "$@"
}

# chain MACHINE QEMU-ARGUMENTS...: a machine whose card's ROM boots from the network.
chain() {
    chain_machine=$1
    shift
    start_machine "$chain_machine" 256 -boot n \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no "$@"
}

# exchanges NUMBER DESCRIPTION: how many leases the server gave, and Sawboot but once.
exchanges() {
    exchanges_status=1
    if [ "$(grep -c 'DHCPACK(tap0)' "$work/server.log")" -eq "$1" ] &&
        [ "$(grep -c 'sent .*/sawboot-x86.pxe' "$work/server.log")" -eq 1 ]; then
        exchanges_status=0
    fi
    result "$exchanges_status" "$2" || grep -E 'DHCPACK|sent ' "$work/server.log" | sed 's/^/#   /'
    stop_servers
}

for card in rtl8139 e1000 virtio-net-pci pcnet vmxnet3; do
    case $card in
    rtl8139 | e1000) way='our own driver' words='Realtek|Intel' ;;
    *) way="the ROM's driver" words='through its PXE ROM' ;;
    esac
    stages demo-i386
    noise # what a card that was not stopped would write into the kernel's memory
    chain pc -device "$card,netdev=n0"
    verdict "$card: chain-loaded, by $way"
    reads "opening card 0: .*($words)" "$card: and that is how it came"
    exchanges 2 "$card: one exchange for the ROM, one for Sawboot"
done

# Windows of TFTP, through a driver whose ring nobody knows: of four blocks.
: >"$work/server.log"
folder=$root
dnsmasq_server --no-ping --dhcp-userclass=set:sawboot,Sawboot \
    --dhcp-boot=tag:!sawboot,sawboot-x86.pxe --dhcp-boot=tag:sawboot,demo-i386
atftpd_server
chain pc -device pcnet,netdev=n0 \
    -object filter-dump,id=dump,netdev=n0,file="$work/capture"
verdict "pcnet: atftpd, by the ROM's driver"
stop_servers
tshark -r "$work/capture" -Y tftp -T fields -e udp.srcport -e udp.dstport -e tftp.opcode \
    -e tftp.source_file -e tftp.option.name -e tftp.option.value >"$work/transfers" 2>/dev/null
# The last request for the kernel: window, blocks, acknowledgements.
# shellcheck disable=SC2046
set -- $(awk -F '\t' '
    $3 == 1 {
        port = $4 == "demo-i386" ? $1 : 0
        data = acks = window = 0
        names = split($5, name, ","); split($6, value, ",")
        for (i = 1; i <= names; i++)
            if (name[i] == "windowsize")
                window = value[i]
    }
    $3 == 3 && $2 == port { data++ }
    $3 == 4 && $1 == port { acks++ }
    END { print window + 0, data + 0, acks + 0 }' "$work/transfers")
[ "$1" -eq 4 ] && [ "$2" -gt 20 ] && [ "$3" -le $(($2 / 4 + 10)) ]
result $? "in windows of $1: $2 blocks take $3 acknowledgements"

# A server that puts our words into its answer to the ROM: that lease is enough.
for card in e1000 virtio-net-pci; do
    stages demo-i386 --dhcp-option-force=224,'sawboot file=demo-x86_64-v2 args=-v'
    chain q35 -device "$card,netdev=n0"
    verdict "$card: the server's words are in the lease of the ROM"
    reads '^  as the PXE ROM got it' "$card: which is taken over"
    exchanges 1 "$card: no exchange but the ROM's"
done

# A multiboot kernel, which looks at the memory map while the ROM's driver has its place in it.
stages multiboot.elf --dhcp-option-force=224,"sawboot file=multiboot.elf \
module=\"noise crc=$(payload_crc noise)\" args=expect-modules=1"
chain pc -device vmxnet3,netdev=n0
verdict "a multiboot kernel, by the ROM's driver"
stop_servers

# Two cards that we have drivers for, both with a link; the ROM's is the second.
stages demo-i386
chain pc -netdev "user,id=n1,tftp=$root,bootfile=no-such-file" -device rtl8139,netdev=n1,romfile= \
    -device e1000,netdev=n0
verdict 'of two cards, the one that loaded us'
reads 'link is up on 00:04.0' 'and no other was tried'
exchanges 2 'and asked through it'

# QEMU's own server names Sawboot to everybody. That is said, and nothing goes round.
start_machine pc 256 -boot n -netdev "$(user_net "$root" sawboot-x86.pxe)" \
    -device virtio-net-pci,netdev=n0
says '^SB-NET-07: ' 'a server that names Sawboot to Sawboot'
says '^  what: "sawboot-x86.pxe" from 10.0.2.2' 'with name and address'
wait_console '^sawboot> '
: >"$console"
type_text 'file=demo-i386'
verdict 'and a name at the prompt is enough'

# Who gives up goes on with what the BIOS has.
python3 -c 'import sys
code = bytes.fromhex("baf803 be127c ac 84c0 7403 ee ebf8 f4 ebfd 90") + b"the next device\r\n\0"
sys.stdout.buffer.write(code.ljust(510, b"\0") + b"\x55\xaa" + bytes(63 * 512))' >"$work/disk"
for card in rtl8139 virtio-net-pci; do
    start_machine pc 256 -boot nc -netdev "$(user_net "$root" sawboot-x86.pxe)" \
        -device "$card,netdev=n0" -drive "file=$work/disk,format=raw"
    says '^SB-NET-07: ' "$card: a server that names Sawboot"
    wait_console '^sawboot> '
    type_text exit
    wait_console '^the next device'
    result $? "$card: exit goes on with the next device"
    stop_machine
done

# A file that came short is not run.
head -c 100000 "$BUILD/images/sawboot-x86.pxe" >"$root/short"
start_machine pc 256 -boot nc -netdev "$(user_net "$root" short)" -device e1000,netdev=n0 \
    -drive "file=$work/disk,format=raw"
wait_console '^the next device'
result $? 'a file that came short goes on with the next device'
screen_text >"$work/text"
grep -q '^Sawboot: the PXE ROM loaded only a part of the file' "$work/text"
result $? 'and says so'
stop_machine

# The address is from one machine, the file from the ProxyDHCP server on another.
if ! ip link add br0 type bridge 2>/dev/null; then
    skip 'a ProxyDHCP server' 'no bridges here'
    finish
fi
unshare -n sleep 600 3>&- &
other=$!
sleep 0.5
ip link add wire0 type veth peer name wire1
ip addr del 192.0.2.1/24 dev tap0
ip addr add 192.0.2.1/24 dev br0
for port in tap0 wire0; do
    ip link set "$port" master br0 up
done
ip link set br0 up
ip link set wire1 netns "$other"
nsenter -t "$other" -n ip addr add 192.0.2.2/24 dev wire1
nsenter -t "$other" -n ip link set wire1 up
: >"$work/server.log"
serve nsenter -t "$other" -n dnsmasq --no-daemon --conf-file=/dev/null --user=root --port=0 \
    --dhcp-leasefile="$work/leases" --dhcp-range=192.0.2.20,192.0.2.40,1h --no-ping --log-dhcp \
    --dhcp-option-force=224,'sawboot file=demo-i386 args=-v'
serve dnsmasq --no-daemon --conf-file=/dev/null --user=root --port=0 --interface=br0 \
    --bind-interfaces --dhcp-range=192.0.2.1,proxy --pxe-service=x86PC,Sawboot,sawboot-x86.pxe \
    --enable-tftp --tftp-root="$root" --log-dhcp
helper_pids="$helper_pids $other"
chain pc -device virtio-net-pci,netdev=n0
verdict 'a ProxyDHCP server'
reads '^DHCP: address 192.0.2.*, from 192.0.2.2.?$' 'the lease is from one machine'
reads '^  boot server 192.0.2.1 .*, file "sawboot-x86.pxe"' 'and files come from the other'
grep -c DHCPACK "$work/server.log" | grep -qx 1
result $? 'no exchange but that of the ROM'
finish
