#!/usr/bin/env python3
"""Puts deliberate faults into the kernel's core and checks that its tests notice each of them.

The faults stand in kernel/Tests/mutants.json, as pieces of source text with what replaces them.
They are compiled into one copy of the package, where every place chooses at run time between the
right text and the wrong one; the sources themselves know nothing of it. Then the tests run once
without a fault and once for each. A fault that every test survives fails the run, and so does one
whose text no longer stands exactly once in its file. The last line is `N passed, N failed`.

usage: mutants.py [--list] [NAME...]
"""
import json
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
import tree  # noqa: E402

PACKAGE = tree.ROOT / 'kernel'
LIST = PACKAGE / 'Tests' / 'mutants.json'
CORE = Path('Sources') / 'KernelCore'
WORK = tree.BUILD / 'mutants'
VARIABLE = 'ERIX_MUTANT'
BUILD_LIMIT, TEST_LIMIT = 900, 120  # seconds

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


def prepare(mutants):
    """Lays out the copy of the package with all faults; dependencies are linked, not copied."""
    shutil.rmtree(WORK / 'tree', ignore_errors=True)
    copy = WORK / 'tree' / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns('.build'))
    for folder in tree.ROOT.glob('lib-*'):
        (copy.parent / folder.name).symlink_to(folder)
    for number, mutant in enumerate(mutants, 1):
        path = copy / CORE / mutant['file']
        path.write_text(plant(path.read_text(), number, mutant))
    (copy / CORE / 'ChosenMutant.swift').write_text(CHOICE)
    manifest = copy / 'Package.swift'
    # Wrong texts leave unused values and unreachable code behind.
    manifest.write_text(manifest.read_text().replace('  .treatAllWarnings(as: .error),\n', ''))
    return copy


def tests(copy, number, log, *more):
    """Runs the tests with a fault chosen; returns the exit code."""
    return run.logged(
        ['swift', 'test', '--package-path', copy, '--scratch-path', WORK / 'build', '--filter',
         'KernelCoreTests', '-Xswiftc', '-Onone', *tree.SHARED, *more], log,
        TEST_LIMIT if '--skip-build' in more else BUILD_LIMIT,
        environment={VARIABLE: str(number), 'SWIFT_BACKTRACE': 'enable=no',
                     'MODEL_OPERATIONS': '2000', 'MODEL_SHRINK': '0'})


def catcher(log, code):
    """Which test noticed the fault, or how the run ended."""
    text = log.read_text(errors='replace')
    match = re.search(r'Test "?(.+?)"? recorded an issue', text)
    if match:
        return match[1]
    return 'time limit' if code == 124 else 'a trap'


def main(arguments):
    mutants = json.loads(LIST.read_text())['mutants']
    names = [word for word in arguments if not word.startswith('--')]
    unknown = set(names) - {mutant['name'] for mutant in mutants}
    if unknown:
        sys.exit(f"no such mutant: {', '.join(sorted(unknown))}")
    if '--list' in arguments:
        for mutant in mutants:
            print(f"{mutant['name']:<44}{mutant['file']}")
        return 0
    try:
        copy = prepare(mutants)
    except Stale as stale:
        sys.exit(str(stale))
    log = tree.BUILD / 'logs' / 'mutants-0.log'
    if tests(copy, 0, log) != 0:
        sys.exit(f'the tests fail without a fault, or do not build: see {log}')
    passed = failed = 0
    for number, mutant in enumerate(mutants, 1):
        if names and mutant['name'] not in names:
            continue
        log, start = tree.BUILD / 'logs' / f'mutants-{number}.log', time.monotonic()
        code = tests(copy, number, log, '--skip-build')
        passed, failed = passed + (code != 0), failed + (code == 0)
        verdict = f'caught by {catcher(log, code)}' if code else 'SURVIVED'
        print(f"{mutant['name']:<44}{time.monotonic() - start:>6.1f} s  {verdict}", flush=True)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
