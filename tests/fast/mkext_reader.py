# SPDX-License-Identifier: BSD-2-Clause
"""Reads mkext archives for the tests, from the description of the format alone: with Python's own
zlib, Adler-32 and property lists, and a decoder for LZSS that is written like its description."""
import plistlib
import struct
import zlib

ANY = 0xFFFFFFFF
PROCESSORS = {"ppc": (18, 0), "i386": (7, 3), "x86_64": (0x01000007, 3)}


def lzss(stream):
    """A ring of 4096 bytes, preset to spaces, written from 4078 on. Each flag byte, from bit 0 on: 1
    a byte as it is; 0 two bytes, a place in the ring (12 bits) and a length (4 bits) less 3."""
    ring, write, out, at = bytearray(b" " * 4096), 4078, bytearray(), 0
    while at < len(stream):
        flags = stream[at]
        at += 1
        if flags == 0xFF and at + 8 <= len(stream) and write <= 4088:  # the same, faster
            ring[write:write + 8] = stream[at:at + 8]
            out += stream[at:at + 8]
            write, at = (write + 8) % 4096, at + 8
            continue
        for bit in range(8):
            if at >= len(stream):
                break
            if flags >> bit & 1:
                ring[write] = stream[at]
                out.append(stream[at])
                write, at = (write + 1) % 4096, at + 1
                continue
            if at + 2 > len(stream):
                raise ValueError("a cut pair")
            place = stream[at] | (stream[at + 1] & 0xF0) << 4
            count = (stream[at + 1] & 0x0F) + 3
            at += 2
            for i in range(count):
                byte = ring[(place + i) % 4096]
                ring[write] = byte
                out.append(byte)
                write = (write + 1) % 4096
    return bytes(out)


class Kext:
    def __init__(self, plist, module, dates=None, path=None, stored=None):
        self.plist, self.module, self.dates = plist, module, dates
        self.path, self.stored = path, stored

    @property
    def info(self):
        return self.plist if isinstance(self.plist, dict) else plistlib.loads(self.plist)


def words(data, offset, count):
    return struct.unpack(">%dI" % count, data[offset:offset + 4 * count])


class Archive:
    """A thin one. An AssertionError says what is wrong."""

    def __init__(self, data):
        assert data[:8] == b"MKXTMOSX", "magic and signature"
        self.data = data
        length, adler, self.version, self.count, self.cpu, self.subtype = words(data, 8, 6)
        assert length == len(data), "length"
        assert adler == zlib.adler32(data[16:]), "adler32"
        self.kexts = {0x01008000: self.read_1, 0x02002001: self.read_2}[self.version]()

    def file_1(self, offset, packed, real):
        stored = self.data[offset:offset + (packed or real)]
        assert offset >= 32 + 32 * self.count and len(stored) == (packed or real), "a file's place"
        out = lzss(stored) if packed else stored
        assert len(out) == real, "realsize"
        return out

    def read_1(self):
        kexts = []
        for i in range(self.count):
            fields = words(self.data, 32 + 32 * i, 8)
            module = b"" if fields[4:7] == (0, 0, 0) else self.file_1(*fields[4:7])
            kexts.append(Kext(self.file_1(*fields[:3]), module, (fields[3], fields[7]),
                              stored=fields[1] == 0 and fields[5] == 0))
        return kexts

    def file_2(self, offset):
        packed, full = words(self.data, offset, 2)
        data = self.data[offset + 8:offset + 8 + (packed or full)]
        out = zlib.decompress(data) if packed else data
        assert len(out) == full, "full_size"
        return out, packed == 0

    def read_2(self):
        offset, packed, full = words(self.data, 32, 3)
        text = self.data[offset:offset + (packed or full)]
        if packed:
            text = zlib.decompress(text)
        assert len(text) == full and text[-1:] == b"\0", "the list's size, and its NUL"
        root = plistlib.loads(b"<plist>" + text[:-1] + b"</plist>", fmt=plistlib.FMT_XML)
        kexts = []
        for info in root["_MKEXTInfoDictionaries"]:
            module, stored = b"", None
            if "_MKEXTExecutable" in info:
                module, stored = self.file_2(info.pop("_MKEXTExecutable"))
                assert info.pop("_MKEXTExecutableRelativePath").endswith(info["CFBundleExecutable"])
            path = info.pop("_MKEXTBundlePath")
            assert not any(key.startswith("_MKEXT") for key in info), "no other additions"
            kexts.append(Kext(info, module, path=path, stored=stored))
        assert len(kexts) == self.count, "numkexts"
        return kexts


def slices(data):
    """{(cputype, cpusubtype): bytes} of a fat file, or of a thin archive."""
    if data[:4] != b"\xca\xfe\xba\xbe":
        return {words(data, 24, 2): data}
    found = {}
    for i in range(words(data, 4, 1)[0]):
        cpu, subtype, offset, size, align = words(data, 8 + 20 * i, 5)
        assert offset % (1 << align) == 0 and offset + size <= len(data), "a slice's place"
        found[cpu, subtype] = data[offset:offset + size]
    return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


def seal(data):
    """The archive with its own Adler-32."""
    data = bytearray(data)
    struct.pack_into(">I", data, 12, zlib.adler32(data[16:]))
    return bytes(data)
