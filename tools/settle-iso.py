# SPDX-License-Identifier: BSD-2-Clause
"""Takes out of a hybrid CD image of genisoimage what is different in every run, and puts right
what is wrong in every run.

    settle-iso.py IMAGE SECONDS

All dates become SECONDS after 1970. Block 0 loses the noise behind the driver descriptor's length,
which would be a count of disk drivers. HFS's second copy of the master directory block goes where
it belongs, two blocks before the end of the partition.

Sources: ECMA-119 (8.4, 9.1), IEEE P1281 and P1282 (SUSP, Rock Ridge), Inside Macintosh: Devices
(driver descriptor record, partition map), Inside Macintosh: Files (master directory block,
catalog file).
"""
import struct
import sys
import time

BLOCK = 512  # of disks and HFS
SECTOR = 2048  # of CDs
HFS_1970 = 2082844800  # HFS counts seconds from 1904


class Image:
    def __init__(self, path, seconds):
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())
        self.hfs_date = struct.pack(">I", seconds + HFS_1970)
        t = time.gmtime(seconds)
        self.record_date = bytes((t.tm_year - 1900, t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min,
                                  t.tm_sec, 0))
        self.volume_date = time.strftime("%Y%m%d%H%M%S00", t).encode() + b"\0"

    def number(self, form, at):
        return struct.unpack_from(form, self.bytes, at)[0]

    def put(self, at, data):
        if not 0 <= at <= len(self.bytes) - len(data):
            raise ValueError("something lies outside of the image")
        self.bytes[at:at + len(data)] = data


# --- ISO 9660 ---------------------------------------------------------------------------------

def settle_system_use(image, at, end):
    """Rock Ridge's dates, TF; entries may go on elsewhere, CE."""
    while at + 4 <= end:
        name, length = bytes(image.bytes[at:at + 2]), image.bytes[at + 2]
        if length < 4:
            break
        if name == b"TF":
            flags = image.bytes[at + 4]
            if flags & 0x80:
                raise ValueError("Rock Ridge dates of 17 bytes are not expected")
            image.put(at + 5, image.record_date * bin(flags & 0x7F).count("1"))
        if name == b"CE":
            start = image.number("<I", at + 4) * SECTOR + image.number("<I", at + 12)
            settle_system_use(image, start, start + image.number("<I", at + 20))
        at += length


def settle_record(image, at):
    image.put(at + 18, image.record_date)
    name = image.bytes[at + 32]
    settle_system_use(image, at + 33 + name + (1 - name % 2), at + image.bytes[at])


def settle_directory(image, extent, length):
    for start in range(extent * SECTOR, extent * SECTOR + length, SECTOR):
        at = start
        while at < start + SECTOR and image.bytes[at] != 0:
            settle_record(image, at)
            named_itself = image.bytes[at + 32] == 1 and image.bytes[at + 33] <= 1
            if image.bytes[at + 25] & 2 and not named_itself:
                settle_directory(image, image.number("<I", at + 2), image.number("<I", at + 10))
            at += image.bytes[at]


def settle_iso(image):
    volume = 16 * SECTOR
    if image.bytes[volume:volume + 6] != b"\1CD001":
        raise ValueError("no ISO 9660 volume")
    for at in (813, 830, 864):  # made, changed, good from; 847, good until, is empty
        image.put(volume + at, image.volume_date)
    settle_record(image, volume + 156)
    settle_directory(image, image.number("<I", volume + 158), image.number("<I", volume + 166))


# --- Partition map and HFS --------------------------------------------------------------------

def hfs_partition(image):
    """The first byte of the HFS partition and the one behind its last."""
    if image.bytes[:2] != b"ER":
        raise ValueError("no driver descriptor in block 0")
    image.put(8, bytes(BLOCK - 8))
    entries = image.number(">I", BLOCK + 4)
    for at in range(BLOCK, BLOCK * (entries + 1), BLOCK):
        if image.bytes[at:at + 2] == b"PM" and image.bytes[at + 48:at + 58] == b"Apple_HFS\0":
            start = image.number(">I", at + 8) * BLOCK
            return start, start + image.number(">I", at + 12) * BLOCK
    raise ValueError("no HFS partition")


def settle_leaf(image, node):
    """The dates in one leaf of the catalog: made, changed and backed up, one behind the other."""
    for record in range(image.number(">H", node + 10)):
        at = node + image.number(">H", node + BLOCK - 2 * (record + 1))
        at += (image.bytes[at] + 2) & ~1  # the key and its length, made even
        kind = image.bytes[at]
        if kind in (1, 2):  # folder, file
            image.put(at + (10 if kind == 1 else 44), image.hfs_date * 2 + bytes(4))


def settle_catalog(image, start, length):
    """The leaves of a B-tree of 512-byte nodes; what no record owns is cleared."""
    for node in range(start, start + length, BLOCK):
        kind, records = image.bytes[node + 8], image.number(">H", node + 10)
        if kind == 0xFF:
            settle_leaf(image, node)
        if kind in (0xFF, 0x00):  # leaf, index or unused
            free = image.number(">H", node + BLOCK - 2 * (records + 1)) if records else 0
            image.put(node + free, bytes(BLOCK - 2 * (records + 1) - free if records else BLOCK))


def settle_hfs(image):
    start, end = hfs_partition(image)
    master = start + 2 * BLOCK
    if image.bytes[master:master + 2] != b"BD":
        raise ValueError("no HFS volume")
    image.put(master + 2, image.hfs_date * 2)
    image.put(master + 64, bytes(4))  # backed up
    if image.number(">I", master + 92) < 16:
        raise ValueError("no folder is blessed")

    size = image.number(">I", master + 20)
    first = start + image.number(">H", master + 28) * BLOCK
    begin, count = image.number(">H", master + 150), image.number(">H", master + 152)
    if count * size != image.number(">I", master + 146):
        raise ValueError("the catalog is in more than one piece")
    settle_catalog(image, first + begin * size, count * size)

    # genisoimage takes the last sector for its copy, and that copy knows no blessed folder.
    if image.bytes[end - SECTOR:end - SECTOR + 2] != b"BD":
        raise ValueError("the master directory block's copy is not in the last sector")
    image.put(end - SECTOR, bytes(SECTOR))
    image.put(end - 2 * BLOCK, image.bytes[master:master + BLOCK])


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: settle-iso.py IMAGE SECONDS")
    path = sys.argv[1]
    try:
        image = Image(path, int(sys.argv[2]))
        settle_iso(image)
        settle_hfs(image)
    except (ValueError, IndexError, struct.error) as problem:
        sys.exit(f"settle-iso: {path}: {problem}")
    with open(path, "wb") as file:
        file.write(image.bytes)


main()
