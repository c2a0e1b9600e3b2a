#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The cable that misbehaves, and the loader's network behind it, in virtual time: every kind of fault
# does what its rule says, a run is the same every time, and the file arrives as it was, or the
# loader says why not in the time that docs/options.md states.
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
client=$BUILD/host/net/client
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT PIPE TERM
number=0
# What the loader waits at the most: for an address, an answer, the next block; twice the last, since
# it starts a silent transfer again. In milliseconds, with a second for what the clocks' steps add.
ADDRESS=91000 ANSWER=61000 BLOCK=36000

# result STATUS DESCRIPTION
result() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/#   /' "$work/said" "$work/report"
    fi
}

# run WORDS...: the client; what it says goes to $work/said, what the wire did to $work/report.
run() {
    : >"$work/report"
    timeout 120 "$client" -o "$work/report" "$@" >"$work/said" 2>&1
}

# said NAME: a number of the client's line.
said() {
    sed -n "s/^client [^:]*:.* $1=\([0-9]*\).*/\1/p" "$work/said"
}

# outcome: "right", "WRONG", "HANGS" or the loader's code.
outcome() {
    sed -n 's/^client \([^ ]*\): ms=.*/\1/p' "$work/said"
}

# applied RULE: how often the rule with that number did something.
applied() {
    sed -n "s/^wire rule $1: .*applied=\([0-9]*\) .*/\1/p" "$work/report"
}

# arrives DESCRIPTION WORDS...: the file is right, and every rule has done something.
arrives() {
    description=$1
    shift
    run "$@"
    [ "$(outcome)" = right ] && ! grep -q '^wire rule .* applied=0 ' "$work/report"
    result $? "$description"
}

# fails CODE MILLISECONDS DESCRIPTION WORDS...: the loader says that code, so long at the most after
# the last byte (or the address) came.
fails() {
    code=$1 bound=$2 description=$3
    shift 3
    run "$@"
    [ "$(outcome)" = "$code" ] && [ "$(said quiet_ms)" -le "$bound" ] &&
        ! grep -q '^wire rule .* applied=0 ' "$work/report"
    result $? "$description: $code"
}

# --- The wire itself --------------------------------------------------------------------------------

mixed='-r drop:3% -r duplicate:5% -r reorder:5% -r corrupt:2% -r delay:5%:1ms-9ms -r pad:1%'
mixed="$mixed -r truncate:1% -r inject:runt:1% -r storm:50/s:udp"
# shellcheck disable=SC2086
mixed() {
    set -- "$@" $mixed
    count=$#
    while [ $count -gt 0 ]; do
        word=$1
        shift
        set -- "$@" "$(printf %s "$word" | tr : ' ')"
        count=$((count - 1))
    done
    run "$@"
}
mixed -b 300000 -s 7 -p "$work/first"
mixed -b 300000 -s 7 -p "$work/second"
cmp -s "$work/first" "$work/second" && [ "$(stat -c %s "$work/first")" -gt 300000 ]
result $? 'the same seed gives the same run, to the byte and the microsecond'
mixed -b 300000 -s 8 -p "$work/second"
! cmp -s "$work/first" "$work/second"
result $? 'another seed gives another'

# What tshark finds in the record is what the rules say.
run -b 20000 -r 'drop data block=3 times=2' -p "$work/record"
# captured SIDE DIRECTION FILTER: how many such frames entered (1) or left (2) the cable there.
captured() {
    tshark -o udp.check_checksum:TRUE -r "$work/record" -Y "frame.interface_name == \"$1\" && frame.packet_flags_direction == $2 \
        && $3" 2>/dev/null | wc -l
}
[ "$(captured server 1 'tftp.opcode == 3 && tftp.block == 3')" = 3 ] &&
    [ "$(captured client 2 'tftp.opcode == 3 && tftp.block == 3')" = 1 ]
result $? 'a block that is dropped twice is on the record three times before the cable, once behind it'
run -b 20000 -r 'duplicate ack block=2 copies=2' -p "$work/record"
[ "$(captured server 2 'tftp.opcode == 4 && tftp.block == 2')" = 3 ]
result $? 'an acknowledgement with two copies leaves three times'
run -b 20000 -r 'delay oack 700ms' && [ "$(said ms)" -ge 700 ] && [ "$(said ms)" -lt 1000 ]
result $? 'a late OACK is late'
run -b 20000 -r 'inject wrong-tid data block=2' -p "$work/record"
[ "$(captured client 2 'tftp.opcode == 3 && tftp.block == 2 && udp.checksum.status == 1')" = 2 ]
result $? 'a rogue block stands beside the true one'

# A wrong file is seen to be one; and a rule with right checksums does not hide what another did.
run -b 20000 -r 'corrupt data block=5 at=payload checksum=right'
[ "$(outcome)" = WRONG ] && [ "$(said wrong)" = 1 ]
result $? 'what nobody can tell is told by the process'
run -M eager -b 400000 -r 'corrupt data 30% at=payload' -r 'corrupt data 30% at=udp checksum=right'
[ "$(outcome)" = right ]
result $? 'damage stays damage behind a second rule'

# Rules that cannot be meant.
refused=0
for rule in 'lose 5%' 'drop 500%' 'drop sometimes' 'delay oack' 'storm' 'inject nothing' 'corrupt at=home' \
    'drop block=9-7' 'duplicate copies=0' 'drop times=0' 'delay 5' ''; do
    "$client" -b 1 -r "$rule" >"$work/said" 2>&1
    [ $? -eq 2 ] && refused=$((refused + 1))
done
[ $refused -eq 12 ]
result $? 'rules that mean nothing are refused'

# --- The loader behind it, by rule --------------------------------------------------------------------

for card in rtl8139 e1000; do
    set -- -n $card -b 400000
    arrives "$card: nothing happens" "$@"
    arrives "$card: a block is lost twice" "$@" -r 'drop data block=193 times=2'
    arrives "$card: an acknowledgement is lost three times" "$@" -r 'drop ack block=193 times=3'
    arrives "$card: the OACK comes late" "$@" -r 'delay oack 3s'
    arrives "$card: the OACK never comes" "$@" -r 'drop oack'
    arrives "$card: ARP is not answered at first" "$@" -r 'drop arp-reply times=3'
    arrives "$card: nor is DHCP" "$@" -r 'drop dhcp-offer times=2' -r 'drop dhcp-ack times=1'
    arrives "$card: the last block is lost" "$@" -r 'drop data block=273 times=1'
    arrives "$card: the request is lost, then doubled" "$@" -r 'drop request times=2' \
        -r 'duplicate request copies=3'
    arrives "$card: every frame comes four times" "$@" -r 'duplicate copies=3'
    arrives "$card: copies come late" "$@" -r 'duplicate 20% 1ms-400ms'
    arrives "$card: every frame is late" "$@" -r 'delay 30ms-60ms'
    arrives "$card: a storm of ARP" "$@" -r 'storm 2000/s'
    arrives "$card: a storm of long broadcasts" "$@" -r 'storm 2000/s udp'
    arrives "$card: wrong transfer ids" "$@" -r 'inject wrong-tid data' \
        -r 'inject wrong-tid-error data'
    arrives "$card: the first answer is from a wrong one" "$@" -r 'inject wrong-tid oack times=1'
    arrives "$card: another server" "$@" -r 'inject wrong-server'
    arrives "$card: forged acknowledgements" "$@" -r 'inject forged-ack 10%'
    arrives "$card: forged blocks" "$@" -r 'inject forged-data 10%'
    arrives "$card: runts and giants" "$@" -r 'inject runt 10%' -r 'inject oversized 10%'
    arrives "$card: frames with a tail" "$@" -r 'pad dhcp' -r 'pad ack' -r 'pad arp'
    arrives "$card: an OACK with a wrong bit" "$@" -r 'corrupt oack at=payload times=1'
    fails SB-NET-02 1000 "$card: no DHCP at all" "$@" -r 'drop dhcp'
    [ "$(said ms)" -le $ADDRESS ]
    result $? "$card: in its time"
    fails SB-TFTP-02 $ANSWER "$card: no answer at all" "$@" -r 'drop request'
    fails SB-TFTP-02 $ANSWER "$card: nobody has the server's address" "$@" -r 'drop arp'
    fails SB-TFTP-03 $BLOCK "$card: the server dies" "$@" -r 'drop data skip=200' -r 'drop oack skip=1'
    fails SB-TFTP-01 1000 "$card: a forged error" "$@" -r 'inject forged-error data block=100'
    fails SB-TFTP-04 1000 "$card: a block cut short, with right checksums" "$@" \
        -r 'truncate data block=100 checksum=right'
done
arrives 'every block is damaged at first' -M eager -b 100000 -r 'corrupt data 50%'

# What once failed. An ARP answer has no checksum: whatever bit of it is wrong, the server is found
# in the end. A lossy network does not slow the loader down so much that it gives up.
many() { # DESCRIPTION SEEDS WORDS...
    description=$1 seeds=$2 good=0
    shift 2
    for seed in $(seq "$seeds"); do
        run -s "$seed" "$@"
        [ "$(outcome)" = right ] && good=$((good + 1))
    done
    [ $good -eq "$seeds" ]
    result $? "$description ($good of $seeds)"
}
many 'an ARP answer with a wrong bit' 60 -b 50000 -r 'corrupt arp-reply times=1'
many 'a fifth of all frames is lost, the server answers repeated acknowledgements' 10 -M eager \
    -b 8388608 -r 'drop 20%'
many 'a twentieth is lost, the server does not' 20 -b 8388608 -r 'drop 5%'
good=0
for seed in 87 110 132 221; do
    run -s $seed -n rtl8139 -M eager -w 16 -b 8388608 -r 'drop 20%'
    [ "$(outcome)" = right ] && good=$((good + 1))
done
[ $good -eq 4 ]
result $? 'a fifth is lost, of windows that the server sends again six times'

echo "1..$number"
