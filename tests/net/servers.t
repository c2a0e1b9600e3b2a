#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The loader's TFTP and real servers, and servers with odd manners, in a network of their own: files
# of every size that ends somewhere special. (That emulated machines get on with the same servers is
# tests/qemu/servers.t's part.)
. "$(dirname "$0")/../qemu/servers.sh"

transfer=$BUILD/sanitize/net/transfer
folder=$work/files
mkdir "$folder"
chmod 755 "$work" "$folder"
address=static:192.0.2.50/24,,192.0.2.1

# Bytes before the end of one of noise, so that no block looks like another.
head -c 209715200 /dev/urandom >"$folder/200m"
for size in 0 1 511 512 513 1467 1468 1469 23487 23488 23489; do
    head -c $size "$folder/200m" >"$folder/$size"
done
small='0 1 511 512 513 1467 1468 1469 23487 23488 23489'
# The largest block that QEMU's server grants.
for size in 1427 1428 1429; do
    head -c $size "$folder/200m" >"$folder/$size"
done
# What takes so many blocks of 512, 8 and 1428 bytes; the last one is empty where it is "+0".
for size in 512 8 1428; do
    for blocks in 65534 65535 65536 65537; do
        head -c $((blocks * size - size / 3)) "$folder/200m" >"$folder/${size}x$blocks"
    done
    head -c $((65535 * size)) "$folder/200m" >"$folder/${size}x65535+0"
done
wrapping='65534 65535 65536 65537 65535+0'
chmod 644 "$folder"/*

# ready PORT: waits until somebody listens there.
ready() {
    port=$(printf '%04X' "$1")
    for _ in $(seq 50); do
        grep -q ":$port 00000000:0000 07" /proc/net/udp && return
        sleep 0.1
    done
}

# fetches DESCRIPTION URI-PREFIX WORDS FILES...: all of them come as they are.
fetches() {
    what=$1 prefix=$2 words=$3
    shift 3
    pairs=
    for file in "$@"; do
        pairs="$pairs $prefix$file=$folder/$file"
    done
    # shellcheck disable=SC2086
    timeout 300 "$transfer" $words ${wire:-tap0} $address $pairs >"$work/said" 2>&1
    status=$?
    [ "$(grep -c '^right ' "$work/said")" -eq $# ] && [ $status -eq 0 ]
    result $? "$what"
    [ $status -eq 0 ] || grep -v '^right ' "$work/said" | sed 's/^/#   /'
}

# sent FILE: so many packets were sent for it.
sent() {
    sed -n "s/^right .* sent=\([0-9]*\) .*$1\$/\1/p" "$work/said"
}

atftpd_server
ready 69
# shellcheck disable=SC2086
fetches 'atftpd, in windows: every size, and 200 MiB' '' '' $small 200m
# 16 blocks with each acknowledgement; a busy machine may lose some.
packets=$(sent 200m)
[ "$packets" -ge $((209715200 / 1468 / 16)) ] && [ "$packets" -le $((209715200 / 1468 / 8)) ]
result $? "and 200 MiB take $packets packets of ours"
# shellcheck disable=SC2086
fetches 'atftpd, without windows' '' '-w 1' $small
stop_servers

serve "$unpacked/atftpd/usr/sbin/atftpd" --daemon --no-fork --user root --group root --no-blksize \
    --bind-address 192.0.2.1 --logfile - "$folder"
ready 69
# shellcheck disable=SC2046
fetches 'atftpd, in windows: numbers that wrap' '' '' $(printf '512x%s ' $wrapping)
stop_servers

if [ "$SAWBOOT_NETWORK" = root ]; then
    tftpd_server
    ready 69
    # shellcheck disable=SC2086
    fetches 'tftpd-hpa: every size, and 200 MiB' '' '' $small 200m
    stop_servers
    serve "$unpacked/tftpd-hpa/usr/sbin/in.tftpd" --foreground --secure --address 192.0.2.1:69 \
        --blocksize 512 --user root "$folder"
    ready 69
    # shellcheck disable=SC2046
    fetches 'tftpd-hpa: numbers that wrap' '' '' $(printf '512x%s ' $wrapping)
    stop_servers
else
    skip 'tftpd-hpa: every size, and 200 MiB' 'tftpd-hpa changes its groups, which takes real root'
    skip 'tftpd-hpa: numbers that wrap' 'the same'
fi

dnsmasq_server --enable-tftp --tftp-root="$folder"
ready 69
# shellcheck disable=SC2086
fetches 'dnsmasq: every size, and 200 MiB' '' '' $small 200m
stop_servers
dnsmasq_server --enable-tftp --tftp-root="$folder" --tftp-no-blocksize
ready 69
# shellcheck disable=SC2046
fetches 'dnsmasq: numbers that wrap' '' '' $(printf '512x%s ' $wrapping)
stop_servers

# QEMU's own, without a machine.
mkfifo "$work/quiet"
exec 5<>"$work/quiet"
serve qemu-system-x86_64 -M none -display none -monitor stdio -netdev "user,id=u,tftp=$folder" \
    -netdev dgram,id=d,local.type=inet,local.host=127.0.0.1,local.port=7102,remote.type=inet,remote.host=127.0.0.1,remote.port=7101 \
    -netdev hubport,id=a,hubid=0,netdev=u -netdev hubport,id=b,hubid=0,netdev=d <"$work/quiet"
sleep 1
wire=udp:7101,7102 address=static:10.0.2.15/24,,10.0.2.2
# shellcheck disable=SC2086
fetches "QEMU's own: every size, and 200 MiB" '' '' $small 1427 1428 1429 200m
# shellcheck disable=SC2046
fetches "QEMU's own: numbers that wrap" '' '' $(printf '1428x%s ' $wrapping)
wire= address=static:192.0.2.50/24,,192.0.2.1
stop_servers

# --- Odd manners --------------------------------------------------------------------------------

serve python3 tests/net/odd_server.py 192.0.2.1 "$folder"
ready 7013
head -c 1000000 "$folder/200m" >"$folder/1m"
chmod 644 "$folder/1m"

# odd PORT DESCRIPTION FILES...
odd() {
    port=$1 what=$2
    shift 2
    fetches "$what" "tftp://192.0.2.1:$port/" -v "$@"
}

# said PATTERN DESCRIPTION: the loader's console has it.
said() {
    grep -qE "$1" "$work/said"
    result $? "$2"
}

# shellcheck disable=SC2086
odd 7000 'a server that takes everything' $small 1m
# shellcheck disable=SC2086
odd 7001 'one that ignores options' $small
# shellcheck disable=SC2086
odd 7002 'one that answers error 8' $small
said 'refuses options' 'and it is told'
odd 7003 'one that answers error 8 to the window only' 1m
packets=$(sent 1m)
[ "$packets" -gt 680 ] && [ "$packets" -lt 800 ]
result $? "and its blocks are large all the same: $packets packets"
odd 7004 'one that grants a larger window' 1m
said 'not asked for' 'and that is not taken'
odd 7005 'one that grants a window and does not use it' 1m
said 'windows do not come whole' 'and it goes on without'
odd 7006 'one that sends more than the window' 1m
odd 7007 'one that goes back to the beginning of a window only, and loses' 1m
odd 7008 'one that loses one block of 29' 1m
packets=$(sent 1m)
[ "$packets" -lt 200 ]
result $? "one acknowledgement for each gap: $packets packets"
odd 7009 'one that sends everything twice' 1m
# shellcheck disable=SC2046
odd 7010 'one whose numbers wrap to 0, in windows' $(printf '8x%s ' $wrapping)
# shellcheck disable=SC2046
odd 7011 'one whose numbers wrap to 1, in windows' $(printf '8x%s ' $wrapping)
odd 7012 'one that changes its port in the middle' 1m
said 'went silent, starting' 'and it is asked again'
odd 7013 'one that dies and comes back' 1m
said 'went silent, starting' 'and it is asked again'
finish
