/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TFTP client: the scheme "tftp" of net/fetch.h. One transfer at a time, over network_poll.
 */
#ifndef NET_TFTP_H
#define NET_TFTP_H

#include "console/error.h"
#include "net/fetch.h"

/*
 * Reads uri->path from uri->server (not 0) into the sink. Asks for the largest block that fits a
 * frame, for the size and for a short server time-out; does without where the server does not know
 * options. Silence in the middle starts the transfer once more with 512-byte blocks (some path may
 * lose full frames); bytes that the sink has are not given to it again.
 * Errors: ERROR_TFTP_*, ERROR_NET_STOPPED, ERROR_NET_STACK, ERROR_FETCH_URI, and the sink's own.
 */
error_t tftp_fetch(const struct fetch_uri *uri, struct fetch_sink *sink);

/*
 * After a transfer the endpoint stays, to acknowledge the last block again if the server asks,
 * until the next transfer has ended. This closes it.
 */
void tftp_forget(void);

#endif
