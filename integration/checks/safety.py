#!/usr/bin/env python3
"""Checks that unsafe code stands only in allow-listed targets and that each use is argued.

Allow-listed are the targets with "unsafe": true in layers.json, or with a list of file names there.
Each use needs a `// SAFETY:` comment directly above it or above its statement (an `@unsafe`
declaration may have `- Safety:` in its documentation instead); uses on consecutive lines share one.
A text under 24 characters, or used more than three times in the tree, says nothing specific.
"""
import json
import re

import common
import source
from common import tree

#: Uses that must be argued.
USE = re.compile(r'@unsafe\b|\bnonisolated\(unsafe\)|@unchecked\s+Sendable'
                 r'|(?<![\w.@(])unsafe\b(?!\s*[:)])|(?<=\()unsafe\s+(?=\w)')
#: What may not even be mentioned elsewhere.
MENTION = re.compile(r'\bUnsafe\w*Pointer\w*|\bOpaquePointer\b|\bUnmanaged\b'
                     r'|\bunsafeBitCast\b|\bunsafeDowncast\b|@safe\b')
#: Declares a result that depends on where `self` stands.
LENDS = re.compile(r'@_lifetime\(borrow self\)')
SHORTEST, MOST_REUSES, REACH = 24, 3, 8
# Unsafe lines per thousand lines of code.
KERNEL_BUDGET = 8.0


def is_allowed(layers, target, path):
    """Whether layers.json lets this file of this target contain unsafe code."""
    entry = layers['targets'].get(target.name)
    if entry is None:
        matches = [general for prefix, general in layers.get('patterns', {}).items()
                   if target.name.startswith(prefix)]
        entry = matches[0] if matches else {}
    unsafe = entry.get('unsafe', False)
    return path.name in unsafe if isinstance(unsafe, list) else bool(unsafe)


def texts(lines):
    """The SAFETY texts of a file as (line index, text), continued comment lines joined."""
    for index, line in enumerate(lines):
        match = re.search(r'//.*?(?:SAFETY|- Safety):\s*(.*)', line)
        if not match:
            continue
        words, after = [match[1].strip()], index + 1
        while after < len(lines) and re.match(r'\s*///?\s', lines[after]) \
                and not re.search(r'SAFETY:|///\s*- \w+', lines[after]):
            words.append(lines[after].strip().lstrip('/ '))
            after += 1
        yield index, ' '.join(words).strip()


def is_argued(lines, code, index):
    """Whether a safety comment stands directly above the statement that holds the line."""
    above = index - 1
    while above >= 0:
        line = lines[above].strip()
        if re.search(r'SAFETY:|- Safety:', line):
            return True
        comment = line.startswith('//')
        if not comment and (index - above > REACH or not line or line.endswith(('{', '}'))):
            return False
        if not comment and not line.startswith('@') and code[above].rstrip().endswith((')', ';')) \
                and code[above].count('(') == code[above].count(')'):
            return False  # a whole statement lies between
        above -= 1
    return False


def check_borrowing(name, text, findings):
    """Reports accessors that lend a span of the value itself and may stay out of line.

    The compiler (6.3.1, Embedded) may then pass the value in registers: the span points into the
    accessor's own dead frame.
    """
    lines = source.blanked(text).split('\n')
    for index, line in enumerate(lines):
        if not LENDS.search(line) or index + 1 >= len(lines):
            continue
        if not re.search(r'\b(get|func)\b[^}]*{', line + lines[index + 1]):
            continue  # a requirement of a protocol has no body
        if not any('@inline(__always)' in near for near in lines[max(0, index - 3):index + 2]):
            findings.add(name, index + 1, 'borrow', 'an accessor that lends a part of `self` '
                         'needs @inline(__always)')


def shares_text(layers, target):
    """Whether targets of this kind share one obligation; "sharedSafety" says which."""
    return any(target.name.startswith(prefix) and 'sharedSafety' in general
               for prefix, general in layers.get('patterns', {}).items())


def check_file(name, text, findings, argued):
    """Reports unargued uses of one file; adds its SAFETY texts to `argued`; counts uses."""
    lines, code = text.split('\n'), source.blanked(text).split('\n')
    for index, words in texts(lines):
        argued.setdefault(words, []).append((name, index + 1))
        if len(words) < SHORTEST:
            findings.add(name, index + 1, 'safety', f'the SAFETY text is too vague: "{words}"')
    covered, uses = -2, 0
    for index, line in enumerate(code):
        if not USE.search(line):
            continue
        uses += 1
        if index - 1 == covered or is_argued(lines, code, index):
            covered = index
        else:
            findings.add(name, index + 1, 'safety', 'unsafe code without a SAFETY comment above')
    return uses


def check_forbidden(name, text, findings):
    """Reports every trace of unsafe code in a file that may have none."""
    code = source.blanked(text)
    for pattern in (USE, MENTION):
        for match in pattern.finditer(code):
            findings.add(name, source.line_of(code, match.start()), 'safety',
                         f'`{match[0].strip()}` in a target that layers.json lists as safe')


def kernel_budget(uses, lines, findings):
    rate = 1000 * uses / lines
    if rate >= KERNEL_BUDGET:
        findings.add('kernel', 1, 'safety', f'{rate:.1f} unsafe uses per 1000 lines of code')
    return f', kernel {rate:.1f} per 1000 lines'


def check(root, findings):
    layers = json.loads((root / 'layers.json').read_text())
    packages = tree.load(root)
    argued = {}
    total, kernel_uses, kernel_lines = 0, 0, 0
    for name in tree.files(root, '.swift'):
        path, text = root / name, (root / name).read_text()
        check_borrowing(name, text, findings)
        target = common.target_of(path, packages)
        if target is None or not is_allowed(layers, target, path):
            check_forbidden(name, text, findings)
            uses = 0
        else:
            counted = {} if shares_text(layers, target) else argued
            uses = check_file(name, text, findings, counted)
        total += uses
        # What only a host runs (the simulation's machine) is no part of the kernel.
        entry = layers['targets'].get(target.name, {}) if target else {}
        if name.startswith('kernel/Sources/') and entry.get('runs') != 'host':
            kernel_uses += uses
            kernel_lines += sum(1 for line in source.blanked(text).split('\n') if line.strip())
    for words, places in argued.items():
        if len(places) > MOST_REUSES:
            findings.add(*places[0], 'safety', f'SAFETY text used {len(places)} times: "{words}"')
    budget = kernel_budget(kernel_uses, kernel_lines, findings) if kernel_lines else ''
    return f'{total} unsafe uses{budget}'


if __name__ == '__main__':
    common.main('safety', check, __doc__)
