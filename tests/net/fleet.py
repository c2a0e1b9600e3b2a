# SPDX-License-Identifier: BSD-2-Clause
"""What tests/net/fleet wrote down, as figures and as a plot.

fleet.py figures FILE             NAME=VALUE, a line each
fleet.py row LABEL FILE           a line of a table
fleet.py plot SECONDS SVG FILE    requests in each second; the servers were there from SECONDS on
fleet.py document PAGE ROWS FILE  puts the table and the rates of FILE into the page, between the
                                  lines <!-- table --> or <!-- rates --> and <!-- end -->
"""
import collections
import sys

KINDS = [('dhcp-discover', 'DHCP: discover', '#3465a4'),
         ('dhcp-request', 'DHCP: request', '#73d216'),
         ('request', 'TFTP: read request', '#cc0000')]


class Run:
    def __init__(self, path):
        self.times, self.outcomes = [], collections.Counter()
        self.requests = collections.defaultdict(collections.Counter)
        self.servers = collections.defaultdict(set)
        self.first_ms, self.last_ms = 0, 0
        for line in open(path):
            words = line.split()
            if words[0] == 'machine':
                self.outcomes[words[4]] += 1
                if words[4] == 'right':
                    self.times.append(int(words[3].split('=')[1]))
            elif words[0] == 'request':
                self.requests[words[3]][int(words[1]) // 1000] += 1
                if words[3] == 'request':
                    self.servers[words[4]].add(words[2])
            elif words[0] == 'fleet:':
                self.last_ms = int(words[3].split('=')[1])
        self.times.sort()

    def median(self):
        return self.times[len(self.times) // 2] if self.times else 0

    def longest(self):
        return self.times[-1] if self.times else 0

    def peak(self, kind, first, last=10 ** 9):
        """The most of a kind in one second, from second `first` on and before second `last`."""
        return max((n for s, n in self.requests[kind].items() if first <= s < last), default=0)


def figures(path):
    run = Run(path)
    print(f'right={run.outcomes["right"]}')
    print(f'machines={sum(run.outcomes.values())}')
    print(f'median={run.median()}')
    print(f'longest={run.longest()}')
    print(f'discovers={sum(run.requests["dhcp-discover"].values())}')
    for first in 0, 3, 10, 20:
        print(f'peak_{first}={run.peak("dhcp-discover", first)}')
    print(f'requests={sum(run.requests["request"].values())}')
    for server, machines in sorted(run.servers.items()):
        print(f'from_{server}={len(machines)}')


def row(label, path):
    run = Run(path)
    failed = ', '.join(f'{n} × {code}' for code, n in sorted(run.outcomes.items()) if code != 'right')
    run.times = run.times or [0]
    print(f'| {label} | {run.outcomes["right"]} | {run.times[0] / 1000:.1f} | '
          f'{run.median() / 1000:.1f} | {run.longest() / 1000:.1f} | '
          f'{run.longest() / max(run.median(), 1):.2f} | {failed or "none"} |')


def between(page, mark, lines):
    before, rest = page.split(f'<!-- {mark} -->\n', 1)
    return f'{before}<!-- {mark} -->\n\n{lines}\n<!-- end -->\n' + rest.split('<!-- end -->\n', 1)[1]


def document(path, rows, power_failure):
    run = Run(power_failure)
    table = ('| Servers, file | Right | First, s | Median, s | Last, s | Last / median | Others |\n'
             '|---|---|---|---|---|---|---|\n' + open(rows).read())
    rates = '| Seconds | Discovers in a second, at most |\n|---|---|\n' + ''.join(
        f'| {first} to {last} | {run.peak("dhcp-discover", first, last)} |\n'
        for first, last in ((0, 2), (2, 8), (8, 20), (20, 38), (38, 60)))
    page = between(open(path).read(), 'table', table)
    page = between(page, 'rates', rates)
    with open(path, 'w') as file:
        file.write(page)


WIDTH, LEFT, RIGHT, BAND, GAP = 900, 60, 20, 130, 50


def plot(servers_from, svg, path):
    """One band for each kind of request, a bar for each second."""
    run = Run(path)
    seconds = max(max(counts, default=0) for counts in run.requests.values()) + 1
    step = (WIDTH - LEFT - RIGHT) / seconds
    height = len(KINDS) * (BAND + GAP) + 30
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
           f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{height}" fill="white"/>']

    def text(x, y, words, anchor='middle', colour='black'):
        out.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>')

    def line(x1, y1, x2, y2, colour, dashes=''):
        out.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                   f'stroke="{colour}"{dashes}/>')

    for place, (kind, name, colour) in enumerate(KINDS):
        top = 25 + place * (BAND + GAP)
        bottom = top + BAND
        counts = run.requests[kind]
        highest = max(counts.values(), default=1)
        text(LEFT, top - 8, f'{name}, in each second', 'start', colour)
        for share in 0, 0.5, 1:
            y = bottom - share * BAND
            line(LEFT, y, WIDTH - RIGHT, y, '#dddddd')
            text(LEFT - 6, y + 4, f'{share * highest:.0f}', 'end')
        for second, count in sorted(counts.items()):
            tall = count / highest * BAND
            out.append(f'<rect x="{LEFT + second * step + 1:.1f}" y="{bottom - tall:.1f}" '
                       f'width="{step - 2:.1f}" height="{tall:.1f}" fill="{colour}"/>')
        line(LEFT, bottom, WIDTH - RIGHT, bottom, 'black')
        x = LEFT + servers_from * step
        line(x, top, x, bottom, 'black', ' stroke-dasharray="4 3"')
        text(x - 4, top + 10, 'the servers start', 'end')
        for second in range(0, seconds + 1, 5):
            text(LEFT + second * step, bottom + 16, f'{second} s')
    out.append('</svg>')
    with open(svg, 'w') as file:
        file.write('\n'.join(out) + '\n')


if __name__ == '__main__':
    what, words = sys.argv[1], sys.argv[2:]
    if what == 'figures':
        figures(*words)
    elif what == 'row':
        row(*words)
    elif what == 'plot':
        plot(float(words[0]), *words[1:])
    elif what == 'document':
        document(*words)
    else:
        sys.exit(__doc__)
