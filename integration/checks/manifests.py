#!/usr/bin/env python3
"""Checks that every package and every target is built with the project's settings.

Tools version 6.2, language mode 6, and for each Swift target: strict memory safety, warnings as
errors, and the three upcoming features. Flags of the target platform live in the toolset, so unsafe
flags may stand only where layers.json gives the reason ("flags" of the target).
"""
import json

import common

FEATURES = {'InternalImportsByDefault', 'MemberImportVisibility', 'ExistentialAny'}
TOOLS = '// swift-tools-version: 6.2'


def kinds(settings):
    """The settings of a target as names, upcoming features by their own."""
    found = set()
    for setting in settings:
        (kind, value), = setting['kind'].items()
        if kind == 'enableUpcomingFeature':
            found.add(value['_0'])
        elif kind == 'treatAllWarnings':
            found.add(f"treatAllWarnings {value['_0']}")
        else:
            found.add(kind)
    return found


def check_package(package, layers, findings):
    file = f'{package.name}/Package.swift'
    first = (package.path / 'Package.swift').read_text().split('\n', 1)[0].strip()
    if first != TOOLS:
        findings.add(file, 1, 'manifest', f'first line must be `{TOOLS}`')
    if package.manifest.get('swiftLanguageVersions') != ['6']:
        findings.add(file, 1, 'manifest', 'swiftLanguageModes must be [.v6]')
    for target, entry in zip(package.targets, package.manifest['targets']):
        present = kinds(entry['settings'])
        if 'unsafeFlags' in present and not layers['targets'].get(target.name, {}).get('flags'):
            findings.add(file, 1, 'manifest', f'{target.name}: unsafeFlags without a reason')
        if target.is_c:
            continue
        for needed in sorted({'strictMemorySafety', 'treatAllWarnings error', *FEATURES} - present):
            findings.add(file, 1, 'manifest', f'{target.name} lacks {needed}')


def check(root, findings):
    layers = json.loads((root / 'layers.json').read_text())
    packages = common.tree.load(root)
    for package in packages:
        check_package(package, layers, findings)
    return f'{len(packages)} packages'


if __name__ == '__main__':
    common.main('manifests', check, __doc__)
