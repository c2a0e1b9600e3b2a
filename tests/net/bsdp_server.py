#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""NetBoot servers and a DHCP server, as Apple's documentation of BSDP has them (BSDP.doc).

    bsdp_server.py CARD WORLD.json

serves on the network card CARD until it is killed. Every request is checked against the documentation:
a line "WRONG ..." is one that breaks it. The world:

    {"dhcp": {"address": "192.168.7.1", "first": "192.168.7.100", "file": ""},
     "netboot": [{"address": "192.168.7.2", "priority": 32768, "default": "0x01000041", "fail": 0,
                  "deaf": 0, "kind": "2.0", "bound": "",
                  "images": [{"id": "0x01000041", "name": "Panther", "file": "ppc/booter",
                              "root": "nfs:192.168.7.2:/nb:Panther.nbi/System.dmg"}]}]}

All addresses are on the card already. "fail" and "deaf" count SELECTs that are answered with FAILED and
requests that are not answered at all. "bound" is the id of the image that every client is bound to at
the start; a SELECT binds a client, as it does with Apple's server. "kind" 1.0 answers BOOTP requests of
old firmware, with at most 64 bytes of options if it is "1.0 short".
"""
import json
import socket
import struct
import sys

COOKIE = b"\x63\x82\x53\x63"
PAD, MASK, ROUTER, ROOT_PATH, VENDOR, LEASE, TYPE, SERVER, WANTED, MAXIMUM, CLASS, END = (
    0, 1, 3, 17, 43, 51, 53, 54, 55, 57, 60, 255)
MACNC_VERSION, MACNC_INFORMATION, MACNC_SERVER = 220, 221, 230
DISCOVER, OFFER, REQUEST, ACK, INFORM = 1, 2, 3, 5, 8
LIST, SELECT, FAILED = 1, 2, 3
(MESSAGE, VERSION, SERVER_ID, PRIORITY, REPLY_PORT, DEFAULT, SELECTED, IMAGES, OLD_FIRMWARE) = (
    1, 2, 3, 4, 5, 7, 8, 9, 10)
SHADOW_MOUNT, SHADOW_FILE, MACHINE_NAME = 128, 129, 130
BOOTP_LENGTH = 300


def say(*words):
    print(*words, flush=True)


def options_of(data, where):
    """{code: value}, instances joined (RFC 3396)."""
    found, at = {}, 0
    while at < len(data) and data[at] != END:
        if data[at] == PAD:
            at += 1
            continue
        if at + 2 > len(data) or at + 2 + data[at + 1] > len(data):
            say("WRONG", where, "an option runs past the end")
            break
        found[data[at]] = found.get(data[at], b"") + data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    else:
        if where == "packet" and at >= len(data):
            say("WRONG packet: the options have no end")
    return found


def option(code, value):
    return bytes([code, len(value)]) + value


def image_id(text):
    return struct.pack(">I", int(text, 0))


class Query:
    """A request, taken apart and checked."""

    def __init__(self, data):
        self.data = data
        (self.op, self.htype, self.hlen, self.hops, self.xid, self.secs, self.flags) = struct.unpack(
            ">BBBBIHH", data[:12])
        self.ciaddr, self.yiaddr, self.siaddr, self.giaddr = (data[i:i + 4] for i in (12, 16, 20, 24))
        self.station = data[28:34]
        self.options = options_of(data[240:], "packet")
        self.type = self.options.get(TYPE, b"\0")[0]
        self.own = options_of(self.options.get(VENDOR, b""), "option 43")
        self.check()

    def check(self):
        self.must((self.op, self.htype, self.hlen, self.hops) == (1, 1, 6, 0), "op, htype, hlen, hops")
        self.must(len(self.data) >= BOOTP_LENGTH, "shorter than BOOTP has it")
        self.must(self.data[236:240] == COOKIE, "magic cookie")
        self.must(self.yiaddr + self.siaddr + self.giaddr == bytes(12), "addresses that servers fill in")
        self.must(self.data[34:236] == bytes(202), "chaddr's rest, sname and file have to be empty")
        self.must(self.data[240 + len(self.data[240:].rstrip(b"\0")) - 1] == END, "bytes behind the end")
        if self.type == 0:
            return
        self.must(self.is_apple() or CLASS in self.options, "no vendor class")
        if not self.is_apple():
            return
        self.must({1, 3, VENDOR, CLASS} <= set(self.options.get(WANTED, b"")), "option 55")
        self.must(self.own.get(VERSION) in (b"\x01\x00", b"\x01\x01"), "version")
        if self.type in (DISCOVER, REQUEST):
            self.must(self.ciaddr == bytes(4), "ciaddr in DISCOVER")
            return
        self.must(self.type == INFORM, "message type %d" % self.type)
        self.must(self.ciaddr != bytes(4), "INFORM without ciaddr")
        self.must(struct.unpack(">H", self.options.get(MAXIMUM, b"\0\0"))[0] >= 1500, "option 57")
        self.must(self.reply_port() < 1024, "reply port")
        self.must(self.message() in (LIST, SELECT), "BSDP message type")
        known = {MESSAGE, VERSION, REPLY_PORT, OLD_FIRMWARE}
        if self.message() == SELECT:
            self.must(len(self.own.get(SERVER_ID, b"")) == 4, "SELECT without server")
            self.must(len(self.own.get(SELECTED, bytes(4))) == 4, "SELECT's image")
            known |= {SERVER_ID, SELECTED}
        self.must(set(self.own) <= known, "sub-options %s" % sorted(set(self.own) - known))
        self.must(self.own.get(OLD_FIRMWARE, b"") == b"", "option 10 has no value")

    def must(self, good, what):
        if not good:
            say("WRONG", what, self.data.hex())

    def client_class(self):
        return self.options.get(CLASS, b"").decode("ascii", "replace").split("/")

    def is_apple(self):
        words = self.client_class()
        return words[0] == "AAPLBSDPC" and len(words) == 3

    def message(self):
        return self.own.get(MESSAGE, b"\0")[0]

    def reply_port(self):
        return struct.unpack(">H", self.own.get(REPLY_PORT, b"\0\x44"))[0]

    def mac(self):
        return self.station.hex(":")


def reply(query, kind, server, yiaddr, file, options, ciaddr=bytes(4)):
    packet = struct.pack(">BBBBIHH", 2, 1, 6, 0, query.xid, 0, query.flags)
    packet += ciaddr + yiaddr + (socket.inet_aton(server) if file is not None else bytes(4)) + bytes(4)
    packet += query.data[28:44] + b"netboot.example".ljust(64, b"\0")
    packet += (file or "").encode().ljust(128, b"\0") + COOKIE
    if kind:
        packet += option(TYPE, bytes([kind])) + option(SERVER, socket.inet_aton(server))
    return (packet + options + bytes([END])).ljust(BOOTP_LENGTH, b"\0")


class Dhcp:
    def __init__(self, world, wire):
        self.address, self.file, self.wire = world["address"], world.get("file", ""), wire
        self.next = struct.unpack(">I", socket.inet_aton(world["first"]))[0]
        self.leases = {}

    def lease(self, station):
        if station not in self.leases:
            self.leases[station] = struct.pack(">I", self.next)
            self.next += 1
        return self.leases[station]

    def hear(self, query):
        if query.type not in (DISCOVER, REQUEST):
            return
        if query.type == REQUEST and query.options.get(SERVER) != socket.inet_aton(self.address):
            return
        options = option(MASK, b"\xff\xff\xff\0") + option(ROUTER, socket.inet_aton(self.address))
        options += option(LEASE, b"\0\0\x0e\x10")
        kind = OFFER if query.type == DISCOVER else ACK
        self.wire.send(self.address, "255.255.255.255", 68,
                       reply(query, kind, self.address, self.lease(query.station),
                             self.file or None, options))


class NetBoot:
    def __init__(self, world, dhcp, wire):
        self.address, self.dhcp, self.wire = world["address"], dhcp, wire
        self.priority = world.get("priority", 32768)
        self.default = world.get("default")
        self.images = world.get("images", [])
        self.fail, self.deaf = world.get("fail", 0), world.get("deaf", 0)
        self.kind = world.get("kind", "2.0")
        self.everybody = world.get("bound")
        self.bound = {}

    def image(self, number):
        return next((i for i in self.images if image_id(i["id"]) == number), None)

    def boot(self, query, image):
        """What a client needs to boot it: options, and option 43's."""
        name = "netboot%03d" % query.station[5]
        return (option(ROOT_PATH, image["root"].encode()),
                option(SELECTED, image_id(image["id"])) + option(MACHINE_NAME, name.encode()) +
                option(SHADOW_MOUNT, ("afp://%s:secret@%s/NetBootClients0" %
                                      (name, self.address)).encode()) +
                option(SHADOW_FILE, ("%s/Shadow" % name).encode()))

    def hear(self, query):
        if query.type == 0 and self.kind.startswith("1.0"):
            return self.hear_bootp(query)
        if not query.is_apple() or self.kind != "2.0":
            return None
        if query.type == DISCOVER:
            return self.hear_discover(query)
        if query.type == INFORM:
            return self.hear_inform(query)
        return None

    def hear_bootp(self, query):
        if query.options.get(MACNC_INFORMATION) != b"Apple MacNC" or \
                query.options.get(MACNC_VERSION) != bytes(4):
            say(self.address, "BOOTP of somebody else", query.mac())
            return
        image = self.images[0]
        options = option(MACNC_SERVER, bytes(4)) + option(MASK, b"\xff\xff\xff\0")
        options += option(ROOT_PATH, image["root"].encode())
        if self.kind == "1.0 short" and len(options) > 59:
            options = options[:12]  # what does not fit into BOOTP's 64 bytes is lost
        say(self.address, "BOOTP", query.mac())
        self.wire.send(self.address, "255.255.255.255", 68,
                       reply(query, 0, self.address, self.dhcp.lease(query.station), image["file"],
                             options))

    def hear_discover(self, query):
        number = self.bound.get(query.station, self.everybody and image_id(self.everybody))
        image = number and self.image(number)
        if not image:
            return
        say(self.address, "DISCOVER of a known client", query.mac())
        options, own = self.boot(query, image)
        self.wire.send(self.address, "255.255.255.255", 68,
                       reply(query, OFFER, self.address, bytes(4), image["file"],
                             options + option(CLASS, b"AAPLBSDPC") + option(VENDOR, own)))

    def answer(self, query, file, options, own_parts):
        options += option(CLASS, b"AAPLBSDPC") + b"".join(option(VENDOR, part) for part in own_parts)
        self.wire.send(self.address, socket.inet_ntoa(query.ciaddr), query.reply_port(),
                       reply(query, ACK, self.address, bytes(4), file, options, query.ciaddr))

    def hear_inform(self, query):
        if self.deaf:
            self.deaf -= 1
            say(self.address, "does not hear", query.mac())
        elif query.message() == LIST:
            self.hear_list(query)
        elif query.message() == SELECT:
            self.hear_select(query)

    def hear_list(self, query):
        say(self.address, "LIST", query.mac(), "/".join(query.client_class()),
            "old" if OLD_FIRMWARE in query.own else "")
        own = option(MESSAGE, bytes([LIST])) + option(PRIORITY, struct.pack(">H", self.priority))
        if self.default:
            own += option(DEFAULT, image_id(self.default))
        if query.station in self.bound:
            own += option(SELECTED, self.bound[query.station])
        # Each option 43 has a list of its own, with whole images in it.
        parts, images = [], b""
        for image in self.images:
            name = image["name"].encode()
            entry = image_id(image["id"]) + bytes([len(name)]) + name
            if len(own) + len(images) + len(entry) + 2 > 255:
                parts.append(own + option(IMAGES, images))
                own, images = b"", b""
            images += entry
        parts.append(own + (option(IMAGES, images) if images else b""))
        self.answer(query, "", b"", parts)

    def hear_select(self, query):
        if query.own[SERVER_ID] != socket.inet_aton(self.address):
            self.bound.pop(query.station, None)  # it has gone to another server
            return
        number = query.own.get(SELECTED) or image_id(self.default)
        image = self.image(number)
        say(self.address, "SELECT", query.mac(), number.hex())
        if self.fail or image is None:
            self.fail -= 1
            say(self.address, "FAILED")
            self.answer(query, "", b"", [option(MESSAGE, bytes([FAILED]))])
            return
        self.bound[query.station] = number
        options, own = self.boot(query, image)
        self.answer(query, image["file"], options, [option(MESSAGE, bytes([SELECT])) + own])


class Wire:
    def __init__(self, card, addresses):
        self.ears = self.socket(card, "")
        self.mouths = {address: self.socket(card, address) for address in addresses}

    @staticmethod
    def socket(card, address):
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, card.encode())
        end.bind((address, 67))
        return end

    def send(self, address, to, port, packet):
        self.mouths[address].sendto(packet, (to, port))


def main():
    card = sys.argv[1]
    with open(sys.argv[2], encoding="utf-8") as file:
        world = json.load(file)
    addresses = {s["address"] for s in world["netboot"]} | {world["dhcp"]["address"]}
    wire = Wire(card, addresses)
    dhcp = Dhcp(world["dhcp"], wire)
    servers = [NetBoot(s, dhcp, wire) for s in world["netboot"]]
    say("READY")
    while True:
        data, _ = wire.ears.recvfrom(2048)
        if len(data) < 240:
            say("WRONG a packet of %d bytes" % len(data))
            continue
        query = Query(data)
        for server in [dhcp] + servers:
            server.hear(query)


main()
