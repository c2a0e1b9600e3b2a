# SPDX-License-Identifier: BSD-2-Clause
"""PCI ROM files for the test of mkrom: another reader, and inputs.

  mkrom.py x86 FILE [LENGTH]        an x86 image as a linker leaves it: no lengths, no checksum
  mkrom.py poke FILE OFFSET HEX     other bytes in a file
  mkrom.py show FILE                one line for each image, and one for the file
  mkrom.py same-but FILE FILE OFFSET...   equal but for these bytes
"""
import struct
import sys
import zlib

PCIR = struct.Struct('<4sHHHHB3sHHBBH')


def x86(path, length=1000):
    image = bytearray(int(length))
    image[0:6] = b'\x55\xaa\x00\xe9\x7a\x00'  # jmp 0x80
    struct.pack_into('<H', image, 0x18, 0x1C)
    PCIR.pack_into(image, 0x1C, b'PCIR', 0x10EC, 0x8139, 0, 24, 0, b'\x00\x00\x02', 0, 1, 0, 0x80, 0)
    image[0x80] = 0xCB
    for i in range(0x90, len(image)):
        image[i] = i * 11 & 0xFF
    open(path, 'wb').write(image)


def poke(path, offset, text):
    with open(path, 'r+b') as file:
        file.seek(int(offset, 0))
        file.write(bytes.fromhex(text))


def fcode_words(image):
    start = struct.unpack_from('<H', image, 2)[0]
    kind, form, checksum, length = struct.unpack_from('>BBHI', image, start)
    code = image[start + 8:start + length]
    assert kind == 0xF1 and form == 8 and len(code) == length - 8
    assert sum(code) & 0xFFFF == checksum, 'FCode checksum'
    return f'fcode {length} at {start:#x}'


def payload_words(image):
    magic, version, start, kind, length, crc, name = struct.unpack_from('<4sBxH4sII32s', image, 0x38)
    assert magic == b'SBPL' and version == 1 and start % 16 == 0
    content = image[start:start + length]
    assert len(content) == length and zlib.crc32(content) == crc, 'CRC-32'
    assert not any(image[start + length:]), 'padding of the image'
    return f'{kind.rstrip(bytes(1)).decode()} {name.rstrip(bytes(1)).decode()} {length} at {start:#x}'


def show(path):
    rom = open(path, 'rb').read()
    at = last = 0
    while not last:
        assert rom[at:at + 2] == b'\x55\xaa', f'no image at {at:#x}'
        pcir = at + struct.unpack_from('<H', rom, at + 0x18)[0]
        (signature, vendor, device, pointer, pcir_length, pcir_revision, kind, units, revision,
         code, indicator, _) = PCIR.unpack_from(rom, pcir)
        assert signature == b'PCIR' and pcir % 4 == 0 and units
        assert pcir_length == (28 if pcir_revision == 3 else 24)
        image = rom[at:at + units * 512]
        assert len(image) == units * 512
        devices = []
        if pcir_revision == 3 and pointer:
            place = pcir + pointer
            while rom[place:place + 2] != b'\0\0':
                devices.append('%04x' % struct.unpack_from('<H', rom, place)[0])
                place += 2
        if code == 0:
            assert sum(image[:image[2] * 512]) & 0xFF == 0, 'x86 checksum'
            words = f'x86 {image[2]}'
        elif code == 1:
            words = fcode_words(image)
        elif code == 0xFF:
            words = payload_words(image)
        else:
            words = f'code {code}'
        last = indicator & 0x80
        print(f'{at:#x} {units} {vendor:04x}:{device:04x} {",".join(devices) or "-"} '
              f'{kind[::-1].hex()} {revision} {words}{" last" if last else ""}')
        at += units * 512
    assert rom[at:] == b'\xff' * (len(rom) - at), 'padding'
    print(f'{at} of {len(rom)}')


def same_but(one, other, *offsets):
    one, other = open(one, 'rb').read(), open(other, 'rb').read()
    different = [i for i in range(min(len(one), len(other))) if one[i] != other[i]]
    print([hex(i) for i in different], len(one), len(other))
    assert len(one) == len(other) and different == [int(offset, 0) for offset in offsets]


{'x86': x86, 'poke': poke, 'show': show, 'same-but': same_but}[sys.argv[1]](*sys.argv[2:])
