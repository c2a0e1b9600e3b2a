#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The image for PCs, started by the BIOS alone: as a CD, as a disk and as a USB stick; words in it, and
# words edited on a stick; the disk for VMware.
. "$(dirname "$0")/lib.sh"

iso=$BUILD/images/sawboot-x86.iso

# check DESCRIPTION COMMAND...: good if the command is.
check() {
    c_description=$1
    shift
    "$@" >"$work/check.log" 2>&1
    result $? "$c_description" || sed 's/^/# /' "$work/check.log"
}

# medium IMAGE KIND: QEMU's words for it, as a CD, a disk or a USB stick, to be started from.
medium() {
    case $2 in
    cd) echo "-drive file=$1,format=raw,media=cdrom -boot d" ;;
    disk) echo "-drive file=$1,format=raw -boot c" ;;
    stick)
        echo "-drive id=stick,file=$1,format=raw,if=none -device usb-ehci" \
            "-device usb-storage,drive=stick,bootindex=0"
        ;;
    vmdk) echo "-drive file=$1,format=vmdk -boot c" ;;
    esac
}

# insert MACHINE IMAGE KIND CARD FILE: starts it; the DHCP server names FILE.
insert() {
    # shellcheck disable=SC2046
    start_machine "$1" 256 $(medium "$2" "$3") -netdev "$(user_net "$payloads" "$5")" \
        $(devices "$4")
}

# --- What is in it --------------------------------------------------------------------------------

# Another day, another folder, another time zone, another umask.
sleep 1.1
(umask 077 && TZ=Asia/Tokyo BUILD=$BUILD tools/make-x86-iso.sh "$work/again.iso")
check 'made again, it is the same' cmp "$work/again.iso" "$iso"
SOURCE_DATE_EPOCH=1700000000 tools/make-x86-iso.sh "$work/again.iso"
check 'with another date it is another one' sh -c '! cmp -s "$1" "$2"' - "$work/again.iso" "$iso"
test "$(isoinfo -i "$iso" -R -f | sort | tr '\n' ' ')" = "/README.txt /boot /boot.catalog /boot/grub \
/boot/grub/GPL-3.txt /boot/grub/eltorito.img /boot/grub/grub.cfg /sawboot-x86.elf /sawboot.cfg "
result $? 'its names' || isoinfo -i "$iso" -R -f | sed 's/^/# /'

# Prints where the first partition starts, in bytes, if it is an active FAT12 one in the image.
partition() {
    python3 - "$1" <<'EOT'
import struct, sys
image = open(sys.argv[1], "rb").read()
assert image[510:512] == b"\x55\xAA", "boot sector"
status, kind, first, count = struct.unpack_from("<B3xB3xII", image, 446)
assert status == 0x80 and kind == 1 and count == 720, (status, kind, count)
assert (first + count) * 512 <= len(image), "within the image"
assert image[446 + 16:510] == bytes(48), "the only partition"
print(first * 512)
EOT
}
place=$(partition "$iso")
result $? 'its partition table names one FAT partition'
MTOOLSRC=/dev/null mcopy -i "$iso@@$place" ::sawboot.cfg "$work/fat.cfg"
isoinfo -i "$iso" -R -x /sawboot.cfg >"$work/cd.cfg"
check 'sawboot.cfg is the same on both sides' cmp "$work/fat.cfg" "$work/cd.cfg"
result "$(grep -cv '^#\|^.$' "$work/fat.cfg")" 'it has no words as it comes'

# --- Started by the BIOS --------------------------------------------------------------------------

for card in rtl8139 e1000; do
    for kind in cd disk stick; do
        insert pc "$iso" $kind $card demo-i386
        verdict "pc, $card: $kind"
    done
    insert q35 "$iso" cd $card demo-x86_64-v2
    verdict "q35, $card: cd"
done

# Words of the user's; long ones, with all that means something to GRUB.
words="verbose file=$(seq -s , 200) file=demo-x86_64-v2 driver=SawbootDemo.kext"
words="$words args=-v x=\$root y='a b' z=\"(hd0)\" {1} \\ ; & | # ä"
tools/make-x86-iso.sh "$work/words.iso" "$words"
for kind in cd disk; do
    insert pc "$work/words.iso" $kind e1000 not-this
    wait_console '^VERDICT|^sawboot> '
    tr -d '\r\000' <"$console" | grep -qF "command line: ${words#* args=}"
    result $? "$kind: words in the image reach the kernel unchanged"
    verdict "$kind: words in the image"
done
check 'words that are too long are refused' sh -c \
    '! tools/make-x86-iso.sh "$1/refused.iso" "args=$(seq -s , 900)" && [ ! -e "$1/refused.iso" ]' \
    - "$work"

# On a stick the words are edited, as Windows' editor leaves them; on a CD they count as they were.
cp "$work/words.iso" "$work/stick"
place=$(partition "$work/stick")
printf '# my words\r\nfile=demo-i386\r\n\r\nargs=-v edited\r\n' >"$work/edited.cfg"
MTOOLSRC=/dev/null mcopy -o -i "$work/stick@@$place" "$work/edited.cfg" ::sawboot.cfg
result $? 'the words on a stick are edited'
insert pc "$work/stick" stick rtl8139 not-this
wait_console '^VERDICT|^sawboot> '
reads 'command line: -v edited' 'they count'
verdict 'with edited words'
MTOOLSRC=/dev/null mdel -i "$work/stick@@$place" ::sawboot.cfg
insert pc "$work/stick" disk rtl8139 not-this
wait_console '^VERDICT|^sawboot> '
tr -d '\r\000' <"$console" | grep -qF "command line: ${words#* args=}"
result $? 'without the file on the partition, those beside the loader count'
stop_machine
# A file that is too long does not go unnoticed.
seq -s , 900 >"$work/edited.cfg"
MTOOLSRC=/dev/null mcopy -o -i "$work/stick@@$place" "$work/edited.cfg" ::sawboot.cfg
insert pc "$work/stick" disk rtl8139 demo-i386
says 'SB-OPT-0[0-9]' 'too many words in the file are an error'
reads 'sawboot.cfg have more than 2047 characters' 'which says so'
stop_machine

# --- VMware -----------------------------------------------------------------------------------------

# QEMU's e1000-82545em is the card that VMware calls e1000.
tools/make-x86-iso.sh "$work/vm.iso" 'driver=SawbootDemo.kext args=-v expect-kexts=1'
tools/make-vmdk.sh "$work/vm.iso" "$work/sawboot-x86.vmdk"
result $? 'a disk for VMware is made'
mkdir "$work/once-more"
tools/make-vmdk.sh "$work/vm.iso" "$work/once-more/sawboot-x86.vmdk"
check 'made again, it is the same' cmp "$work/sawboot-x86.vmdk" "$work/once-more/sawboot-x86.vmdk"
check 'so is the machine' cmp "$work/sawboot-x86.vmx" "$work/once-more/sawboot-x86.vmx"
disk=$(sed -n 's/^ide0:0.fileName = "\(.*\)"$/\1/p' "$work/sawboot-x86.vmx")
test "$disk" = sawboot-x86.vmdk
result $? 'the machine has that disk'
insert pc "$work/$disk" vmdk e1000-82545em demo-x86_64-v2
verdict 'the disk for VMware, over its card'
finish
