#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# One boot of the soak, in a network of its own: a machine, the cable that misbehaves, dnsmasq for
# addresses and a TFTP server. soak.py draws what is booted and says it in the environment:
#
#   SOAK_MACHINE SOAK_MEGABYTES SOAK_CARD    as for lib.sh's start_machine and devices
#   SOAK_WAY       kernel, rom, cd or ipxe: how the loader is started
#   SOAK_FILES     the folder that is served;  SOAK_FILE  the boot file
#   SOAK_WORDS     the loader's words
#   SOAK_SERVER    dnsmasq, atftpd or tftpd-hpa
#   SOAK_RULES     the cable's rules, with semicolons between;  SOAK_SEED  its seed
#   SOAK_GOOD      what the console shows when the right thing runs as it should (extended regular expression)
#   SOAK_ALSO      what it has to show besides then; may be empty
#   SOAK_SILENCE   a boot hangs if the console does not change for so many seconds (90 at the most while
#                  OpenBIOS reads a CD), or
#   SOAK_BOUND     if it takes so many
#   SOAK_KEEP      where console, logs and the cable's record go
#
# The last line is "soak OUTCOME SECONDS LOADER-SECONDS QUIET-SECONDS STARTS": the outcome is right, wrong (it
# runs, and is not content), the loader's code, crashed, hangs, firmware (nothing was started) or
# died (QEMU has ended); then the time in all, the time from the loader's first line, the time in which the
# console did not change before the end, and how often the machine was started.
. "$(dirname "$0")/../qemu/servers.sh"

folder=$SOAK_FILES
wire_pid=
banner='^Sawboot '
ends="$SOAK_GOOD|^VERDICT pass=[0-9]+ fail=[0-9]+|^sawboot> |^A key within [0-9]+ s|^0 > |$crashed"

plug() { # rules
    unplug
    echo "$1" | tr ';' '\n' >"$work/rules"
    "$BUILD/host/wire" -s "$SOAK_SEED" -f "$work/rules" -t $((SOAK_BOUND + 60)) -o "$work/report" \
        -p "$work/record" -c "unix:$work/cable,$work/machine" -S tap:tap0 >"$work/wire.log" 2>&1 3>&- &
    wire_pid=$!
    for _ in $(seq 100); do
        grep -q '^wire ready' "$work/wire.log" && return 0
        sleep 0.1
    done
    return 1
}

unplug() {
    [ -n "$wire_pid" ] || return 0
    kill "$wire_pid" 2>/dev/null
    wait "$wire_pid"
    wire_pid=
}
trap 'unplug; cleanup' EXIT

milliseconds() {
    date +%s%3N
}

# Card $1 of devices, with the ROM that is drawn.
card_words() {
    case $SOAK_WAY in
    ipxe) devices "$1" | sed 's/,romfile=//' ;;
    rom)
        case ${1%%/*} in
        rtl8139) rom=10ec8139 ;;
        e1000) rom=8086100e ;;
        *) rom=8086100f ;;
        esac
        case $SOAK_MACHINE in
        pc | q35) devices "$1" | sed "s|romfile=|&$BUILD/images/$rom-x86.rom,bootindex=1|" ;;
        *) devices "$1" | sed "s|romfile=|&$BUILD/images/$rom-ppc.rom|" ;;
        esac
        ;;
    *) devices "$1" ;;
    esac
}

start() {
    rm -f "$work/machine"
    # shellcheck disable=SC2046
    set -- "$SOAK_MACHINE" "$SOAK_MEGABYTES" $(card_words "$SOAK_CARD") \
        -netdev "dgram,id=n0,local.type=unix,local.path=$work/machine,remote.type=unix,remote.path=$work/cable"
    case $SOAK_WAY-$SOAK_MACHINE in
    kernel-pc | kernel-q35) set -- "$@" -kernel "$loader_x86" -append "$SOAK_WORDS" ;;
    kernel-*) set -- "$@" -kernel "$loader" -append "$SOAK_WORDS" ;;
    cd-pc | cd-q35) set -- "$@" -drive "file=$BUILD/images/sawboot-x86.iso,format=raw,media=cdrom" -boot d ;;
    cd-*)
        set -- "$@" -drive "file=$BUILD/images/sawboot-ppc.iso,format=raw,media=cdrom" -boot d \
            -prom-env "boot-file=$SOAK_WORDS"
        ;;
    ipxe-*) set -- "$@" -boot n ;;
    rom-pc | rom-q35) ;;
    rom-*)
        nvramrc=$(tools/openbios-rom.sh '' | sed -n 's/^nvramrc=//p')
        set -- "$@" -prom-env 'use-nvramrc?=true' -prom-env "nvramrc=$nvramrc" \
            -prom-env 'boot-device=/pci/sawboot' -prom-env "boot-file=$SOAK_WORDS"
        ;;
    esac
    start_machine "$@"
}

# Whether it is OpenBIOS that reads a CD.
by_openbios_cd() {
    case $SOAK_WAY-$SOAK_MACHINE in
    cd-mac99 | cd-g3beige) return 0 ;;
    esac
    return 1
}

# Whether OpenBIOS, which does not wait long for a CD, got nothing from it: it says so, or its Forth has
# jumped to address 0 (see start_from_drive in ../qemu/lib.sh) before anything of ours ran.
cd_not_read() {
    [ "$outcome" = firmware ] && by_openbios_cd || return 1
    on_console '^0 > ' || monitor 'info registers'
    sleep 0.5
    on_console 'No valid state has been set' || grep -q '^NIP 0*4 *LR f*fff[0-9a-f]* CTR 0* ' "$work/qemu.log"
}

# watch: waits for the end; sets `outcome`, and when the loader began.
watch() {
    changed=$(milliseconds) began='' size=0 outcome='' quiet=0
    until [ -n "$outcome" ]; do
        sleep 0.2
        now=$(milliseconds)
        if [ -z "$began" ] && on_console "$banner"; then
            began=$now
            [ "$SOAK_WAY" != ipxe ] || plug "$SOAK_RULES"
        fi
        size_now=$(stat -c %s "$console")
        silence=$SOAK_SILENCE
        if [ -z "$began" ] && by_openbios_cd && [ "$silence" -gt 90 ]; then silence=90; fi
        [ "$size_now" = "$size" ] || quiet=$((now - changed)) changed=$now size=$size_now
        if on_console "$ends"; then
            sleep 0.3 # the rest of the line
            judge
        elif ! kill -0 "$qemu_pid" 2>/dev/null; then
            outcome=died
        elif [ $((now - changed)) -gt $((silence * 1000)) ] ||
            [ $((now - started)) -gt $((SOAK_BOUND * 1000)) ]; then
            outcome=hangs quiet=$((now - changed))
            [ -n "$began" ] || outcome=firmware
        fi
    done
}

judge() {
    if on_console "$SOAK_GOOD"; then
        outcome=right
        [ -z "$SOAK_ALSO" ] || on_console "$SOAK_ALSO" || outcome=wrong
    elif on_console '^VERDICT'; then
        outcome=wrong
    elif on_console "$crashed"; then
        outcome=crashed
    elif on_console 'Sawboot demonstration (kernel|client)'; then
        outcome=crashed # it was started, and firmware or loader is there again
    elif ! on_console "$banner"; then
        outcome=firmware
    else
        outcome=$(tr -d '\r\000' <"$console" | sed -nE 's/^(SB-[A-Z]+-[0-9]+): .*/\1/p' | tail -n 1)
        outcome=${outcome:-silent}
    fi
}

set -- --no-ping --dhcp-option-force=224,"sawboot $SOAK_WORDS"
case $SOAK_WAY-$SOAK_MACHINE in
kernel-* | *-mac99 | *-g3beige) set -- --no-ping ;; # these have words of their own
esac
case $SOAK_WAY in
ipxe)
    set -- "$@" --dhcp-userclass=set:sawboot,Sawboot --dhcp-boot=tag:!sawboot,sawboot-x86.pxe \
        --dhcp-boot="tag:sawboot,$SOAK_FILE"
    ;;
*) set -- "$@" --dhcp-boot="$SOAK_FILE" ;;
esac
case $SOAK_SERVER in
dnsmasq) set -- "$@" --enable-tftp --tftp-root="$folder" ;;
tftpd-hpa) tftpd_server ;;
atftpd) atftpd_server ;;
esac
dnsmasq_server "$@"

# Firmware that did not read the CD, which it does not wait long for, is started again (start_from_drive).
started=$(milliseconds) starts=0
while [ $starts -lt 5 ]; do
    starts=$((starts + 1))
    # A PXE ROM is not what is tried here: the faults begin with the loader.
    if [ "$SOAK_WAY" = ipxe ]; then plug ''; else plug "$SOAK_RULES"; fi || break
    started=$(milliseconds)
    start
    watch
    cd_not_read || break
    cp "$console" "$SOAK_KEEP/console-$starts"
done
now=$(milliseconds)
stop_machine
unplug
for log in console qemu.log server.log wire.log rules report record; do
    cp "$work/$log" "$SOAK_KEEP/" 2>/dev/null
done
echo "soak ${outcome:-no-cable} $(((now - started) / 1000)) $(((now - ${began:-$now}) / 1000))" \
    "$((${quiet:-0} / 1000)) $starts"
