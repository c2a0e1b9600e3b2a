#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Servers by their names: dnsmasq as DHCP, name and TFTP server, and what the loader says when a name
# leads nowhere.
. "$(dirname "$0")/servers.sh"

name_server() { # more words for dnsmasq
    NAMES_PORT=53
    dnsmasq_server --no-resolv --no-hosts --local=/example.net/ --log-queries \
        --host-record=files.example.net,192.0.2.1 --cname=boot.example.net,files.example.net \
        --enable-tftp --tftp-root="$folder" "$@"
    NAMES_PORT=0
}

# on_tap MACHINE CARD WORDS
on_tap() {
    tap_loader=$loader
    [ "$1" = mac99 ] || tap_loader=$loader_x86
    start_machine "$1" 256 -kernel "${LOADER:-$tap_loader}" -append "$3" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device "$2,netdev=n0,romfile="
}

name_server
through 'a PC: kernel and driver by name' pc e1000 \
    'file=tftp://boot.example.net/demo-i386 driver=//files.example.net/SawbootDemo.kext args=-v expect-kexts=1'
on_console '^boot\.example\.net is 192\.0\.2\.1' && on_console '^files\.example\.net is 192\.0\.2\.1'
result $? 'and it says which address that is'

name_server
through 'a Mac: kernel by name, name server by hand' mac99 rtl8139 \
    'net=static:192.0.2.50/24,,,192.0.2.1 file=tftp://BOOT.example.net./demo-ppc args=-v static-network'

# The program learns its server's address.
name_server
on_tap mac99 e1000 'file=tftp://boot.example.net/client-ppc.elf'
verdict 'a Mac: an Open Firmware program by name'
on_console 'e1000.*:192\.0\.2\.1,'
result $? 'and its path has the address'
stop_servers

name_server
on_tap mac99 rtl8139 'file=tftp://nobody.example.net/demo-ppc'
refused SB-NAME-02 'a Mac: a name that nobody has'
on_tap pc rtl8139 'file=tftp://nobody.example.net/demo-i386'
refused SB-NAME-02 'a PC: a name that nobody has'

on_tap pc e1000 'net=static:192.0.2.50/24,,192.0.2.1 file=tftp://boot.example.net/demo-i386'
refused SB-NAME-01 'a PC: no name server'
LOADER=$BUILD/images/sawboot-rom-rtl8139.elf
on_tap mac99 rtl8139 'file=tftp://boot.example.net/demo-ppc'
refused SB-URI-01 'a Mac: the loader in a ROM'
on_console 'the loader in the card.s ROM knows no names'
result $? 'and it says that it knows no names'
LOADER=
stop_servers

dnsmasq_server --dhcp-option=option:dns-server,192.0.2.99 --dhcp-boot=demo-i386
on_tap pc rtl8139 'file=tftp://boot.example.net/demo-i386'
refused SB-NAME-03 'a PC: a name server that is not there' 120
on_console 'names: no answer from 192\.0\.2\.99 yet'
result $? 'and the wait is shown'
stop_servers
finish
