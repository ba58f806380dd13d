#!/usr/bin/env python3
"""Checks that every Swift file has the form that `swift format` gives it under .swift-format."""
import re
import subprocess

import common


def check(root, findings):
    names = common.tree.files(root, '.swift')
    if not names:
        return 'no files'
    result = subprocess.run(['swift', 'format', 'lint', '--strict', '--parallel', *names],
                            cwd=root, capture_output=True, text=True, timeout=300)
    for line in result.stderr.splitlines():
        match = re.match(r'(.+?):(\d+):\d+: (?:warning|error): \[?(\w+)\]?:? ?(.*)', line)
        if match:
            findings.add(match[1].removeprefix(f'{root}/'), match[2], match[3], match[4])
    if result.returncode != 0 and not findings.lines:
        findings.add('.swift-format', 1, 'format', result.stderr.strip()[:500])
    return f'{len(names)} files'


if __name__ == '__main__':
    common.main('format', check, __doc__)
