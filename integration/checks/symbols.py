#!/usr/bin/env python3
"""Checks what freestanding code asks of its surroundings.

The undefined symbols of an image (or of a bundle of objects) must be exactly those listed in
symbols/<image>.txt: an unlisted one would fail at link time or, worse, find a definition nobody
reviewed; a listed one that is not used no longer needs its line. A linked image must not hold what
the compiler adds for reference counting, the heap and globals filled at first use. No instruction
may touch a vector or x87 register: the kernel does not save them on entry.

usage: symbols.py IMAGE FILE...        FILE: object, bundle or linked image
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

import common

LISTS = Path(__file__).resolve().parent / 'symbols'
HIDDEN = re.compile(
    r'_?swift_(?:once|retain|release|bridge|slow|alloc|dealloc|initStack|beginAccess)\w*'
    r'|malloc|calloc|free|aligned_alloc|posix_memalign')
VECTOR = re.compile(r'%(?:[xyz]?mm\d+|st\(|st\b)')


def tool(name):
    """An LLVM tool: the one of the Swift toolchain, whose version fits, else the system's."""
    swift = shutil.which('swift')
    beside = Path(swift).resolve().parent / name if swift else Path(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if not found:
        raise SystemExit(f'{name} is neither beside swift nor in PATH')
    return found


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def undefined(file):
    """The names that one file leaves to others."""
    return set(output(tool('llvm-nm'), '--undefined-only', '--format=just-symbols', file).split())


def is_linked(file):
    """Whether an ELF file is an image, not an object (type 1)."""
    with open(file, 'rb') as opened:
        return opened.read(18)[16:] != b'\x01\0'


def check_runtime(file, findings):
    """Reports every function of Swift's run-time library that costs what nobody sees."""
    for name in output(tool('llvm-nm'), '--defined-only', '--format=just-symbols', file).split():
        if HIDDEN.fullmatch(name):
            findings.add(file, 1, 'runtime', f'{name} is in the image')


def listed(path):
    """The names in a list file, with their line numbers; `#` starts a comment."""
    names = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        name = line.split('#')[0].strip()
        if name:
            names[name] = number
    return names


def compare(found, names, place, findings):
    for name in sorted(found - set(names)):
        findings.add(place, 1, 'symbol', f'{name} is undefined and not listed')
    for name in sorted(set(names) - found):
        findings.add(place, names[name], 'symbol', f'{name} is listed and not used')


def check_registers(file, findings):
    """Reports the first vector or x87 instruction of each function."""
    function, reported = '?', None
    for line in output(tool('llvm-objdump'), '-d', '--no-show-raw-insn', file).splitlines():
        if match := re.match(r'[0-9a-f]+ <(.+)>:$', line):
            function = match[1]
        elif VECTOR.search(line) and reported != function:
            reported = function
            findings.add(file, 1, 'register', f'{function}: {" ".join(line.split()[1:])}')


def main(image, files):
    findings = common.Findings()
    path = LISTS / f'{image}.txt'
    if not path.is_file():
        raise SystemExit(f'no list for image {image}: {path}')
    found = set().union(*(undefined(file) for file in files))
    compare(found, listed(path), f'integration/checks/symbols/{image}.txt', findings)
    for file in files:
        check_registers(file, findings)
        if is_linked(file):
            check_runtime(file, findings)
    for line in findings.lines:
        print(line)
    result = f'{len(findings.lines)} found' if findings.lines else 'ok'
    print(f'symbols: {result} (image {image}, {len(found)} undefined)')
    return 1 if findings.lines else 0


if __name__ == '__main__':
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
