#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The prompt's commands on both kinds of machine and with both cards: what they say is compared with
# what a real server has, and what a dry run tells with what the kernel then finds in its memory.
. "$(dirname "$0")/servers.sh"

files=$work/files
mkdir "$files"
cp "$payloads/demo-ppc" "$payloads/demo-x86_64-v2" "$payloads/SawbootDemo.mkext" \
    "$payloads/SawbootDemo-x86.mkext" "$payloads/noise" "$files/"
serial=pipe:$work/port
inspect=$BUILD/host/inspect

# A TFTP server that takes files, too.
serve "$unpacked/tftpd-hpa/usr/sbin/in.tftpd" --foreground --create --secure \
    --address 192.0.2.1:69 --user root "$files"

# start MACHINE CARD WORDS: a machine whose serial port can be typed at.
start() {
    prompts=0
    stop_machine
    rm -f "$work/port.in" "$work/port.out" # a machine before may have left something in them
    mkfifo "$work/port.in" "$work/port.out"
    exec 4<>"$work/port.in"
    start_loader=$loader
    [ "$1" = mac99 ] || start_loader=$loader_x86
    start_machine "$1" 256 -kernel "$start_loader" -append "$3" \
        -netdev tap,id=n0,ifname=tap0,script=no,downscript=no -device "$2,netdev=n0,romfile="
    cat <"$work/port.out" >>"$console" &
    helper_pids="$helper_pids $!"
}

prompts_shown() {
    tr -d '\000' <"$console" | grep -c '^sawboot> '
}

# prompted: waits until there is one prompt more than at the last call.
prompted() {
    prompts=$((prompts + 1))
    for _ in $(seq 600); do
        [ "$(prompts_shown)" -ge $prompts ] && return 0
        kill -0 "$qemu_pid" 2>/dev/null || return 1
        sleep 0.2
    done
    return 1
}

# type_line KEYS: types them and Return, as printf(1) writes them, and waits for the next prompt.
type_line() {
    # shellcheck disable=SC2059
    printf "$1" >&4
    printf '\r' >&4
    prompted
}

# says PATTERN DESCRIPTION
says() {
    on_console "$1"
    result $? "$2"
}

times_on_console() {
    tr -d '\000' <"$console" | grep -cE -- "$1"
}

# commands MACHINE CARD KERNEL MKEXT ARGUMENTS
commands() {
    of="$1, $2"
    start "$1" "$2" "prompt verbose net=static:192.0.2.77/24,,192.0.2.1 file=$3 mkext=$4 args=$5"
    prompted && ! on_console 'opening card'
    result $? "$of: the word prompt leads there before anything is done"
    type_line help && on_console '^  plan ' && on_console '^  nic \[NUMBER\] '
    result $? "$of: help"
    type_line mem && on_console '^[0-9]+ KB of RAM, [0-9]+ KB of it claimed, [0-9]+ KB free'
    result $? "$of: mem"
    type_line pci && on_console '^ *BAR [0-9]  (memory|I/O) '
    result $? "$of: pci"
    says "$(case $2 in rtl8139) echo '10ec:8139' ;; *) echo '8086:100e' ;; esac) subsystem" \
        "$of: and it is the card"
    type_line devtree
    case $1 in
    mac99) says '^  chosen' "$of: devtree is the firmware's" ;;
    *) says 'SB-TREE-[0-9]+' "$of: devtree: a PC's firmware has none" ;;
    esac

    type_line 'fetch noise' && on_console "noise: $(stat -c %s "$files/noise") bytes in " &&
        on_console "CRC-32  $(payload_crc noise)" &&
        on_console "SHA-256 $(sha256sum "$files/noise" | cut -d ' ' -f 1)"
    result $? "$of: fetch tells the file's checksums"

    type_line 'dryrun' && on_console '^Dry run: ' && on_console '^XNU on .*, entry ' &&
        on_console "^kernel arguments: \"$5\""
    result $? "$of: a dry run ends at the prompt"
    python3 tests/qemu/dump.py "$console" devtree "$work/tree" >"$work/tree.place" &&
        python3 tests/qemu/dump.py "$console" bootargs "$work/bootargs" >"$work/bootargs.place"
    result $? "$of: the dumps on the console are whole"
    order='>'
    [ "$1" = mac99 ] || order='<'
    {
        "$inspect" extract -o "$work/extracted" "$console" && cmp "$work/extracted" "$work/tree" &&
            "$inspect" tree "$work/tree" "$console" && "$inspect" -json "$work/extracted" >"$work/json" &&
            python3 tests/fast/inspect.py tree "$work/json" "$work/tree" "$order"
    } >"$work/log" 2>&1
    result $? "$of: inspect reads the tree out of the console's log, as another reader does" || sed 's/^/# /' "$work/log"
    "$inspect" "$console" | grep -q "CommandLine .*$5"
    result $? "$of: and boot_args"
    type_line plan && [ "$(times_on_console '  (kernel __TEXT|boot_args|device tree|driver archive)')" -ge 8 ]
    result $? "$of: plan"
    type_line bootargs && on_console "^  CommandLine +\"$5\"" && on_console '^  deviceTreeLength '
    result $? "$of: bootargs"
    type_line 'devtree /chosen' && on_console '^  \+ memory-map'
    result $? "$of: devtree of a node"
    type_line 'devtree dump tftp://192.0.2.1/tree-%%41' && cmp "$work/tree" "$files/tree-A"
    result $? "$of: the tree goes to a TFTP server" || {
        ls -l "$work/tree" "$files"
    } | tr -d '\000\r' | sed 's/^/# /'
    rm -f "$files/tree-A"

    type_line 'nic' && type_line 'nic 0' && on_console 'frames: [1-9][0-9]* received, [1-9][0-9]* sent'
    result $? "$of: nic counts frames"
    case $2 in
    rtl8139) says ' BMSR +[0-9a-f]{4} ' "$of: registers of the card" ;;
    *) says ' GPRC +[1-9][0-9]*' "$of: statistics of the card" ;;
    esac

    before=$(times_on_console '^XNU on .*, entry ')
    type_line 'plax\033[D\033[3~n' &&
        [ "$(times_on_console '^XNU on .*, entry ')" -eq $((before + 1)) ]
    result $? "$of: cursor keys and Delete"
    type_line '\033[A' && [ "$(times_on_console '^XNU on .*, entry ')" -eq $((before + 2)) ]
    result $? "$of: the line before at the cursor key"

    # What a dry run tells is kept for the commands; the next one replaces it.
    type_line dryrun &&
        [ "$(tr -d '\000\r' <"$console" | grep '^memory: .* free' | tail -n 2 | sort -u | wc -l)" -eq 1 ] &&
        [ "$(times_on_console '^memory: .* free')" -eq 3 ]
    result $? "$of: nothing more stays claimed after another one"

    printf 'boot\r' >&4
    wait_console '^VERDICT ' && on_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'
    result $? "$of: and then the kernel starts"
    read -r place length <"$work/tree.place"
    memory_of "$place" "$length" "$work/found" &&
        python3 tests/qemu/dump.py -compare "$work/tree" "$work/found"
    result $? "$of: its tree is the one of the dry run"
    read -r place length <"$work/bootargs.place"
    memory_of "$place" "$length" "$work/found" && cmp "$work/bootargs" "$work/found"
    result $? "$of: its boot_args are those of the dry run"
}

commands mac99 rtl8139 demo-ppc SawbootDemo.mkext '-v static-network'
commands mac99 e1000 demo-ppc SawbootDemo.mkext '-v static-network'
commands pc rtl8139 demo-x86_64-v2 SawbootDemo-x86.mkext \
    '-v static-network expect-mac=52:54:00:12:34:56'
commands q35 e1000 demo-x86_64-v2 SawbootDemo-x86.mkext \
    '-v static-network expect-mac=52:54:00:12:34:56'

# The keyboard of a PC has no sequences.
serial=file:$console
start_machine pc 64 -kernel "$loader_x86" -append prompt
wait_console '^sawboot> '
type_text 'memx'
wait_console 'SB-OPT-01' 20
type_text ''
monitor 'sendkey up'
sleep 0.5
monitor 'sendkey backspace'
sleep 0.5
monitor 'sendkey home'
monitor 'sendkey delete'
sleep 0.5
type_text 'm'
wait_console 'KB of it claimed' 20
result $? 'cursor keys, Home and Delete of the keyboard of a PC'

# Nor is there anything on the serial port of a Power Mac whose console is screen and keyboard: but the
# kernel writes there. What is typed before the prompt is there may be lost, so it is typed again.
console_arguments='-display none'
# shellcheck disable=SC2046
start_machine mac99 128 -kernel "$loader" -append prompt \
    -netdev "$(user_net "$payloads" demo-ppc)" $(devices rtl8139)
for _ in 1 2 3 4 5 6; do
    sleep 5
    monitor 'sendkey ctrl-u'
    type_text 'xboot args=-v'
    sleep 2
    for key in up home delete ret; do
        monitor "sendkey $key"
        sleep 0.5
    done
    wait_console '^VERDICT ' 40 && break
done
on_console '^VERDICT pass=[1-9][0-9]+ fail=0[^0-9]*$'
result $? 'the same at the keyboard of a Power Mac'
finish
