#!/usr/bin/env python3
"""Boots the simulated system many times, optimised, as many at once as there are processors.

Each boot has a seed of its own; simulation/README.md says what it decides and what is checked. A
boot that ends as it should not is printed with its last messages. The last line is
`N passed, N failed`.

usage: simulate.py [--boots N] [--seed N]
"""
import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
import stale  # noqa: E402
import test_host  # noqa: E402
import tree  # noqa: E402

CONFIGURATION = tree.ROOT / 'integration/boot-config/system.json'
SCRATCH = tree.BUILD / 'host'
BUILD_LIMIT, RUN_LIMIT = 1200, 900  # seconds
TOTAL = re.compile(r'^(\d+) passed, (\d+) failed$', re.M)


def build():
    """Builds the simulation, optimised; returns the lines to show when that fails."""
    log = tree.BUILD / 'logs' / 'simulate.build.log'
    stale.refresh(SCRATCH)
    code = run.logged(
        ['swift', 'build', '-c', 'release', '--package-path', tree.ROOT / 'simulation',
         '--scratch-path', SCRATCH, '--product', 'simulate', '-j', '2', *tree.SHARED],
        log, BUILD_LIMIT)
    return [] if code == 0 else test_host.compiler_errors(log) or [f'exit {code}']


def lanes(boots, seed):
    """The seeds as one run of neighbours per processor."""
    count = min(os.cpu_count() or 1, boots)
    first = seed
    for lane in range(count):
        size = boots // count + (lane < boots % count)
        yield first, size
        first += size


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--boots', type=int, default=1000)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args(arguments)
    if errors := build():
        print('\n'.join(errors))
        print('0 passed, 1 failed')
        return 1
    start = time.monotonic()
    more = ['--log'] if options.boots == 1 else []
    processes = [
        (size, subprocess.Popen(
            [SCRATCH / 'release/simulate', CONFIGURATION, '--boots', str(size), '--seed',
             str(first), *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding='utf-8', errors='replace'))
        for first, size in lanes(options.boots, options.seed)]
    passed = 0
    for size, process in processes:
        try:
            text, _ = process.communicate(
                timeout=max(1, RUN_LIMIT - (time.monotonic() - start)))
        except subprocess.TimeoutExpired:
            process.kill()
            text = process.communicate()[0] + 'simulate: over its time limit\n'
        total = TOTAL.search(text)
        passed += int(total[1]) if total else 0
        if not total or int(total[1]) < size or more:
            print(TOTAL.sub('', text).rstrip())
    failed = options.boots - passed
    print(f'simulate: {options.boots} boots in {time.monotonic() - start:.0f} s')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
