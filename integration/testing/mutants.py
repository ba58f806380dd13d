#!/usr/bin/env python3
"""Puts deliberate faults into the kernel's core and checks that its tests notice each of them.

The faults stand in kernel/Tests/mutants.json, as pieces of source text with what replaces them.
They are compiled into one copy of the package, where every place chooses at run time between the
right text and the wrong one; the sources themselves know nothing of it. Then the tests run once
without a fault and once for each, two at a time and each to its first failure. A fault that every
test survives fails the run, and so does one whose text no longer stands exactly once in its file.
The last line is `N passed, N failed`.

usage: mutants.py [--list] [--from NAME] [NAME...]

With --from, a run that was broken off goes on: the faults before NAME in the list are left out.
"""
import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
import tree  # noqa: E402

PACKAGE = tree.ROOT / 'kernel'
LIST = PACKAGE / 'Tests' / 'mutants.json'
CORE = Path('Sources') / 'KernelCore'
WORK = tree.BUILD / 'mutants'
VARIABLE = 'ERIX_MUTANT'
BUILD_LIMIT, BASE_LIMIT = 1800, 600  # seconds
ISSUE = re.compile(r'✘ Test "?(.+?)"?(?:\(.*?\))? recorded an issue.*? at (\S+\.swift:\d+)')
COLOUR = re.compile(r'\x1b\[[0-9;]*m')
BEGUN = re.compile(r'◇ Test (?!run|case)"?(.+?)"?(?:\(.*?\))? started\.$')
ENDED = re.compile(r'[✔✘] Test (?!run|case)"?(.+?)"?(?:\(.*?\))?(?: with \d+ test cases?)? '
                   r'(?:passed|failed) after')

#: The choice, as one more file of the copy. Read once; 0 is the unchanged kernel.
CHOICE = f'''import Glibc
let chosenMutant: Int =
  unsafe getenv("{VARIABLE}").flatMap {{ unsafe Int(String(cString: $0)) }} ?? 0
@inline(never) func isMutant(_ number: Int) -> Bool {{ chosenMutant == number }}
'''


class Stale(Exception):
    """A fault whose text is not where the list says."""


def choose(number, right, wrong, form):
    """The text that behaves rightly or wrongly by the number chosen at run time."""
    if form == 'statement':
        return f'if isMutant({number}) {{ {wrong} }} else {{ {right} }}'
    return f'(isMutant({number}) ? ({wrong}) : ({right}))'


def plant(text, number, mutant):
    """The source text with one fault in it.

    `find` may have a part between « and », which alone is replaced: the rest says where it is.
    """
    find = mutant['find']
    before, right, after = re.fullmatch('(?:(.*)«(.*)»(.*)|(.*))', find, re.S).groups()[:3]
    if right is None:
        before, right, after = '', find, ''
    whole = before + right + after
    if text.count(whole) != 1:
        times = f"{text.count(whole)} times in {mutant['file']}"
        raise Stale(f"{mutant['name']}: found {times}: {whole}")
    wrong = choose(number, right, mutant['replace'], mutant.get('form', 'expression'))
    return text.replace(whole, before + wrong + after)


def planted(mutants):
    """The files of the package's copy: {path: bytes}."""
    files = {path.relative_to(PACKAGE): path.read_bytes() for path in PACKAGE.rglob('*')
             if path.is_file() and '.build' not in path.parts}
    for number, mutant in enumerate(mutants, 1):
        path = CORE / mutant['file']
        files[path] = plant(files[path].decode(), number, mutant).encode()
    files[CORE / 'ChosenMutant.swift'] = CHOICE.encode()
    # Wrong texts leave unused values and unreachable code behind.
    manifest = Path('Package.swift')
    files[manifest] = files[manifest].replace(b'  .treatAllWarnings(as: .error),\n', b'')
    return files


def prepare(mutants):
    """Brings the copy of the package up to date; dependencies are linked, not copied.

    What has not changed is left alone, so that it need not be built again.
    """
    copy = WORK / 'tree' / PACKAGE.name
    files = planted(mutants)
    for path in [path for path in copy.rglob('*') if path.is_file()]:
        if path.relative_to(copy) not in files:
            path.unlink()
    for name, content in files.items():
        path = copy / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for folder in tree.ROOT.glob('lib-*'):
        link = copy.parent / folder.name
        if not link.is_symlink():
            link.symlink_to(folder)
    return copy


def build(copy):
    """The test binary with all faults in it."""
    log = tree.BUILD / 'logs' / 'mutants.build.log'
    code = run.logged(
        ['swift', 'build', '--build-tests', '--package-path', copy, '--scratch-path',
         WORK / 'build', '-j', '2', '--disable-xctest', '-Xswiftc', '-Onone', *tree.SHARED],
        log, BUILD_LIMIT)
    if code != 0:
        sys.exit(f'the tests do not build: see {log}')
    return WORK / 'build/debug/kernelPackageTests.xctest'


def verdict(lines, code, stopped=False):
    """What noticed the fault, from the lines of a run; nothing when it survived."""
    running = {}
    for line in lines:
        if match := ISSUE.search(line):
            return f'{match[1]} ({match[2]})'
        if match := BEGUN.search(line):
            running[match[1]] = True
        elif match := ENDED.search(line):
            running.pop(match[1], None)
    if code == 0:
        return ''
    trap = next((line for line in lines if 'Fatal error' in line), '')
    names = ', '.join(list(running)[:3]) or 'no test'
    more = f' and {len(running) - 3} more' if len(running) > 3 else ''
    return trap or f"{'the time limit' if stopped else 'a trap'} in: {names}{more}"


def attempt(binary, number, limit):
    """Runs the tests with a fault chosen, to the first issue; returns verdict and seconds."""
    start = time.monotonic()
    process = subprocess.Popen(
        [binary, '--testing-library', 'swift-testing', '--filter', 'KernelCoreTests'],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding='utf-8', errors='replace', start_new_session=True,
        env={**os.environ, VARIABLE: str(number), 'SWIFT_BACKTRACE': 'enable=no',
             'MODEL_OPERATIONS': '2000', 'MODEL_SHRINK': '0'})
    expired = threading.Event()

    def kill():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def expire():
        expired.set()
        kill()

    timer = threading.Timer(limit, expire)
    timer.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(COLOUR.sub('', line.rstrip('\n')))
            if ISSUE.search(lines[-1]):
                kill()
        code = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            kill()
            process.wait()
        process.stdout.close()
    return verdict(lines, code, expired.is_set()), time.monotonic() - start


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--from', dest='first', metavar='NAME')
    parser.add_argument('names', nargs='*', metavar='NAME')
    options = parser.parse_args(arguments)
    mutants = json.loads(LIST.read_text())['mutants']
    order = [mutant['name'] for mutant in mutants]
    names = options.names or order
    unknown = set(names + [options.first or order[0]]) - set(order)
    if unknown:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    first = order.index(options.first) if options.first else 0
    if options.list:
        for mutant in mutants:
            print(f"{mutant['name']:<44}{mutant['file']}")
        return 0
    try:
        copy = prepare(mutants)
    except Stale as stale:
        sys.exit(str(stale))
    binary = build(copy)
    noticed, seconds = attempt(binary, 0, BASE_LIMIT)
    if noticed:
        sys.exit(f'the tests fail without a fault: {noticed}')
    print(f'no fault: every test passes in {seconds:.0f} s', flush=True)
    chosen = [(number, mutant['name']) for number, mutant in enumerate(mutants, 1)
              if number > first and mutant['name'] in names]
    survivors = 0
    # A fault may make a test wait for ever; what takes much longer than usual is noticed.
    limit = 60 + 5 * seconds
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda one: attempt(binary, one[0], limit), chosen)
        for (_, name), (noticed, seconds) in zip(chosen, results):
            survivors += not noticed
            print(f"{name:<44}{seconds:>6.1f} s  " +
                  (f'caught by {noticed}' if noticed else 'SURVIVED'), flush=True)
    print(f'{len(chosen) - survivors} passed, {survivors} failed')
    return 1 if survivors else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
