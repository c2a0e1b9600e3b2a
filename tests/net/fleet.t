#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# 200 machines at once and real servers: all of them get their file whole, none is left behind, and
# after a power failure they do not ask all at once again and again. (Figures of more servers and
# larger files: make fleet.)
. "$(dirname "$0")/fleet.sh"

fleet_result() {
    result "$1" "$2" || grep -v '^request' "$work/fleet" | tail -n 12 | sed 's/^/#   /'
}

make_file small 65536
make_file kernel 1048576

hands_out kernel
atftpd_for_many 192.0.2.1
sleep 1
switch_on kernel 60
[ "$(figure right)" -eq 200 ] && [ "$(figure machines)" -eq 200 ]
fleet_result $? "200 machines at once: $(figure right) have their file"
[ "$(figure longest)" -gt 0 ] && [ "$(figure longest)" -le $((2 * $(figure median))) ]
fleet_result $? "the last needs $(figure longest) ms, half of them at most $(figure median) ms"

# A file that is not the right one is seen.
make_file other 65536
hands_out other
atftpd_for_many 192.0.2.1
sleep 1
switch_on small 60 -n 3
grep -q '^machine 2 .* WRONG$' "$work/fleet" && [ "$(figure right)" -eq 0 ]
fleet_result $? 'another file is not taken for the right one'

# The servers are back half a minute after the machines.
later() {
    hands_out small
    atftpd_for_many 192.0.2.1
}
late=30
switch_on small 120
late=
[ "$(figure right)" -eq 200 ]
fleet_result $? "after a power failure: $(figure right) have their file"
[ "$(figure longest)" -gt 0 ] && [ "$(figure longest)" -le $((2 * $(figure median))) ]
fleet_result $? "the last needs $(figure longest) ms, half of them at most $(figure median) ms"
# At first all ask in one second. Without chance in the longer waits it is 60 of 200 again
# half a minute later.
[ "$(figure peak_20)" -gt 0 ] && [ "$(figure peak_20)" -le 45 ]
fleet_result $? "half a minute later at most $(figure peak_20) of them ask in one second"

# The files behind two servers, as docs/fleet.md has it: dhcpd by a bit of the station address,
# dnsmasq by a list of machines.
shared() {
    [ "$(figure right)" -eq 40 ] && [ "$(figure from_192.0.2.1)" -eq 20 ] &&
        [ "$(figure from_192.0.2.2)" -eq 20 ]
    fleet_result $? "$1: $(figure from_192.0.2.1) and $(figure from_192.0.2.2) machines of 40"
}
cat >"$work/dhcpd.conf" <<'EOF'
subnet 192.0.2.0 netmask 255.255.255.0 {
    range 192.0.2.10 192.0.2.250;
    filename "small";
    if suffix(binary-to-ascii(2, 8, "", suffix(hardware, 1)), 1) = "1" {
        next-server 192.0.2.2;
    } else {
        next-server 192.0.2.1;
    }
}
EOF
dhcpd_with "$work/dhcpd.conf"
atftpd_for_many 192.0.2.1
atftpd_for_many 192.0.2.2
sleep 1
switch_on small 60 -n 40
shared 'two servers by dhcpd'
for number in $(seq 0 19); do
    printf '52:54:00:10:00:%02x,set:second\n' "$number"
done >"$work/hosts"
dnsmasq_for_many tag:second,small,,192.0.2.2 --dhcp-boot=tag:!second,small,,192.0.2.1 \
    --port=0 --no-ping --dhcp-hostsfile="$work/hosts"
sleep 1
switch_on small 60 -n 40
shared 'two servers by dnsmasq'
finish
