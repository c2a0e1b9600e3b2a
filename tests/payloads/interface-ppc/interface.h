/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A client program that calls everything that the interface in r5 has to offer for a network card,
 * with good, odd and hostile arguments. Words of its boot arguments say what to expect:
 *
 *     mac=52:54:00:12:34:56     of the card that the program came over; mac2= of another card
 *     boot-file=<name>          what the server called this program
 *     files=<name>:<bytes>:<CRC-32>,...   on the server; the first few are small, see files.c
 *     arp=<address>             an IPv4 address that answers ARP; own= ours, as hexadecimal numbers
 *     end=exit, end=return      how to end, after the last line; without: endless loop
 *     end=quiesce               with the firmware quiet, and one more check of the card
 */
#ifndef PAYLOADS_INTERFACE_H
#define PAYLOADS_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/payloads/common-ppc/client.h"
#include "tests/payloads/common/report.h"
#include "tests/payloads/common/strings.h"
#include "tests/payloads/common/words.h"

struct card {
    uint32_t node; /* 0: there is none */
    char path[PATH_LENGTH];
    uint8_t mac[6];
};

/* A path made of the card's and what shall stand behind the ':' (NULL: not even a ':'). */
const char *card_path(const struct card *card, const char *arguments);
/* An open instance of the card with these arguments, or 0. */
uint32_t card_open(const struct card *card, const char *arguments);

/* Memory that the checks may fill: claimed when the program starts, 2 MB and a guard behind. */
#define AREA_LENGTH  0x200000u
#define GUARD_LENGTH 0x10000u
extern uint8_t *area;
void guard_fill(uint8_t *from, uint32_t length);
bool guard_is_whole(const uint8_t *from, uint32_t length);

/* --- services.c: which services there are, and how calls are refused ---------------------------
 */
void check_services(void);
void check_counts(const struct card *card);
void check_forth(const struct card *card);

/* --- node.c: the card in the device tree ---------------------------------------------------------
 */
void check_node(const struct card *card);
void check_names(const struct card *card);

/* --- chosen.c ------------------------------------------------------------------------------------
 */
void check_chosen(const struct card *card);

/* --- instances.c ---------------------------------------------------------------------------------
 */
void check_instances(const struct card *card);
void check_wrong_instances(const struct card *card);

/* --- frames.c: raw frames ------------------------------------------------------------------------
 */
void check_frames(const struct card *card);
/* Sends one ARP request and waits for its answer. */
bool frames_pass(const struct card *card, uint32_t instance);

/* --- files.c: load -------------------------------------------------------------------------------
 */
void check_files(const struct card *card);
void check_refused_loads(const struct card *card);
/* Loads the first file of files= to `to` and compares it. */
bool file_loads(const struct card *card, uint8_t *to);

/* --- memory.c ------------------------------------------------------------------------------------
 */
void check_claims(void);
/* Takes all memory that is to be had and fills it; then the card has to work as before. */
void check_all_memory(const struct card *card);

/* --- kept.c: registers and stack -----------------------------------------------------------------
 */
void check_registers(const struct card *card);

/* --- stopped.c -----------------------------------------------------------------------------------
 */
void check_quiesce(const struct card *card);

#endif
