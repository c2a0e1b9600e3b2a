#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Failures at a PC's prompt, each in another step of the way to the jump, one after the other on a
# machine with 64 MB: after each of them exactly as much memory is free as after the first.
. "$(dirname "$0")/lib.sh"

files=$work/files
mkdir "$files"
cp -r "$payloads"/demo-i386 "$payloads"/demo-x86_64-v2 "$payloads"/demo-x86-truncated "$payloads"/demo-i386-firmware \
    "$payloads"/multiboot.elf "$payloads"/multiboot-high.elf "$payloads"/noise "$payloads"/SawbootDemo.kext \
    "$payloads"/SawbootDemo-x86.mkext "$payloads"/SawbootDemo-damaged.mkext "$files/"
gzip -c "$payloads/demo-x86-truncated" >"$files/truncated.gz"
gzip -c "$payloads/demo-x86.fat" >"$files/fat.gz"
# No kernel; and one more file that fits in once and leaves no room for what goes to the kernel.
truncate -s 20M "$files/zeros"
truncate -s 61000000 "$files/filling"

serial=pipe:$work/port

# free_after N: what is free at the prompt number N, KB; waits for that prompt.
free_after() {
    for _ in $(seq 300); do
        [ "$(tr -d '\000' <"$console" | grep -c '^sawboot> ')" -ge "$1" ] && break
        sleep 0.1
    done
    tr -d '\000\r' <"$console" | sed -n 's/^memory: \([0-9]*\) KB are free in one piece$/\1/p' | sed -n "$1p"
}

# fails CODE WORDS: types them; good if it fails so, and the memory is the first failure's.
fails() {
    tries=$((tries + 1))
    printf 'verbose %s\r' "$2" >&4
    free=$(free_after $tries)
    last=$(tr -d '\000\r' <"$console" | grep -o '^SB-[A-Z]*-[0-9]*' | tail -n 1)
    [ -n "$free" ] && [ "$free" = "$first" ] && printf '%s\n' "$last" | grep -qxE "$1"
    result $? "$machine: $2: $1, ${first:-?} KB free" || echo "# $last, ${free:-?} KB free"
}

for card in rtl8139 e1000; do
    machine=pc
    [ $card = rtl8139 ] || machine=q35
    stop_machine
    rm -f "$work/port.in" "$work/port.out"
    mkfifo "$work/port.in" "$work/port.out"
    exec 4<>"$work/port.in"
    boot_from "$files" $machine 64 $card no-such-file verbose
    cat <"$work/port.out" >>"$console" &
    helper_pids="$helper_pids $!"
    tries=1
    first=$(free_after 1)
    fails SB-IMG-01 'file=zeros'
    fails SB-IMG-02 'file=demo-x86-truncated'
    fails SB-IMG-02 'file=truncated.gz'
    fails SB-KEXT-03 'file=demo-i386 mkext=SawbootDemo-damaged.mkext'
    fails SB-TFTP-01 'file=demo-i386 driver=SawbootDemo.kext mkext=no-such'
    fails SB-PC-01 'file=demo-i386 video=1234x567'
    fails 'SB-MEM-0[23]' 'file=fat.gz mkext=SawbootDemo-x86.mkext driver=SawbootDemo.kext ramdisk=filling'
    fails 'SB-MEM-0[23]' 'file=demo-x86_64-v2 video=1024x768 ramdisk=filling'
    fails SB-MEM-04 'file=demo-i386-firmware'
    fails SB-TFTP-01 'file=multiboot.elf module=noise module=no-such'
    fails 'SB-MEM-0[23]' 'file=multiboot-high.elf module=filling'
    fails SB-TFTP-01 'file=no-such net=static:10.0.2.99/24,,10.0.2.2'
    fails SB-NIC-02 'nic=7'
    printf 'file=demo-i386 mkext=SawbootDemo-x86.mkext args=-v expect-packages=1\r' >&4
    wait_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'
    result $? "$machine: and then a kernel starts"
done
finish
