#!/usr/bin/env python3
"""Checks that the reference has an entry for every system call and control operation, that each
entry says arguments, results, rights, errors and blocking, and that every family has a page that
names what it accepts."""
import re

import common

ABI = 'lib-capabi/Sources/CapABI'
SYSCALLS = 'docs/reference/syscalls.md'
CONTROL = 'docs/reference/control'
TABLE = 'docs/reference/capabi.md'
PARTS = ('Arguments', 'Returns', 'Rights', 'Errors', 'Blocks')
# Names that the reference spells otherwise than the module.
SPELLINGS = {'receive': 'recv', 'replyReceive': 'replyrecv'}


def cases(root, name, findings):
    """{number: case name} of an enumeration's file."""
    path = root / ABI / name
    if not path.is_file():
        findings.add(f'{ABI}/{name}', 1, 'operations', 'is missing')
        return {}
    return {int(number, 0): case for case, number in re.findall(
        r'^  case (\w+) = (0x[0-9A-Fa-f]+|\d+)$', path.read_text(), re.M)}


def code_names(root):
    path = root / ABI / 'ResultCode.swift'
    return set(re.findall(r'^    case \.\S+: "([A-Z_]+)"$', path.read_text(), re.M)
               if path.is_file() else ())


class Entry:
    """What stands below a heading `## NAME (number)`."""

    def __init__(self, file, line, name, number, text):
        self.file, self.line, self.name, self.number = file, line, name, int(number, 0)
        parts = re.split(r'^\*\*(\w+)\.\*\*', text, flags=re.M)
        self.order = parts[1::2]
        self.parts = dict(zip(parts[1::2], parts[2::2]))

    def check(self, codes, findings):
        def found(text):
            findings.add(self.file, self.line, 'entry', f'{self.name}: {text}')

        if self.order != list(PARTS):
            found(f'must have {", ".join(PARTS)}, once and in this order')
            return
        for part in PARTS:
            if not self.parts[part].strip():
                found(f'says nothing about {part}')
        rows = re.findall(r'^\| *([^|]*?) *\| *([^|]*?) *\|$', self.parts['Errors'], re.M)[2:]
        if not rows and self.parts['Errors'].strip() != 'None.':
            found('has neither a table of errors nor "None."')
        for names, cause in rows:
            unknown = {word for word in re.findall(r'\b[A-Z][A-Z_]+\b', names)} - codes
            if unknown:
                found(f'no result code is called {", ".join(sorted(unknown))}')
            if not cause:
                found(f'{names} has no cause')


def entries(root, file):
    text = (root / file).read_text()
    heads = list(re.finditer(r'^## ([A-Z0-9_]+) \((0x[0-9A-Fa-f]+|\d+)\)$', text, re.M))
    ends = [head.start() for head in re.finditer(r'^## ', text, re.M)] + [len(text)]
    for head in heads:
        end = min(place for place in ends if place > head.start())
        yield Entry(file, text.count('\n', 0, head.start()) + 1, head[1], head[2],
                    text[head.end():end])


def plain(case):
    return SPELLINGS.get(case, case).lower()


def check_entries(found, wanted, what, source, codes, findings):
    """Every number has exactly one entry, under its name."""
    seen = {}
    for entry in found:
        entry.check(codes, findings)
        case = wanted.get(entry.number)
        if case is None or entry.name.replace('_', '').lower() != plain(case):
            findings.add(entry.file, entry.line, 'entry',
                         f'{source} has no {entry.name} with this number')
        elif entry.number in seen:
            findings.add(entry.file, entry.line, 'entry',
                         f'{entry.name} stands in {seen[entry.number]} already')
        else:
            seen[entry.number] = entry.file
    for number in sorted(wanted.keys() - seen.keys()):
        findings.add(f'{ABI}/{source}.swift', 1, 'entry',
                     f'no entry for {what} {wanted[number]} ({number:#x})')


def check_families(root, operations, findings):
    """Every family of the table has a page that names its operations."""
    families = cases(root, 'EndpointKind.swift', findings)
    pages = {}
    for path in sorted((root / CONTROL).glob('*.md')):
        title = re.match(r'# Family (0x[0-9A-Fa-f]+|\d+): ', path.read_text())
        if title:
            pages[int(title[1], 0)] = path
    for number, case in families.items():
        if case != 'generic' and number not in pages:
            findings.add(CONTROL, 1, 'family', f'{case} ({number}) has no page')
    rows = re.findall(r'^\| (0x[0-9A-F]+|\d+) \| [\w ]+ \| [\d–]+ \| (.*) \|$',
                      (root / TABLE).read_text(), re.M)
    for number, text in rows:
        for name, value in re.findall(r'\b([A-Z][A-Z0-9_]+) (\d+)', text):
            case = operations.get(int(value), '')
            if name.replace('_', '').lower() != plain(case):
                findings.add(TABLE, 1, 'family', f'{value} is not {name}')
            page = pages.get(int(number, 0))
            if page and name not in page.read_text():
                findings.add(str(page.relative_to(root)), 1, 'family', f'does not name {name}')


def check(root, findings):
    calls = cases(root, 'Syscall.swift', findings)
    operations = cases(root, 'ControlOperation.swift', findings)
    if not (root / SYSCALLS).is_file() or not (root / TABLE).is_file():
        findings.add(SYSCALLS, 1, 'operations', f'{SYSCALLS} or {TABLE} is missing')
        return ''
    codes = code_names(root)
    check_entries(entries(root, SYSCALLS), calls, 'system call', 'Syscall', codes, findings)
    pages = sorted(str(path.relative_to(root)) for path in (root / CONTROL).glob('*.md'))
    control = [entry for page in pages for entry in entries(root, page)]
    check_entries(control, operations, 'operation', 'ControlOperation', codes, findings)
    check_families(root, operations, findings)
    return f'{len(calls)} system calls, {len(operations)} operations'


if __name__ == '__main__':
    common.main('operations', check, __doc__)
