#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""TFTP servers with manners of their own, each on a port: odd_server.py ADDRESS FOLDER.

The sections of docs/servers.md name real ones; here is what they do wrong, one thing at a time."""
import os
import select
import socket
import struct
import sys
import time

RRQ, DATA, ACK, ERROR, OACK = 1, 3, 4, 5, 6
ADDRESS, FOLDER = sys.argv[1:3]


class Manners:
    """A well-behaved server that takes every option; what is given differs."""

    def __init__(self, port, **differs):
        self.port = port
        self.options = True         # False: plain RFC 1350
        self.refuses = None         # error 8 when this option is there ("any": any of them)
        self.block_limit = 65464
        self.window_grant = None    # what it grants, whatever was asked for
        self.window_sent = None     # how many blocks it sends at once, whatever was granted
        self.rewinds = True         # starts its next window behind an acknowledgement inside one
        self.wrap = 0               # the number after 65535
        self.loses = 0              # every so many data packets one does not leave
        self.doubles = False        # each data packet leaves twice
        self.moves_at = None        # from this block on it sends from another port
        self.dies_at = None         # at this block it ends; another request finds it well
        self.__dict__.update(differs)
        self.deaths = 0
        self.listener = udp(port)


def udp(port=0):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((ADDRESS, port))
    return s


class Transfer:
    TIMEOUT = 1.0
    TRIES = 5

    def __init__(self, manners, packet, client):
        fields = packet[2:].split(b'\0')
        options = dict(zip((f.decode().lower() for f in fields[2:-1:2]), fields[3:-1:2]))
        self.manners, self.client, self.socket = manners, client, udp()
        self.block_size, self.window, self.acknowledged, self.sent = 512, 1, 0, 0
        self.oack, self.packets, self.tries, self.over = None, 0, 0, False
        self.moved = self.at = False
        if options and manners.refuses and (manners.refuses == 'any' or manners.refuses in options):
            self.fail(8, 'such options are not taken')
            return
        try:
            with open(os.path.join(FOLDER, os.path.basename(fields[0].decode())), 'rb') as f:
                self.bytes = f.read()
        except OSError:
            self.fail(1, 'no such file')
            return
        if options and manners.options:
            self.take(options)
        self.count = len(self.bytes) // self.block_size + 1
        self.send()

    def take(self, options):
        granted = {'tsize': len(self.bytes)} if 'tsize' in options else {}
        if 'blksize' in options:
            self.block_size = granted['blksize'] = min(int(options['blksize']), self.manners.block_limit)
        if 'windowsize' in options:
            self.window = granted['windowsize'] = self.manners.window_grant or int(options['windowsize'])
        self.oack = b''.join(b'%s\0%d\0' % (k.encode(), v) for k, v in granted.items())
        self.window = self.manners.window_sent or self.window

    def fail(self, number, text):
        self.socket.sendto(struct.pack('>HH', ERROR, number) + text.encode() + b'\0', self.client)
        self.end()

    def end(self):
        self.over = True
        self.socket.close()

    def number(self, block):
        if self.manners.wrap == 0 or block == 0:
            return block & 0xFFFF
        return (block - 1) % 65535 + 1

    def send(self):
        self.at = time.monotonic()
        if self.oack is not None:
            self.socket.sendto(struct.pack('>H', OACK) + self.oack, self.client)
            return
        for block in range(self.acknowledged + 1, min(self.acknowledged + self.window, self.count) + 1):
            if block == self.manners.dies_at and not self.manners.deaths:
                self.manners.deaths += 1
                self.end()
                return
            if block == self.manners.moves_at and not self.moved and not self.manners.deaths:
                self.manners.deaths += 1
                self.moved = True
                self.socket.close()
                self.socket = udp()
            self.sent = block
            self.packets += 1
            if self.manners.loses and self.packets % self.manners.loses == 0:
                continue
            start = (block - 1) * self.block_size
            packet = struct.pack('>HH', DATA, self.number(block)) + self.bytes[start:start + self.block_size]
            for _ in range(2 if self.manners.doubles else 1):
                self.socket.sendto(packet, self.client)

    def receive(self):
        packet, sender = self.socket.recvfrom(2048)
        if sender != self.client or len(packet) < 4:
            return
        opcode, number = struct.unpack('>HH', packet[:4])
        if opcode == ERROR:
            self.end()
        if opcode != ACK:
            return
        if self.oack is not None:
            if number == 0:
                self.oack = None
                self.send()
            return
        for block in range(self.acknowledged, self.sent + 1):
            if self.number(block) == number:
                break
        else:
            return
        # The last one again: only a window begins anew (RFC 1123, the Sorcerer's Apprentice).
        if not (block == self.sent or (self.manners.rewinds and self.window > 1)):
            return
        self.tries = 0
        self.acknowledged = block
        if block == self.count:
            self.end()
        else:
            self.send()

    def tick(self):
        if time.monotonic() - self.at < self.TIMEOUT:
            return
        self.tries += 1
        if self.tries > self.TRIES:
            self.end()
        else:
            self.send()


SERVERS = [
    Manners(7000),
    Manners(7001, options=False),
    Manners(7002, refuses='any'),
    Manners(7003, refuses='windowsize'),
    Manners(7004, window_grant=64),
    Manners(7005, window_sent=1),
    Manners(7006, window_sent=32),
    Manners(7007, rewinds=False, loses=97),
    Manners(7008, loses=29),
    Manners(7009, doubles=True),
    Manners(7010, block_limit=8, wrap=0),
    Manners(7011, block_limit=8, wrap=1),
    Manners(7012, moves_at=41),
    Manners(7013, dies_at=101),
]

transfers = []
print('ready', flush=True)
while True:
    sockets = {s.listener: s for s in SERVERS} | {t.socket: t for t in transfers}
    for ready in select.select(list(sockets), [], [], 0.1)[0]:
        who = sockets[ready]
        try:
            if isinstance(who, Manners):
                packet, client = ready.recvfrom(2048)
                if packet[:2] == b'\0\1':
                    transfers.append(Transfer(who, packet, client))
            else:
                who.receive()
        except ConnectionRefusedError:
            pass
    for t in transfers:
        if not t.over:
            t.tick()
    transfers = [t for t in transfers if not t.over]
