#!/usr/bin/env python3
"""Runs every package's tests on the host and the tests of the checks themselves.

All packages are built first, then run one after another, each with a log under build/logs. A
parameterised test counts once. A package fails when it does not build, when a test fails, when the
test process ends early, and when it runs no test at all; the kernel's also when its tests did not
provoke every error that the reference lists (checks/errors.py). The last line is `N passed, N
failed`, with `, N skipped` when some were skipped.

usage: test_host.py [--changed] [PACKAGE...]
"""
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'checks'))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import errors  # noqa: E402
import run  # noqa: E402
import stale  # noqa: E402
import tree  # noqa: E402

SCRATCH = tree.BUILD / 'host'
LOGS = tree.BUILD / 'logs'
BUILD_LIMIT, TEST_LIMIT = 900, 300  # seconds
# The package whose tests note the errors that they provoke, and what makes them show the notes.
NOTING, SHOW_CODES = 'kernel', 'ERIX_SHOW_CODES'


@dataclass
class Outcome:
    """What one package's tests did. `trouble` says why a run that named no failing test failed."""
    name: str
    passed: int = 0
    failed: int = 0
    skipped: list = field(default_factory=list)
    seconds: float = 0.0
    trouble: str = ''
    detail: list = field(default_factory=list)

    def fail(self, trouble, detail):
        self.failed += 1
        self.trouble, self.detail = trouble, self.detail + detail


def log_name(package, kind):
    return LOGS / f"{package.replace('/', '-')}.{kind}"


def tail(log, count=40):
    return log.read_text(errors='replace').splitlines()[-count:]


def compiler_errors(log):
    """The error lines of a build, or its last lines when it failed otherwise."""
    lines = log.read_text(errors='replace').splitlines()
    errors = [line for line in lines if re.match(r'\S.*\berror:|error:', line)]
    return list(dict.fromkeys(errors))[:30] or lines[-30:]


def issues(log):
    """What a finished run printed about its failing tests."""
    kept, keep = [], False
    for line in log.read_text(errors='replace').splitlines():
        keep = line.startswith('✘') or (keep and line.startswith(('↳', ' ', '\t')))
        if keep:
            kept.append(line)
    return kept[:80]


def unfinished(log):
    """The tests that had started and not ended when the process died."""
    open_tests = {}
    for line in log.read_text(errors='replace').splitlines():
        if match := re.match(r'◇ Test (?!run|case)(.+) started\.$', line):
            open_tests[match[1]] = True
        elif match := re.match(r'[✔✘] Test (?!run|case)(.+?)(?: with \d+ test cases?)?'
                               r' (?:passed|failed) after', line):
            open_tests.pop(match[1], None)
    return [f'was running: {name}' for name in open_tests]


def read_report(outcome, report):
    """Adds the counts of an xunit report; false when there is no whole report."""
    try:
        cases = list(ElementTree.parse(report).getroot().iter('testcase'))
    except (FileNotFoundError, ElementTree.ParseError):
        return False
    for case in cases:
        skip = case.find('skipped')
        if skip is not None:
            outcome.skipped.append(f"{case.get('name')}: {(skip.text or 'no reason').strip()}")
        elif case.find('failure') is not None or case.find('error') is not None:
            outcome.failed += 1
        else:
            outcome.passed += 1
    return True


def judge(outcome, code, log, report):
    """Turns exit code, report and log of one run into counts."""
    if not read_report(outcome, report):
        reason = 'took too long' if code == 124 else f'test process ended early (exit {code})'
        outcome.fail(reason, tail(log) + unfinished(log))
    elif outcome.failed:
        outcome.detail = issues(log)
    elif code != 0:
        outcome.fail(f'exit {code} although no test failed', tail(log))
    elif outcome.passed == 0 and not outcome.skipped:
        outcome.fail('ran no tests', [])


def build(package):
    """Builds one package with its tests; returns the lines to show when that fails."""
    log = log_name(package.name, 'build.log')
    code = run.logged(
        ['swift', 'build', '--build-tests', '--package-path', package.path, '--scratch-path',
         SCRATCH, '-j', '2', '--disable-xctest', *tree.SHARED], log, BUILD_LIMIT)
    return [] if code == 0 else compiler_errors(log) or [f'exit {code}']


def test(package):
    """Runs the built tests of one package."""
    outcome = Outcome(package.name)
    log, report = log_name(package.name, 'test.log'), log_name(package.name, 'xml')
    report.unlink(missing_ok=True)
    start = time.monotonic()
    code = run.logged(
        ['swift', 'test', '--skip-build', '--package-path', package.path, '--scratch-path',
         SCRATCH, '--disable-xctest', '--xunit-output', report, *tree.SHARED],
        log, TEST_LIMIT)
    outcome.seconds = time.monotonic() - start
    judge(outcome, code, log, report)
    if package.name == NOTING and not outcome.failed:
        compare_errors(outcome, log.read_text(errors='replace').splitlines())
    return outcome


def compare_errors(outcome, lines):
    """Fails a run that provoked not all errors that the reference lists, or too many."""
    trouble = list(errors.trouble(tree.ROOT, 'host', lines))
    if trouble:
        outcome.fail(f'{len(trouble)} documented errors not provoked', trouble)


def test_python(folder):
    """Runs the unittest files of a folder of scripts."""
    outcome = Outcome(str(folder.relative_to(tree.ROOT)))
    log = log_name(outcome.name, 'test.log')
    start = time.monotonic()
    code = run.logged([sys.executable, '-B', '-m', 'unittest', 'discover', '-s', folder, '-v'],
                      log, TEST_LIMIT)
    outcome.seconds = time.monotonic() - start
    text = log.read_text(errors='replace')
    ran = re.search(r'^Ran (\d+) tests? in', text, re.M)
    outcome.failed = len(re.findall(r'^(?:FAIL|ERROR): ', text, re.M))
    outcome.skipped = re.findall(r"^(\S+ .*) \.\.\. skipped", text, re.M)
    outcome.passed = max(0, (int(ran[1]) if ran else 0) - outcome.failed - len(outcome.skipped))
    if outcome.failed:
        outcome.detail = text[text.index('=' * 70):].splitlines()[:60]
    elif code != 0 or outcome.passed == 0:
        outcome.fail(f'exit {code}, {outcome.passed} passed', tail(log))
    return outcome


def show(outcome):
    """One line for a package, and what went wrong below it."""
    total = outcome.passed + outcome.failed + len(outcome.skipped)
    result = 'ok' if not outcome.failed else f'FAILED ({outcome.failed}) {outcome.trouble}'.rstrip()
    print(f'{outcome.name:<24} {total:>5} tests {outcome.seconds:>7.1f} s  {result}', flush=True)
    for line in outcome.detail:
        print('    ' + line)
    for line in outcome.skipped:
        print('    skipped: ' + line)


def changed_files():
    """The files that differ from origin/main, or from HEAD where there is none."""
    git = ['git', '-C', str(tree.ROOT)]
    known = subprocess.run([*git, 'rev-parse', '--verify', '-q', 'origin/main'],
                           capture_output=True).returncode == 0
    base = 'origin/main' if known else 'HEAD'
    named = subprocess.run([*git, 'diff', '--name-only', base], capture_output=True, text=True)
    fresh = subprocess.run([*git, 'ls-files', '-o', '--exclude-standard'], capture_output=True,
                           text=True)
    return set((named.stdout + fresh.stdout).splitlines())


def select(packages, arguments):
    """The packages to test, and the folders of scripts to test."""
    scripts = sorted({path.parent for path in tree.ROOT.glob('integration/*/tests/test_*.py')})
    packages = [package for package in packages
                if package.has_tests or not package.name.startswith('integration/')]
    if not arguments:
        return packages, scripts
    if arguments == ['--changed']:
        changed = changed_files()

        def touched(folder):
            return any(name.startswith(f'{folder}/') for name in changed)

        return ([package for package in packages if touched(package.name)],
                [folder for folder in scripts if touched(folder.parent.relative_to(tree.ROOT))])
    unknown = set(arguments) - {package.name for package in packages}
    if unknown:
        raise SystemExit(f'no such package: {", ".join(sorted(unknown))}')
    return [package for package in packages if package.name in arguments], []


def main(arguments):
    os.environ[SHOW_CODES] = '1'
    packages, scripts = select(tree.load(), arguments)
    stale.refresh(SCRATCH)
    outcomes, buildable = [], []
    for package in packages:
        errors = build(package)
        if errors:
            outcome = Outcome(package.name)
            outcome.fail('does not build', errors)
            outcomes.append(outcome)
            show(outcome)
        else:
            buildable.append(package)
    for item in buildable + scripts:
        outcome = test_python(item) if isinstance(item, Path) else test(item)
        outcomes.append(outcome)
        show(outcome)
    passed, failed, skipped = (sum(counts) for counts in zip(
        (0, 0, 0), *((o.passed, o.failed, len(o.skipped)) for o in outcomes)))
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
