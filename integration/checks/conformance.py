#!/usr/bin/env python3
"""Checks docs/reference/erix-conformance.md: the rows of each series are numbered without a gap,
and each names a test that exists, a decision that exists, or "later"."""
import json
import re

import common

PAGE = 'docs/reference/erix-conformance.md'
# How many rows each series has; the sources do not change.
SERIES = {'K': 82, 'S': 29}
ROW = re.compile(r'^\| ([A-Z])(\d+) \| (.+) \| (.*) \|$')


def swift_tests(text):
    """`Suite/name` of every test of a file."""
    suite = ''
    for match in re.finditer(
            r'^(?:@\w+(?:\(.*\))? )*(?:\w+ )*(?:struct|enum|class|actor|extension) (\w+)|'
            r'@Test\b(?:\((?:[^()]|\([^()]*\))*\))?[^`\n]*\n?[^`\n]*\bfunc (?:`([^`]+)`|(\w+))',
            text, re.M):
        if match[1]:
            suite = match[1]
        else:
            yield f'{suite}/{match[2] or match[3]}'


def python_tests(text):
    for block in re.split(r'^(?=class )', text, flags=re.M):
        name = re.match(r'class (\w+)', block)
        for test in re.findall(r'^    def (test_\w+)', block, re.M) if name else ():
            yield f'{name[1]}/{test}'


def target_tests(text):
    """`target/case` for the programs that test the kernel from user mode."""
    return (f'target/{name}' for name in re.findall(r'\.check\(\s*"([^"]+)"', text))


def all_tests(root):
    tests = set()
    for name in common.tree.files(root, '.swift'):
        if '/Tests/' in name:
            tests.update(swift_tests((root / name).read_text()))
        elif name.startswith('integration/testprograms/'):
            tests.update(target_tests((root / name).read_text()))
    for name in common.tree.files(root, '.py'):
        if '/tests/' in name:
            tests.update(python_tests((root / name).read_text()))
    for path in sorted((root / 'integration/scenarios').glob('*.json')):
        tests.update(f'{path.stem}/{scenario}'
                     for scenario in json.loads(path.read_text()).get('scenarios', ()))
    return tests


def check_row(root, line, evidence, tests, findings):
    named = [name for name in re.findall(r'`([^`]+)`', evidence) if '/' in name]
    for name in named:
        if name not in tests:
            findings.add(PAGE, line, 'conformance', f'there is no test {name}')
    decisions = re.findall(r'\]\(\.\./decisions/([^)]+)\)', evidence)
    for decision in decisions:
        if not (root / 'docs/decisions' / decision).is_file():
            findings.add(PAGE, line, 'conformance', f'there is no decision {decision}')
    if not named and not decisions and not re.search(r'\blater\b', evidence):
        findings.add(PAGE, line, 'conformance', 'names no test, no decision and no "later"')


def check(root, findings):
    path = root / PAGE
    if not path.is_file():
        findings.add(PAGE, 1, 'conformance', 'is missing')
        return ''
    tests = all_tests(root)
    counts = dict.fromkeys(SERIES, 0)
    later = 0
    for line, text in enumerate(path.read_text().splitlines(), 1):
        row = ROW.match(text)
        if not row:
            if re.match(r'\| *[A-Z]\d', text):
                findings.add(PAGE, line, 'conformance', 'is not `| row | behaviour | evidence |`')
            continue
        series, number, _, evidence = row.groups()
        counts[series] = counts.get(series, 0) + 1
        if int(number) != counts[series]:
            findings.add(PAGE, line, 'conformance', f'should be {series}{counts[series]}')
        check_row(root, line, evidence, tests, findings)
        later += bool(re.search(r'\blater\b', evidence))
    for series, count in counts.items():
        if count != SERIES.get(series, 0):
            findings.add(PAGE, 1, 'conformance',
                         f'has {count} rows {series}, not {SERIES.get(series, 0)}')
    return f'{sum(counts.values())} rows, {later} of them later'


if __name__ == '__main__':
    common.main('conformance', check, __doc__)
