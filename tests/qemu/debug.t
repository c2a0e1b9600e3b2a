#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `make debug`: gdb stops at the loader's entry (on a Power Mac at that of its copy, at the top), in
# the loader's C, at the kernel's entry and in the kernel's C, each time with the right symbols.
. "$(dirname "$0")/lib.sh"

# debugged DESCRIPTION ARCH WORDS-FOR-RUN.SH...
debugged() {
    name=$1 arch=$2
    shift 2
    GDB_PORT=$((20000 + ($$ + test_count) % 10000))
    script=$BUILD/debug-$arch.gdb
    rm -f "$script"
    env BUILD="$BUILD" GDB_PORT=$GDB_PORT "$@" tools/run.sh debug "$arch" \
        </dev/null >"$console" 2>&1 &
    qemu_pid=$!
    exec 3>/dev/null
    for _ in $(seq 50); do
        grep -q 'gdb-multiarch -x' "$console" && break
        sleep 0.1
    done
    sleep 1
    timeout 100 gdb-multiarch -nx -batch -x "$script" -ex 'echo loader-entry:\n' -ex 'info symbol $pc' \
        -ex 'echo loader-place:\n' -ex 'output/x (unsigned int)$pc' -ex 'echo \n' \
        -ex 'thbreak network_start' -ex continue -ex 'echo loader-c:\n' -ex 'info symbol $pc' \
        -ex kernel -ex 'echo kernel-entry:\n' -ex 'info symbol $pc' -ex 'info line *$pc' \
        -ex 'thbreak report_to' -ex continue -ex 'echo kernel-c:\n' -ex 'info symbol $pc' -ex 'list' \
        >"$work/gdb.log" 2>&1
    follows 'loader-entry:' '^start in section' "$name: the loader's entry"
    # 256 MB: a Power Mac's loader has moved to the last 16 MB of them.
    [ "$arch" != ppc ] || follows 'loader-place:' '^0xf[0-9a-f]{2}0000$' "$name: that is at the top"
    follows 'loader-c:' '^network_start( \+ [0-9]+)? in section' "$name: a function of the loader"
    follows 'kernel-entry:' '^[a-z_]*start[a-z_]* in section' "$name: the kernel's entry"
    if [ "$has_source" = yes ]; then
        grep -q 'tests/payloads/.*\.S' "$work/gdb.log"
        result $? "$name: with the source of the kernel"
    fi
    follows 'kernel-c:' '^report_to( \+ [0-9]+)? in section' "$name: a function of the kernel"
    stop_machine
}

# follows MARK PATTERN DESCRIPTION: gdb's line behind the mark.
follows() {
    grep -A 1 -x -- "$1" "$work/gdb.log" | tail -n 1 | grep -qE -- "$2"
    result $? "$3" || tail -n 30 "$work/gdb.log" | cut -c 1-200 | sed 's/^/# gdb: /'
}

has_source=yes
debugged 'Power Mac' ppc
debugged 'PC, kernel for x86-64' x86
debugged 'PC, kernel for i386' x86 BITS=32
debugged 'PC, multiboot kernel' x86 ROOT="$PWD/$payloads" FILE=multiboot.elf \
    KERNEL_SYMBOLS="$PWD/$payloads/multiboot.elf"
has_source=no
for file in demo-i386 demo-x86_64-v2 demo-x86.fat; do
    debugged "PC, symbols of the Mach-O file $file" x86 ROOT="$PWD/$payloads" FILE=$file \
        KERNEL_SYMBOLS="$PWD/$payloads/$file"
done
finish
