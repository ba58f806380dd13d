#!/usr/bin/env python3
"""Checks what freestanding code asks of its surroundings.

The undefined symbols of an image (or of a bundle of objects) must be exactly those listed in
symbols/<image>.txt: an unlisted one would fail at link time or, worse, find a definition nobody
reviewed; a listed one that is not used no longer needs its line. A linked image must not hold what
the compiler adds for reference counting, the heap and globals filled at first use. No instruction
may touch a vector or x87 register: the kernel does not save them on entry. The kernel holds no
indirect call or jump, which other programs could train the branch predictor for: the compiler makes
returns of them (-mretpoline), which these are not.

What only tests ask for is in the profiles for it alone: `--profile` tells which one was built.

usage: symbols.py [--profile NAME] IMAGE FILE...        FILE: object, bundle or linked image
"""
import argparse
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
INDIRECT = re.compile(r'\b(?:call|jmp)[ql]?\s+\*')
# Images in which nothing may branch to where a register or memory says.
DIRECT_ONLY = {'kernel'}

# Bytes of kernels for tests alone, and the profiles that have them: the mask of left-out
# protections and the attempts against the kernel itself; the reports of the root task.
TEST_CODE = {
    b'erix_probe_run': {'smoke'}, b'CANNOT_LEAVE_OUT': {'smoke'}, b'PASS kernel/': {'smoke'},
    b'ROOTD_STAGE': {'dev', 'smoke'}, b'ROOTD_STATUS': {'dev', 'smoke'},
}

# QEMU's debug-exit port (DebugExit in lib-capabi), which only a smoke kernel may write.
DEBUG_EXIT = re.compile(r'\bout[bwl]?\s.*\$(?:0xf4|244)$')


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


def instructions(file):
    """The disassembly of a file, line by line."""
    return output(tool('llvm-objdump'), '-d', '--no-show-raw-insn', file).splitlines()


def first_uses(lines, pattern):
    """The first instruction of each function that the pattern finds, behind the function's name."""
    function, reported = '?', None
    for line in lines:
        if match := re.match(r'[0-9a-f]+ <(.+)>:$', line):
            function = match[1]
        elif pattern.search(line) and reported != function:
            reported = function
            yield f'{function}: {" ".join(line.split()[1:])}'


def check_code(image, file, findings):
    """Reports instructions that an image may not have."""
    lines = instructions(file)
    for use in first_uses(lines, VECTOR):
        findings.add(file, 1, 'register', use)
    if image in DIRECT_ONLY:
        for use in first_uses(lines, INDIRECT):
            findings.add(file, 1, 'indirect', use)


def check_switches(profile, contents, file, findings):
    """Reports test code in images that others install, and names here that have become stale."""
    for name, profiles in TEST_CODE.items():
        if (name in contents) != (profile in profiles):
            state = 'in' if name in contents else 'not in'
            findings.add(file, 1, 'switch', f'"{name.decode()}" is {state} a {profile} kernel')


def check_debug_exit(profile, lines, file, findings):
    """Reports a kernel that ends the emulator and is not for tests, or the reverse."""
    uses = list(first_uses(lines, DEBUG_EXIT))
    if profile == 'smoke' and not uses:
        findings.add(file, 1, 'debug exit', 'is not in a smoke kernel')
    for use in uses if profile != 'smoke' else ():
        findings.add(file, 1, 'debug exit', f'{use} is in a {profile} kernel')


def main(image, files, profile=None):
    findings = common.Findings()
    path = LISTS / f'{image}.txt'
    if not path.is_file():
        raise SystemExit(f'no list for image {image}: {path}')
    found = set().union(*(undefined(file) for file in files))
    compare(found, listed(path), f'integration/checks/symbols/{image}.txt', findings)
    for file in files:
        check_code(image, file, findings)
        if is_linked(file):
            check_runtime(file, findings)
        if profile:
            check_switches(profile, Path(file).read_bytes(), file, findings)
            check_debug_exit(profile, instructions(file), file, findings)
    for line in findings.lines:
        print(line)
    result = f'{len(findings.lines)} found' if findings.lines else 'ok'
    print(f'symbols: {result} (image {image}, {len(found)} undefined)')
    return 1 if findings.lines else 0


if __name__ == '__main__':
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument('--profile')
    arguments.add_argument('image')
    arguments.add_argument('files', nargs='+')
    given = arguments.parse_args()
    sys.exit(main(given.image, given.files, given.profile))
