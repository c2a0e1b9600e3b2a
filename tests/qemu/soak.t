#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `make soak` in small: six boots of a fixed seed, so that the script stays alive; that it goes on where it
# was interrupted, and that a boot that does not end as it may is noticed.
. "$(dirname "$0")/lib.sh"

# Each boot has a network of its own, where that can be.
skipped=$(sh tests/qemu/own-network.sh)
if [ -n "$skipped" ]; then
    echo "$skipped"
    exit 0
fi
# One at a time: other tests run beside this one.
JOBS=1
export JOBS
# A build of its own for the table: the rest is what was built.
mkdir -p "$work/build/soak"
for folder in images payloads host inputs; do
    ln -s "$PWD/$BUILD/$folder" "$work/build/$folder"
done
ln -s "$PWD/$BUILD/soak/files" "$work/build/soak/files"
table=$work/build/soak.txt

soak() { # boots, seed, first
    python3 tests/soak/soak.py "$work/build" "$@" >"$work/said" 2>&1
}

# lines PATTERN: how many boots of the table are so.
lines() {
    grep -E '^ *[0-9]+/[0-9]+ ' "$table" | grep -cE "$1"
}

# Interrupted in the middle: the numbers that it had done are not done again.
python3 tests/soak/soak.py "$work/build" 6 2381 >"$work/said" 2>&1 &
soak_pid=$!
helper_pids=$soak_pid
for _ in $(seq 600); do
    grep -q ' good$' "$work/said" && break
    sleep 0.5
done
kill "$soak_pid"
wait "$soak_pid"
status=$?
helper_pids=
done_before=$(lines .)
[ "$status" -eq 1 ] && [ "$done_before" -ge 1 ] && [ "$done_before" -lt 6 ]
result $? 'interrupted, it says so by its exit status' || sed 's/^/# /' "$work/said"

soak 6 2381
result $? 'six boots end as they should' || sed 's/^/# /' "$work/said"
[ "$(lines ' good$')" -eq 6 ] && [ "$(grep -cE '^ *2381/[0-9]+ .* good$' "$work/said")" -eq $((6 - done_before)) ]
result $? 'the table has six, and none was booted twice' || sed 's/^/# /' "$table"
for way in kernel rom cd ipxe; do
    grep -qE "^  $way  +[1-9]" "$table"
    result $? "started by $way among them"
done

# The sixth again, but its kernel is cut short: it must not be called good.
line=$(grep -E '^ *2381/6 ' "$table" | awk '{ print $1, $2, $3, $4, $5 }')
rm "$work/build/soak/files"
cp -R "$BUILD/soak/files" "$work/build/soak/files"
file=$(echo "$line" | cut -d ' ' -f 5)
head -c 20000 "$BUILD/soak/files/$file" >"$work/build/soak/files/$file"
! soak 1 2381 6
result $? 'a kernel that came short is noticed'
[ "$(grep -E '^ *2381/6 ' "$table" | awk '{ print $1, $2, $3, $4, $5 }')" = "$line" ] &&
    [ "$(lines 'SB-IMG-02 .* NOT GOOD$')" -eq 1 ] && [ "$(lines .)" -eq 6 ]
result $? 'FIRST boots the same again, and replaces its line' || sed 's/^/# /' "$table"
grep -q 'SB-IMG-02' "$work/build/soak/2381-6/console"
result $? 'its console is kept'
finish
