#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The cable is pulled in the middle of a transfer of 40 MB and put back after 5 seconds: the kernel
# arrives all the same, whole. And a switch that runs spanning tree is recognised by its frames.
. "$(dirname "$0")/lib.sh"

# flap MACHINE CARD
flap() {
    boot "$1" 256 "$2" demo-ppc-40m 'args=-v'
    if ! wait_console '[1-9][0-9]*(%| ?MB| MiB)'; then
        result 1 "$2 on $1: the transfer of 40 MB shows its progress"
        return
    fi
    monitor 'set_link n0 off'
    wait_console 'the link is down' 10
    result $? "$2 on $1: the loader says that the link is down"
    sleep 5
    monitor 'set_link n0 on'
    wait_console 'the link is up again' 20
    result $? "$2 on $1: and that it is up again"
    if verdict "$2 on $1: the kernel of 40 MB arrives" 120; then
        on_console 'ok   - __PAD: 41943040 bytes'
        result $? "$2 on $1: whole, as its digest says"
    fi
}

flap mac99 rtl8139
flap mac99 e1000
flap g3beige e1000-82545em

# A switch that says hello every 2 seconds, and forwards nothing. Each frame is one datagram.
for card in rtl8139 e1000; do
    start_machine mac99 256 -kernel "$loader" -append '' -device "$card,netdev=n0,romfile=" \
        -netdev "dgram,id=n0,local.type=unix,local.path=$work/wire,remote.type=unix,remote.path=$work/switch"
    python3 - "$work/wire" "$work/switch" <<'PYTHON' &
import os, socket, sys, time
end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
end.bind(sys.argv[2])
end.setblocking(False)
hello = bytes.fromhex("0180c2000000" "020000000001" "0026" "424203" "0000000000").ljust(60, b"\0")
while True:
    try:
        end.sendto(hello, sys.argv[1])
    except OSError:
        pass  # the machine is not there yet, or not listening
    try:
        while True:
            end.recv(2048)
    except OSError:
        pass
    time.sleep(0.5)
PYTHON
    helper_pids="$helper_pids $!"
    wait_console 'the switch runs spanning tree' 60
    result $? "$card: spanning tree is recognised"
    stop_machine
    for pid in $helper_pids; do
        kill "$pid"
        wait "$pid" 2>/dev/null
    done
    helper_pids=
    rm -f "$work/wire" "$work/switch"
done
finish
