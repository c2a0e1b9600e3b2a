#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The flattened tree that the kernel gets on mac99 with an RTL8139, compared with the one that
# Apple's BootX made on the same machine (tests/golden): with a disk, and firmware's console on the
# screen.
. "$(dirname "$0")/lib.sh"

truncate -s 1M "$work/disk"
console_arguments='-display none'
start_machine mac99 256 -kernel "$loader" \
    -append 'mkext=SawbootDemo.mkext args=-v dumptree' \
    -netdev "$(user_net "$payloads" demo-ppc)" -device rtl8139,netdev=n0,romfile= \
    -drive "file=$work/disk,format=raw,media=disk"
verdict 'the kernel printed its tree'
python3 tests/qemu/tree-compare.py tests/golden/bootx-mac99-rtl8139.devtree "$console" \
    >"$work/compare"
result $? "nodes, properties, order and values are BootX's but for what differs by nature"
sed 's/^/# /' "$work/compare"
finish
