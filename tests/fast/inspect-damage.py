# SPDX-License-Identifier: BSD-2-Clause
# Runs the tool inspect on damaged copies of a file, for inspect-broken.t:
#
#     inspect-damage.py TOOL FOLDER ROUNDS [OPTIONS...] FILE
#
# Where the only option is `plan` and a name, the copy is the machine's description ("machine"), or a kernel
# or program that the machine is to start. The damage is the same each time.
import json
import random
import subprocess
import sys

tool, folder, rounds, *options, path = sys.argv[1:]
data = open(path, 'rb').read()
source = random.Random(path.rpartition('/')[2])
copy = folder + '/damaged'


def damage(number):
    out = bytearray(data)
    if number % 2 == 0:
        # Short lengths count most: there the headers end.
        return out[:source.choice([number // 2, source.randrange(min(len(out), 600)), source.randrange(len(out))])]
    for _ in range(source.choice([1, 1, 4, 30])):
        at = source.choice([source.randrange(min(len(out), 400)), source.randrange(len(out))])
        out[at] = source.choice([0, 1, 0x7F, 0x80, 0xFF, source.randrange(256), out[at] ^ 1 << source.randrange(8)])
    return out


def command():
    if options[:1] != ['plan']:
        return [tool, '-json', *options, copy]
    if options[1].endswith('machine'):
        return [tool, 'plan', '-json', '-machine', copy, 'file=README.md']
    machine = 'pc-256' if options[1].endswith('kernel') else 'mac99-256'
    return [tool, 'plan', '-json', '-svg', folder + '/svg', '-machine', machine, 'file=' + copy]


good = 0
for number in range(int(rounds)):
    open(copy, 'wb').write(damage(number))
    done = subprocess.run(command(), capture_output=True, timeout=120)
    if done.returncode not in (0, 1) or b'Sanitizer' in done.stderr or b'runtime error' in done.stderr:
        sys.exit(f'round {number}: status {done.returncode}\n{done.stderr.decode(errors="replace")[-3000:]}')
    # A description that is wrong ends the tool with a line; all else is told as JSON.
    if done.stdout:
        json.loads(done.stdout)
    else:
        assert done.stderr.startswith(b'inspect: '), done.stderr
    good += done.returncode == 0
print(f'{good} of {rounds} were still good')
