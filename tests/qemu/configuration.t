#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Configuration files from the boot server: found by the card's address, by the beginning of ours, by
# default, beside the boot file and by name; broken ones; and servers that have none.
. "$(dirname "$0")/lib.sh"

files=$work/files
mkdir -p "$files/sawboot" "$files/net" "$files/plain"
cp "$payloads/demo-ppc" "$payloads/SawbootDemo.mkext" "$payloads/demo-x86_64-v2" \
    "$payloads/SawbootDemo-x86.v2.mkext" "$BUILD/images/sawboot-x86.pxe" "$files"
cp "$payloads/demo-ppc" "$payloads/demo-x86_64-v2" "$files/net"
cp "$payloads/demo-ppc" "$payloads/demo-x86_64-v2" "$files/plain"

# plist FILE KEY VALUE...: writes one; a value of several words in brackets is a list.
plist() {
    plist_file=$files/$1
    shift
    {
        printf '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n'
        while [ $# -gt 0 ]; do
            printf '\t<key>%s</key>\n\t<string>%s</string>\n' "$1" "$2"
            shift 2
        done
        printf '</dict>\n</plist>\n'
    } >"$plist_file"
}

forget() {
    rm -f "$files"/sawboot/* "$files"/net/*.plist "$files"/*.plist
}

# machine MACHINE FILE WORDS: a machine that is told FILE by DHCP, nothing if that is empty.
machine() {
    m_machine=$1
    case $1 in
    mac99)
        kernel=demo-ppc archive=SawbootDemo.mkext m_loader=$loader m_card=rtl8139
        expects=expect-driver
        ;;
    *)
        kernel=demo-x86_64-v2 archive=SawbootDemo-x86.v2.mkext m_loader=$loader_x86 m_card=e1000
        expects=expect-packages=1
        ;;
    esac
    start_machine "$1" 256 -kernel "$m_loader" -append "$3" \
        -netdev "user,id=n0,tftp=$files${2:+,bootfile=$2}" \
        -device "$m_card,netdev=n0,romfile=,mac=52:54:00:12:34:56"
}

for what in 'mac99 demo-ppc SawbootDemo.mkext' 'q35 demo-x86_64-v2 SawbootDemo-x86.v2.mkext'; do
    # shellcheck disable=SC2086
    set -- $what
    if [ "$1" = mac99 ]; then
        driver='Sawboot Driver' expects=expect-driver
    else
        driver='MKext Cache' expects=expect-packages=1
    fi

    # The one for the card goes before all others.
    plist sawboot/01-52-54-00-12-34-56 Kernel "$2" 'Kernel Flags' "-v $expects debug=1" "$driver" "$3"
    plist sawboot/0A0002 Kernel no-such-file
    plist sawboot/default Kernel no-such-file
    machine "$1" '' 'net=dhcp args=debug=0x8'
    verdict "$1: kernel, flags and archive by the card's address"
    reads '^  configuration: sawboot/01-52-54-00-12-34-56' "$1: that is said"
    reads "^kernel arguments: \"-v $expects debug=1 debug=0x8\"" "$1: flags first, then the user's"

    rm "$files/sawboot/01-52-54-00-12-34-56"
    plist sawboot/0A0002 'Kernel Cache' "\\\\$2" 'Sawboot Words' "args=-v"
    machine "$1" '' net=dhcp
    verdict "$1: by the beginning of our address"
    reads '^  configuration: sawboot/0A0002([^0-9A-F]|$)' "$1: that is said"

    rm "$files/sawboot/0A0002"
    plist sawboot/default Kernel "$2"
    machine "$1" '' net=dhcp
    verdict "$1: by default"
    reads '^looking for a configuration: sawboot/01-52-54-00-12-34-56 to sawboot/default' \
        "$1: after the others"

    # Beside the boot file; words win over it.
    forget
    plist net/com.apple.Boot.plist 'Kernel Flags' "-s" Kernel no-such-file "$driver" "../$3"
    machine "$1" net/kernel "file=net/$2 args=-v"
    verdict "$1: file= leaves it out"
    reads '^kernel arguments: "-v"' "$1: with its flags"
    plist net/com.apple.Boot.plist 'Kernel Flags' "-s $expects" Kernel "$2" "$driver" "/$3"
    machine "$1" net/kernel 'args=-v'
    verdict "$1: com.apple.Boot.plist beside the boot file"
    reads "^kernel arguments: \"-s $expects -v\"" "$1: with its flags"
    machine "$1" "net/$2" 'config=none args=-v'
    verdict "$1: config=none leaves it out"

    # The server names it itself, or the user does.
    mv "$files/net/com.apple.Boot.plist" "$files/net/other.plist"
    machine "$1" net/other.plist ''
    verdict "$1: the DHCP server names a property list"
    machine "$1" no-such-file config=tftp://10.0.2.2/net/other.plist
    verdict "$1: config= names it"

    # Broken.
    sed 's,</string>,</strnig>,' "$files/net/other.plist" >"$files/net/com.apple.Boot.plist"
    machine "$1" "net/$2" ''
    refused 'SB-CFG-01' "$1: broken XML"
    reads 'what: net/com\.apple\.Boot\.plist: line 5, at "<string>"' "$1: the line is shown"
    plist net/com.apple.Boot.plist 'Sawboot Diver' x
    machine "$1" "net/$2" ''
    refused 'SB-CFG-02' "$1: an unknown key of ours"
    head -c 70000 /dev/zero >"$files/net/com.apple.Boot.plist"
    machine "$1" "net/$2" ''
    refused 'SB-URI-02' "$1: a file that is too large"
    machine "$1" "net/$2" config=no-such.plist
    refused 'SB-TFTP-01' "$1: config= names what is not there"

    # A server that has none of all this.
    forget
    machine "$1" "plain/$2" 'args=-v'
    verdict "$1: a server without such files"
    ! on_console '^  configuration:|^looking for|^note:|Boot\.plist'
    result $? "$1: not a word about them"
    machine "$1" '' net=dhcp
    refused 'SB-NET-05' "$1: nobody names a file"
    reads '^  there is none' "$1: and no configuration is there"
done

# A server that gives Sawboot to everybody, as PXELINUX is used.
plist sawboot/default Kernel demo-x86_64-v2 'Kernel Flags' -v
start_machine pc 256 -boot n -netdev "$(user_net "$files" sawboot-x86.pxe)" \
    -device virtio-net-pci,netdev=n0
verdict 'pc: a PXE server that names Sawboot, and sawboot/default'

# The loader in a ROM.
start_machine mac99 256 -kernel "$BUILD/images/sawboot-rom-rtl8139.elf" -append 'config=x' \
    -netdev "$(user_net "$files" demo-ppc)" -device rtl8139,netdev=n0,romfile=
refused 'SB-CFG-03' 'the loader for ROMs'
start_machine mac99 256 -kernel "$BUILD/images/sawboot-rom-rtl8139.elf" -append 'config=none args=-v' \
    -netdev "$(user_net "$files" demo-ppc)" -device rtl8139,netdev=n0,romfile=
verdict 'the loader for ROMs, config=none'
finish
