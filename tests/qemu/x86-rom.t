#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sawboot in the ROM of a PC's card, started by SeaBIOS: what it boots, from which of two cards, what it
# leaves in memory, the key for the prompt, and that whatever goes wrong leads to the BIOS's next
# device.
. "$(dirname "$0")/servers.sh"

root=$work/root
mkdir "$root"
if ! inputs=$(tests/inputs/initramfs.sh 1); then
    result 1 'the RAM disk is made (tests/inputs/initramfs.sh)'
    finish
fi
digest=${inputs##* }
cp "${inputs% *}" "$root/initramfs.gz"
cp "$unpacked"/linux-image-amd64/boot/vmlinuz-* "$root/vmlinuz"
cp "$payloads/demo-i386" "$payloads/demo-x86_64-v2" "$root"
bios=$work/bios

rom_of() {
    case $1 in
    rtl8139) echo "$BUILD/images/10ec8139-x86.rom" ;;
    e1000) echo "$BUILD/images/8086100e-x86.rom" ;;
    e1000-82545em) echo "$BUILD/images/8086100f-x86.rom" ;;
    esac
}

# A disk whose boot sector says so on the serial port.
python3 -c 'import sys
code = bytes.fromhex("baf803 be127c ac 84c0 7403 ee ebf8 f4 ebfd 90") + b"the next device\r\n\0"
sys.stdout.buffer.write(code.ljust(510, b"\0") + b"\x55\xaa" + bytes(63 * 512))' >"$work/disk"

# from_rom MACHINE MEGABYTES QEMU-ARGUMENTS...: the BIOS says to $bios what it does.
from_rom() {
    from_machine=$1 from_megabytes=$2
    shift 2
    rm -f "$bios"
    start_machine "$from_machine" "$from_megabytes" -chardev "file,id=bios,path=$bios" \
        -device isa-debugcon,iobase=0x402,chardev=bios "$@"
}

# A card with its ROM on QEMU's own network, or on the one with our server; first in the boot order.
own_net() { # card, file
    echo "-netdev user,id=n0,tftp=$root,bootfile=$2 -device $1,netdev=n0,romfile=$(rom_of "$1"),bootindex=1"
}
our_net() { # card
    echo "-netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device $1,netdev=n0,romfile=$(rom_of "$1"),bootindex=1"
}
next_device() {
    echo "-drive file=$work/disk,format=raw,if=none,id=d0,snapshot=on -device ide-hd,drive=d0,bootindex=2"
}

# bios_place NUMBER: where the BIOS ran the ROM of that number, VGA's being the first.
bios_place() {
    sed -n 's/^Running option rom at \([0-9a-f]*\):0003.*/\1/p' "$bios" | sed -n "$1p"
}

# takes BYTES DESCRIPTION: what the first card's ROM leaves for the one behind it.
takes() {
    takes_bytes=$((0x$(bios_place 3) * 16 - 0x$(bios_place 2) * 16))
    [ "$takes_bytes" -eq "$1" ]
    result $? "$2" || echo "#   it takes $takes_bytes bytes"
}

# lacks PATTERN DESCRIPTION: good if the console does not show it.
lacks() {
    ! on_console "$1"
    result $? "$2"
}

# --- What it boots ------------------------------------------------------------------------------

for card in rtl8139 e1000 e1000-82545em; do
    machine=pc
    [ $card = rtl8139 ] || machine=q35
    # shellcheck disable=SC2046
    from_rom $machine 256 $(own_net $card demo-i386)
    verdict "$card on $machine: the demonstration kernel"
    reads '^started from the card [0-9a-f:.]+' "$card: the ROM knows its card"
    takes 2048 "$card: the ROM takes 2 KB of the memory for ROMs"

    dnsmasq_server --no-ping --enable-tftp --tftp-root="$root" --dhcp-boot=vmlinuz \
        --dhcp-option=224,"sawboot initrd=initramfs.gz \
args=console=ttyS0,115200 quiet panic=-1 said-by-the-server"
    # shellcheck disable=SC2046
    from_rom $machine 512 $(our_net $card)
    says 'initramfs: here is the shell' "$card on $machine: Linux comes to the shell of its RAM disk" 120
    reads 'initramfs: Linux .* x86_64' "$card: it is Linux for x86-64"
    reads 'initramfs: command line .*said-by-the-server' "$card: with the server's words"
    reads "initramfs: noise $digest" "$card: 1 MB of noise in the RAM disk are whole"
    stop_machine
    stop_servers
done

# --- Two cards with the same ROM, and one server for both ---------------------------------------

for first in a b; do
    second=b
    [ $first = a ] || second=a
    : >"$work/server.log"
    dnsmasq_server --no-ping --enable-tftp --tftp-root="$root" --dhcp-boot=demo-i386
    rom=$(rom_of rtl8139)
    from_rom pc 256 -netdev tap,id=n0,ifname=tap0,script=no,downscript=no \
        -netdev hubport,id=h0,hubid=0,netdev=n0 -netdev hubport,id=h1,hubid=0 \
        -netdev hubport,id=h2,hubid=0 \
        -device "rtl8139,netdev=h1,mac=52:54:00:00:00:0$first,addr=0x4,romfile=$rom,bootindex=1" \
        -device "rtl8139,netdev=h2,mac=52:54:00:00:00:0$second,addr=0x5,romfile=$rom,bootindex=2"
    verdict "two cards, 00:04.0 is first, $first"
    reads '^started from the card 00:04.0' 'it boots from that one'
    grep 'DHCPDISCOVER(tap0)' "$work/server.log" | grep -v "52:54:00:00:00:0$first" >"$work/others"
    grep -q "DHCPDISCOVER(tap0).*52:54:00:00:00:0$first" "$work/server.log" && [ ! -s "$work/others" ]
    result $? 'which alone asked the server' || sed 's/^/#   /' "$work/others"
    stop_servers
done
from_rom pc 256 -netdev "user,id=n1,tftp=$root,bootfile=no-such-file" \
    -netdev "user,id=n2,tftp=$root,bootfile=demo-i386" \
    -device "rtl8139,netdev=n1,addr=0x4,romfile=$(rom_of rtl8139),bootindex=2" \
    -device "rtl8139,netdev=n2,addr=0x5,romfile=$(rom_of rtl8139),bootindex=1"
verdict 'two cards, 00:05.0 is first'
reads '^started from the card 00:05.0' 'it boots from that one'
takes 2048 'each ROM takes 2 KB'

# One after the other: the first has nothing, and the second is the BIOS's next device.
from_rom pc 256 -netdev "user,id=n1,tftp=$root,bootfile=no-such-file" \
    -netdev "user,id=n2,tftp=$root,bootfile=demo-x86_64-v2" \
    -device "e1000,netdev=n1,addr=0x4,romfile=$(rom_of e1000),bootindex=1" \
    -device "rtl8139,netdev=n2,addr=0x5,romfile=$(rom_of rtl8139),bootindex=2"
verdict 'a card without a file, then one with'
reads '^started from the card 00:04.0' 'the first one was tried'
reads '^started from the card 00:05.0' 'the second one booted'

# --- On to the next device ------------------------------------------------------------------------

for card in rtl8139 e1000; do
    # shellcheck disable=SC2046
    from_rom pc 64 $(own_net $card no-such-file) $(next_device)
    wait_console '^A key within 10 s leads to the prompt'
    result $? "$card: a file that is not there"
    reads '^SB-[A-Z]+-[0-9]+: ' "$card: the failure is shown"
    wait_console '^the next device' 30
    result $? "$card: and nobody at the keyboard: the next device boots"
    lacks '^sawboot> ' "$card: without a prompt"
    stop_machine
done

# shellcheck disable=SC2046
from_rom pc 64 $(own_net e1000 no-such-file) $(next_device)
wait_console '^A key within 10 s leads to the prompt'
monitor 'sendkey spc'
wait_console '^sawboot> '
result $? 'a key in that time leads to the prompt'
sleep 12
lacks '^the next device' 'which stays'
type_text exit
wait_console '^the next device'
result $? 'exit: the next device boots'
stop_machine

# --- The key ----------------------------------------------------------------------------------------

# Nobody answers on this network.
quiet_net() { # card
    echo "-netdev hubport,id=n0,hubid=1 -device $1,netdev=n0,romfile=$(rom_of "$1"),bootindex=1"
}
# shellcheck disable=SC2046
from_rom pc 256 $(quiet_net rtl8139) $(next_device)
wait_console '^DHCP: '
result $? 'nothing waits for the key'
monitor 'sendkey esc'
says '^SB-NET-03: ' 'Escape at the keyboard stops the boot'
wait_console '^sawboot> ' 5
result $? 'and leads to the prompt at once'
stop_machine

# In the time in which nobody but the keyboard's own memory can take it.
# shellcheck disable=SC2046
from_rom pc 256 $(own_net rtl8139 no-such-file)
for _ in $(seq 100); do
    [ -f "$bios" ] && grep -q '^Booting from [0-9a-f]*:0' "$bios" && break
    sleep 0.1
done
monitor 'sendkey esc'
says '^SB-NET-03: ' 'Escape while the loader is unpacked'
wait_console '^sawboot> ' 5
result $? 'leads to the prompt'
lacks '^DHCP: ' 'nothing was asked for before'
: >"$console"
type_text file=demo-i386
verdict 'and the prompt boots what it is told'

serial=pipe:$work/port
mkfifo "$work/port.in" "$work/port.out"
exec 4<>"$work/port.in"
# shellcheck disable=SC2046
from_rom pc 256 $(quiet_net e1000)
cat <"$work/port.out" >>"$console" &
helper_pids="$helper_pids $!"
wait_console '^Escape leads to the prompt'
printf '\033' >&4
says '^SB-NET-03: ' 'Escape at the serial port, too'
wait_console '^sawboot> ' 5
result $? 'leads to the prompt'
stop_machine
stop_servers
serial=file:$console

# --- What may be wrong with a machine or a ROM ----------------------------------------------------------

# rom_with NAME PYTHON: a changed ROM, with its sum put right.
rom_with() {
    python3 -c 'import sys
rom = bytearray(open(sys.argv[1], "rb").read())
exec(sys.argv[3])
rom[6] = (rom[6] - sum(rom)) & 0xFF
open(sys.argv[2], "wb").write(rom)' "$(rom_of rtl8139)" "$work/$1.rom" "$2"
}

# gives_up DESCRIPTION TEXT: the next device boots, and that is why.
gives_up() {
    wait_console '^the next device'
    result $? "$1: the next device boots"
    screen_text >"$work/text"
    grep -q "$2" "$work/text"
    result $? "$1: the screen says why" || sed 's/^/#   /' "$work/text"
    lacks '^Sawboot ' "$1: the loader was not started"
    stop_machine
}

# shellcheck disable=SC2046
from_rom pc 4 $(own_net rtl8139 demo-i386) $(next_device)
gives_up '4 MB' '^SB-PACK-01: '
# shellcheck disable=SC2046
from_rom pc 8 $(own_net rtl8139 demo-i386)
says '^Sawboot demonstration kernel' '8 MB are enough'

CPU=pentium
# shellcheck disable=SC2046
from_rom pc 64 $(own_net rtl8139 demo-i386) $(next_device)
gives_up 'a Pentium' '^SB-PC-05: '
CPU=Penryn

rom_with damaged 'rom[-5000] ^= 4'
# shellcheck disable=SC2046
from_rom pc 64 -netdev "user,id=n0,tftp=$root,bootfile=demo-i386" \
    -device "rtl8139,netdev=n0,romfile=$work/damaged.rom,bootindex=1" $(next_device)
gives_up 'a damaged loader' '^SB-PACK-02: '

# A BIOS without a memory manager: the ROM stays as large as it is.
rom_with whole 'assert rom.count(b"$PMM") == 1; rom[rom.index(b"$PMM") + 3] = ord("m")'
from_rom pc 256 -netdev "user,id=n0,tftp=$root,bootfile=demo-i386" \
    -device "rtl8139,netdev=n0,romfile=$work/whole.rom,bootindex=1"
verdict 'a BIOS without a memory manager'
takes $((($(stat -c %s "$work/whole.rom") + 2047) / 2048 * 2048)) 'the ROM takes all of its size'

# One that gives memory only until something is booted.
rom_with short 'rom[rom.index(bytes([0xB9, 0x0A, 0x00])) + 1] = 0x00'
from_rom pc 256 -netdev "user,id=n0,tftp=$root,bootfile=demo-i386" \
    -device "rtl8139,netdev=n0,romfile=$work/short.rom,bootindex=1"
verdict 'a BIOS without memory for good'
takes 2048 'the ROM takes 2 KB there, too'

# A BIOS that lets nobody write to the ROM: it knows neither its card nor a place above.
rom_with fixed 'at = rom.index(bytes([0x39, 0x06]), rom.index(b"SB-PACK-02")) - 3
assert rom[at] == 0xA3 and rom[at + 1:at + 3] == rom[at + 5:at + 7]
rom[at:at + 3] = bytes([0x90, 0x90, 0x90])'
from_rom pc 256 -netdev "user,id=n0,tftp=$root,bootfile=demo-i386" \
    -device "rtl8139,netdev=n0,romfile=$work/fixed.rom,bootindex=1"
verdict 'a BIOS that lets nobody write to the ROM'
lacks '^started from the card' 'it does not know its card'

# Memory that somebody else wrote to since: the two places that add it up disagree, as one of them
# turns the sum the other way.
rom_with lost 'at = rom.index(bytes([0x66, 0xD1, 0xC0])); rom[at + 2] = 0xC8'
# shellcheck disable=SC2046
from_rom pc 64 -netdev "user,id=n0,tftp=$root,bootfile=demo-i386" \
    -device "rtl8139,netdev=n0,romfile=$work/lost.rom,bootindex=1" $(next_device)
gives_up 'memory that was lost' '^SB-PACK-02: '

# Memory where the loader goes: the payload moves once more. Here it does so from anywhere.
rom_with moved 'at = rom.index(bytes([0x81, 0xFE, 0, 0, 0x10, 0, 0x72])) + 8
assert rom[at:at + 2] == bytes([0x81, 0xFE]) and rom[at + 6] == 0x73
rom[at + 6:at + 8] = bytes([0x90, 0x90])'
from_rom pc 256 -netdev "user,id=n0,tftp=$root,bootfile=demo-i386" \
    -device "rtl8139,netdev=n0,romfile=$work/moved.rom,bootindex=1"
verdict 'a payload that moves once more'

# Not in a card: the BIOS does not say which it is for, and the first one with a link is taken.
from_rom pc 256 -netdev "user,id=n0,tftp=$root,bootfile=demo-i386" \
    -device rtl8139,netdev=n0,romfile= -option-rom "$(rom_of rtl8139)" -boot n
verdict 'a ROM that is in no card'
finish
