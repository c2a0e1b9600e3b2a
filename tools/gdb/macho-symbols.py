# SPDX-License-Identifier: BSD-2-Clause
"""macho-symbols.py KERNEL OUTPUT i386|x86_64|ppc: an ELF file with the symbols and the entry of a
Mach-O kernel, thin or fat, for debuggers that read no Mach-O. It has no code: that is in the
machine's memory.

Mach-O: <mach-o/loader.h>, <mach-o/nlist.h>, <mach-o/fat.h> and <mach/*/thread_status.h> of XNU;
ELF: System V ABI, chapter 4."""
import struct
import sys

FAT_MAGIC = 0xCAFEBABE
LC_SEGMENT, LC_SYMTAB, LC_UNIXTHREAD, LC_SEGMENT_64 = 1, 2, 5, 0x19
N_STAB, N_TYPE, N_SECT = 0xE0, 0x0E, 0x0E


class Cpu:
    """What differs from processor to processor."""

    def __init__(self, mach_type, machine, wide, order, program_counter):
        self.mach_type = mach_type
        self.machine = machine  # ELF's e_machine
        self.wide = wide  # 64 bits
        self.order = order  # of struct: < or >
        # Where in LC_UNIXTHREAD the entry stands, behind command, size, flavour and count.
        self.program_counter = 16 + program_counter


CPUS = {
    'i386': Cpu(7, 3, False, '<', 10 * 4),  # eip
    'x86_64': Cpu(0x01000007, 62, True, '<', 16 * 8),  # rip
    'ppc': Cpu(18, 20, False, '>', 0),  # srr0
}


def slice_for(cpu, data):
    """A fat file's part for the processor, or the whole of a thin one."""
    if struct.unpack_from('>I', data)[0] != FAT_MAGIC:
        return data
    for i in range(struct.unpack_from('>I', data, 4)[0]):
        kind, _, offset, size, _ = struct.unpack_from('>5I', data, 8 + 20 * i)
        if kind == cpu.mach_type:
            return data[offset:offset + size]
    sys.exit('macho-symbols: the file has no kernel for this processor')


def read_macho(cpu, data):
    """Returns the entry, the bounds of all segments, and a list of (name, address)."""
    order, word = cpu.order, 'Q' if cpu.wide else 'I'
    magic, kind = struct.unpack_from(order + 'II', data)
    if magic != (0xFEEDFACF if cpu.wide else 0xFEEDFACE) or kind != cpu.mach_type:
        sys.exit('macho-symbols: the file is no Mach-O kernel for this processor')
    entry, segments, symbols = 0, [], []
    at = 32 if cpu.wide else 28
    for _ in range(struct.unpack_from(order + 'I', data, 16)[0]):
        command, size = struct.unpack_from(order + 'II', data, at)
        if command in (LC_SEGMENT, LC_SEGMENT_64):
            address, length = struct.unpack_from(order + 2 * word, data, at + 24)
            if length:
                segments.append((address, address + length))
        elif command == LC_UNIXTHREAD:
            entry, = struct.unpack_from(order + word, data, at + cpu.program_counter)
        elif command == LC_SYMTAB:
            table, count, strings, strings_size = struct.unpack_from(order + '4I', data, at + 8)
            names = data[strings:strings + strings_size]
            entry_size = 16 if cpu.wide else 12
            for i in range(count):
                name_at, kind, _, _, value = struct.unpack_from(
                    order + 'IBBH' + word, data, table + entry_size * i)
                name = names[name_at:names.find(b'\0', name_at)]
                if name and not kind & N_STAB and kind & N_TYPE == N_SECT:
                    symbols.append((name[1:] if name.startswith(b'_') else name, value))
        at += size
    return entry, min(s[0] for s in segments), max(s[1] for s in segments), symbols


def elf_file(cpu, entry, start, end, symbols):
    """An ELF file with one section without contents, which all symbols are in."""
    order, wide = cpu.order, cpu.wide
    # One table for the names of sections and symbols; the empty name comes first.
    names = b'\0.text\0.symtab\0.strtab\0'
    table, strings = bytes(24 if wide else 16), names
    for name, value in symbols:
        info, section = 0x12, 1  # STB_GLOBAL, STT_FUNC, in .text
        if wide:
            table += struct.pack(order + 'IBBHQQ', len(strings), info, 0, section, value, 0)
        else:
            table += struct.pack(order + 'IIIBBH', len(strings), value, 0, info, 0, section)
        strings += name + b'\0'
    header_size, section_size = (64, 64) if wide else (52, 40)
    table_at = header_size + 4 * section_size
    strings_at = table_at + len(table)

    def section(name, kind, flags, address, offset, size, link=0, info=0, entry_size=0):
        return struct.pack(order + ('IIQQQQIIQQ' if wide else '10I'), names.index(name + b'\0'), kind,
                           flags, address, offset, size, link, info, 1, entry_size)

    header = b'\x7fELF' + bytes((2 if wide else 1, 1 if order == '<' else 2, 1)) + bytes(9)
    header += struct.pack(order + ('HHIQQQIHHHHHH' if wide else 'HHIIIIIHHHHHH'), 2, cpu.machine, 1,
                          entry, 0, header_size, 0, header_size, 0, 0, section_size, 4, 3)
    sections = section(b'', 0, 0, 0, 0, 0)
    sections += section(b'.text', 8, 6, start, strings_at, end - start)  # NOBITS, ALLOC EXECINSTR
    sections += section(b'.symtab', 2, 0, 0, table_at, len(table), 3, 1, 24 if wide else 16)
    sections += section(b'.strtab', 3, 0, 0, strings_at, len(strings))
    return header + sections + table + strings


def main():
    kernel, output, name = sys.argv[1:]
    cpu = CPUS[name]
    with open(kernel, 'rb') as file:
        data = slice_for(cpu, file.read())
    result = elf_file(cpu, *read_macho(cpu, data))
    with open(output, 'wb') as file:
        file.write(result)


main()
