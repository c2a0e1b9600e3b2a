#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the flattened tree that the demonstration kernel dumped with a golden one.

    tree-compare.py GOLDEN CONSOLE-LOG

Every node and property of the golden tree has to be there, in the same order and with the same
value, except what differs by nature; whatever is there besides has to be on the list of what the
loader adds. Prints the differences; the status is 0 when there are none.
"""
import re
import struct
import sys

# What BootX's disk and its Forth package left in the golden tree.
ONLY_GOLDEN = {
    "node": {"/packages/sl_words"},
    "property": {"/packages/mac-parts selected-partition-args"},
}
# What the loader adds for a network boot, and what describes this kernel.
ONLY_OURS = re.compile(
    r"^/ net-boot$"
    r"|^/chosen (dhcp-response|bootp-response)$"
    r"|^/chosen/memory-map (Kernel-|DriversPackage-)"
    r"|^/pci/rtl8139 (local-mac-address|mac-address|max-frame-size|address-bits)$")
# Values that differ by nature: handles, addresses, what was booted and from where.
OTHER_VALUE = re.compile(
    r" (AAPL,phandle|interrupt-parent|interrupt-map|available|translations)$"
    r"|^/chosen (stdin|stdout|nvram|mmu|rtc|memory|display|bootargs|bootpath|rootpath)$"
    r"|^/chosen/memory-map "
    r"|^/chosen BootXCache(Hits|Misses|Evicts)$"
    r"|^/options (boot-args|boot-device|boot-file|output-device|input-device)$")


def parse(blob):
    """Returns ({path: [(name, value)]}, [child paths by node]) of a flattened tree."""
    nodes, children, at = {}, {}, 0

    def node(parent):
        nonlocal at
        property_count, child_count = struct.unpack_from(">II", blob, at)
        at += 8
        properties = []
        for _ in range(property_count):
            name = blob[at:at + 32].split(b"\0")[0].decode()
            length, = struct.unpack_from(">I", blob, at + 32)
            padding = blob[at + 36 + length:at + 36 + (length + 3 & ~3)]
            if padding.strip(b"\0"):
                raise ValueError(f"{name}: padding is not zero")
            properties.append((name, blob[at + 36:at + 36 + length]))
            at += 36 + (length + 3 & ~3)
        own = dict(properties)["name"].rstrip(b"\0").decode()
        path = "/" if parent is None else parent.rstrip("/") + "/" + own
        while path in nodes:  # two of one name: ata-3, pci
            path += "'"
        nodes[path] = properties
        children[path] = []
        if parent is not None:
            children[parent].append(path)
        for _ in range(child_count):
            node(path)

    node(None)
    if at != len(blob):
        raise ValueError(f"the tree ends at {at} of {len(blob)} bytes")
    return nodes, children


def dumped(log):
    text = open(log, "rb").read().replace(b"\r", b"").replace(b"\0", b"").decode("latin-1")
    found = re.search(r"^BEGIN device-tree (\d+) bytes[^\n]*\n(.*?)^END device-tree", text,
                      re.S | re.M)
    if found is None:
        raise ValueError("the console shows no tree")
    blob = bytes.fromhex(found.group(2).replace("\n", ""))
    if len(blob) != int(found.group(1)):
        raise ValueError("the dump is cut")
    return blob


def same_order(golden, ours):
    common = [name for name in golden if name in ours]
    return common == [name for name in ours if name in golden]


def compare(golden, ours):
    differences = []
    for path, properties in golden[0].items():
        if path.replace("'", "") in ONLY_GOLDEN["node"]:
            continue
        if path not in ours[0]:
            differences.append(f"{path}: the node is missing")
            continue
        have = dict(ours[0][path])
        for name, value in properties:
            key = f"{path} {name}".replace("'", "")
            if name not in have:
                if key not in ONLY_GOLDEN["property"] and not ONLY_OURS.search(key):
                    differences.append(f"{key}: the property is missing")
            elif have[name] != value and not OTHER_VALUE.search(key):
                differences.append(f"{key}: {have[name].hex()} instead of {value.hex()}")
        if not same_order([n for n, _ in properties], [n for n, _ in ours[0][path]]):
            differences.append(f"{path}: properties in another order: " +
                               " ".join(n for n, _ in ours[0][path]))
        if not same_order(golden[1][path], ours[1][path]):
            differences.append(f"{path}: children in another order: " + " ".join(ours[1][path]))
    for path, properties in ours[0].items():
        if path not in golden[0]:
            differences.append(f"{path}: a node too many")
            continue
        known = dict(golden[0][path])
        for name, _ in properties:
            key = f"{path} {name}".replace("'", "")
            if name not in known and not ONLY_OURS.search(key):
                differences.append(f"{key}: a property too many")
    return differences


def main():
    golden = parse(open(sys.argv[1], "rb").read())
    ours = parse(dumped(sys.argv[2]))
    differences = compare(golden, ours)
    for line in differences:
        print(line)
    print(f"{len(golden[0])} golden nodes, {len(ours[0])} of ours, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
