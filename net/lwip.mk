# SPDX-License-Identifier: BSD-2-Clause
#
# The parts of lwIP that Sawboot is built with, below $(LWIP_DIR). IPv4, ARP, ICMP and UDP; DNS
# but in the smallest images; no TCP, no fragments, no DHCP (net/dhcp.c is our own). net/lwipopts.h and net/arch/cc.h configure
# them: -Inet and -I$(LWIP_DIR)/src/include have to be on the include path.
LWIP_SOURCES := \
	src/core/def.c \
	src/core/dns.c \
	src/core/inet_chksum.c \
	src/core/init.c \
	src/core/ip.c \
	src/core/ipv4/etharp.c \
	src/core/ipv4/icmp.c \
	src/core/ipv4/ip4.c \
	src/core/ipv4/ip4_addr.c \
	src/core/mem.c \
	src/core/memp.c \
	src/core/netif.c \
	src/core/pbuf.c \
	src/core/timeouts.c \
	src/core/udp.c \
	src/netif/ethernet.c
