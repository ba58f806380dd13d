#!/usr/bin/env python3
"""Names the source lines of a kernel panic.

Reads the markers of a log (boot-chain.md, "Markers") and asks llvm-symbolizer, with the unstripped
kernel of the same build. Prints the registers by name, and a line per function, innermost first.

usage: panic.py KERNEL.debug.elf [LOG]        without LOG the markers come from standard input
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

REGISTERS = ('rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15 vector error rip cs rflags '
             'rsp ss').split()


def markers(text, name):
    """The numbers of all markers of a name, in order."""
    return [int(found, 16) for found in
            re.findall(rf'^ERIX_KERNEL:{name}:([0-9a-f]+)\r?$', text, re.MULTILINE)]


def symbolizer():
    """llvm-symbolizer of the Swift toolchain, else the system's."""
    swift = shutil.which('swift')
    beside = Path(swift).resolve().parent / 'llvm-symbolizer' if swift else Path('none')
    found = str(beside) if beside.is_file() else shutil.which('llvm-symbolizer')
    if not found:
        raise SystemExit('llvm-symbolizer is neither beside swift nor in PATH')
    return found


def lines_of(kernel, addresses):
    """For each address its functions, inlined ones first, each with file and line."""
    # A return address belongs to the instruction before it.
    asked = [hex(address - (index > 0)) for index, address in enumerate(addresses)]
    text = subprocess.run([symbolizer(), f'--obj={kernel}', '--output-style=GNU', '--demangle',
                           '--pretty-print', '--functions', '--inlines', *asked],
                          capture_output=True, text=True, check=True, timeout=60).stdout
    return text.splitlines()


def main(kernel, log=None):
    text = Path(log).read_text(errors='replace') if log else sys.stdin.read()
    values, frames = markers(text, 'PANIC_REGISTER'), markers(text, 'PANIC_FRAME')
    if not frames:
        print('no panic in the log')
        return 1
    for name, value in zip(REGISTERS, values):
        print(f'{name:<7}{value:016x}')
    for line in lines_of(kernel, frames):
        print(line)
    return 0


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
