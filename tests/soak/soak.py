# SPDX-License-Identifier: BSD-2-Clause
"""soak.py BUILD BOOTS SEED [FIRST]: many boots of emulated machines, each drawn from the seed and its
number (README.md), two at a time ($JOBS). The table is BUILD/soak.txt, what is left of boots that
did not end as they may is below BUILD/soak/. Numbers that the table has are not booted again, unless FIRST
is given: then these are, and their lines replaced."""
import collections
import concurrent.futures
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import zlib

BUILD = sys.argv[1]
BOOTS = int(sys.argv[2])
SEED = int(sys.argv[3])
FIRST = int(sys.argv[4]) if len(sys.argv) > 4 and sys.argv[4] else None
JOBS = int(os.environ.get('JOBS') or 2)
TABLE = f'{BUILD}/soak.txt'
FILES = os.path.abspath(f'{BUILD}/soak/files')

# --- What is drawn ----------------------------------------------------------------------------------

MACHINES = ('mac99', 'g3beige', 'pc', 'q35')
CARDS = ('rtl8139', 'e1000', 'e1000-82545em')
SERVERS = ('atftpd', 'tftpd-hpa', 'dnsmasq')
VERDICT = r'^VERDICT pass=[1-9][0-9]* fail=0[^0-9]*$'
PAD = r'ok   - __PAD: {} bytes'
MEGABYTE = 1 << 20

# A payload: its file, the loader's words, what the console shows in the end and besides, and megabytes
# of memory (0: any of those drawn). Files that are called kernel-... know the digest of their padding.
Payload = collections.namedtuple('Payload', 'file words good also megabytes', defaults=(VERDICT, '', 0))
MAC_DRIVER = 'driver=SawbootDemo.mkext mkext=SawbootDemo.mkext args=-v expect-driver'
PC_DRIVER = 'driver=SawbootDemo.kext mkext=SawbootDemo-x86.mkext ramdisk=ramdisk ' \
            'args=-v expect-kexts=1 expect-packages=1 expect-ramdisk'
# The loader in a card's ROM reads no folders of drivers.
PC_ROM = 'mkext=SawbootDemo-x86.mkext ramdisk=ramdisk args=-v expect-packages=1 expect-ramdisk'


def crc(name):
    try:
        with open(f'{FILES}/{name}', 'rb') as file:
            return f'{zlib.crc32(file.read()):08x}'
    except OSError as error:
        sys.exit(f'{error}: make soak builds it')


def text_of(name):
    with open(f'{FILES}/{name}', encoding='ascii') as file:
        return file.read().strip()


def payloads_of(machine, way):
    if machine in ('mac99', 'g3beige'):
        return [Payload('demo-ppc', MAC_DRIVER),
                Payload('demo-ppc-high', MAC_DRIVER),
                Payload('kernel-ppc-1m', 'args=-v', also=PAD.format(MEGABYTE)),
                Payload('kernel-ppc-4m', 'args=-v', also=PAD.format(4 * MEGABYTE)),
                Payload('kernel-ppc-1m.fat', 'args=-v', also=PAD.format(MEGABYTE)),
                Payload('kernel-ppc-1m.lzss', 'args=-v', also=PAD.format(MEGABYTE)),
                Payload('client-ppc.elf', 'args=hello client'),
                Payload('client-ppc.xcf', 'args=hello client'),
                Payload('client-ppc-odd.xcf', 'args=hello client'),
                Payload('client-ppc-xcf.chrp', 'args=hello client'),
                Payload('client-ppc-elf.chrp', 'args=hello client')]
    module = f'module="noise crc={crc("noise")}" args=expect-modules=1'
    words = PC_ROM if way == 'rom' else PC_DRIVER
    return [Payload('demo-i386', words),
            Payload('demo-i386-1.6', words),
            Payload('demo-x86_64-v1', words),
            Payload('demo-x86_64-v2', words),
            Payload('demo-x86.fat', 'args=-v'),
            Payload('kernel-i386-1m', 'args=-v', also=PAD.format(MEGABYTE)),
            Payload('kernel-i386-4m', 'args=-v', also=PAD.format(4 * MEGABYTE)),
            Payload('kernel-x86_64-1m.lzss', 'args=-v', also=PAD.format(MEGABYTE)),
            Payload('multiboot.elf', module),
            Payload('multiboot64.elf', module),
            Payload('multiboot.kludge', module),
            Payload('memtest86+.bin', 'args=console=ttyS0,115200 nopause nosmp nosm nobench',
                    r'Memtest86\+ v[0-9].*Memory  : +12[67]MB', '', 128),
            Payload('vmlinuz', 'initrd=initramfs.gz args=console=ttyS0,115200 quiet panic=-1',
                    'initramfs: here is the shell', f'initramfs: noise {text_of("initramfs.digest")}', 512)]


# A fault: its rules; whether the loader may give up behind a server that waits twice as long after each
# loss (tftpd-hpa, dnsmasq), and behind any.
Fault = collections.namedtuple('Fault', 'name rules patient_may any_may', defaults=(False, False))
FAULTS = (
    Fault('none', ()),
    Fault('loss1', ('drop 1%',)),
    Fault('loss5', ('drop 5%',), True),
    Fault('duplicate', ('duplicate 5%',)),
    Fault('disorder', ('reorder 10%',)),
    Fault('corrupt', ('corrupt 2%',), True),
    Fault('corrupt-ip', ('corrupt 1% at=ip checksum=right',)),
    Fault('corrupt-udp', ('corrupt 1% at=udp checksum=right',)),
    Fault('truncate', ('truncate 1%',)),
    Fault('storm', ('storm 300/s', 'storm 100/s udp')),
    Fault('late-oack', ('delay oack 900ms',)),
    Fault('no-arp', ('drop arp-reply times=1',)),
    Fault('no-offer', ('drop dhcp-offer times=1',)),
    # No forged acknowledgements: an oversized frame costs those behind it, and a block that is lost and
    # acknowledged nevertheless never comes again.
    Fault('strangers', ('inject wrong-tid data 5%', 'inject wrong-tid-error data 5%', 'inject wrong-server data 5%',
                        'inject runt 2%', 'inject oversized 2%')),
    Fault('mixed', ('drop 1%', 'duplicate 5%', 'reorder 10%', 'corrupt 1%'), True),
    Fault('gone', ('drop data skip=100', 'drop oack skip=1'), True, True),
)

# Of the loader's ends that a fault allows: no address, and the TFTP codes.
MAY_SAY = ('SB-NET-02', 'SB-TFTP-')
# Stated times (docs/options.md) in seconds: of quiet before the loader gives up, that is the longest of
# its waits (an address), the computer's being busy added.
QUIET_LONGEST = 90 + 15
# A transfer that is started again may take a minute and six times as long as until then, without
# anything new to show; and no boot goes on for longer than this.
SILENCE, BOUND = 420, 1800

Boot = collections.namedtuple('Boot', 'number machine card way payload server fault megabytes')


def draw(number):
    """The boot of that number: the same for the same seed."""
    chance = random.Random(f'{SEED}/{number}')
    machine = chance.choice(MACHINES)
    mac = machine in ('mac99', 'g3beige')
    way = chance.choice(('kernel', 'rom', 'cd') if mac else ('kernel', 'rom', 'cd', 'ipxe'))
    card = chance.choice(CARDS)
    # Firmware does not look for ROMs behind a bridge that it has not been told of.
    if way in ('kernel', 'cd') and chance.random() < 0.25:
        card += '/bridge'
    payload = chance.choice(payloads_of(machine, way))
    server = chance.choice(SERVERS)
    fault = chance.choice(FAULTS)
    # 10 MB take long where each loss costs a second.
    if payload.file == 'vmlinuz' and (fault.patient_may or fault.name == 'loss1') and server != 'atftpd':
        server = 'atftpd'
    megabytes = payload.megabytes or chance.choice((128, 256, 512))
    return Boot(number, machine, card, way, payload, server, fault, megabytes)


def may_give_up(boot):
    return boot.fault.any_may or (boot.fault.patient_may and boot.server != 'atftpd')


# --- Carrying it out --------------------------------------------------------------------------------

Row = collections.namedtuple(
    'Row', 'seed number machine card way file memory server fault outcome seconds loader quiet starts good')
ROW = re.compile(r'^ *(\d+)/(\d+) +(\S+) +(\S+) +(\S+) +(\S+) +(\d+) MB +(\S+) +(\S+) +(\S+) +(\d+) s'
                 r' +(\d+) s +(\d+) s +(\d+)  (good|NOT GOOD)$')
SAID = re.compile(r'^soak (\S+) (\d+) (\d+) (\d+) (\d+)$', re.M)
running, stopping = set(), threading.Event()
lock = threading.Lock()


def show(row):
    return (f'{row.seed:>3}/{row.number:<6} {row.machine:<8} {row.card:<20} {row.way:<7} {row.file:<22} '
            f'{row.memory:>4} MB {row.server:<10} {row.fault:<12} {row.outcome:<11} {row.seconds:>4} s '
            f'{row.loader:>4} s {row.quiet:>4} s {row.starts}  {row.good}')


def server_here(server):
    """tftpd-hpa changes its groups, which takes real root."""
    return 'atftpd' if server == 'tftpd-hpa' and os.geteuid() != 0 else server


def carry_out(number):
    boot = draw(number)
    boot = boot._replace(server=server_here(boot.server))
    if stopping.is_set():
        return None
    keep = os.path.abspath(f'{BUILD}/soak/{SEED}-{number}')
    shutil.rmtree(keep, ignore_errors=True)
    os.makedirs(keep)
    words = boot.payload.words
    if boot.machine in ('pc', 'q35') and 'args=' in words and boot.payload.good == VERDICT \
            and not boot.payload.file.startswith('multiboot'):
        words += f' expect-mb={boot.megabytes}'
    environment = dict(
        os.environ, BUILD=BUILD, SOAK_MACHINE=boot.machine, SOAK_MEGABYTES=str(boot.megabytes),
        SOAK_CARD=boot.card, SOAK_WAY=boot.way, SOAK_FILES=FILES, SOAK_FILE=boot.payload.file,
        SOAK_WORDS=words, SOAK_SERVER=boot.server, SOAK_RULES=';'.join(boot.fault.rules),
        SOAK_SEED=str(number), SOAK_GOOD=boot.payload.good, SOAK_ALSO=boot.payload.also,
        SOAK_SILENCE=str(SILENCE), SOAK_BOUND=str(BOUND), SOAK_KEEP=keep)
    with lock:
        if stopping.is_set():
            return None
        child = subprocess.Popen(['sh', 'tests/soak/boot.sh'], env=environment, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        running.add(child)
    said = child.communicate()[0]
    with lock:
        running.discard(child)
    if stopping.is_set():
        shutil.rmtree(keep, ignore_errors=True)
        return None
    match = SAID.search(said)
    if not match:
        if '# SKIP' in said:
            sys.exit(said.strip())
        outcome, seconds, loader, quiet, starts = 'no-result', 0, 0, 0, 0
    else:
        outcome = match[1]
        seconds, loader, quiet, starts = map(int, match.groups()[1:])
    good = outcome == 'right' or (outcome.startswith(MAY_SAY) and may_give_up(boot) and
                                  quiet <= QUIET_LONGEST)
    row = Row(SEED, number, boot.machine, boot.card, boot.way, boot.payload.file, boot.megabytes,
              boot.server, boot.fault.name, outcome, seconds, loader, quiet, starts,
              'good' if good else 'NOT GOOD')
    if good:
        shutil.rmtree(keep, ignore_errors=True)
    else:
        with open(f'{keep}/said', 'w', encoding='utf-8') as file:
            file.write(said)
    with lock:
        with open(TABLE, 'a', encoding='ascii') as table:
            print(show(row), file=table)
        print(show(row), flush=True)
        if not good:
            print(f'    {keep} has its console; again: make soak BOOTS=1 FIRST={number} SEED={SEED}', flush=True)
    return row


# --- The table --------------------------------------------------------------------------------------

HEAD = ('Boots of emulated machines (tests/soak/README.md): seed/number, machine, card, how the loader was '
        'started, boot file,\nmemory, TFTP server, what was wrong with the network, outcome, time in all, '
        'time from the loader\'s first line,\nthe console\'s last silence, how often firmware was started.\n')


def read_table():
    """What the table has, by seed and number; the last line counts."""
    rows = {}
    try:
        with open(TABLE, encoding='ascii', errors='replace') as table:
            for line in table:
                match = ROW.match(line)
                if match:
                    values = [int(v) if v.isdigit() else v for v in match.groups()]
                    row = Row(*values)
                    rows[row.seed, row.number] = row
    except FileNotFoundError:
        pass
    return rows


def summary(rows):
    lines = [f'{"":<24} {"boots":>6} {"right":>6} {"NOT GOOD":>9} {"median s":>9} {"longest s":>10}  otherwise']
    for title, key in (('machine', 'machine'), ('card', 'card'), ('way', 'way'), ('file', 'file'),
                       ('server', 'server'), ('fault', 'fault'), ('all', None)):
        groups = collections.defaultdict(list)
        for row in rows:
            groups[getattr(row, key) if key else ''].append(row)
        lines.append(f'by {title}:' if key else 'all:')
        for name in sorted(groups):
            group = groups[name]
            times = [row.seconds for row in group]
            right = sum(row.outcome == 'right' for row in group)
            bad = sum(row.good != 'good' for row in group)
            others = collections.Counter(row.outcome for row in group if row.outcome != 'right')
            lines.append(f'  {name:<22} {len(group):>6} {right:>6} {bad:>9} {statistics.median(times):>9.0f} '
                         f'{max(times):>10}  ' + ', '.join(f'{code} {n}' for code, n in sorted(others.items())))
    again = sum(row.starts > 1 for row in rows)
    lines.append(f'firmware was started more than once for {again} boots')
    return [line.rstrip() for line in lines]


def write_table():
    rows = [row for _, row in sorted(read_table().items())]
    with open(TABLE + '.new', 'w', encoding='ascii') as table:
        print(HEAD, file=table)
        for row in rows:
            print(show(row), file=table)
        if rows:
            print('', *summary(rows), sep='\n', file=table)
    os.replace(TABLE + '.new', TABLE)


def stop(*_):
    """The boots under way are given up; their numbers are not in the table."""
    stopping.set()
    with lock:
        for child in running:
            child.send_signal(signal.SIGTERM)


def main():
    os.makedirs(f'{BUILD}/soak', exist_ok=True)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    first = FIRST if FIRST is not None else 1
    numbers = range(first, first + BOOTS)
    write_table()
    have = read_table() if FIRST is None else {}
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        waiting = [pool.submit(carry_out, number) for number in numbers if (SEED, number) not in have]
        for future in waiting:
            future.result()
    write_table()
    rows = [row for (seed, number), row in read_table().items() if seed == SEED and number in numbers]
    bad = [row for row in rows if row.good != 'good']
    print(*(summary(rows) if rows else []), sep='\n')
    print(f'{len(rows)} of {BOOTS} boots, {len(bad)} not as they should be; the table is {TABLE}')
    sys.exit(1 if bad or len(rows) < BOOTS else 0)


if __name__ == '__main__':
    main()
