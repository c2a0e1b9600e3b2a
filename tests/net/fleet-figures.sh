#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make fleet: 200 machines at once and each of the servers; writes the figures into docs/fleet.md
# and draws docs/fleet.svg. Takes five minutes and wants the machine for itself.
. "$(dirname "$0")/fleet.sh"
[ "$SAWBOOT_NETWORK" = root ] || {
    echo 'tftpd-hpa changes its groups, which takes real root' >&2
    exit 1
}

make_file small 65536
make_file kernel 1048576
make_file large 8388608

# measure FILE DESCRIPTION [WORDS-OF-FLEET...]
measure() {
    measured=$1 description=$2
    shift 2
    sleep 1
    switch_on "$measured" 240 "$@"
    python3 tests/net/fleet.py row "$description" "$work/fleet" | tee -a "$work/rows"
}

hands_out kernel
tftpd_for_many
measure kernel 'dhcpd, tftpd-hpa: 1 MiB'
hands_out kernel
atftpd_for_many 192.0.2.1
measure kernel 'dhcpd, atftpd: 1 MiB'
dnsmasq_for_many kernel --port=0 --no-ping --tftp-max=1000
measure kernel 'dnsmasq, `no-ping`, `tftp-max=1000`: 1 MiB'
dnsmasq_for_many kernel --port=0
measure kernel 'dnsmasq as it is installed: 1 MiB'
hands_out large
tftpd_for_many
measure large 'dhcpd, tftpd-hpa: 8 MiB'
hands_out large
atftpd_for_many 192.0.2.1
measure large 'dhcpd, atftpd: 8 MiB'

later() {
    hands_out small
    atftpd_for_many 192.0.2.1
}
late=30
measure small 'after a power failure, servers 30 s late: 64 KiB'
python3 tests/net/fleet.py plot 30 docs/fleet.svg "$work/fleet"
python3 tests/net/fleet.py document docs/fleet.md "$work/rows" "$work/fleet"
