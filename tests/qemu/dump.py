#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""dump.py CONSOLE NAME OUT: writes the last dump of that name on a console's log to a file, after a
look at its length and checksum, and prints its address ("-" if it has none) and length.

dump.py -compare A B: whether two flattened trees are the same but for /chosen random-seed."""
import re
import sys
import zlib


def read(console, name):
    text = open(console, "rb").read().replace(b"\0", b"").replace(b"\r", b"").decode("latin-1")
    blocks = re.findall(
        r"^DUMP %s ([^\n]*)\n((?:[0-9a-f]{8} [0-9a-f]+\n)*)DUMP end$" % name, text, re.M)
    if not blocks:
        sys.exit("there is no whole dump of " + name)
    fields = dict(field.split("=") for field in blocks[-1][0].split())
    data = bytearray()
    for line in blocks[-1][1].splitlines():
        offset, digits = line.split()
        if int(offset, 16) != len(data):
            sys.exit("a line is missing before " + offset)
        data += bytes.fromhex(digits)
    if len(data) != int(fields["length"]) or zlib.crc32(data) != int(fields["crc32"], 16):
        sys.exit("length or checksum are wrong")
    return data, fields.get("address", "-")


def without_seed(name):
    """A property is 32 bytes of name, 4 of length, the value: 64 bytes of seed."""
    data = bytearray(open(name, "rb").read())
    at = data.find(b"random-seed\0")
    if at >= 0:
        data[at + 36:at + 36 + 64] = bytes(64)
    return data


if sys.argv[1] == "-compare":
    sys.exit(without_seed(sys.argv[2]) != without_seed(sys.argv[3]))
dumped, address = read(sys.argv[1], sys.argv[2])
open(sys.argv[3], "wb").write(dumped)
print("0x" + address if address != "-" else address, len(dumped))
