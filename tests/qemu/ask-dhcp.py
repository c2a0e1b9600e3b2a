#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Asks a DHCP server as some machine's firmware would, and prints the file that it names.

    ask-dhcp.py TAP STATION bootp|dhcp [CODE=TEXT ...]

sends one BOOTP request or DHCPDISCOVER through the far end of a tap device, again each second for
ten seconds, and prints next-server and file (option 67, or the fixed field) of the first answer.
"""
import fcntl
import os
import select
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
COOKIE = b"\x63\x82\x53\x63"


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def query(station, transaction, kind, options):
    packet = struct.pack(">BBBBIHHIIII", 1, 1, 6, 0, transaction, 0, 0x8000, 0, 0, 0, 0)
    packet += station.ljust(16, b"\0") + bytes(192) + COOKIE
    if kind == "dhcp":
        packet += b"\x35\x01\x01\x37\x02\x42\x43"  # DISCOVER; wants options 66 and 67
    for code, text in options:
        packet += struct.pack("BB", code, len(text)) + text.encode()
    return (packet + b"\xff").ljust(300, b"\0")


def frame(station, payload):
    udp = struct.pack(">HHHH", 68, 67, 8 + len(payload), 0) + payload
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return b"\xff" * 6 + station + b"\x08\x00" + head + udp


def answer(data, transaction):
    """The DHCP part of a frame, if it is the answer."""
    if len(data) < 42 + 240 or data[12:14] != b"\x08\x00" or data[23] != 17:
        return None
    at = 14 + (data[14] & 15) * 4
    if struct.unpack(">HH", data[at:at + 4]) != (67, 68):
        return None
    packet = data[at + 8:]
    if packet[0] != 2 or struct.unpack(">I", packet[4:8])[0] != transaction:
        return None
    return packet


def read(packet):
    file = packet[108:236].split(b"\0")[0]
    at = 240
    while at + 1 < len(packet) and packet[at] != 255:
        if packet[at] == 0:
            at += 1
            continue
        if packet[at] == 67:
            file = packet[at + 2:at + 2 + packet[at + 1]].rstrip(b"\0")
        at += 2 + packet[at + 1]
    return "%d.%d.%d.%d %s" % (*packet[20:24], file.decode())


def main():
    name, station, kind = sys.argv[1:4]
    station = bytes.fromhex(station.replace(":", ""))
    options = [(int(code), text) for code, text in (o.split("=", 1) for o in sys.argv[4:])]
    transaction = int.from_bytes(os.urandom(4), "big")
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    end = time.time() + 10
    while time.time() < end:
        os.write(tap, frame(station, query(station, transaction, kind, options)))
        again = time.time() + 1
        while time.time() < again:
            if not select.select([tap], [], [], 0.1)[0]:
                continue
            packet = answer(os.read(tap, 2048), transaction)
            if packet is not None:
                print(read(packet))
                return
    sys.exit("nobody answers")


main()
