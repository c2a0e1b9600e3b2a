#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Boots a file through Sawboot in QEMU. The makefile calls it:
#
#     tools/run.sh run ARCH NIC      ROOT=folder FILE=name [ARGS=] [CONFIG=] [QEMU_ARGS=]
#                                    a relative ROOT is one of the folder that the user stands in
#     tools/run.sh debug ARCH NIC    the same, stopped for gdb; by default the demonstration kernel
#                                    KERNEL_SYMBOLS= names the file with the kernel's symbols
#     tools/run.sh demo ARCH NIC     the demonstration kernel's report; status 0 if nothing failed
#
# ARCH is ppc (a Power Mac) or x86 (a PC). FILE is served from ROOT by QEMU's own DHCP and TFTP; CONFIG
# are Sawboot's words, ARGS the kernel's arguments. MACHINE= chooses the Power Mac (mac99, g3beige) or
# the PC (q35, pc), MEMORY= its megabytes, CPU= its processor. BITS=32 takes a PC that has no 64-bit
# mode. GDB_PORT= is where gdb is waited for. BOOT=cd starts run and demo from the CD image, by the
# machine's firmware, BOOT=disk from the same image as a disk (on a PC), BOOT=rom from the ROM of the
# card; BOOT=kernel, which is the default, lets QEMU load Sawboot.
set -u
BUILD=${BUILD:-build}
MEMORY=${MEMORY:-256}
DEMO_SECONDS=${DEMO_SECONDS:-60}
GDB_PORT=${GDB_PORT:-1234}
mode=${1:-} arch=${2:-ppc} nic=${3:-}

die() {
    printf 'sawboot: %s\n' "$*" >&2
    exit 1
}

# absolute FILE: a relative name is one of the folder that the user stands in.
absolute() {
    case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s' "${SAWBOOT_FROM:-$PWD}/$1" ;;
    esac
}

# What kind of file that is: elf32, elf64, macho32, or other (a fat Mach-O file, say).
file_kind() {
    case $(od -An -v -tx1 -N5 "$1" | tr -d ' ') in
    7f454c4601) echo elf32 ;;
    7f454c46*) echo elf64 ;;
    feedface* | cefaedfe*) echo macho32 ;;
    *) echo other ;;
    esac
}

case $arch in
ppc)
    MACHINE=${MACHINE:-mac99}
    nic=${nic:-rtl8139}
    emulator="qemu-system-ppc -nographic ${CPU:+-cpu $CPU}"
    demo=demo-ppc demo_words='driver=SawbootDemo.mkext mkext=SawbootDemo.mkext' demo_args=-v
    ;;
x86)
    MACHINE=${MACHINE:-q35}
    nic=${nic:-e1000}
    demo_words='driver=SawbootDemo.kext mkext=SawbootDemo-x86.mkext'
    demo_args='-v expect-kexts=1 expect-packages=1'
    # In an emulator of 32-bit PCs gdb takes code and stack for what they are.
    if [ "$mode" = debug ] && [ -n "${KERNEL_SYMBOLS:-}" ] && [ -z "${BITS:-}" ]; then
        case $(file_kind "$(absolute "$KERNEL_SYMBOLS")") in
        *32) BITS=32 ;;
        esac
    fi
    BITS=${BITS:-64}
    case $BITS in
    32) emulator="qemu-system-i386 -cpu ${CPU:-coreduo}" demo=demo-i386 ;;
    64) emulator="qemu-system-x86_64 -cpu ${CPU:-Penryn}" demo=demo-x86_64-v2 ;;
    *) die "BITS=$BITS: it has to be 32 or 64" ;;
    esac
    emulator="$emulator -display none -vga std"
    ;;
*) die "ARCH=$arch cannot be run; ARCH=ppc and ARCH=x86 can" ;;
esac
loader=$BUILD/images/sawboot-$arch.elf
[ -f "$loader" ] || die "$loader is missing: run make first"
BOOT=${BOOT:-kernel}
case $nic in
rtl8139) rom=10ec8139 ;;
e1000 | e1000-82540em) rom=8086100e ;;
e1000-82545em) rom=8086100f ;;
e1000-82544gc) rom=80861008 ;;
*) rom=none ;;
esac
rom=$BUILD/images/$rom-$arch.rom
iso=$BUILD/images/sawboot-$arch.iso
case $BOOT,$mode,$arch in
kernel,*) ;;
cd,debug,* | disk,debug,*) die "BOOT=$BOOT is for run and demo" ;;
cd,*,* | disk,*,x86) [ -f "$iso" ] || die "$iso is missing: run make first" ;;
rom,debug,*) die 'BOOT=rom is for run and demo' ;;
rom,*) [ -f "$rom" ] || die "$rom is missing: run make first, or choose another NIC=" ;;
disk,*) die 'BOOT=disk is for ARCH=x86' ;;
*) die "BOOT=$BOOT: it has to be kernel, cd, disk or rom" ;;
esac

# A PC that boots from a medium has the words there only. Opens an image with these words as file 4,
# which has no name: nobody else writes to it, and it is gone with the emulator.
image_with_words() {
    image=$(mktemp) || exit 1
    if ! BUILD=$BUILD tools/make-x86-iso.sh "$image" "$1"; then
        rm -f "$image"
        die 'the image could not be made'
    fi
    exec 4<>"$image"
    rm -f "$image"
}

# machine ROOT FILE WORDS QEMU-ARGUMENTS...: becomes the emulator.
machine() {
    root=$1 file=$2 words=$3
    shift 3
    case $root,$file in
    *,*,*) die "QEMU takes no commas in ROOT and FILE" ;;
    esac
    # Open Firmware gives a program that it boots by itself the words in boot-file.
    card="$nic,netdev=n0,romfile="
    case $BOOT,$arch in
    kernel,*) set -- -kernel "$loader" -append "$words" "$@" ;;
    cd,x86)
        image_with_words "$words"
        set -- -drive file=/proc/self/fd/4,format=raw,media=cdrom -boot d "$@"
        ;;
    disk,x86)
        image_with_words "$words"
        set -- -drive file=/proc/self/fd/4,format=raw -boot c "$@"
        ;;
    rom,x86) card=$card$rom,bootindex=0 ;;
    cd,*) set -- -drive "file=$iso,format=raw,media=cdrom" -boot d -prom-env "boot-file=$words" "$@" ;;
    rom,*)
        card=$card$rom
        set -- -prom-env 'boot-device=/pci/sawboot' -prom-env "boot-file=$words" "$@"
        # One word in each line; nothing in them is for this shell.
        while IFS= read -r word; do
            set -- "$@" "$word"
        done <<EOF
$(tools/openbios-rom.sh)
EOF
        ;;
    esac
    # shellcheck disable=SC2086
    exec $emulator -M "$MACHINE" -m "$MEMORY" -nic none -netdev "user,id=n0,tftp=$root,bootfile=$file" \
        -device "$card" ${QEMU_ARGS:-} "$@"
}

# The loader's words and, if there are any, the kernel's arguments behind them.
words_of() {
    printf '%s' "${CONFIG:-}${ARGS:+${CONFIG:+ }args=$ARGS}"
}

run() {
    [ -n "${ROOT:-}" ] && [ -n "${FILE:-}" ] ||
        die 'usage: make run ROOT=folder FILE=name [ARCH=] [ARGS=] [CONFIG=] [NIC=] [QEMU_ARGS=]'
    ROOT=$(absolute "$ROOT")
    [ -f "$ROOT/$FILE" ] || die "there is no file $FILE in $ROOT"
    # Nobody but the boot server gives words to a PC's ROM, and QEMU's own one has none.
    [ "$BOOT,$arch" != rom,x86 ] || [ -z "$(words_of)" ] ||
        die 'BOOT=rom with ARCH=x86 takes neither CONFIG nor ARGS: press Escape, and type them at the prompt'
    printf 'sawboot: control-A x ends the emulator\n'
    machine "$ROOT" "$FILE" "$(words_of)" -serial mon:stdio
}

# --- Debugging --------------------------------------------------------------------------------

# The place of a file's entry as it is linked, or nothing.
linked_entry() {
    readelf -h "$1" 2>/dev/null | awk '/Entry point address/ { print $NF }'
}

# Sets $symbols to an ELF file with the kernel's symbols, or to nothing.
prepare_symbols() {
    symbols=
    [ -n "${KERNEL_SYMBOLS:-}" ] || return 0
    symbols=$(absolute "$KERNEL_SYMBOLS")
    [ -f "$symbols" ] || die "there is no file $symbols"
    case $(file_kind "$symbols") in elf*) return 0 ;; esac
    case $arch in
    ppc) cpu=ppc ;;
    x86) [ "$BITS" = 32 ] && cpu=i386 || cpu=x86_64 ;;
    esac
    python3 tools/gdb/macho-symbols.py "$symbols" "$BUILD/debug-$arch.elf" $cpu ||
        die "the symbols of $symbols cannot be read"
    symbols=$BUILD/debug-$arch.elf
}

# Writes gdb's commands: to the loader's entry at once, and to the kernel's with the command `kernel`.
# Breakpoints are the processor's own, as the code is not in memory yet when they are set.
gdb_commands() {
    printf '# Made by "make debug ARCH=%s".\nset confirm off\nset pagination off\n' "$arch"
    # The first argument of platform_launch(const struct launch *), at its first instruction.
    case $arch in
    ppc) launch='$r3' ;;
    x86) launch='*(unsigned int *)($sp + 4)' ;;
    esac
    # Else gdb would take the 32-bit loader for the machine's own kind.
    [ "$arch" != x86 ] || [ "$BITS" = 32 ] || echo 'set architecture i386:x86-64'
    cat <<EOF
file $loader
target remote 127.0.0.1:$GDB_PORT
thbreak *$(linked_entry "$loader")
continue
EOF
    # On a Power Mac the loader moves to the top of memory at once, if there is room above it.
    [ "$arch" != ppc ] || cat <<EOF
set \$place = 0
thbreak *move_jump
thbreak loader_main
continue
delete
if \$pc == (unsigned int)&move_jump
  set \$place = (unsigned int)\$ctr
  set \$distance = \$place - (unsigned int)&image_start
  thbreak *\$place
  symbol-file
  eval "add-symbol-file $loader -o %#x", \$distance
  continue
end
EOF
    cat <<EOF

define kernel
  thbreak *platform_launch
  continue
  set \$entry = (*(struct launch *)($launch)).entry
  printf "the loader has done its work; the kernel's entry is %#llx\\n", \$entry
  thbreak *\$entry
  continue
EOF
    if [ -n "$symbols" ]; then
        linked=$(linked_entry "$symbols")
        [ "$arch" != ppc ] || cat <<'EOF'
  if $place != 0
    remove-symbol-file -a $place
  end
EOF
        # A kernel that is linked for its own page tables runs elsewhere until they are on.
        cat <<EOF
  symbol-file $symbols
  if \$entry != $linked
    eval "add-symbol-file $symbols -o %#lx", (unsigned long)(\$entry - $linked)
  end
  frame
EOF
    else
        printf '  echo KERNEL_SYMBOLS= would bring the symbols of the kernel\\n\n'
    fi
    cat <<'EOF'
end
document kernel
Lets the loader run to its end, and stops at the first instruction of the kernel, with its symbols.
end
printf "This is the loader's first instruction. The command kernel goes on to that of the kernel.\n"
EOF
}

debug() {
    if [ -z "${FILE:-}" ]; then
        ROOT=$BUILD/payloads FILE=$demo ARGS=${ARGS:--v}
        KERNEL_SYMBOLS=${KERNEL_SYMBOLS:-$PWD/$BUILD/payloads/$demo.elf}
    else
        ROOT=$(absolute "${ROOT:?ROOT= is the folder of FILE=}")
    fi
    [ -f "$ROOT/$FILE" ] || die "there is no file $FILE in $ROOT"
    prepare_symbols
    gdb_commands >"$BUILD/debug-$arch.gdb"
    printf 'sawboot: the machine is stopped and waits. In a second terminal, in %s:\n\n' "$PWD"
    printf '    gdb-multiarch -x %s\n\n' "$BUILD/debug-$arch.gdb"
    printf 'That stops at the entry of the loader; the command kernel goes on to that of the kernel.\n'
    printf 'Control-A x ends the emulator. docs/debugging.md tells more.\n'
    machine "$ROOT" "$FILE" "$(words_of)" -serial mon:stdio -S -gdb "tcp:127.0.0.1:$GDB_PORT"
}

# --- The demonstration ------------------------------------------------------------------------

demo() {
    work=$(mktemp -d) || exit 1
    emulator_pid=
    trap '[ -z "$emulator_pid" ] || kill "$emulator_pid" 2>/dev/null; rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    printf 'sawboot: network-booting the demonstration kernel %s over %s on %s\n' "$demo" "$nic" \
        "$MACHINE"
    CONFIG=${CONFIG:-$demo_words} ARGS=${ARGS:-$demo_args}
    # A PC's ROM gets no words from QEMU's boot server: it starts the kernel alone.
    [ "$BOOT,$arch" != rom,x86 ] || CONFIG='' ARGS=''
    # OpenBIOS does not wait long for a drive, which may be too short on a busy computer.
    for _ in 1 2 3 4 5; do
        : >"$work/console"
        (
            machine "$BUILD/payloads" "$demo" "$(words_of)" -monitor none -no-reboot \
                -serial "file:$work/console" </dev/null >"$work/qemu.log" 2>&1
        ) &
        emulator_pid=$!
        follow "$work/console"
        status=$?
        cat "$work/qemu.log" >&2
        [ "$status" -eq 2 ] || break
        kill "$emulator_pid"
        wait "$emulator_pid"
        emulator_pid=
    done
    return "$status"
}

# follow LOG: shows the console as it grows until the verdict, the emulator's end or the time's.
follow() {
    shown=0 tenths=$((DEMO_SECONDS * 5))
    while :; do
        # What is shown and what is judged is the same moment's, so that the verdict is always seen.
        cp "$1" "$1.now"
        tail -c +$((shown + 1)) "$1.now" | tr -d '\000'
        shown=$(wc -c <"$1.now")
        verdict=$(tr -d '\r\000' <"$1.now" | grep -E '^VERDICT pass=[0-9]+ fail=[0-9]+$')
        case $verdict in
        '') ;;
        *' fail=0') return 0 ;;
        *) return 1 ;;
        esac
        if [ "$BOOT" = cd ] && grep -q 'No valid state has been set' "$1.now"; then
            printf '\nsawboot: the firmware did not start anything from the CD\n' >&2
            return 2
        fi
        if tr -d '\r\000' <"$1.now" | grep -qE '^sawboot> |^going on with the BIOS|SB-PC-06'; then
            printf '\nsawboot: the loader gave up; see above\n' >&2
            return 1
        fi
        kill -0 "$emulator_pid" 2>/dev/null || {
            printf '\nsawboot: the emulator has ended\n' >&2
            return 1
        }
        tenths=$((tenths - 1))
        [ "$tenths" -gt 0 ] || {
            printf '\nsawboot: no verdict within %s seconds\n' "$DEMO_SECONDS" >&2
            return 1
        }
        sleep 0.2
    done
}

case $mode in
run | debug | demo) "$mode" ;;
*) die 'usage: tools/run.sh run|demo|debug ARCH NIC' ;;
esac
