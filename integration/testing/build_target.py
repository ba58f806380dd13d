#!/usr/bin/env python3
"""Builds for the target platform every target that layers.json says runs there.

The objects of the libraries are then bundled with `ld.lld -r`, and the bundle's undefined symbols
and instructions are checked (integration/checks/symbols.py, image `libraries`).

usage: build_target.py [PACKAGE...]      all packages without an argument
"""
import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'checks')]
import run  # noqa: E402
import stale  # noqa: E402
import symbols  # noqa: E402
import tree  # noqa: E402
from test_host import compiler_errors, log_name  # noqa: E402

TRIPLE = 'x86_64-unknown-none-elf'
TOOLSET = tree.ROOT / 'integration/toolsets/freestanding.json'
# The folder of an image's programs, with the flags of programs.mk: each library is compiled once.
SCRATCH = tree.BUILD / 'programs/target'
FLAGS = [flag for word in (
    '-gline-tables-only', '-file-prefix-map', f'{tree.ROOT}=.', '-file-compilation-dir', '.')
    for flag in ('-Xswiftc', word)] + [
    '-Xcc', f'-ffile-prefix-map={tree.ROOT}=.', '-Xcc', '-fdebug-compilation-dir=.']
BUILD_LIMIT = 900  # seconds


def build(package, target):
    """Builds one target; returns the lines to show when that fails."""
    log = log_name(target.name, 'target.log')
    code = run.logged(
        ['swift', 'build', '-c', 'release', '--triple', TRIPLE, '--toolset', TOOLSET,
         '--target', target.name, '--package-path', package.path, '--scratch-path', SCRATCH,
         '-j', '2', *tree.SHARED, *FLAGS], log, BUILD_LIMIT)
    return [] if code == 0 else compiler_errors(log)


def objects(target):
    """The objects of a built target whose source still exists."""
    sources = {path.name for path in target.path.rglob('*') if path.is_file()}
    folder = SCRATCH / TRIPLE / 'release' / f'{target.name}.build'
    return sorted(path for path in folder.rglob('*.o') if path.name.removesuffix('.o') in sources)


def bundle(targets):
    """Joins the objects of all library targets into one file."""
    result = SCRATCH / 'libraries.o'
    files = [str(path) for target in targets for path in objects(target)]
    subprocess.run([symbols.tool('ld.lld'), '-r', '-o', result, *files], check=True)
    return result


def main(names):
    entries = json.loads((tree.ROOT / 'layers.json').read_text())['targets']
    stale.refresh(SCRATCH)
    failed, libraries = [], []
    for package in tree.load():
        if names and package.name not in names:
            continue
        for target in package.targets:
            if entries.get(target.name, {}).get('runs') != 'target':
                continue
            start = time.monotonic()
            errors = build(package, target)
            seconds, result = time.monotonic() - start, 'FAILED' if errors else 'ok'
            print(f'{package.name:<22}{target.name:<18}{seconds:>7.1f} s  {result}', flush=True)
            for line in errors:
                print('    ' + line)
            failed += [target.name] if errors else []
            if package.name.startswith('lib-'):
                libraries.append(target)
    if failed:
        print(f'{len(failed)} targets do not build: {", ".join(failed)}')
        return 1
    return 0 if names else symbols.main('libraries', [bundle(libraries)])


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
