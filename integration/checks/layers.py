#!/usr/bin/env python3
"""Checks that every target depends on, and imports, only what layers.json allows it.

layers.json has an entry per target that is not a test: its layer, the targets it may depend on
(only of lower layers, or listed ones of the same), where it runs, the system modules it may import.
A test target may use its own package, whatever that may use, and the modules under "tests"; an
entry of its own adds to that. Entries for targets that do not exist are errors, as are packages
from outside the tree.
"""
import json
import re

import common
import source
from common import tree

IMPORT = re.compile(
    r'^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?'
    r'import\s+(?:(?:struct|class|enum|protocol|typealias|func|var|let)\s+)?(\w+)', re.M)
FILE = 'layers.json'


def allowance(layers, package, target):
    """The targets and system modules that one target may use."""
    entries, patterns = layers['targets'], layers.get('patterns', {})
    entry = entries.get(target.name, {})
    for prefix, general in patterns.items():
        if target.name.startswith(prefix) and not entry:
            entry = general
    allowed, system = set(entry.get('depends', [])), set(entry.get('system', []))
    if target.kind == 'test':
        system |= set(layers['tests']['system'])
        for sibling in package.targets:
            if sibling.kind != 'test':
                allowed |= {sibling.name, *entries.get(sibling.name, {}).get('depends', [])}
                system |= set(entries.get(sibling.name, {}).get('system', []))
    return allowed, system


def check_file(layers, known, findings):
    """Checks layers.json against itself and against the targets that exist."""
    entries = layers['targets']
    for name, entry in entries.items():
        if name not in known:
            findings.add(FILE, 1, 'layers', f'target {name} does not exist')
        for other in entry.get('depends', []):
            if other not in known:
                findings.add(FILE, 1, 'layers', f'{name} lists {other}, which does not exist')
            elif entries.get(other, {}).get('layer', 0) > entry.get('layer', 99):
                findings.add(FILE, 1, 'layers', f'{name} lists {other} of a higher layer')


def check_manifest(package, findings):
    """No package from outside: everything is in this tree."""
    manifest = f'{package.name}/Package.swift'
    for dependency in package.manifest['dependencies']:
        if 'fileSystem' not in dependency:
            findings.add(manifest, 1, 'layers', 'only packages of this tree may be used')
    text = (package.path / 'Package.swift').read_text()
    for match in re.finditer(r'\.package\(\s*(?:name:[^,]*,\s*)?(?:url|id):', text):
        findings.add(manifest, source.line_of(text, match.start()), 'layers',
                     'only packages of this tree may be used')


def check_imports(root, target, system, findings):
    """Every import is a declared dependency or an allowed system module."""
    for path in sorted(target.path.rglob('*.swift')):
        text = path.read_text()
        for match in IMPORT.finditer(source.blanked(text)):
            if match[1] not in {*target.dependencies, *system, target.name}:
                findings.add(path.relative_to(root), source.line_of(text, match.start(1)),
                             'layers', f'{target.name} may not import {match[1]}')


def check(root, findings):
    layers = json.loads((root / FILE).read_text())
    packages = tree.load(root)
    check_file(layers, common.targets(packages), findings)
    count = 0
    for package in packages:
        check_manifest(package, findings)
        for target in package.targets:
            count += 1
            manifest = f'{package.name}/Package.swift'
            listed = target.name in layers['targets'] or any(
                target.name.startswith(prefix) for prefix in layers.get('patterns', {}))
            if not listed and target.kind != 'test':
                findings.add(manifest, 1, 'layers', f'target {target.name} is not in {FILE}')
                continue
            allowed, system = allowance(layers, package, target)
            for name in target.dependencies:
                if name not in allowed:
                    findings.add(manifest, 1, 'layers', f'{target.name} may not depend on {name}')
            check_imports(root, target, system, findings)
    return f'{count} targets'


if __name__ == '__main__':
    common.main('layers', check, __doc__)
