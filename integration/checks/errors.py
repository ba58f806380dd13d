#!/usr/bin/env python3
"""Which errors the reference promises, and which of them the tests provoked.

Every entry of a system call or control operation in docs/reference has a table of errors. The host
tests of the kernel and the test program in user mode note what the kernel answered, as lines
`CODES call|operation NUMBER MASK`, and each run is compared with the tables: an error that nothing
provoked fails it. errors.json lists what cannot be provoked on the one or the other side, each with
its reason; an exception that is provoked after all is refused too.

As a check by itself this looks at the exceptions only: each must stand in the reference.
"""
import json
import re

import common
import operations

EXCEPTIONS = 'integration/checks/errors.json'
SIDES = ('host', 'target')
LEAST_REASON = 20
LINE = re.compile(r'CODES (call|operation) (\d+) (?:0x)?([0-9A-Fa-f]+)$')
# The row that stands for the table of what goes wrong with capabilities in messages.
TRANSFER = 'those of the transfer table'
TRANSFER_HEAD = '| code of the sender | cause in the transfer table |'


def code_numbers(root):
    """{name: number} of the result codes."""
    text = (root / operations.ABI / 'ResultCode.swift').read_text()
    numbers = dict(re.findall(r'static let `?(\w+)`? = ResultCode\(rawValue: (\d+)\)', text))
    names = re.findall(r'^    case \.`?(\w+)`?: "([A-Z_]+)"$', text, re.M)
    return {name: int(numbers[case]) for case, name in names}


def names_in(text, codes):
    return {word for word in re.findall(r'\b[A-Z][A-Z_]+\b', text) if word in codes}


def transfer_codes(root, codes):
    text = (root / operations.SYSCALLS).read_text()
    table = text[text.index(TRANSFER_HEAD):].split('\n\n')[0] if TRANSFER_HEAD in text else ''
    return set().union(*(names_in(row.split('|')[1], codes)
                         for row in table.splitlines()[2:] if row.startswith('|')))


def promised(root):
    """{(kind, number): (name, codes)} of every entry of the reference."""
    codes = code_numbers(root)
    found = {}
    pages = sorted(str(path.relative_to(root)) for path in (root / operations.CONTROL).glob('*.md'))
    for page in [operations.SYSCALLS, *pages]:
        kind = 'call' if page == operations.SYSCALLS else 'operation'
        for entry in operations.entries(root, page):
            text = entry.parts.get('Errors', '')
            listed = set()
            for row in re.findall(r'^\| *([^|]*?) *\|[^|]*\|$', text, re.M)[2:]:
                listed |= transfer_codes(root, codes) if row == TRANSFER else names_in(row, codes)
            found[kind, entry.number] = (entry.name, listed)
    return found


def provoked(root, lines):
    """{(kind, number): codes} of what the lines of a log note."""
    names = {number: name for name, number in code_numbers(root).items()}
    found = {}
    for line in lines:
        if match := LINE.search(line.strip()):
            mask = int(match[3], 16)
            found.setdefault((match[1], int(match[2])), set()).update(
                name for number, name in names.items() if mask >> number & 1)
    return found


def exceptions(root):
    """{side: {(name, code): reason}}."""
    path = root / EXCEPTIONS
    table = json.loads(path.read_text()) if path.is_file() else {}
    return {side: {(name, code): reason for name, row in table.get(side, {}).items()
                   for code, reason in row.items()} for side in SIDES}


def trouble(root, side, lines):
    """What a run on one side left out, and what it should not have been excused from."""
    seen = provoked(root, lines)
    excused = exceptions(root)[side]
    for (kind, number), (name, listed) in sorted(promised(root).items()):
        found = seen.get((kind, number), set())
        for code in sorted(listed):
            if (code in found) == ((name, code) in excused):
                yield f'{name} {code}' + (' was provoked, and is excused' if code in found else '')


def check(root, findings):
    if not (root / operations.SYSCALLS).is_file():
        return ''
    listed = {name: codes for name, codes in promised(root).values()}
    excused = exceptions(root)
    for side in SIDES:
        for (name, code), reason in excused[side].items():
            if code not in listed.get(name, ()):
                findings.add(EXCEPTIONS, 1, 'errors', f'{name} has no error {code}')
            if len(reason) < LEAST_REASON:
                findings.add(EXCEPTIONS, 1, 'errors', f'{side}: {name} {code} has no reason')
    count = sum(len(codes) for codes in listed.values())
    left = ', '.join(f'{len(excused[side])} not on the {side}' for side in SIDES)
    return f'{count} errors, {left}'


if __name__ == '__main__':
    common.main('errors', check, __doc__)
