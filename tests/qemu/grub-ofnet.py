# SPDX-License-Identifier: BSD-2-Clause
"""grub-ofnet.py <ofnet.mod> <result>: repairs GRUB 2.06's driver for firmware's network devices.

There, search_net_devices (grub-core/net/drivers/ieee1275/ofnet.c) copies the device's path to where an
uninitialised pointer points: a call of grub_malloc got lost between an overflow check and the test of its
result. In memory that holds zeros the pointer is NULL, and the card is given up without a word; later
versions of GRUB have the call again. This puts it where the overflow check was, in Debian 12's module.
A module in which that place looks otherwise is copied as it is: it is another version."""
import struct
import sys

source, result = sys.argv[1:]
image = bytearray(open(source, "rb").read())


def u(form, at):
    return struct.unpack_from(">" + form, image, at)


# The sections, and of the code's relocations and symbols where they are (System V ABI, chapter 4).
table, = u("I", 32)
size, count = u("HH", 46)
sections = [u("10I", table + i * size) for i in range(count)]
symbols = next(s for s in sections if s[1] == 2)
names = sections[symbols[6]][4]
relocations = next(s for s in sections if s[1] == 4 and sections[s[7]][2] & 4)
code = sections[relocations[7]]
symbol = {}
for i in range(symbols[5] // 16):
    at = names + u("I", symbols[4] + i * 16)[0]
    symbol[bytes(image[at:image.index(0, at)]).decode()] = i
relocation = {}
for at in range(relocations[4], relocations[4] + relocations[5], 12):
    relocation[u("I", at)[0]] = at

# The check and its failure: li r9,-70 / cmplw r3,r9 / blt to the test / lis r4 / li r3,11 / addi r4 /
# bl grub_error. A second way, with the suffix, comes in at the second instruction.
check = struct.pack(">7I", 0x3920FFBA, 0x7C034840, 0x41A00078, 0x3C800000, 0x3860000B, 0x38840000,
                    0x48000001)
# The test: lwz r9,0(r30) / cmpwi r9,0 / beq
test = struct.pack(">3I", 0x813E0000, 0x2C090000, 0x41A2FF94)
text = bytes(image[code[4]:code[4] + code[5]])
start = text.find(check)
if start >= 0 and text[start + 0x80:start + 0x8C] == test and text.count(check) == 1:
    def put(at, word):
        struct.pack_into(">I", image, code[4] + start + at, word)

    put(0x04, 0x38630047)  # addi r3,r3,71: the suffix, with its NUL
    put(0x08, 0x48000001)  # bl grub_malloc
    put(0x0C, 0x907E0000)  # stw r3,0(r30)
    put(0x10, 0x48000070)  # b to the test
    # The two halves of the message's address are no longer loaded. Their relocations become one and
    # the same of the call: R_PPC_REL24.
    for at in 0x0E, 0x16:
        struct.pack_into(">III", image, relocation[start + at], start + 0x08,
                         symbol["grub_malloc"] << 8 | 10, 0)
    print("ofnet.mod: the lost call of grub_malloc is put back")
open(result, "wb").write(image)
