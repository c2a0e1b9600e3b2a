#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Two cards in a PC, of which only one leads to a server: nic= by index, PCI id and place; and the
# first with a link without it. And a third one behind the bridge that QEMU itself names pci.1.
. "$(dirname "$0")/lib.sh"

silent='-netdev hubport,id=n1,hubid=1'

# two_cards FIRST-NET SECOND-NET WORDS: an RTL8139 in slot 5, an e1000 in slot 6.
two_cards() {
    # shellcheck disable=SC2086
    start_machine pc 256 -kernel "$loader_x86" -append "$3 args=-v" $silent \
        -netdev "$(user_net "$payloads" demo-i386)" \
        -device "rtl8139,netdev=$1,romfile=,mac=52:54:00:00:00:81,addr=5" \
        -device "e1000,netdev=$2,romfile=,mac=52:54:00:00:00:e1,addr=6"
}

two_cards n1 n0 'nic=1'
verdict 'nic=1 takes the second card'
reads 'station address 52:54:00:00:00:e1' 'and it is the e1000'

two_cards n0 n1 'nic=0'
verdict 'nic=0 takes the first card'
reads 'station address 52:54:00:00:00:81' 'and it is the RTL8139'

two_cards n1 n0 'nic=8086:100e'
verdict 'nic=8086:100e takes the card of that PCI id'

two_cards n1 n0 'nic=00:06.0'
verdict 'nic=00:06.0 takes the card at that place'

two_cards n1 n0 ''
monitor 'set_link n1 off'
verdict 'without nic= the first card with a link is taken'

two_cards n0 n1 'nic=7'
refused SB-NIC-02 'a card that is not there'

# The case that broke a unikernel's own network driver, word for word.
start_machine pc 256 -kernel "$loader_x86" -append 'args=expect-mb=256' \
    -netdev "$(user_net "$payloads" multiboot.elf)" \
    -device pci-bridge,chassis_nr=2 -device e1000,bus=pci.1,addr=1,netdev=n0
verdict 'e1000 with its own ROM behind a bridge, for a multiboot kernel'

# PCI Express: a card behind a root port and a bridge to PCI, as in real machines of that kind.
start_machine q35 256 -kernel "$loader_x86" -append 'args=-v' \
    -netdev "$(user_net "$payloads" demo-x86_64-v2)" -device pcie-root-port,id=express,chassis=1 \
    -device pcie-pci-bridge,id=classic,bus=express -device e1000,bus=classic,addr=1,netdev=n0,romfile=
verdict 'e1000 behind a PCI Express root port and its bridge'

# A machine with two root buses: the second one is not below the first.
start_machine pc 256 -kernel "$loader_x86" -append 'args=-v' \
    -netdev "$(user_net "$payloads" demo-i386)" -device pxb,id=second,bus_nr=80 \
    -device rtl8139,bus=second,addr=1,netdev=n0,romfile=
verdict 'rtl8139 below a second root bus'
finish
