"""What the checks share: where the project is, what a finding looks like, how a check ends."""
import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'testing'))
import tree  # noqa: E402,F401


class Findings:
    """Collects violations as `file:line: rule: text`."""

    def __init__(self):
        self.lines = []

    def add(self, file, line, rule, text):
        self.lines.append(f'{file}:{line}: {rule}: {text}')


def main(name, check, description):
    """Runs `check(root, findings)`, which may return a summary line; exits 0, or 1 on findings."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--root', type=Path, default=tree.ROOT)
    root = parser.parse_args().root.resolve()
    findings = Findings()
    summary = check(root, findings)
    for line in findings.lines:
        print(line)
    result = f'{len(findings.lines)} found' if findings.lines else 'ok'
    print(f'{name}: {result}' + (f' ({summary})' if summary else ''))
    sys.exit(1 if findings.lines else 0)


def targets(packages):
    """All targets of all packages by name."""
    return {target.name: target for package in packages for target in package.targets}


def target_of(path, packages):
    """The target whose folder holds the file, or None."""
    for package in packages:
        for target in package.targets:
            if target.path in path.parents:
                return target
    return None
