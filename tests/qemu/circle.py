# SPDX-License-Identifier: BSD-2-Clause
"""circle.py PROGRAM BASE OUTPUT EXPECTED: the ELF file PROGRAM with two parts of 48 MB behind its
own first one, of which the first in the file goes to BASE + 48 MB and the second to BASE. EXPECTED
gets what must then be in memory from BASE on. The halves begin at 0x10000 of the file."""
import random
import struct
import sys

HALF = 48 << 20
HALVES_AT = 0x10000
PROGRAM_AT = 0x1000

program = open(sys.argv[1], 'rb').read()
base = int(sys.argv[2], 0)
entry, table = struct.unpack('>II', program[24:32])
_, offset, address, _, size, memory = struct.unpack('>6I', program[table:table + 24])

filler = random.Random(1).getrandbits(8 << 20).to_bytes(1 << 20, 'big')


def half(number):
    """48 different megabytes."""
    return b''.join(struct.pack('>II', number, i) + filler[8:] for i in range(48))


parts = ((PROGRAM_AT, address, size, memory), (HALVES_AT, base + HALF, HALF, HALF),
         (HALVES_AT + HALF, base, HALF, HALF))
out = b'\x7fELF\x01\x02\x01' + bytes(9) + struct.pack(
    '>HHIIIIIHHHHHH', 2, 20, 1, entry, 52, 0, 0, 52, 32, len(parts), 0, 0, 0)
for at, where, file_size, memory_size in parts:
    out += struct.pack('>8I', 1, at, where, where, file_size, memory_size, 7, 4)
out = out.ljust(PROGRAM_AT, b'\0') + program[offset:offset + size]
out = out.ljust(HALVES_AT, b'\0')
with open(sys.argv[3], 'wb') as file:
    file.write(out + half(1) + half(2))
with open(sys.argv[4], 'wb') as file:
    file.write(half(2) + half(1))
