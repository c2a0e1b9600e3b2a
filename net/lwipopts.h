/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How lwIP is configured; lwip/opt.h documents every switch and its default.
 */
#ifndef NET_LWIPOPTS_H
#define NET_LWIPOPTS_H

#include "lib/internet_checksum.h"

/* One thread, no operating system, callbacks only. */
#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_SINGLE_NETIF    1
#define LWIP_NETIF_LOOPBACK  0
#define LWIP_HAVE_LOOPIF     0
#define LWIP_STATS           0

/* ARP, IPv4, ICMP (so that the machine answers a ping and says no to stray packets), UDP. */
#define LWIP_ARP      1
#define LWIP_ETHERNET 1
#define LWIP_IPV4     1
#define LWIP_IPV6     0
#define LWIP_ICMP     1
#define LWIP_UDP      1
#define LWIP_UDPLITE  0
#define LWIP_TCP      0
#define LWIP_RAW      0
#define LWIP_IGMP     0
#define LWIP_DNS      1
#define LWIP_DHCP     0
#define LWIP_AUTOIP   0
#define LWIP_ACD      0
/* Every transfer keeps to one frame a packet; fragments are dropped and the block size shrinks. */
#define IP_REASSEMBLY 0
#define IP_FRAG       0
#define IP_FORWARD    0

/* DHCP answers may be sent to an address that we do not have yet: port 68, in network order. */
#define LWIP_IP_ACCEPT_UDP_PORT(port) ((port) == PP_HTONS(68))

/*
 * Names (net/names.c). Answers are kept for ten minutes at the most, and forgotten with the card.
 * An image that boots has one question on its way, so few records are enough.
 */
#define DNS_TABLE_SIZE  4
#define DNS_MAX_SERVERS 2
#define DNS_MAX_RETRIES 4 /* 7 s for each server, then the next one is asked */
#define DNS_MAX_TTL     600
#define DNS_RAND_TXID() network_random()

/* We choose local ports ourselves (net/tftp.c), so lwIP needs no random numbers. */
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 0

/*
 * Checksums are checked once, when a packet comes in, and made once, when it goes out: by our own
 * sum, which copes with any alignment of the card's buffers.
 */
#define CHECKSUM_CHECK_IP          1
#define CHECKSUM_CHECK_UDP         1
#define CHECKSUM_CHECK_ICMP        1
#define CHECKSUM_GEN_IP            1
#define CHECKSUM_GEN_UDP           1
#define CHECKSUM_GEN_ICMP          1
#define LWIP_CHKSUM(bytes, length) internet_sum(bytes, (size_t)(length))

/*
 * Memory is static. Packets that leave are small (acknowledgements, requests) and live until the
 * card took them, at most until ARP answers; packets that come in stay in the card's buffer.
 */
#define MEM_LIBC_MALLOC          0
#define MEMP_MEM_MALLOC          0
#define MEM_ALIGNMENT            8
#define MEM_SIZE                 (16 * 1024)
#define MEMP_NUM_PBUF            8
#define PBUF_POOL_SIZE           4
#define PBUF_POOL_BUFSIZE        256
#define LWIP_SUPPORT_CUSTOM_PBUF 1
#define MEMP_NUM_UDP_PCB         8
#define MEMP_NUM_SYS_TIMEOUT     (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 4)
#define ARP_TABLE_SIZE           8
#define ARP_QUEUEING             0
#define ETH_PAD_SIZE             0

/*
 * The smallest image does without lwIP's checks of itself (all others stop where one fails), takes
 * packets' memory from the C library's heap, answers no pings and asks for no names.
 */
#ifdef SAWBOOT_SMALL
#define LWIP_NOASSERT 1
#undef MEM_LIBC_MALLOC
#define MEM_LIBC_MALLOC 1
#undef LWIP_ICMP
#define LWIP_ICMP 0
#undef LWIP_DNS
#define LWIP_DNS           0
#define IP_OPTIONS_ALLOWED 0
#endif

#endif
