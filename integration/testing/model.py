#!/usr/bin/env python3
"""Runs random operations on the kernel beside its reference model, in release mode.

The suite `ModelTests` of the kernel does the work; docs/testing.md says what it compares. A failure
prints the seed of its sequence and the shortest one found that fails in the same way.
The last line is `N passed, N failed`.

usage: model.py [--operations N] [--seed N]
"""
import argparse
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
import stale  # noqa: E402
import test_host  # noqa: E402
import tree  # noqa: E402

PACKAGE = tree.ROOT / 'kernel'
# A scratch folder of its own: a release build of tests is another build than that of the tools.
SCRATCH = tree.BUILD / 'model'
BUILD_LIMIT, RUN_LIMIT = 1200, 900  # seconds
#: What a lane of the long run prints.
COUNTED = re.compile(r'^model: (\d+) operations, (\d+) of them carried out, in (\d+) sequences$',
                     re.M)


def counted(text):
    """Operations, those carried out, and sequences of all lanes in a log."""
    lanes = [[int(number) for number in lane] for lane in COUNTED.findall(text)]
    return [sum(column) for column in zip([0, 0, 0], *lanes)]


def build():
    """Builds the kernel's tests, optimised; returns the lines to show when that fails."""
    log = tree.BUILD / 'logs' / 'model.build.log'
    stale.refresh(SCRATCH)
    code = run.logged(
        ['swift', 'build', '-c', 'release', '--build-tests', '--package-path', PACKAGE,
         '--scratch-path', SCRATCH, '-j', '2', '--disable-xctest', *tree.SHARED],
        log, BUILD_LIMIT)
    return [] if code == 0 else test_host.compiler_errors(log) or [f'exit {code}']


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--operations', type=int, default=2_000_000)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args(arguments)
    if errors := build():
        print('\n'.join(errors))
        print('0 passed, 1 failed')
        return 1
    log, report = tree.BUILD / 'logs' / 'model.log', tree.BUILD / 'logs' / 'model.xml'
    report.unlink(missing_ok=True)
    start = time.monotonic()
    code = run.logged(
        ['swift', 'test', '-c', 'release', '--skip-build', '--package-path', PACKAGE,
         '--scratch-path', SCRATCH, '--disable-xctest', '--filter', 'ModelTests',
         '--xunit-output', report, *tree.SHARED],
        log, RUN_LIMIT, environment={
            'MODEL_OPERATIONS': str(options.operations), 'MODEL_SEED': str(options.seed)})
    seconds = time.monotonic() - start
    outcome = test_host.Outcome('model')
    test_host.judge(outcome, code, log, report)
    operations, done, sequences = counted(log.read_text(errors='replace'))
    if operations < options.operations and not outcome.failed:
        outcome.fail(f'{operations} operations instead of {options.operations}', [])
    print('\n'.join(outcome.detail + [outcome.trouble] * bool(outcome.trouble)))
    print(f'{operations} operations in {seconds:.0f} s, {done} carried out, {sequences} sequences '
          f'from seed {options.seed}')
    print(f'{outcome.passed} passed, {outcome.failed} failed')
    return 1 if outcome.failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
