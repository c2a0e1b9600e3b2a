/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments of a network device: what stands behind the ':' of its path, "192.168.7.1,kernel"
 * of "/pci/ethernet@d:192.168.7.1,kernel". The forms are those of IEEE 1275's recommended practice
 * "TFTP Booting Extension", of the Open Firmwares that carry it out and of Apple's; docs/options.md
 * tells them to users. Pure: nothing here touches a network.
 */
#ifndef DEVICE_ARGUMENTS_H
#define DEVICE_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console/error.h"

/* The longest file name, with its NUL; as long as a path that net/fetch.h takes. */
#define BOOT_ARGUMENTS_FILE_LENGTH 512
/* The longest text that is looked at, with its NUL. */
#define BOOT_ARGUMENTS_TEXT_LENGTH 1024

enum boot_arguments_method {
    BOOT_ARGUMENTS_ANY,
    BOOT_ARGUMENTS_BOOTP,
    BOOT_ARGUMENTS_DHCP,
    BOOT_ARGUMENTS_BSDP,
};

struct boot_arguments {
    bool given; /* there was more than blanks, commas and a bare "0": anything below is set */
    enum boot_arguments_method method;
    uint32_t server, client, gateway, netmask; /* network order; 0: not given */
    char file[BOOT_ARGUMENTS_FILE_LENGTH];     /* as written; "": not given */
    unsigned bootp_retries, tftp_retries;      /* 0: not given */
};

/*
 * Splits the text. "" (and NULL) is fine and gives nothing. On failure `*out` is as after "".
 * The words that GRUB opens a device with ("speed=auto,duplex=auto,1.1.1.1,dummy,...,512") are
 * fine as well; whether the addresses can work together is boot_arguments_net's question.
 * Errors: ERROR_ARGUMENTS, ERROR_ARGUMENTS_LENGTH.
 */
error_t boot_arguments_parse(const char *text, struct boot_arguments *out);

/*
 * What network_configure (net/network.h) has to be told: "dhcp", "bootp", "bsdp", or
 * "static:address/mask,gateway,server" if there is a client address; "" if that is left open.
 * Whether or not it says so, `server` is asked for the file when it is not 0.
 * Errors: ERROR_ARGUMENTS (addresses that contradict each other).
 */
#define BOOT_ARGUMENTS_NET_LENGTH 80
error_t boot_arguments_net(const struct boot_arguments *arguments,
                           char net[BOOT_ARGUMENTS_NET_LENGTH]);

/*
 * The name to ask a TFTP server for, with '/' between folders: the file that the arguments name,
 * beside `boot_file` where they say so ("\\file"), else `boot_file` itself. `boot_file` is the name
 * that the server's DHCP or BOOTP reply gave, as it came (NULL or "": none).
 * Errors: ERROR_NET_NO_FILE (neither names one), ERROR_ARGUMENTS (the name of a folder),
 * ERROR_ARGUMENTS_LENGTH (does not fit `size`).
 */
error_t boot_arguments_file(const struct boot_arguments *arguments, const char *boot_file,
                            char *name, size_t size);

#endif
