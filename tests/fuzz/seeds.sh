#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes the inputs that fuzzing starts from: those in tests/fuzz/seeds, those of the program
# fuzz-seeds, and archives of the tool mkext.
# usage: seeds.sh FOLDER
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
folder=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/sawboot-seeds.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir -p "$folder"
cp -R tests/fuzz/seeds/. "$folder"
"$BUILD/host/fuzz-seeds" "$folder"

# Kernel extensions as Mac OS X has them: one with a program and one that has only properties.
mkdir -p "$work/A.kext/Contents/MacOS" "$work/B.kext/Contents"
cp tests/payloads/SawbootDemo.kext/Contents/Info.plist "$work/A.kext/Contents"
cp tests/payloads/SawbootDemo.kext/Contents/Info.plist "$folder/plist/demo.plist"
program=$(sed -n '/CFBundleExecutable/{n;s/.*<string>\(.*\)<.*/\1/p;}' \
    "$work/A.kext/Contents/Info.plist")
printf '\376\355\372\316\0\0\0\022\0\0\0\0\0\0\0\001' >"$work/A.kext/Contents/MacOS/$program"
cat >"$work/B.kext/Contents/Info.plist" <<'PLIST'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CFBundleIdentifier</key><string>org.example.b</string>
<key>CFBundlePackageType</key><string>KEXT</string><key>CFBundleVersion</key><string>1</string></dict></plist>
PLIST
"$BUILD/host/mkext" create -date 1000000000 -o "$folder/mkext1/tool" "$work/A.kext" "$work/B.kext" \
    >/dev/null
"$BUILD/host/mkext" create -date 1000000000 -stored -o "$folder/mkext1/tool-stored" "$work/B.kext" \
    >/dev/null

# Names that nearly fill the room for them: in a URI, each % of a name takes three characters. The
# target takes this length for a file that came from a URI.
awk 'BEGIN {
    for (i = 0; i < 130; i++)
        name = name "%"
    print "<plist><dict><key>Sawboot Module</key><array>"
    for (i = 0; i < 15; i++)
        print "<string>" name " word</string>"
    print "</array></dict></plist>\n"
}' >"$folder/configuration/full.plist"
