#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a machine did on the network, from the record of QEMU's filter-dump.

    capture.py SECONDS RECORD FILE BYTES

waits until FILE has come to the machine by TFTP, whole and acknowledged, and prints microseconds of
the machine's own clock, which is zero when it is started (-rtc base=2000-01-01T00:00:00,clock=vm):

    sent MICROSECONDS           its first frame
    dhcp MICROSECONDS           its first DHCP packet
    address MICROSECONDS        the last DHCP packet in front of FILE's request
    request MICROSECONDS        the first request for FILE
    end MICROSECONDS            the last acknowledgement
    block BYTES                 a full block
    window BLOCKS               the window asked for and granted, or 1
    again BLOCKS                blocks that came more than once

Status 1: not within SECONDS. The record is looked at only when it no longer grows, so that
looking takes no time from the machine.
"""
import os
import struct
import sys
import time

EPOCH = 946684800  # 2000-01-01, of the record
REQUEST, DATA, ACK, OACK = 1, 3, 4, 6


def packets(path):
    """Microseconds, source port, destination port, UDP payload, its whole length."""
    with open(path, "rb") as file:
        record = file.read()
    at = 24
    while at + 16 <= len(record):
        second, microsecond, kept, _ = struct.unpack_from("<IIII", record, at)
        frame = record[at + 16 : at + 16 + kept]
        at += 16 + kept
        if len(frame) < kept:
            break
        when = (second - EPOCH) * 1000000 + microsecond
        if frame[12:14] == b"\x08\x00" and frame[23:24] == b"\x11" and len(frame) >= 46:
            header = 14 + (frame[14] & 15) * 4
            source, target, length = struct.unpack_from(">HHH", frame, header)
            yield when, frame, source, target, frame[header + 8 :], length - 8
        else:
            yield when, frame, 0, 0, b"", 0


def look(path, name, size):
    """The figures, or None if the file has not come yet."""
    figures = {}
    client = None  # the port that asked
    came, seen, again, window, block = 0, {}, 0, 1, 512
    done = False
    last_dhcp = None
    for when, frame, source, target, payload, length in packets(path):
        if frame[6:8] == b"\x52\x54":  # QEMU's own station addresses: from the machine
            figures.setdefault("sent", when)
        if source in (67, 68):
            figures.setdefault("dhcp", when)
            if "request" not in figures:
                last_dhcp = when
        if len(payload) < 4:
            continue
        code, number = struct.unpack_from(">HH", payload)
        if target == 69 and code == REQUEST:
            words = payload[2:].split(b"\0")
            if words[0].decode("latin-1").lstrip("/") != name:
                client = None
            elif source != client:
                client = source
                came, seen, again, window, block, done = 0, {}, 0, 1, 512, False
                figures.setdefault("request", when)
        elif client is not None and target == client:
            if code == OACK:
                words = payload[2:].split(b"\0")
                options = dict(zip([word.lower() for word in words[::2]], words[1::2]))
                block = int(options.get(b"blksize", block))
                window = int(options.get(b"windowsize", window))
            elif code == DATA:
                # 16 bits of the number: the one that is nearest to what came so far
                whole = came + (number - came + 0x8000) % 0x10000 - 0x8000
                if whole <= came:
                    again += 1
                else:
                    seen[whole] = length - 4
                    while came + 1 in seen:
                        came += 1
                        done = seen.pop(came) < block
        elif client is not None and source == client and code == ACK:
            figures["end"] = when
            figures["acked"] = number
    got = (came - 1) * block
    if not done or not got <= size < got + block or figures.get("acked") != came % 0x10000:
        return None
    figures.update(block=block, window=window, again=again, address=last_dhcp)
    return figures


def main():
    seconds, path, name, size = float(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    end, length = time.monotonic() + seconds, -1
    while time.monotonic() < end:
        now = os.path.getsize(path) if os.path.exists(path) else 0
        figures = look(path, name, size) if now == length and now > size // 2000 * 60 else None
        if figures is not None:
            for key in ("sent", "dhcp", "address", "request", "end", "block", "window", "again"):
                print(key, figures[key])
            return 0
        length = now
        time.sleep(0.3)
    return 1


sys.exit(main())
