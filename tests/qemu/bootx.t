#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# bootx-ppc does over the network what Apple's BootX does, at each of the places where Apple linked it,
# with the files laid out as on a NetBoot server, and starts the kernel, which judges what it got.
. "$(dirname "$0")/lib.sh"

image=NetBoot/NetBootSP0/test.nbi

# A server's folder, with and without the property list.
for files in bare plist; do
    folder=$work/$files/$image
    mkdir -p "$folder" || exit 1
    for release in 46 74 81; do
        cp "$payloads/bootx-ppc-$release.xcf" "$folder"
    done
    cp "$payloads/demo-ppc" "$folder/mach.macosx"
    cp "$payloads/SawbootDemo.mkext" "$folder/mach.macosx.mkext"
    cp "$payloads/demo-ppc-high" "$folder/other"
    cp "$payloads/SawbootDemo.mkext" "$folder/other.mkext"
    cp "$payloads/SawbootRom.mkext" "$work/$files"
done
preferences=$work/plist/Library/Preferences/SystemConfiguration
mkdir -p "$preferences" || exit 1
printf '%s\n' '<?xml version="1.0" encoding="UTF-8"?>' \
    '<plist version="1.0"><dict><key>Root UUID</key><string></string></dict></plist>' \
    >"$preferences/com.apple.Boot.plist"
cp "$preferences/com.apple.Boot.plist" "$work/plist/$image"

# clean TEXT-BEFORE: no failure in the verdict behind that text.
clean() {
    tr -d '\000' <"$console" | sed "1,/$1/d" | grep -m 1 '^VERDICT' |
        grep -qE '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'
}

# bootx MACHINE MEGABYTES CARD RELEASE FILES WORDS KERNEL-WORDS
bootx() {
    b_what="BootX $4 on $1, $2 MB, over $3, $5${7:+, $7}${6:+, $6}"
    # shellcheck disable=SC2046
    start_machine "$1" "$2" -kernel "$loader" -append "$6" -prom-env "boot-args=-v $7" \
        -netdev "$(user_net "$work/$5" "$image/bootx-ppc-$4.xcf")" $(devices "$3")
    wait_console '^VERDICT pass=[0-9]+ fail=[0-9]+|^sawboot> |^[0-9] > ' 120
    clean "^Sawboot.s BootX"
    result $? "$b_what: everything is as BootX needs it" ||
        tr -d '\r\000' <"$console" | grep '^FAIL' | sed 's/^/# /'
    # The kernel's verdict comes second.
    if wait_console 'Sawboot demonstration kernel' 20; then
        for _ in $(seq 300); do
            [ "$(tr -d '\000' <"$console" | grep -c '^VERDICT')" -ge 2 ] && break
            sleep 0.2
        done
    fi
    clean '^Sawboot demonstration kernel'
    result $? "$b_what: and the kernel as well" ||
        tr -d '\r\000' <"$console" | sed '1,/^VERDICT/d' | grep '^FAIL' | sed 's/^/# /'
    stop_machine
}

bootx mac99 256 rtl8139 81 bare '' ''
bootx mac99 128 rtl8139 81 plist '' expect-plist
bootx g3beige 256 rtl8139 74 plist '' expect-plist
bootx g3beige 128 rtl8139 46 bare '' ''
bootx mac99 256 e1000 74 bare '' ''
bootx g3beige 256 e1000-82545em 81 bare '' ''
bootx mac99 512 rtl8139 46 bare '' ''
# On mac99 OpenBIOS's bridge node has no interrupt-map, which only a direct start of the kernel mends.
bootx g3beige 256 rtl8139/bridge 81 bare '' ''
# A driver for the card: as a card's ROM would give it, and by Sawboot's words.
bootx mac99 256 rtl8139 81 bare '' 'set-driver expect-driver'
bootx mac99 256 rtl8139 81 bare driver=SawbootRom.mkext expect-driver
bootx g3beige 256 e1000 46 bare driver=SawbootRom.mkext expect-driver
bootx mac99 256 rtl8139 74 bare 'args=enet:,\NetBoot\NetBootSP0\test.nbi\other' ''
finish
