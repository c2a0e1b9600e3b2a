# SPDX-License-Identifier: BSD-2-Clause
# Reads files on its own, for inspect.t, and compares with what the tool says of them as JSON:
#
#     inspect.py CHECK WHAT-THE-TOOL-SAYS.json FILE...
#
# where CHECK is the name of a function below. Ends with a message where the two disagree.
import gzip
import json
import plistlib
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree
import zlib


def agree(what, said, expected):
    if said != expected:
        sys.exit(f'{what}: the tool says {said!r}, it is {expected!r}')


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True, env={'LC_ALL': 'C', 'PATH': '/usr/bin:/bin'}).stdout


def image_of(said, index=0):
    agree('good', said['files'][0]['good'], True)
    return said['files'][0]['images'][index]


def pieces_of(said, index=0):
    return [(p['name'], p['address'], p['memory_size'], p['file_offset'], p['file_size'], p['executable'])
            for p in image_of(said, index)['pieces']]


def big32(data, at):
    return struct.unpack_from('>I', data, at)[0]


# --- Kernels --------------------------------------------------------------------------------------

def elf(said, path, addresses='virtual'):
    """Segments and entry are readelf's."""
    headers = run('readelf', '-hlW', path)
    entry = int(re.search(r'Entry point address:\s+(0x[0-9a-f]+)', headers).group(1), 16)
    lines = re.findall(r'^  (\w+)\s+(0x\w+) (0x\w+) (0x\w+) (0x\w+) (0x\w+) (...) ', headers, re.M)
    expected = []
    for number, (kind, *numbers, flags) in enumerate(lines):
        offset, virtual, physical, filesize, memory = (int(n, 16) for n in numbers)
        if kind != 'LOAD' or memory == 0:
            continue
        place = virtual if addresses == 'virtual' else physical
        if addresses == 'physical' and virtual <= entry < virtual + memory:
            entry += physical - virtual
            addresses = 'physical, and the entry is found'
        expected.append((f'PT_LOAD {number}', place, memory, offset if filesize else 0, filesize, 'E' in flags))
    assert expected, headers
    expected.sort(key=lambda piece: piece[1])
    agree('segments', pieces_of(said), expected)
    agree('entry', image_of(said)['entry'], entry)
    agree('format', image_of(said)['format'], 'ELF')


def elf_physical(said, path):
    elf(said, path, 'physical')


def unwrapped_elf(said, path, inner):
    """A gzip file: what is in it, unpacked here, is at readelf's places."""
    data = gzip.open(path).read()
    open(inner, 'wb').write(data)
    agree('wrapping', [w['format'] for w in image_of(said)['wrappings']], ['gzip file'])
    agree('content', image_of(said)['wrappings'][0]['content_size'], len(data))
    elf(said, inner, 'physical')


def xcoff(said, path):
    """Sections with a place are objdump's; entry and TOC by the auxiliary header and the descriptor."""
    expected, text = [], run('powerpc-linux-gnu-objdump', '-hw', path)
    data = open(path, 'rb').read()
    for line in re.findall(r'^ *\d+ (\.\w+) +(\w+) +(\w+) +\w+ +(\w+) .*?(CODE|DATA|ALLOC)', text, re.M):
        name, size, address, offset = line[0], *(int(n, 16) for n in line[1:4])
        if size and name in ('.text', '.data', '.bss'):
            expected.append((name, address, size, 0 if name == '.bss' else offset, 0 if name == '.bss' else size, name == '.text'))
    assert len(expected) >= 2, text
    # objdump of some versions moves offsets of sections by their alignment: the file's own word counts.
    count = struct.unpack_from('>H', data, 2)[0]
    start = 20 + struct.unpack_from('>H', data, 16)[0]
    offsets = {}
    for number in range(count):
        name, *words = struct.unpack_from('>8s6I', data, start + 40 * number)
        offsets[name.rstrip(b'\0').decode()] = words[3]
    expected = [(n, a, m, offsets[n] if f else 0, f, x) for n, a, m, o, f, x in expected]
    agree('sections', pieces_of(said), sorted(expected, key=lambda piece: piece[1]))
    entry = big32(data, 0x24)
    descriptor = image_of(said)['xcoff']['entry_descriptor']
    if descriptor:
        agree('entry descriptor', descriptor, entry)
        holder = next(p for p in expected if p[1] <= entry < p[1] + p[4])
        entry, toc = struct.unpack_from('>II', data, holder[3] + entry - holder[1])
        agree('table of contents', image_of(said)['xcoff']['table_of_contents'], toc)
    agree('entry', image_of(said)['entry'], entry)


def macho_pieces(data):
    """name, address, memory, offset, size, executable; entry. Physical on x86."""
    order = '>' if data[0] == 0xFE else '<'
    wide = struct.unpack_from(order + 'I', data)[0] == 0xFEEDFACF
    cpu, = struct.unpack_from(order + 'I', data, 4)
    mask = (1 << 64) - 1 if cpu == 18 else 0x3FFFFFFF
    at, pieces, entry = 32 if wide else 28, [], None
    for _ in range(struct.unpack_from(order + 'I', data, 16)[0]):
        command, size = struct.unpack_from(order + 'II', data, at)
        if command in (1, 0x19):
            name, address, memory, offset, filesize, _, protection = struct.unpack_from(
                order + ('16s4Q2I' if wide else '16s6I'), data, at + 8)
            if memory:
                pieces.append((name.rstrip(b'\0').decode(), address & mask, memory, offset if filesize else 0,
                               filesize, bool(protection & 4)))
        if command == 5:
            word = {18: 0, 7: 10, 0x01000007: 32}[cpu]
            entry, = struct.unpack_from(order + ('Q' if wide else 'I'), data, at + 16 + 4 * word)
        at += size
    return sorted(pieces, key=lambda piece: piece[1]), entry & mask


def macho(said, path, index=0):
    pieces, entry = macho_pieces(open(path, 'rb').read())
    agree('segments', pieces_of(said, index), pieces)
    agree('entry', image_of(said, index)['entry'], entry)


def fat(said, path):
    """Every slice for a known processor is listed, and the kernels are those in the slices."""
    data = open(path, 'rb').read()
    names = {18: 'PowerPC', 7: 'i386', 0x01000007: 'x86_64'}
    slices, kernels = {}, 0
    for number in range(big32(data, 4)):
        cpu, _, offset, size = struct.unpack_from('>4I', data, 8 + 20 * number)
        slices.setdefault(names[cpu], (number, offset, size))
    for index, image in enumerate(said['files'][0]['images']):
        layer = image['wrappings'][0]
        agree('slices', {s['processor']: (s['index'], s['file_offset'], s['size']) for s in layer['slices']}, slices)
        offset, size = slices[image['processor']][1:]
        agree('slice', (layer['content_offset'], layer['content_size']), (offset, size))
        pieces, entry = macho_pieces(data[offset:offset + size])
        agree('segments', pieces_of(said, index), pieces)
        agree('entry', image['entry'], entry)
        kernels += 1
    assert kernels, 'no kernel'


def lzss(data):
    ring, at, out = bytearray(b' ' * 4096), 4096 - 18, bytearray()
    position, flags = 0, 0
    while position < len(data):
        flags >>= 1
        if not flags & 0x100:
            flags = data[position] | 0xFF00
            position += 1
            if position == len(data):
                break
        if flags & 1:
            found = [data[position]]
            position += 1
        else:
            low, high = data[position:position + 2]
            position += 2
            start, found = low | (high & 0xF0) << 4, []
            for k in range((high & 0x0F) + 3):
                byte = ring[(start + k) % 4096]
                ring[at] = byte
                at = (at + 1) % 4096
                out.append(byte)
            continue
        for byte in found:
            ring[at] = byte
            at = (at + 1) % 4096
            out.append(byte)
    return bytes(out)


def compressed(said, path, inner):
    data = open(path, 'rb').read()
    agree('magic', data[:8], b'complzss')
    content = lzss(data[0x180:0x180 + big32(data, 0x10)])
    agree('unpacked size', len(content), big32(data, 0x0c))
    agree('wrapping', [(w['format'], w['content_size']) for w in image_of(said)['wrappings']],
          [('compressed kernel', len(content))])
    open(inner, 'wb').write(content)
    macho(said, inner)


def chrp(said, path):
    data = open(path, 'rb').read()
    layer = image_of(said)['wrappings'][0]
    agree('wrapping', layer['format'], 'CHRP boot file')
    start = layer['content_offset']
    assert data[start:start + 2] == b'\x01\xdf' or data[start:start + 4] == b'\x7fELF', 'no program there'
    assert b'</CHRP-BOOT>' in data[:start] and b'</CHRP-BOOT>' not in data[start:]
    agree('size', layer['content_size'], len(data) - start)


def bzimage(said, path):
    """The boot protocol's header, Documentation/arch/x86/boot.rst."""
    data = open(path, 'rb').read()
    image, header = image_of(said), image_of(said)['linux']

    def field(offset, form):
        return struct.unpack_from('<' + form, data, offset)[0]
    version = field(0x206, 'H')
    setup = 512 * ((data[0x1F1] or 4) + 1)
    agree('protocol', header['protocol'], f'{version >> 8}.{version & 255:02}')
    agree('setup_sects', header['setup_sectors'], data[0x1F1])
    agree('setup size', header['setup_size'], setup)
    agree('loadflags', header['load_flags'], data[0x211])
    agree('code32_start', header['code32_start'], field(0x214, 'I'))
    agree('initrd_addr_max', header['initrd_highest'], field(0x22C, 'I'))
    agree('relocatable_kernel', header['relocatable'], data[0x234] != 0)
    agree('kernel_alignment', header['alignment'], field(0x230, 'I') if data[0x234] else 0)
    agree('cmdline_size', header['command_line_size'], field(0x238, 'I'))
    agree('xloadflags', image['processor'], 'x86_64' if field(0x236, 'H') & 1 else 'i386')
    start = field(0x258, 'Q') if data[0x234] else 0x100000
    if data[0x234]:
        agree('init_size', header['init_size'], field(0x260, 'I'))
    code = min(field(0x1F4, 'I') * 16, len(data) - setup)
    agree('the code', pieces_of(said), [('kernel', start, header['init_size'], setup, code, True)])
    agree('entry', image['entry'], start)


def multiboot(said, path):
    """A kernel by the addresses of its multiboot header."""
    data = open(path, 'rb').read()
    at = next(i for i in range(0, 8192, 4) if data[i:i + 4] == b'\x02\xb0\xad\x1b')
    flags, _, own, load, end, bss, entry = struct.unpack_from('<7I', data, at + 4)
    start = at - (own - load)
    size = end - load if end else len(data) - start
    agree('header', image_of(said)['multiboot']['header_offset'], at)
    agree('flags', image_of(said)['multiboot']['flags'], flags)
    agree('piece', pieces_of(said), [('image', load, bss - load if bss else size, start, size, True)])
    agree('entry', image_of(said)['entry'], entry)


def refused(said, code):
    """The loader's own code, and nothing bootable."""
    agree('good', said['files'][0]['good'], False)
    agree('code', said['files'][0]['refused']['code'], code)


# --- Trees, archives, ROMs, configurations ---------------------------------------------------------

def decode_tree(data, order='>'):
    """[(path, [(name, value)])] in the tree's order."""
    nodes = []

    def node(at, parent):
        properties, children = struct.unpack_from(order + 'II', data, at)
        at += 8
        values = []
        for _ in range(properties):
            name, length = struct.unpack_from(order + '32sI', data, at)
            values.append((name.split(b'\0')[0].decode(), data[at + 36:at + 36 + length]))
            at += 36 + (length + 3) // 4 * 4
        known = dict(values)
        name = known.get('name', b'').split(b'\0')[0].decode('latin-1')
        unit = known.get('AAPL,unit-string', b'').split(b'\0')[0].decode('latin-1')
        path = '/' if parent is None else (parent if parent != '/' else '') + '/' + name + ('@' + unit if unit else '')
        nodes.append((path, values))
        for _ in range(children):
            at = node(at, path)
        return at
    agree('end', node(0, None), len(data))
    return nodes


def compare_tree(said, data, order):
    expected = decode_tree(data, order)
    agree('byte order', said['byte_order'], 'big' if order == '>' else 'little')
    agree('nodes', [(n['path'], [(p['name'], p['bytes']) for p in n['properties']]) for n in said['nodes']],
          [(path, [(name, value.hex()) for name, value in values]) for path, values in expected])
    agree('lengths', [p['length'] for n in said['nodes'] for p in n['properties']],
          [len(value) for _, values in expected for _, value in values])
    agree('counts', (said['node_count'], said['property_count']),
          (len(expected), sum(len(values) for _, values in expected)))
    ranges = [values for path, values in expected if path == '/chosen/memory-map']
    if ranges:
        agree('memory map', [(r['name'], r['address'], r['length']) for r in said['memory_map']],
              [(name, *struct.unpack(order + 'II', value)) for name, value in ranges[0] if len(value) == 8 and name != 'name'])


def tree(said, path, order='>'):
    agree('good', said['files'][0]['good'], True)
    compare_tree(said['files'][0], open(path, 'rb').read(), order)


def little_tree(said, path):
    tree(said, path, '<')


def swap_tree(path, to):
    """Writes a big-endian tree as a little-endian one (no test: said is not looked at)."""
    data, out = open(path, 'rb').read(), bytearray()

    def node(at):
        properties, children = struct.unpack_from('>II', data, at)
        out.extend(struct.pack('<II', properties, children))
        at += 8
        for _ in range(properties):
            length = big32(data, at + 32)
            size = (length + 3) // 4 * 4
            out.extend(data[at:at + 32] + struct.pack('<I', length) + data[at + 36:at + 36 + size])
            at += 36 + size
        for _ in range(children):
            at = node(at)
        return at
    node(0)
    open(to, 'wb').write(out)


def mkext(said, path):
    data = open(path, 'rb').read()
    agree('good', said['files'][0]['good'], True)
    names = {18: 'PowerPC', 7: 'i386', 0x01000007: 'x86_64', 0xFFFFFFFF: 'any'}
    whole = [(0, len(data))]
    if data[:4] == b'\xca\xfe\xba\xbe':
        whole = [struct.unpack_from('>II', data, 16 + 20 * i) for i in range(big32(data, 4))]
    archives = {a['offset']: a for a in said['files'][0]['archives']}
    agree('archives', sorted(archives), sorted(offset for offset, _ in whole))
    for offset, size in whole:
        one, archive = data[offset:offset + size], archives[offset]
        magic, signature, length, adler, version, count, cpu, subtype = struct.unpack_from('>4s4s6I', one)
        agree('magic', magic + signature, b'MKXTMOSX')
        agree('header', (archive['size'], archive['adler32'], archive['version_word'], archive['count'], archive['cpu_type'],
                         archive['cpu_subtype'], archive['processor']),
              (length, zlib.adler32(one[16:]), version, count, cpu, subtype, names[cpu]))
        expected = []
        if version == 0x01008000:
            for i in range(count):
                p, m = (struct.unpack_from('>4I', one, 32 + 32 * i + at) for at in (0, 16))
                info = plistlib.loads(lzss(one[p[0]:p[0] + p[1]]) if p[1] else one[p[0]:p[0] + p[2]])
                expected.append((info, m[0], m[2], m[1] or m[2]))
        else:
            at, stored, full = struct.unpack_from('>3I', one, 32)
            text = zlib.decompress(one[at:at + stored]) if stored else one[at:at + full]
            text = text[text.index(b'<dict'):text.rindex(b'</dict>') + 7]
            for info in plistlib.loads(b'<plist>' + text + b'</plist>')['_MKEXTInfoDictionaries']:
                where = info.get('_MKEXTExecutable', 0)
                stored, full = struct.unpack_from('>II', one, where) if where else (0, 0)
                expected.append((info, where + 8 if where else 0, full, stored or full))
        agree('extensions', [(k['identifier'], k['version'], k['executable'], k['executable_offset'], k['executable_size'],
                              k['executable_stored']) for k in archive['kexts']],
              [(i['CFBundleIdentifier'], i['CFBundleVersion'], i.get('CFBundleExecutable', ''), *numbers)
               for i, *numbers in expected])


def rom(said, path):
    data, at, expected = open(path, 'rb').read(), 0, []
    while True:
        pcir = at + struct.unpack_from('<H', data, at + 0x18)[0]
        agree('PCIR', data[pcir:pcir + 4], b'PCIR')
        vendor, device = struct.unpack_from('<HH', data, pcir + 4)
        units, = struct.unpack_from('<H', data, pcir + 0x10)
        expected.append((at, units * 512, data[pcir + 0x14], f'{vendor:04x}:{device:04x}', data[pcir + 0x15] >> 7 == 1))
        at += units * 512
        if data[pcir + 0x15] & 0x80:
            break
    found = said['files'][0]
    agree('images', [(i['offset'], i['length'], i['code_type'], i['card'], i['last']) for i in found['images']], expected)
    agree('used', found['used'], at)
    agree('good', (found['good'], found['wrong']), (True, 0))


def configuration(said, path):
    keys = plistlib.load(open(path, 'rb'))
    found = said['files'][0]
    agree('kind', found['kind'], 'configuration')
    agree('file', found['options']['file'], keys['Kernel'])
    agree('args', found['options']['args'], keys['Kernel Flags'])
    agree('mkext', found['options']['mkext'], keys['MKext Cache'])
    agree('notes', [note for note in found['notes'] if 'Unused Key' in note], ['line 9, Unused Key: not used'])


# --- Logs ------------------------------------------------------------------------------------------

def write_log(tree_path, arguments_path, to):
    """A log as a terminal program leaves it: CR LF, other lines, what a kernel says in a block's midst."""
    out = ['Sawboot', 'noise \xff', '']
    for name, path, order in (('devtree', tree_path, 'big'), ('bootargs', arguments_path, 'big')):
        data = open(path, 'rb').read()
        out.append(f'DUMP {name} length={len(data)} crc32={zlib.crc32(data):08x} address=0002e000 byte-order={order}')
        for at in range(0, len(data), 32):
            out.append(f'{at:08x} {data[at:at + 32].hex()}')
            if at == 64:
                out += ['', 'link is up', '12345678 is no line of it']
        out += ['DUMP end', 'something else']
    open(to, 'wb').write('\r\n'.join(out).encode('latin-1'))


def log(said, path, tree_path):
    found = said['files'][0]
    agree('kind', found['kind'], 'log')
    agree('dumps', [(d['name'], d['good']) for d in found['dumps']], [('devtree', True), ('bootargs', True)])
    data = open(tree_path, 'rb').read()
    first = found['dumps'][0]
    agree('announced', (first['length'], first['crc32'], first['line'], first['address'], first['byte_order']),
          (len(data), zlib.crc32(data), 4, 0x2e000, 'big'))
    compare_tree(found['dumps'][0]['device_tree'], data, '>')


def bad_log(said, words):
    found = said['files'][0]
    agree('good', (found['good'], found['dumps'][0]['good']), (False, False))
    if words not in found['dumps'][0]['problem']:
        sys.exit(found['dumps'][0]['problem'])


# --- Plans -----------------------------------------------------------------------------------------

def rows_of(said):
    agree('good', said['good'], True)
    return said['rows']


def text_plan(said, path):
    """The table for people has the same rows."""
    lines = open(path).read().split('\nrows\n')[1].split('\n')[1:]
    for row in said['rows']:
        cells = lines.pop(0).split()
        agree('row', (int(cells[0], 16), int(cells[1], 16), int(cells[2]), int(cells[3]), int(cells[4])),
              (row['address'], row['last'], row['length'], row['copied'], row['padding']))
        agree('words', ' '.join(cells[5:]), ' '.join(f"{row['content']} {row['name']}".split()))


def apart(said):
    """Rows lie in memory that is there, and never on each other."""
    end = 0
    for row in rows_of(said):
        agree('last', row['last'], row['address'] + row['length'] - 1)
        if row['address'] < end:
            sys.exit(f'{row} lies on the one before it')
        end = row['last'] + 1
        usable = [m for m in said['memory'] if m['type'] in ('RAM', 'usable') and
                  m['base'] <= row['address'] and row['last'] <= m['last']]
        if row['content'] != 'screen' and not usable:
            sys.exit(f'{row} is not in usable memory')


def xnu(said, kernel):
    """The kernel's segments are where its file says, the rest is behind them, each on a page of its own."""
    pieces, entry = macho_pieces(open(kernel, 'rb').read())
    agree('entry', said['entry'], entry)
    found = [(r['name'], r['address'], r['length'], r['copied']) for r in rows_of(said) if r['content'] == 'kernel']
    agree('segments', found, [(name, address, memory, size) for name, address, memory, _, size, _ in pieces])
    behind = [r for r in said['rows'] if r['content'] not in ('kernel', 'zeros', 'screen')]
    end = max(address + memory for _, address, memory, *_ in pieces)
    assert behind and all(r['address'] >= end for r in behind)
    register = said['registers'].get('r3', said['registers'].get('eax'))
    agree('register', register, next(r['address'] for r in said['rows'] if r['content'] == 'boot_args'))
    tree_row = next(r for r in said['rows'] if r['content'] == 'device tree')
    agree('tree', (said['boot_args']['deviceTreeP'], said['boot_args']['deviceTreeLength']),
          (tree_row['address'], tree_row['length']))


def given_tree(said, path):
    """The tree that -tree wrote is what the plan says, and its memory map names the rows."""
    data = open(path, 'rb').read()
    order = '>' if data[:2] == b'\0\0' else '<'
    row = next(r for r in rows_of(said) if r['content'] == 'device tree')
    agree('length', len(data), row['length'])
    nodes = dict(decode_tree(data, order))
    found = {name: struct.unpack(order + 'II', value) for name, value in nodes['/chosen/memory-map'] if len(value) == 8 and name != 'name'}
    agree('DeviceTree', found['DeviceTree'], (row['address'], row['length']))
    archives = [(r['address'], r['length']) for r in said['rows'] if r['content'] == 'driver archive']
    agree('archives', [value for name, value in found.items() if name.startswith('DriversPackage')], archives)


def svg(said, path):
    """A well-formed picture that has every row once, with no box on another and all of it on the sheet."""
    root = xml.etree.ElementTree.parse(path).getroot()
    space = '{http://www.w3.org/2000/svg}'
    agree('root', root.tag, space + 'svg')
    width, height = float(root.get('width')), float(root.get('height'))
    boxes, titles = [], []
    for rect in root.iter(space + 'rect'):
        if rect.get('class') in ('piece', 'range'):
            box = [float(rect.get(name)) for name in ('x', 'y', 'width', 'height')]
            assert box[2] > 0 and box[3] >= 12, box
            assert 0 <= box[0] and box[0] + box[2] <= width and 0 <= box[1] and box[1] + box[3] <= height, box
            boxes.append(box)
        if rect.get('class') == 'piece':
            titles.append(rect.find(space + 'title').text)
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            # One decimal is written.
            if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] + 0.11 < b[1] + b[3] and b[1] + 0.11 < a[1] + a[3]:
                sys.exit(f'{a} lies on {b}')
    agree('boxes', [title.split()[:3:2] for title in titles],
          [[f"{r['address']:08x}-{r['last']:08x}", r['content'].split()[0]] for r in rows_of(said)])
    agree('in order', [t for t in titles], sorted(titles))
    for text in root.iter(space + 'text'):
        assert 0 <= float(text.get('x')) < width and 0 < float(text.get('y')) < height


def differences(said, *expected):
    agree('differences', [f"{d['path']} {d['property']} {d['change']}" for d in said['differences']], list(expected))
    agree('count', said['count'], len(expected))


def documented(said, page, *more):
    """Every key but Apple's names of fields stands in the page."""
    keys, words = set(), set(re.findall(r'`([a-z0-9_]+)`', open(page).read()))

    def collect(value):
        if isinstance(value, dict):
            for key, member in value.items():
                keys.add(key)
                if key not in ('boot_args', 'registers'):
                    collect(member)
        elif isinstance(value, list):
            for member in value:
                collect(member)
    for one in (said, *(json.load(open(path)) for path in more)):
        collect(one)
    assert len(keys) > 80, keys
    agree('not documented', sorted(keys - words), [])


if __name__ == '__main__':
    if sys.argv[1] in ('swap_tree', 'write_log'):
        globals()[sys.argv[1]](*sys.argv[2:])
    else:
        globals()[sys.argv[1]](json.load(open(sys.argv[2])), *sys.argv[3:])
