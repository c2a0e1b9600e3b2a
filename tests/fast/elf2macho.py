# SPDX-License-Identifier: BSD-2-Clause
# Reads ELF and Mach-O files on its own, for elf2macho.t:
#
#     elf2macho.py kernel KERNEL.elf KERNEL    every byte, symbol and the entry are where the ELF has them
#     elf2macho.py module MODULE               the relocations are exactly the module's two pointers
import struct
import sys


class Elf:
    def __init__(self, path):
        self.bytes = open(path, 'rb').read()
        assert self.bytes[:4] == b'\x7fELF'
        self.wide = self.bytes[4] == 2
        self.order = '<' if self.bytes[5] == 1 else '>'
        header = struct.unpack_from(self.order + ('HHIQQQIHHHHHH' if self.wide else 'HHIIIIIHHHHHH'),
                                    self.bytes, 16)
        self.entry, offset, size, count, names = header[3], header[5], header[10], header[11], header[12]
        form = self.order + ('IIQQQQIIQQ' if self.wide else '10I')
        self.sections = [struct.unpack_from(form, self.bytes, offset + size * i) for i in range(count)]
        self.names = [self.text(self.sections[names], s[0]) for s in self.sections]

    def content(self, section):
        return self.bytes[section[4]:section[4] + section[5]]

    def text(self, section, at):
        bytes = self.content(section)[at:]
        return bytes[:bytes.index(b'\0')].decode()

    def symbols(self):
        """Global names and values."""
        table = next(s for s in self.sections if s[1] == 2)
        form = self.order + ('IBBHQQ' if self.wide else 'IIIBBH')
        for at in range(0, table[5], struct.calcsize(form)):
            fields = struct.unpack_from(form, self.content(table), at)
            value, info = (fields[4], fields[1]) if self.wide else (fields[1], fields[3])
            if info >> 4 == 1:
                yield self.text(self.sections[table[6]], fields[0]), value


class Macho:
    def __init__(self, path):
        self.bytes = open(path, 'rb').read()
        magic = self.bytes[:4]
        self.order = '>' if magic[0] == 0xFE else '<'
        self.wide = self.word(0) == 0xFEEDFACF
        assert self.wide or self.word(0) == 0xFEEDFACE
        self.cpu, self.kind = self.word(4), self.word(12)
        self.segments, self.sections, self.relocations, self.symbols = [], [], [], {}
        at = 32 if self.wide else 28
        for _ in range(self.word(16)):
            self.command(self.word(at), at)
            at += self.word(at + 4)

    def word(self, at):
        return struct.unpack_from(self.order + 'I', self.bytes, at)[0]

    def command(self, number, at):
        if number in (0x01, 0x19):
            form = self.order + ('16s4Q4I' if self.wide else '16s8I')
            fields = struct.unpack_from(form, self.bytes, at + 8)
            self.segments.append((fields[0].rstrip(b'\0').decode(),) + fields[1:5])
            at += 8 + struct.calcsize(form)
            form = self.order + ('16s16s2Q8I' if self.wide else '16s16s9I')
            for _ in range(fields[7]):
                section = struct.unpack_from(form, self.bytes, at)
                self.sections.append(section)
                # Each section of an object has relocations of its own.
                for i in range(section[7]):
                    self.relocation(section[6] + 8 * i, section[2])
                at += struct.calcsize(form)
        elif number == 2:
            form = self.order + ('IBBHQ' if self.wide else 'IBBHI')
            symbols, count, strings = self.word(at + 8), self.word(at + 12), self.word(at + 16)
            for i in range(count):
                name, _, _, _, value = struct.unpack_from(form, self.bytes,
                                                          symbols + struct.calcsize(form) * i)
                end = self.bytes.index(b'\0', strings + name)
                self.symbols[self.bytes[strings + name:end].decode()] = value
        elif number == 5:
            where = {18: 16, 7: 16 + 40, 0x01000007: 16 + 128}[self.cpu]
            self.entry = struct.unpack_from(self.order + ('Q' if self.wide else 'I'), self.bytes,
                                            at + where)[0]
        elif number == 11:
            for i in range(self.word(at + 76)):
                self.relocation(self.word(at + 72) + 8 * i, 0)

    def relocation(self, at, base):
        info = self.word(at + 4)
        length = info >> 25 & 3 if self.order == '<' else info >> 5 & 3
        section = info & 0xFFFFFF if self.order == '<' else info >> 8
        self.relocations.append((base + self.word(at), length, section))

    def memory(self, address, length):
        """What the segments put there; zeros where the file has nothing."""
        for _, start, size, offset, stored in self.segments:
            if start <= address and address + length <= start + size:
                at = address - start
                return (self.bytes[offset + at:offset + min(at + length, stored)]).ljust(length, b'\0')
        raise SystemExit('nothing is loaded at %#x' % address)

    def pointer(self, address):
        size = 8 if self.wide else 4
        return int.from_bytes(self.memory(address, size), 'little' if self.order == '<' else 'big')


def check(good, words):
    if not good:
        raise SystemExit(words)


def kernel(elf, macho):
    check(macho.kind == 2 and macho.entry == elf.entry, 'the entry is another one')
    starts = [s[1] for s in macho.segments]
    check(starts == sorted(starts), 'segments do not ascend')
    check(macho.segments[-1][0] == '__LINKEDIT', '__LINKEDIT is not the last')
    compared = 0
    for name, section in zip(elf.names, elf.sections):
        if not section[2] & 2 or section[5] == 0 or name in ('__TEXT,__header', '__DIGEST,__table'):
            continue
        wanted = bytes(section[5]) if section[1] == 8 else elf.content(section)
        check(macho.memory(section[3], section[5]) == wanted, 'section %s differs' % name)
        compared += 1
    check(compared >= 4, 'only %d sections' % compared)
    names = 0
    for name, value in elf.symbols():
        check(macho.symbols['_' + name if name[0] != '_' else name] == value, 'symbol %s' % name)
        names += 1
    check(names > 20, 'only %d symbols' % names)


def module(macho):
    start, stop = (180, 188) if macho.wide else (160, 164)  # struct kmod_info
    info, function = macho.symbols['_kmod_info'], macho.symbols['_nothing']
    check(macho.kind == (11 if macho.wide else 1), 'filetype is %d' % macho.kind)
    check([s[:2] for s in sorted(macho.relocations)] ==
          [(info + start, 3 if macho.wide else 2), (info + stop, 3 if macho.wide else 2)],
          'relocations are %s' % macho.relocations)
    for at, _, number in macho.relocations:
        check(macho.pointer(at) == function, 'the word at %#x is not the function' % at)
        section = macho.sections[number - 1]
        check(section[2] <= function < section[2] + section[3], 'the section is another one')


if sys.argv[1] == 'kernel':
    kernel(Elf(sys.argv[2]), Macho(sys.argv[3]))
else:
    module(Macho(sys.argv[2]))
