/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending a file to a TFTP server: RFC 1350's write request, with the options of RFC 2347 to 2349.
 */
#ifndef NET_TFTP_SEND_H
#define NET_TFTP_SEND_H

#include <stddef.h>
#include <stdint.h>

#include "console/error.h"
#include "net/fetch.h"

/*
 * Writes `length` bytes as uri->path to uri->server (not 0). Asks for large blocks, does without
 * where the server knows no options. Every wait is bounded and says so; escape and ^C end it.
 * Errors: ERROR_TFTP_SERVER (its own words), ERROR_TFTP_NO_ANSWER, ERROR_TFTP_LOST,
 * ERROR_TFTP_PROTOCOL, ERROR_NET_STOPPED, ERROR_NET_STACK, ERROR_FETCH_URI.
 */
error_t tftp_send(const struct fetch_uri *uri, const uint8_t *bytes, size_t length);

#endif
