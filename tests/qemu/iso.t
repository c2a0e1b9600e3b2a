#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The CD image for Power Macs: what is in it, byte for byte the same in every run, and started by
# firmware alone, as a CD and as a disk.
. "$(dirname "$0")/lib.sh"

iso=$BUILD/images/sawboot-ppc.iso
# The loader as it is in the image, which hfsutils and isoinfo take out again.
elf=$BUILD/images/sawboot-ppc.elf
xcf=$BUILD/images/sawboot-ppc.xcf

# check DESCRIPTION COMMAND...: good if the command is.
check() {
    c_description=$1
    shift
    "$@" >"$work/check.log" 2>&1
    result $? "$c_description" || sed 's/^/# /' "$work/check.log"
}

# --- What is in it --------------------------------------------------------------------------------

# Firmware's way to the file, by Apple's books, without hfsutils: partition map, master directory
# block, blessed folder, and in the catalog a file of type tbxi in it.
check 'the partition map leads to a blessed folder with a tbxi file' python3 - "$iso" "$xcf" <<'EOT'
import struct, sys
image = open(sys.argv[1], "rb").read()
def u(form, at):
    return struct.unpack_from(">" + form, image, at)
assert image[:2] == b"ER" and u("H", 2)[0] == 512, "driver descriptor"
assert image[8:512] == bytes(504), "there are no disk drivers"
count, parts = u("I", 512 + 4)[0], []
for at in range(512, 512 * (count + 1), 512):
    assert image[at:at + 2] == b"PM" and u("I", at + 4)[0] == count, "partition map entry"
    start, blocks = u("II", at + 8)
    assert (start + blocks) * 512 <= len(image), "partition within the image"
    parts.append((start, blocks, image[at + 48:at + 80].rstrip(b"\0")))
assert [p[2] for p in parts] == [b"Apple_partition_map", b"Apple_HFS"], parts
assert parts[0][0] == 1 and parts[0][1] >= count, "the map describes itself"
assert parts[0][0] + parts[0][1] <= parts[1][0], "partitions apart"
assert u("I", 4)[0] >= parts[1][0] + parts[1][1], "size of the disk"
start, end = parts[1][0] * 512, (parts[1][0] + parts[1][1]) * 512
mdb = start + 1024
assert image[mdb:mdb + 2] == b"BD", "master directory block"
assert image[end - 1024:end - 512] == image[mdb:mdb + 512], "its copy"
blessed, = u("I", mdb + 92)
size, = u("I", mdb + 20)
first = start + u("H", mdb + 28)[0] * 512
tree = first + u("H", mdb + 150)[0] * size
names = {}
node = u("I", tree + 14 + 10)[0]  # the first leaf
while node:
    base = tree + node * 512
    assert image[base + 8] == 0xFF, "leaf"
    for i in range(u("H", base + 10)[0]):
        key = base + u("H", base + 510 - 2 * i)[0]
        at = key + (image[key] + 2 & ~1)
        names[u("I", key + 2)[0], image[key + 7:key + 7 + image[key + 6]]] = at
    node, = u("I", base)
folders = {u("I", at + 6)[0]: name for (_, name), at in names.items() if image[at] == 1}
assert folders.get(blessed) == b"ofboot", (blessed, folders)
inside = [at for (parent, _), at in names.items() if parent == blessed and image[at] == 2]
found = [at for at in inside if image[at + 4:at + 12] == b"tbxichrp"]
assert len(found) == 1, "one file of type tbxi, creator chrp"
length, = u("I", found[0] + 26)
begin, blocks = u("HH", found[0] + 74)
assert blocks * size >= length, "the file is in one piece"
data = image[first + begin * size:][:length]
assert data.startswith(b"<CHRP-BOOT>\n"), "script"
text, _, program = data.partition(b"</CHRP-BOOT>\n\4")
assert program == open(sys.argv[2], "rb").read(), "the program behind the script"
EOT

listing() {
    isoinfo -i "$iso" -R -f | sort | tr '\n' ' '
}
test "$(listing)" = '/README.txt /ofboot /ofboot/sawboot.tbxi /sawboot-ppc.elf /sawboot-ppc.xcf '
result $? 'its names in ISO 9660' || echo "# $(listing)"
isoinfo -i "$iso" -R -x /sawboot-ppc.elf >"$work/iso.elf" && check 'the ELF in ISO 9660' \
    cmp "$work/iso.elf" "$elf"

# hfsutils keeps its notes in the home folder.
hfs() (
    HOME=$work
    export HOME
    "$@"
)
check 'the HFS volume mounts' hfs hmount "$iso"
hfs hls -laR >"$work/hls"
for file in 'tbxi/chrp .* sawboot.tbxi' 'boot/chrp .* sawboot-ppc.elf' \
    'boot/chrp .* sawboot-ppc.xcf' 'TEXT/ttxt .* README.txt'; do
    check "HFS: $file" grep -q "$file\$" "$work/hls"
done
for name in elf xcf; do
    hfs hcopy -r ":sawboot-ppc.$name" "$work/hfs.$name"
    check "the same file in HFS: $name" cmp "$work/hfs.$name" "$BUILD/images/sawboot-ppc.$name"
done
hfs humount

# Another day, another folder, another time zone, another umask.
sleep 1.1
(umask 077 && TZ=Asia/Tokyo BUILD=$BUILD tools/make-iso.sh "$work/again.iso")
check 'made again, it is the same' cmp "$work/again.iso" "$iso"

# --- Started by firmware --------------------------------------------------------------------------

# insert MACHINE IMAGE MEDIA CARD FILE QEMU-ARGUMENTS...
insert() {
    i_machine=$1 i_drive=file=$2,media=$3,format=raw i_card=$4 i_file=$5
    shift 5
    # shellcheck disable=SC2046
    start_from_drive '^Sawboot ' "$i_machine" 256 -drive "$i_drive" \
        -netdev "$(user_net "$payloads" "$i_file")" $(devices "$i_card") "$@"
}

# A CD in the drive and the C key, which for OpenBIOS is -boot d.
for machine in mac99 g3beige; do
    for card in rtl8139 e1000; do
        insert $machine "$iso" cdrom $card demo-ppc -boot d
        reads 'Trying cd:,\\\\:tbxi' "$machine, $card: the firmware looks for tbxi"
        verdict "$machine, $card: the CD alone"
    done
    insert $machine "$iso" cdrom rtl8139 demo-ppc -boot d \
        -prom-env 'boot-file=driver=SawbootDemo.mkext args=-v expect-driver'
    verdict "$machine: the CD, with words in boot-file"
    insert $machine "$iso" cdrom rtl8139 demo-ppc -prom-env \
        'boot-device=cd:,\\:tbxi driver=SawbootDemo.mkext args=-v expect-driver'
    verdict "$machine: words behind the path"
    insert $machine "$iso" disk rtl8139 demo-ppc -prom-env 'boot-device=hd:,\\:tbxi'
    verdict "$machine: the image on a disk"
    insert $machine "$iso" cdrom rtl8139 demo-ppc -prom-env 'boot-device=cd:,\sawboot-ppc.elf'
    verdict "$machine: the ELF on the CD"
    insert $machine "$iso" cdrom rtl8139 demo-ppc -prom-env 'boot-device=cd:,\sawboot-ppc.xcf'
    verdict "$machine: the XCOFF on the CD"
done

# A disk of one's own, made as docs/media.md says.
isoinfo -i "$iso" -R -x /ofboot/sawboot.tbxi >"$work/sawboot.tbxi"
cp "$iso" "$work/disk"
{
    hfs hformat -l Boot "$work/disk" 1 && hfs hmount "$work/disk" 1 && hfs hmkdir ofboot &&
        hfs hcopy -r "$work/sawboot.tbxi" :ofboot:sawboot.tbxi &&
        hfs hattrib -t tbxi -c chrp :ofboot:sawboot.tbxi && hfs hattrib -b :ofboot && hfs humount
} >"$work/hfsutils.log" 2>&1
result $? 'the tbxi file is put on an HFS disk' || sed 's/^/# /' "$work/hfsutils.log"
insert mac99 "$work/disk" disk rtl8139 demo-ppc -boot c
verdict 'mac99: that disk'

# Words in the image: they are many, with all that means something to Forth or to the tags.
words="verbose file=$(seq -s , 200) file=demo-ppc driver=\"SawbootDemo.mkext\""
words="$words args=-v expect-driver x=<&lt;>&amp; \\ y=\"(41)\" ( z )"
tools/make-iso.sh "$work/words.iso" "$words"
insert mac99 "$work/words.iso" cdrom rtl8139 demo-ppc -boot d
wait_console '^VERDICT|^sawboot> '
tr -d '\r\000' <"$console" | grep -qF "command line: ${words#* args=}"
result $? 'words in the image reach the kernel unchanged'
verdict 'words in the image'
# Firmware's go before them.
insert mac99 "$work/words.iso" cdrom rtl8139 demo-ppc -boot d -prom-env 'boot-file=file=missing'
says 'SB-[A-Z]+-[0-9]+' 'words of firmware stand instead of those in the image'
reads 'missing' 'they name the file'
stop_machine
check 'words that are not ASCII are refused' \
    sh -c '! tools/make-iso.sh "$1/refused.iso" "file=ä" && [ ! -e "$1/refused.iso" ]' - "$work"

finish
