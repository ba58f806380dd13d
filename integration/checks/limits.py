#!/usr/bin/env python3
"""Checks the sizes that keep the code readable, and what may not stand in any file.

Swift and C: file at most 400 lines (`// TABLE` or `// GENERATED` in the header exempts it),
function at most 60, 90th percentile of a package's functions at most 30, line at most 100
characters, a header comment. Scripts: at most 250 lines. The kernel's core and its machine have
less than 12,000 lines of code together, without comments and empty lines. Everywhere: no tab
(except make), no trailing space, no unfinished work without an issue, no path of the machine the
code was written on.
"""
import re
from collections import defaultdict

import common
import source

CODE, SCRIPTS = ('.swift', '.c', '.h', '.S'), ('.py', '.sh', '.ci/run')
TEXT = CODE + SCRIPTS + ('.md', '.json', '.txt', '.ld', '.modulemap', 'Makefile', '.gitignore')
FILE_LIMIT = {**dict.fromkeys(CODE, 400), **dict.fromkeys(SCRIPTS, 250)}
FUNCTION_LIMIT, P90_LIMIT, LINE_LIMIT = 60, 30, 100
KERNEL, KERNEL_LIMIT = ('kernel/Sources/KernelCore/', 'kernel/Sources/KernelX86/'), 12_000
#: Written in pieces, so that this file does not find itself.
UNFINISHED = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b(?!\(#\d+\):)')
FORBIDDEN = re.compile(r'(?<![\w.])/wo' r'rk/|/tmp/' r'b-|/ro' r'ot/|/opt/' r'swift'
                       r'|\.\./sha' r'red/')
#: May stand above the header comment: what the language needs on the first line.
FIRST_LINE = re.compile(r'// swift-tools-version|#!')


def suffix_of(name, table):
    return next((suffix for suffix in table if name.endswith(suffix)), None)


def header(lines):
    """The comment lines that open a file."""
    start = 1 if lines and FIRST_LINE.match(lines[0]) else 0
    end = start
    while end < len(lines) and lines[end].startswith(('//', '#', '/*', ' *', '"""')):
        end += 1
    return lines[start:end]


def check_lines(name, lines, findings):
    for number, line in enumerate(lines, 1):
        if '\t' in line and not name.endswith('Makefile'):
            findings.add(name, number, 'tab', 'spaces only')
        if line != line.rstrip():
            findings.add(name, number, 'space', 'trailing space')
        if len(line) > LINE_LIMIT and name.endswith(CODE + SCRIPTS):
            findings.add(name, number, 'line', f'{len(line)} characters, limit {LINE_LIMIT}')
        if UNFINISHED.search(line):
            findings.add(name, number, 'unfinished', 'names no issue: write the number as (#1):')
        if FORBIDDEN.search(line):
            findings.add(name, number, 'word', 'a path of one machine')


def check_size(name, lines, findings):
    limit = FILE_LIMIT.get(suffix_of(name, FILE_LIMIT))
    exempt = any(re.match(r'// (TABLE|GENERATED)\b', line) for line in header(lines))
    if limit and len(lines) > limit and not exempt:
        findings.add(name, 1, 'file', f'{len(lines)} lines, limit {limit}')


def check_header(name, lines, findings):
    manifest = name.endswith('Package.swift')
    if name.endswith(CODE) and not manifest and not header(lines):
        findings.add(name, 1, 'header', 'no comment says what the file is for')
    if name.endswith('.py') and not ''.join(lines[:2]).count('"""'):
        findings.add(name, 1, 'header', 'no text says what the script is for')


def check_functions(name, text, findings):
    """Reports long functions; returns the lengths of all."""
    found = source.functions(source.blanked(text), 'swift' if name.endswith('.swift') else 'c')
    for function in found:
        if function.length > FUNCTION_LIMIT:
            findings.add(name, function.line, 'function',
                         f'{function.name} has {function.length} lines, limit {FUNCTION_LIMIT}')
    return [function.length for function in found]


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


def check_kernel(lines, findings):
    """Reports a kernel that has grown beyond its limit; says how large it is."""
    if lines >= KERNEL_LIMIT:
        findings.add('kernel', 1, 'kernel', f'{lines} lines of code, limit {KERNEL_LIMIT}')
    return f', kernel {lines} lines of code' if lines else ''


def check(root, findings):
    lengths, count, kernel = defaultdict(list), 0, 0
    for name in common.tree.files(root, *TEXT):
        text = (root / name).read_text(errors='replace')
        lines = text.split('\n')
        if lines and lines[-1] == '':
            lines.pop()
        count += 1
        check_lines(name, lines, findings)
        check_size(name, lines, findings)
        check_header(name, lines, findings)
        if name.endswith(('.swift', '.c', '.h')):
            found = check_functions(name, text, findings)
            if name.startswith(KERNEL):
                kernel += sum(1 for line in source.blanked(text).split('\n') if line.strip())
            if '/Sources/' in name:
                lengths[name.split('/Sources/')[0]] += found
    for package, values in lengths.items():
        if values and percentile(values, 0.9) > P90_LIMIT:
            findings.add(package, 1, 'functions',
                         f'90th percentile {percentile(values, 0.9)} lines, limit {P90_LIMIT}')
    return f'{count} files' + check_kernel(kernel, findings)


if __name__ == '__main__':
    common.main('limits', check, __doc__)
