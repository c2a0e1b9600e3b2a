#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# inspect under sanitizers on files that are cut off anywhere or have wrong bytes: it may refuse them, but ends
# by itself, with a status of its own and, as JSON, with good JSON.
. "$(dirname "$0")/lib.sh"
payloads=$BUILD/payloads
"$BUILD/host/inspect" plan -root "$payloads" -bootargs "$work/bootargs" file=demo-ppc >/dev/null
"$BUILD/host/inspect" plan -root "$payloads" -machine q35-4g -bootargs "$work/bootargs2" file=demo-x86_64-v2 >/dev/null
python3 tests/fast/inspect.py write_log tools/inspect/machines/g3beige.devtree "$work/bootargs" "$work/console.log"
cat >"$work/plist" <<'EOT'
<plist version="1.0"><dict><key>Kernel</key><string>mach_kernel</string><key>Kernel Flags</key><string>-v &amp; x</string>
<key>MKext Cache</key><array><string>a</string><string>b</string></array><key>Sawboot Words</key><string>verbose</string></dict></plist>
EOT
export ASAN_OPTIONS=abort_on_error=0:detect_leaks=0:exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1

# survives ROUNDS WORDS... FILE: so many damaged copies, half of them cut off
survives() {
    python3 tests/fast/inspect-damage.py "$BUILD/sanitize/inspect" "$work" "$@"
}
for file in demo-ppc demo-x86_64-v2 demo-x86.fat demo-ppc.lzss client-ppc.xcf client-ppc-xcf.chrp client-ppc.elf multiboot64.elf \
    multiboot.kludge SawbootDemo.mkext SawbootDemo-x86.mkext SawbootDemo-x86.v2.mkext; do
    check "$file" survives 24 "$payloads/$file"
done
check 'a ROM' survives 24 "$BUILD/images/8086100e-ppc.rom"
check 'a flattened tree' survives 24 tools/inspect/machines/g3beige.devtree
check 'as a tree, whatever it is' survives 24 -as device-tree tools/inspect/machines/g3beige.devtree
check 'a configuration' survives 24 -as configuration "$work/plist"
check 'a log' survives 24 -as log "$work/console.log"
check 'boot_args for PowerPC' survives 24 -as boot-args "$work/bootargs"
check 'boot_args for x86' survives 24 -as boot-args "$work/bootargs2"
check 'descriptions of machines' survives 24 plan "$work/machine" tools/inspect/machines/pc-256
check 'kernels on a machine' survives 24 plan "$work/kernel" "$payloads/demo-i386"
check 'programs on a machine' survives 24 plan "$work/program" "$payloads/client-ppc.xcf"
echo "1..$number"
