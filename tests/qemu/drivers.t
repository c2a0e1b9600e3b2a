#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Several drivers at once, each given in another way: the kernels find all of them, in the order in
# which they were given, with the very bytes that were put in.
. "$(dirname "$0")/lib.sh"

mkext=$BUILD/host/mkext
files=$work/files
mkdir "$files"
cp "$payloads/demo-ppc" "$payloads/demo-i386" "$payloads/demo-x86_64-v2" "$files"

# make_driver NAME BYTES: NAME.kext with an executable for three processors, each with so many bytes of its
# own; $work/NAME.PROCESSOR are these.
make_driver() {
    contents=$files/$1.kext/Contents
    mkdir -p "$contents/MacOS"
    sed "s/org\.sawboot\.demo/org.sawboot.$1/; s/SawbootDemo/$1/" \
        tests/payloads/SawbootDemo.kext/Contents/Info.plist >"$contents/Info.plist"
    for processor in ppc i386 x86_64; do
        cat "$payloads/thin/$processor/SawbootDemo.kext/Contents/MacOS/SawbootDemo" \
            >"$work/$1.$processor"
        "$BUILD/host/make-image" noise "$2" "$work/noise"
        printf '%s for %s' "$1" "$processor" | cat "$work/noise" - >>"$work/$1.$processor"
    done
    "$BUILD/host/make-image" fat-of "$work/$1.ppc" "$work/$1.i386" "$work/$1.x86_64" \
        "$contents/MacOS/$1"
    cp "$contents/MacOS/$1" "$work/$1.fat"
}

# archive OUT NAME OPTIONS...: an archive of one of them.
archive() {
    a_out=$1 a_name=$2
    shift 2
    "$mkext" create "$@" -o "$files/$a_out" "$files/$a_name.kext" >"$work/mkext.log" 2>&1 ||
        sed 's/^/# /' "$work/mkext.log"
}

# expected NAME.PROCESSOR...: what the kernel is told to find.
expected() {
    e_list=
    for e_file; do
        e_list=$e_list${e_list:+,}org.sawboot.${e_file%%.*}:$(
            "$BUILD/host/make-image" crc "$work/$e_file")
    done
    echo "expect-extensions=$e_list"
}

make_driver one 100
make_driver two 5000
make_driver three 300000
make_driver four 1
archive one.mkext one -arch ppc
archive three.mkext three
archive four.mkext four -arch ppc -arch i386 -arch x86_64
archive stored.mkext one -stored -arch ppc
archive one.v2.mkext one -v2 -stored -arch x86_64
archive three.v2.mkext three -v2 -stored -arch i386 -arch x86_64

# --- Power Macs ---------------------------------------------------------------------------------
# The card's node, a folder, a second archive of driver= (of which there is a slice for it), and one whose
# executable is still fat.
boot_from "$files" mac99 256 rtl8139 demo-ppc "driver=one.mkext driver=two.kext driver=four.mkext \
mkext=three.mkext args=-v expect-driver $(expected one.ppc two.ppc four.ppc three.fat)"
verdict 'mac99: on the node, a folder, another archive, mkext='
# The node comes first, whatever stands before it.
boot_from "$files" g3beige 256 e1000 demo-ppc "mkext=three.mkext driver=two.kext driver=stored.mkext \
mkext=four.mkext args=-v expect-driver $(expected one.ppc two.ppc three.fat four.ppc)"
verdict 'g3beige: mkext= before driver=, a folder before the archive'
boot_from "$files" mac99 256 e1000 demo-ppc "driver=two.kext driver=one.mkext driver=one.v2.mkext"
refused SB-KEXT-06 'an archive for PCs among them'
on_console 'driver=one\.v2\.mkext'
result $? 'the message names it'

# --- PCs ----------------------------------------------------------------------------------------
# Darwin 9 reads version 1.
boot_from "$files" pc 256 e1000 demo-i386 "driver=four.mkext driver=two.kext mkext=three.mkext args=-v \
expect-packages=2 expect-kexts=1 $(expected four.i386 two.i386 three.fat)"
verdict 'Darwin 9: a fat archive, a folder, one for any processor'
boot_from "$files" pc 256 rtl8139 demo-i386 "driver=two.kext mkext=three.v2.mkext"
refused SB-KEXT-04 'Darwin 9: version 2'
on_console 'mkext=three\.v2\.mkext: Darwin 9\.[0-9]+ reads version 1 alone'
result $? 'the message names the file and the release'
# Darwin 12 reads both; and an archive that came with the loader.
boot_from "$files" q35 256 rtl8139 demo-x86_64-v2 "file=demo-x86_64-v2 driver=two.kext mkext=one.v2.mkext \
args=-v expect-packages=2 expect-kexts=1 $(expected two.x86_64 one.x86_64 four.x86_64)" \
    -initrd "$files/four.mkext"
verdict 'Darwin 12: a folder, version 2, a module'
boot_from "$files" q35 256 e1000 demo-x86_64-v2 "driver=three.v2.mkext driver=one.v2.mkext driver=two.kext \
mkext=four.mkext args=-v expect-packages=3 expect-kexts=1 \
$(expected three.x86_64 one.x86_64 two.x86_64 four.x86_64)"
verdict 'Darwin 12: version 2 fat and thin, a folder, version 1 fat'

# The kernel does compare: another order, or other contents, fail.
boot_from "$files" pc 256 e1000 demo-i386 "driver=two.kext driver=four.mkext args=-v \
$(expected four.i386 two.i386)"
wait_console '^VERDICT pass=[0-9]+ fail=[1-9]'
result $? 'the wrong order is noticed'
boot_from "$files" pc 256 e1000 demo-i386 "driver=two.kext args=-v $(expected two.x86_64)"
wait_console '^VERDICT pass=[0-9]+ fail=1[^0-9]*$'
result $? 'other contents are noticed'
finish
