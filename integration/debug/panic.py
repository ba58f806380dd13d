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


def beside_swift(name):
    """A tool of the Swift toolchain, else the system's; None when there is none."""
    swift = shutil.which('swift')
    beside = Path(swift).resolve().parent / name if swift else Path('none')
    return str(beside) if beside.is_file() else shutil.which(name)


def symbolizer():
    """llvm-symbolizer, without which nothing can be named."""
    found = beside_swift('llvm-symbolizer')
    if not found:
        raise SystemExit('llvm-symbolizer is neither beside swift nor in PATH')
    return found


def readable(text):
    """The text with the names of Swift functions as a reader knows them, where there is a tool."""
    tool = beside_swift('swift-demangle')
    if not tool:
        return text
    return subprocess.run([tool, '--simplified'], input=text, capture_output=True, text=True,
                          check=True, timeout=60).stdout


def lines_of(kernel, addresses):
    """For each address its functions, inlined ones first, each with file and line."""
    # A return address belongs to the instruction before it.
    asked = [hex(address - (index > 0)) for index, address in enumerate(addresses)]
    text = subprocess.run([symbolizer(), f'--obj={kernel}', '--output-style=GNU', '--demangle',
                           '--pretty-print', '--functions', '--inlines', *asked],
                          capture_output=True, text=True, check=True, timeout=60).stdout
    return readable(text).splitlines()


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
