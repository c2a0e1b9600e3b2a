#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# GRUB, which firmware itself starts from a CD, without Sawboot: it uses the card by the node that the
# card's ROM makes, gets an address and reads a file.
. "$(dirname "$0")/lib.sh"

mkdir "$work/cd" "$work/files"
head -c 1000003 /dev/urandom >"$work/files/noise"
digest=$(sha256sum <"$work/files/noise" | cut -d ' ' -f 1)
# Debian 12's GRUB finds no network device before its driver is repaired (see there).
modules=$work/modules
cp -R "$unpacked/grub-ieee1275-bin/usr/lib/grub/powerpc-ieee1275" "$modules" &&
    python3 tests/qemu/grub-ofnet.py "$modules/ofnet.mod" "$modules/ofnet.mod" | sed 's/^/# /'
cat >"$work/grub.cfg" <<'EOT'
echo grub: cards
net_ls_cards
net_bootp
net_ls_addr
sha256sum (tftp,10.0.2.2)/noise
echo grub: has ended
EOT
grub-mkimage -O powerpc-ieee1275 -d "$modules" -p / -c "$work/grub.cfg" -o "$work/cd/GRUB.ELF" \
    echo net ofnet tftp hashsum gcry_sha256 >"$work/mkimage.log" 2>&1 &&
    genisoimage -quiet -o "$work/cd.iso" "$work/cd" 2>>"$work/mkimage.log"
result $? 'a CD with GRUB is made' || sed 's/^/# /' "$work/mkimage.log"

# grub MACHINE CARD ROM
grub() {
    machine=$1 card=$2 rom=$BUILD/images/$3-ppc.rom
    set --
    tools/openbios-rom.sh >"$work/words" || exit 1
    while IFS= read -r word; do
        set -- "$@" "$word"
    done <"$work/words"
    start_from_drive '^grub: cards' "$machine" 256 -cdrom "$work/cd.iso" -boot d \
        -prom-env 'boot-device=cd:\GRUB.ELF;1' -netdev "user,id=n0,tftp=$work/files" \
        -device "$card,netdev=n0,romfile=$rom" "$@"
    wait_console 'grub: has ended|grub rescue>|^0 > ' 240
    reads '^ofnet_/.*/sawboot@' "$machine, $card: GRUB takes it for a network device"
    reads 'sawboot@[^ ]* [0-9a-f:]+ 10\.0\.2\.15' "$machine, $card: an address by DHCP"
    reads "$digest" "$machine, $card: a file of 1 MB by TFTP, byte for byte"
    stop_machine
}

grub mac99 rtl8139 10ec8139
grub g3beige e1000 8086100e
finish
