#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# GRUB for machines with Open Firmware, Debian's, started by Sawboot: it takes our card for a network
# device of the firmware's, has an address from our reply and then from its own DHCP, and boots Linux
# with an initial RAM disk over it.
. "$(dirname "$0")/lib.sh"

address=52:54:00:5a:77:01
# What ends GRUB's part, one way or the other.
grub_ends='grub: boots|grub: has failed|grub rescue>|^grub> |^sawboot> '
if ! linux=$(tests/linux/build.sh 2>/dev/null); then
    result 1 'Linux is built (tests/linux/build.sh)'
    finish
fi

# --- What is served ---------------------------------------------------------------------------------

mkdir "$work/files"
token=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
echo "$token is read by GRUB" >"$work/files/words"
head -c 1000003 /dev/urandom >"$work/files/noise"
digest=$(sha256sum <"$work/files/noise" | cut -d ' ' -f 1)
cp "$linux/vmlinux" "$work/files/vmlinux"
powerpc-linux-gnu-gcc -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -Wall -Wextra -Werror -static -s \
    -o "$work/init" tests/qemu/grub-init.c &&
    sum=$(python3 tests/qemu/grub-initrd.py "$work/init" "$token" "$work/files/initrd")
result $? 'an initial RAM disk is made'

# Debian 12's GRUB finds no network device before its driver is repaired (see there).
modules=$work/modules
cp -R "$unpacked/grub-ieee1275-bin/usr/lib/grub/powerpc-ieee1275" "$modules" &&
    python3 tests/qemu/grub-ofnet.py "$modules/ofnet.mod" "$modules/ofnet.mod" | sed 's/^/# /'

# grub_with MODULES: makes GRUB of the modules, which obeys what stands on standard input.
grub_with() {
    cat >"$work/grub.cfg"
    # shellcheck disable=SC2086
    grub-mkimage -O powerpc-ieee1275 -d "$modules" -p / -c "$work/grub.cfg" -o "$work/files/grub" \
        echo net ofnet tftp $1 >"$work/mkimage.log" 2>&1
    result $? "GRUB is made ($1)" || sed 's/^/# /' "$work/mkimage.log"
}

# between START END PATTERN DESCRIPTION: good if the pattern stands on a line of the console between
# the two words of GRUB's. With ! instead of a pattern: if there is nothing.
between() {
    tr -d '\r\000' <"$console" | sed -n "/grub: $1\$/,/grub: $2\$/p" >"$work/part"
    if [ "$3" = ! ]; then
        [ "$(wc -l <"$work/part")" -eq 2 ] && grep -q "grub: $2" "$work/part"
    else
        grep -qE -- "$3" "$work/part"
    fi
    result $? "$4"
}

# --- GRUB and Linux over each card --------------------------------------------------------------------

# GRUB's variable for the interface is what our reply gave: without one, nothing is deleted.
grub_with 'cat hashsum gcry_sha256 linux boot' <<EOT
echo grub: cards
net_ls_cards
echo grub: addresses
net_ls_addr
echo grub: words
cat (tftp)/words
echo grub: none
net_del_addr \$net_default_interface
net_ls_addr
echo grub: asks
net_bootp
net_ls_addr
echo grub: digest
sha256sum (tftp,10.0.2.2)/noise
echo grub: kernel
linux (tftp,10.0.2.2)/vmlinux console=ttyPZ0 ip=dhcp token=$token
echo grub: archive
initrd (tftp,10.0.2.2)/initrd
echo grub: boots
boot
echo grub: has failed
EOT

for machine_card in mac99/rtl8139 mac99/e1000 mac99/e1000-82545em g3beige/rtl8139; do
    card=${machine_card#*/} over="${machine_card%/*}, ${machine_card#*/}"
    start_machine "${machine_card%/*}" 256 -kernel "$loader" \
        -netdev "$(user_net "$work/files" grub)" -device "$card,netdev=n0,romfile=,mac=$address"
    wait_console "$grub_ends" 120
    between cards addresses "^ofnet_.* $address\$" "$over: GRUB has it as a network device"
    between addresses words "^ofnet_[^:]* $address 10\\.0\\.2\\.15\$" \
        "$over: GRUB has its address from our reply"
    between words none "^$token is read by GRUB\$" "$over: GRUB reads a file with that address"
    between none asks ! "$over: that address is deleted"
    between asks digest "^ofnet_.*:dhcp $address 10\\.0\\.2\\.15\$" \
        "$over: GRUB gets an address itself"
    between digest kernel "^$digest" "$over: GRUB reads a megabyte unharmed"
    wait_console 'initrd: token .*sum [0-9a-f]{8}|Kernel panic|grub: has failed|grub rescue>' 120
    reads 'Linux version 6\.1' "$over: Linux is started"
    reads "Kernel command line: .*console=ttyPZ0 ip=dhcp token=$token" "$over: with its command line"
    reads 'IP-Config: Complete' "$over: Linux has an address over the card that GRUB has left"
    reads "initrd: token $token, 1048576 bytes of noise with the sum $sum" \
        "$over: and with its initial RAM disk"
    stop_machine
done

# --- As users install it ------------------------------------------------------------------------------

# grub-mknetdir's folder: GRUB has to find its menu and its modules where the boot path says. Sawboot
# starts it over the second card; the first one is in another network, with another file.
mkdir "$work/other"
echo "$token is in the other network" >"$work/other/words"
grub-mknetdir --net-directory="$work/files" --subdir=grub.d -d "$modules" >"$work/mkimage.log" 2>&1
result $? 'GRUB is installed on a boot server' || sed 's/^/# /' "$work/mkimage.log"
cat >"$work/files/grub.d/grub.cfg" <<'EOT'
echo "grub: menu"
echo "prefix $prefix"
net_ls_cards
net_ls_addr
echo "grub: other"
net_bootp ofnet_/pci@f2000000/rtl8139@f
net_ls_addr
cat (tftp,10.7.0.2)/words
echo "grub: again"
cat (tftp,10.0.2.2)/words
echo "grub: boots"
EOT
start_machine mac99 256 -kernel "$loader" -append nic=1 \
    -netdev "user,id=n1,net=10.7.0.0/24,tftp=$work/other" \
    -device "rtl8139,netdev=n1,romfile=,mac=52:54:00:5a:77:02" \
    -netdev "$(user_net "$work/files" grub.d/powerpc-ieee1275/core.elf)" \
    -device "e1000,netdev=n0,romfile=,mac=$address"
wait_console "$grub_ends" 120
between menu other '^prefix \(tftp,10\.0\.2\.2\)/grub\.d$' 'GRUB finds its menu by the boot path'
between menu other '^ofnet_.*rtl8139.* 52:54:00:5a:77:02$' 'GRUB has the other card too'
between menu other "^ofnet_[^:]* $address 10\\.0\\.2\\.15\$" 'the reply is the right card'"'"'s'
between other again '^ofnet_.*rtl8139.*:dhcp 52:54:00:5a:77:02 10\.7\.0\.15$' \
    'GRUB gets an address over the other card'
between other again "^$token is in the other network\$" 'GRUB reads a file over it'
between again boots "^$token is read by GRUB\$" 'and again over the first one'
finish
