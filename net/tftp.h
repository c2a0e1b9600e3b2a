/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TFTP client: the scheme "tftp" of net/fetch.h. One transfer at a time, over network_poll.
 */
#ifndef NET_TFTP_H
#define NET_TFTP_H

#include "console/error.h"
#include "net/fetch.h"

#define TFTP_WINDOW 16u /* blocks on the way at once, where the card has room for them */

/*
 * Reads uri->path from uri->server (not 0) into the sink. Asks for the largest block that fits a
 * frame, for the size, for a short server time-out and for a window of blocks (RFC 7440); does
 * without where the server does not know options. Where windows never come whole it starts again
 * with a smaller one. Silence in the middle starts the transfer once more with 512-byte blocks
 * (some path may lose full frames); bytes that the sink has are not given to it again. Errors:
 * ERROR_TFTP_*, ERROR_NET_STOPPED, ERROR_NET_STACK, ERROR_FETCH_URI, and the sink's own.
 */
error_t tftp_fetch(const struct fetch_uri *uri, struct fetch_sink *sink);

/* The largest window that later transfers ask for; 1: none, 0: as the card has room. */
void tftp_limit_window(unsigned blocks);
/* How long later requests wait for a first answer, for files that may be missing; 0: as usual. */
void tftp_limit_wait(unsigned milliseconds);

/*
 * After a transfer the endpoint stays, to acknowledge the last block again if the server asks,
 * until the next transfer has ended. This closes it.
 */
void tftp_forget(void);

#endif
