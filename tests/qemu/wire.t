#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Emulated machines, and the loader as a process, behind a cable that loses, repeats, delays and
# changes frames (tests/net/README.md), with dnsmasq for addresses and real TFTP servers for files:
# kernels of 1 and 8 MB that check their own digest. make check-wire has the long form.
. "$(dirname "$0")/servers.sh"

SECONDS_TO_BOOT=100
report=$work/report
seed=0
wire_pid=

# plug RULE...: the cable between $work/machine and tap0.
plug() {
    unplug
    seed=$((seed + 1))
    rules=$*
    set --
    # One rule in each line of $rules.
    echo "$rules" | tr ';' '\n' >"$work/rules"
    "$BUILD/host/wire" -s $seed -f "$work/rules" -t 300 -o "$report" \
        -c "unix:$work/cable,$work/machine" -S tap:tap0 >"$work/wire.log" 2>&1 3>&- &
    wire_pid=$!
    for _ in $(seq 50); do
        grep -q '^wire ready' "$work/wire.log" && return 0
        sleep 0.1
    done
    sed 's/^/# /' "$work/wire.log"
    return 1
}

# unplug: ends it; good if it ends as it should.
unplug() {
    [ -n "$wire_pid" ] || return 0
    kill "$wire_pid"
    wait "$wire_pid"
    unplug_status=$?
    wire_pid=
    return $unplug_status
}
trap 'unplug; cleanup' EXIT

# all_applied: every rule has done something, and the cable has ended well.
all_applied() {
    unplug && [ "$(grep -c '^wire rule' "$report")" = "$(grep -c . "$work/rules")" ] &&
        ! grep -q '^wire rule .* applied=0 ' "$report"
    result $? 'every rule has done something' || sed 's/^/# /' "$report"
}

# machine MACHINE CARD WORDS
machine() {
    machine_loader=$loader
    [ "$1" = mac99 ] || machine_loader=$loader_x86
    rm -f "$work/machine"
    start_machine "$1" 256 -kernel "$machine_loader" -append "$3" -device "$2,netdev=n0,romfile=" \
        -netdev "dgram,id=n0,local.type=unix,local.path=$work/machine,remote.type=unix,remote.path=$work/cable"
}

# arrives MACHINE CARD MEGABYTES RULES: a kernel of that size starts, and finds its digest right.
arrives() {
    plug "$4" || result $? 'the cable is there'
    case $1 in
    mac99) file=kernel-ppc-$3m ;;
    *) file=kernel-i386-$3m ;;
    esac
    machine "$1" "$2" "file=tftp://192.0.2.1/$file args=-v"
    if verdict "$1, $2, $3 MB: $4"; then
        reads "ok   - __PAD: $(($3 << 20)) bytes" 'its digest was compared'
    fi
    all_applied
}

folder=$work/files
mkdir "$folder"
chmod a+rx "$work" "$folder"
for megabytes in 1 8; do
    for arch in ppc i386; do
        "$BUILD/host/elf2macho" -pad $((megabytes << 20)) "$payloads/demo-$arch.elf" \
            "$folder/kernel-$arch-${megabytes}m"
    done
done
chmod a+r "$folder"/*
dnsmasq_server --no-ping
atftpd_server

arrives mac99 rtl8139 8 'drop 1%;duplicate 5%;reorder 10%'
arrives q35 e1000 8 'drop 5%'
arrives mac99 e1000 1 'drop 20%'
arrives pc rtl8139 8 'corrupt 2%;corrupt 1% at=ip checksum=right;corrupt 1% at=udp checksum=right;truncate 1%'
arrives mac99 e1000 1 'drop arp-reply times=1;drop dhcp-offer times=1;delay oack 900ms;drop data block=193 times=2;drop ack block=300-800 times=1'
arrives q35 rtl8139 1 'storm 300/s;storm 100/s udp;inject wrong-tid data 5%;inject wrong-tid-error data 5%;inject wrong-server data 5%;inject forged-ack 20%;inject runt 2%;inject oversized 2%'
# An RTL8139 is started anew behind each of these, with frames waiting in QEMU.
arrives pc rtl8139 8 'inject oversized 6%'

# A server that is gone: the loader says so in its time, 17 s for a block and 15 s for requests.
plug 'drop data skip=100;drop oack skip=1'
machine pc e1000 'file=tftp://192.0.2.1/kernel-i386-8m args=-v'
refused SB-TFTP-03 'no more blocks' 60
all_applied

# The loader as a process, in real time.
if plug 'drop 2%;duplicate 5%;corrupt 1%;delay 20% 1ms-20ms'; then
    timeout 60 "$BUILD/host/net/client" -n rtl8139 -L 50 -c "$work/machine,$work/cable" \
        -F tftp://192.0.2.1/kernel-ppc-1m -O "$work/arrived" >"$work/said" 2>&1
    sed 's/^/# /' "$work/said"
    cmp -s "$work/arrived" "$folder/kernel-ppc-1m"
fi
result $? 'the loader as a process: the file is the same'
all_applied
stop_servers

if [ "$SAWBOOT_NETWORK" = root ]; then
    dnsmasq_server --no-ping
    tftpd_server
    # It repeats a block after a second, and never when it is asked to.
    arrives q35 e1000 1 'drop 1%;duplicate 5%;reorder 10%'
    stop_servers
else
    skip 'tftpd-hpa' 'it changes its groups, which takes real root'
fi
finish
