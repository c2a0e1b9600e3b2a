#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The host tool mkext: folders become archives and come back, the same bytes each time.
. "$(dirname "$0")/lib.sh"
mkext=$PWD/$BUILD/host/mkext

refuses() {
    expected=$1
    shift
    "$@" >"$work/said" 2>&1 && { echo "accepted"; return 1; }
    cat "$work/said"
    grep -q "$expected" "$work/said"
}

# make_kext <folder> <identifier> <executable or ''> <where the plist goes>
make_kext() {
    mkdir -p "$1/$4"
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "PropertyList-1.0.dtd">'
        echo '<plist version="1.0"><dict>'
        echo '<key>IOKitPersonalities</key><dict><key>CFBundleIdentifier</key>'
        echo '<string>not.this.one</string></dict>'
        echo "<key>CFBundleIdentifier</key><string>$2</string>"
        echo '<key>CFBundlePackageType</key><string>KEXT</string>'
        echo '<key>CFBundleVersion</key><string>1.2.3</string>'
        if [ -n "$3" ]; then
            echo "<key>CFBundleExecutable</key><string>$3</string>"
            echo '<key>OSBundleLibraries</key><dict/>'
        fi
        echo '</dict></plist>'
    } >"$1/$4/Info.plist"
}

cd "$work" || exit 1
make_kext Family.kext org.example.family Family Contents
mkdir -p Family.kext/Contents/MacOS Family.kext/Contents/PlugIns
{ printf '\376\355\372\316'; dd if=/dev/zero bs=1000 count=9 2>/dev/null; cat "$mkext"; } \
    >Family.kext/Contents/MacOS/Family
make_kext Family.kext/Contents/PlugIns/B.kext org.example.b B Contents
mkdir Family.kext/Contents/PlugIns/B.kext/Contents/MacOS
printf '\376\355\372\316bbbb' >Family.kext/Contents/PlugIns/B.kext/Contents/MacOS/B
make_kext Family.kext/Contents/PlugIns/A.kext org.example.a '' Contents
make_kext Flat.kext org.example.flat Flat .
printf '\376\355\372\316flat' >Flat.kext/Flat

echo 1..22
check 'LZSS archive' "$mkext" create -date 1000000000 -o one.mkext Family.kext Flat.kext
check 'verify finds it good' "$mkext" verify one.mkext
check 'four extensions: plug-ins by name, then the flat one' sh -c \
    "'$mkext' list one.mkext | grep '^  org' | tr '\n' ' ' | grep -x \
    '  org.example.family 1.2.3   org.example.a 1.2.3   org.example.b 1.2.3   org.example.flat 1.2.3 '"
check 'the date is the given one' sh -c \
    "'$mkext' list one.mkext | grep -c '2001-09-09 01:46:40 UTC' | grep -x 7"
touch -d '2020-01-01' Family.kext/Contents/Info.plist
check 'made again' env SOURCE_DATE_EPOCH=1000000000 "$mkext" create -o two.mkext Family.kext Flat.kext
check 'with the same bytes' cmp one.mkext two.mkext
check 'stored archive' "$mkext" create -stored -o stored.mkext Family.kext Flat.kext
check 'is good too' "$mkext" verify stored.mkext
check 'and larger' sh -c '[ "$(wc -c <stored.mkext)" -gt "$(wc -c <one.mkext)" ]'
check 'its dates are the files own' sh -c "'$mkext' list stored.mkext | grep -q '2020-01-01'"
check 'extract' "$mkext" extract -o out one.mkext
check 'modules come back' sh -c \
    'cmp Family.kext/Contents/MacOS/Family out/org.example.family.kext/Contents/MacOS/Family &&
     cmp Flat.kext/Flat out/org.example.flat.kext/Contents/MacOS/Flat'
check 'plists come back' cmp Flat.kext/Info.plist out/org.example.flat.kext/Contents/Info.plist

head -c 2000 one.mkext >short.mkext
check 'a truncated one is refused' refuses SB-KEXT-02 "$mkext" verify short.mkext
{ head -c 3000 one.mkext; printf X; tail -c +3002 one.mkext; } >changed.mkext
check 'a changed one is refused' refuses SB-KEXT-03 "$mkext" verify changed.mkext
check 'what is no archive is refused' refuses SB-KEXT-01 "$mkext" list Flat.kext/Info.plist
check 'no such folder' refuses 'No such file' "$mkext" create -o x.mkext Gone.kext
mkdir -p Odd.kext
echo '<plist><dict><key>CFBundleIdentifier</key></dict>' >Odd.kext/Info.plist
check 'broken XML' refuses 'line [0-9]' "$mkext" create -o x.mkext Odd.kext
make_kext Odd.kext org.example.odd ../../Flat.kext/Flat .
check 'an executable outside its folder' refuses 'no file name' "$mkext" create -o x.mkext Odd.kext
make_kext Odd.kext '' '' .
check 'no identifier' refuses CFBundleIdentifier "$mkext" create -o x.mkext Odd.kext
printf bplist00 >Odd.kext/Info.plist
check 'a binary property list' refuses binary "$mkext" create -o x.mkext Odd.kext
check 'nothing was written for those' test ! -e x.mkext
