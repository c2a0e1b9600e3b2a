# SPDX-License-Identifier: BSD-2-Clause
# What the scripts that measure share; read with "." as first command of tools/bench/*.sh. Each
# prints a section of docs/benchmarks.md and adds a line to the file $BENCH_GOALS for each goal. Sizes
# and runs come from the environment, with a default in the script that uses them.
QEMU_TESTS=$(dirname "$0")/../../tests/qemu
. "$QEMU_TESTS/servers.sh"

RUNS=${RUNS:-5}
CARDS=${CARDS:-e1000 rtl8139}
BENCH_GOALS=${BENCH_GOALS:-/dev/null}
TRANSFER_SECONDS=${TRANSFER_SECONDS:-300} # how long a machine may take, in real time
record=$work/record.pcap
folder=$work/files
mkdir "$folder"
chmod 755 "$work" "$folder"

# Says what is being done to whoever waits.
note() {
    echo "# $*" >&2
}

give_up() {
    note "$*"
    [ ! -f "$work/server.log" ] || tail -n 5 "$work/server.log" >&2
    [ ! -f "$work/qemu.log" ] || tail -n 5 "$work/qemu.log" >&2
    tail -n 12 "$console" | tr -d '\r\000' | cut -c 1-200 >&2
    exit 1
}

# noise_file NAME BYTES: a file of chance to be fetched.
noise_file() {
    head -c "$2" /dev/urandom >"$folder/$1"
    chmod 644 "$folder/$1"
}

# --- Figures --------------------------------------------------------------------------------------

# median_of FORMAT: the median (least to most) of the numbers that come.
median_of() {
    sort -n | awk -v format="$1" '{ n[NR] = $1 }
        END { printf format " (" format " to " format ")", n[int((NR + 1) / 2)], n[1], n[NR] }'
}

# column FILE NUMBER
column() {
    awk -v number="$2" '{ print $number }' "$1"
}

# compared FILE: three cells of a table. FILE has a line for each turn: Sawboot's microseconds, the
# peer's. The ratio is that of each turn.
compared() {
    printf '%s | %s | %s' "$(awk '{ print $1 / 1000 }' "$1" | median_of %.0f)" \
        "$(awk '{ print $2 / 1000 }' "$1" | median_of %.0f)" \
        "$(awk '{ print $2 / $1 }' "$1" | median_of %.2f)"
}

# goal WHAT FILE EXPRESSION FORMAT WORDS TEST: a line for the table of goals. EXPRESSION (awk) makes a
# figure of each line of FILE; TEST (awk, of `it`, the median) is whether that is what WORDS ask for.
goal() {
    g_figure=$(awk "{ print $3 }" "$2" | median_of "$4")
    g_met=$(echo "${g_figure%% *}" | awk "{ it = \$1; print ($6) ? \"yes\" : \"**no**\" }")
    printf '| %s | %s | %s | %s |\n' "$1" "$g_figure" "$5" "$g_met" >>"$BENCH_GOALS"
}

# --- Machines ---------------------------------------------------------------------------------------

rom_of() { # sawboot or ipxe, card
    case $1-$2 in
    sawboot-rtl8139) echo "$BUILD/images/10ec8139-x86.rom" ;;
    sawboot-e1000) echo "$BUILD/images/8086100e-x86.rom" ;;
    *) echo "/usr/lib/ipxe/qemu/pxe-$2.rom" ;;
    esac
}

# Through tap0, or through the cable.
tap=tap,id=n0,ifname=tap0,script=no,downscript=no
cable=dgram,id=n0,local.type=inet,local.host=127.0.0.1,local.port=7002,remote.type=inet,remote.host=127.0.0.1,remote.port=7001
netdev=$tap
# Everything that passes the card's end of the network, by the machine's own clock.
recorded="-object filter-dump,id=f0,netdev=n0,maxlen=128,file=$record -rtc base=2000-01-01T00:00:00,clock=vm"

# start_loader WHO CARD QEMU-ARGUMENTS...: a machine that boots from the network: a PC by Sawboot's or
# iPXE's ROM in the card (GRUB is what iPXE's loads), a Power Mac by Sawboot, a pseries by SLOF.
start_loader() {
    s_who=$1 s_card=$2
    shift 2
    rm -f "$record"
    # shellcheck disable=SC2086
    case $s_who in
    sawboot-ppc) start_machine mac99 256 -kernel "$loader" -netdev $netdev $recorded -device "$s_card,netdev=n0,romfile=" "$@" ;;
    slof) start_machine pseries 512 -netdev $netdev $recorded -device "$s_card,netdev=n0,romfile=,bootindex=1" "$@" ;;
    grub) start_machine pc 256 -netdev $netdev $recorded -device "$s_card,netdev=n0,romfile=$(rom_of ipxe "$s_card"),bootindex=1" "$@" ;;
    *) start_machine pc 256 -netdev $netdev $recorded -device "$s_card,netdev=n0,romfile=$(rom_of "$s_who" "$s_card"),bootindex=1" "$@" ;;
    esac
}

# grub_core WORDS: GRUB's core for PXE as grub.pxe in the folder, which carries out the words.
grub_core() {
    printf '%s\n' "$1" >"$work/grub.cfg"
    grub-mkimage -O i386-pc-pxe -p '(tftp,192.0.2.1)/' -c "$work/grub.cfg" -o "$folder/grub.pxe" \
        pxe tftp net testspeed multiboot boot halt || exit 1
    chmod 644 "$folder/grub.pxe"
}

# iPXE asks for a router of IPv6 and waits 16 seconds for one; with $router it gets its answer.
ip addr add fd00:5a::1/64 dev tap0 nodad
router='--enable-ra --dhcp-range=fd00:5a::,ra-only'

# serve_boot WHO FILE SERVER...: addresses from dnsmasq, and files from the server. GRUB is in its core,
# which iPXE fetches.
serve_boot() {
    b_file=$2
    [ "$1" != grub ] || b_file=grub.pxe
    shift 2
    # shellcheck disable=SC2086
    dnsmasq_server --no-ping --dhcp-boot="$b_file",,192.0.2.1 $router
    "$@"
}

# fetched WHO FILE: waits until the machine has fetched it; the figures are in $work/figures then.
fetched() {
    python3 tools/bench/capture.py "$TRANSFER_SECONDS" "$record" "$2" "$(stat -c %s "$folder/$2")" \
        >"$work/figures" &
    f_looking=$!
    helper_pids="$helper_pids $f_looking" # and a signal does not wait for it
    wait $f_looking || give_up "$1: $2 did not come"
}

# transfer WHO CARD FILE: boots one machine that fetches FILE; the figures of capture.py are in
# $work/figures, the microseconds from the request to the last acknowledgement in $took.
transfer() {
    start_loader "$1" "$2"
    fetched "$1, $2" "$3"
    stop_machine
    took=$(figure_of end - request)
}

# figure_of NAME [- NAME]: of the last transfer.
figure_of() {
    awk -v name="$1" -v other="${3:-}" '{ of[$1] = $2 } END { printf "%d\n", of[name] - of[other] }' "$work/figures"
}
