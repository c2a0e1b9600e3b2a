# SPDX-License-Identifier: BSD-2-Clause
"""check-wire.py BUILD [SEEDS [BYTES]]: the loader's network and drivers as a process, in virtual
time, behind the cable that misbehaves (README.md), in every combination of faults, servers, cards
and processors. A run is good if the file is right, or if the loader says why not within its time
(docs/options.md); `must` says what has to arrive. Writes BUILD/check-wire.txt."""
import collections
import concurrent.futures
import itertools
import re
import subprocess
import sys

BUILD = sys.argv[1]
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1
BYTES = int(sys.argv[3]) if len(sys.argv) > 3 else 8 << 20

# Loss, duplicates, a changed order and damage that the checksum of IP does not show, or that only
# UDP's does, in every combination; then other faults.
LOSS = ('', 'drop 1%', 'drop 5%', 'drop 20%')
DUPLICATES = ('', 'duplicate 5%')
ORDER = ('', 'reorder 10%')
DAMAGE = ('', 'corrupt 2%', 'corrupt 2% at=ip checksum=right')
FAULTS = tuple(tuple(rule for rule in rules if rule)
               for rules in itertools.product(LOSS, DUPLICATES, ORDER, DAMAGE)) + (
    ('corrupt 2% at=udp checksum=right',), ('truncate 2%',), ('delay 20% 1ms-40ms',),
    ('drop 5%', 'duplicate 5%', 'reorder 10%', 'corrupt 1%', 'corrupt 1% at=ip checksum=right'),
    ('drop 20%', 'duplicate 5%', 'reorder 10%', 'corrupt 1%', 'corrupt 1% at=udp checksum=right'),
    ('storm 200/s', 'storm 100/s udp', 'inject runt 2%', 'inject oversized 2%',
     'inject wrong-tid data 2%'))
# The server's manners, and the largest window that it grants (0: it does not know that option).
SERVERS = (('patient', 0), ('patient', 16), ('eager', 0), ('eager', 16), ('blind', 0), ('plain', 0))
CARDS = ('rtl8139', 'e1000')
PROGRAMS = {'x86': [f'{BUILD}/linux-i386/net/client'],
            'ppc': ['qemu-ppc', f'{BUILD}/linux-powerpc/net/client']}
HARMLESS = ('duplicate', 'reorder', 'delay', 'storm', 'inject')

# The longest silence that is stated, in ms: for an address; for the first answer; for a block, for
# an answer when the transfer is started again, and for a block of that. One second is for the steps of the clocks.
ADDRESS, ANSWER, BLOCK = 91000, 61000, 17000 + 15000 + 17000 + 1000
# A transfer that is started again fetches what it has, and is not silent: net/tftp.c's CATCH_UP_MS and
# CATCH_UP_TIMES.
AGAIN_LEAST, AGAIN = 60000, 6

Run = collections.namedtuple('Run', 'faults server card processor seed')
LINE = re.compile(r'client (\S+): ms=(\d+) quiet_ms=(\d+) bytes=(\d+)')


def must(run):
    """Whether the file has to arrive: a server that never repeats a block, or waits twice as long
    each time, cannot be asked to get 8 MB through a network that loses much."""
    manners, window = run.server
    if all(rule.startswith(HARMLESS) for rule in run.faults):
        return manners != 'blind' or not run.faults
    heavy = any(rule.startswith(('drop 5%', 'drop 20%')) for rule in run.faults)
    if manners == 'eager':
        return not any(rule.startswith('drop 20%') for rule in run.faults) or len(run.faults) == 1
    return manners == 'patient' and not heavy


def within_time(outcome, ms, quiet, arrived):
    """Whether a failure came in its time."""
    if outcome == 'SB-NET-02':
        return ms <= ADDRESS
    return quiet <= (ANSWER if arrived == 0 else BLOCK + AGAIN_LEAST + AGAIN * (ms - quiet))


def carry_out(run):
    """Good or not, outcome, milliseconds, bytes, what it said."""
    words = PROGRAMS[run.processor] + ['-n', run.card, '-M', run.server[0], '-w',
                                       str(run.server[1]), '-s', str(run.seed), '-b', str(BYTES)]
    for rule in run.faults:
        words += ['-r', rule]
    try:
        said = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=300, check=False).stdout
    except subprocess.TimeoutExpired:
        return False, 'TIMEOUT', 0, 0, ' '.join(words)
    match = LINE.search(said)
    if not match:
        return False, 'DIED', 0, 0, said
    outcome, ms, quiet, arrived = match[1], *map(int, match.groups()[1:])
    if outcome == 'right':
        good = True
    else:
        good = outcome.startswith(('SB-NET-02', 'SB-TFTP-')) and not must(run) and \
            within_time(outcome, ms, quiet, arrived)
    good = good and 'client card:' not in said and 'left claimed' not in said
    return good, outcome, ms, arrived, said


def describe(run):
    window = f'/{run.server[1]}' if run.server[1] else ''
    return f'{"; ".join(run.faults) or "none":<88} {run.server[0] + window:<10}'


runs = [Run(faults, server, card, processor, 0) for faults in FAULTS for server in SERVERS
        for card in CARDS for processor in PROGRAMS for _ in range(SEEDS)]
runs = [run._replace(seed=number + 1) for number, run in enumerate(runs)]
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    results = list(pool.map(carry_out, runs))

groups = {}
for run, result in zip(runs, results):
    groups.setdefault(describe(run), []).append(result)
failures = [pair for pair in zip(runs, results) if not pair[1][0]]
with open(f'{BUILD}/check-wire.txt', 'w', encoding='ascii') as table:
    print(f'{len(runs)} runs of {BYTES} bytes in virtual time: {len(CARDS)} cards x '
          f'{len(PROGRAMS)} processors x {SEEDS} seeds in each line.\n"right": the file arrived; '
          'otherwise the loader said the code. The times are those of whole files.\n', file=table)
    print(f'{"faults":<88} {"server":<10} {"right":>6} {"least s":>8} {"mean s":>8} {"most s":>8}  '
          'otherwise', file=table)
    for group, members in groups.items():
        times = [ms / 1000 for _, outcome, ms, _, _ in members if outcome == 'right']
        others = collections.Counter(o for _, o, _, _, _ in members if o != 'right')
        shown = (f'{min(times):8.1f} {sum(times) / len(times):8.1f} {max(times):8.1f}'
                 if times else ' ' * 26)
        print(f'{group} {len(times):>3}/{len(members):<2} {shown}  '
              + ', '.join(f'{code} {count}' for code, count in others.items()), file=table)
    print('\nEach run:', file=table)
    for run, (good, outcome, ms, arrived, _) in zip(runs, results):
        print(f'{run.seed:>5} {run.card:<8} {run.processor:<4} {describe(run)} '
              f'{outcome:<10} {ms / 1000:9.1f} s {arrived:>9}{"" if good else "  NOT GOOD"}',
              file=table)

for run, (_, outcome, _, _, said) in failures:
    print(f'NOT GOOD: {run}: {outcome}\n{said}')
print(f'{len(runs)} runs, {sum(r[1] == "right" for r in results)} files right, '
      f'{len(failures)} runs not as they should be; the times are in {BUILD}/check-wire.txt')
sys.exit(1 if failures else 0)
