#!/usr/bin/env python3
"""Runs the checks side by side and prints what each says.

usage: lint.py [CHECK...]      all of them without an argument
"""
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALL = ('format', 'layers', 'safety', 'limits', 'manifests', 'docs', 'operations', 'errors',
       'conformance')
LIMIT = 300  # seconds


def run(name):
    return subprocess.run([sys.executable, '-B', HERE / f'{name}.py'], capture_output=True,
                          text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)


def main(names):
    unknown = set(names) - set(ALL)
    if unknown:
        raise SystemExit(f'no such check: {", ".join(sorted(unknown))}')
    failed = 0
    with ThreadPoolExecutor(3) as pool:
        for result in pool.map(run, names or ALL):
            print(result.stdout + result.stderr, end='', flush=True)
            failed += result.returncode != 0
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
