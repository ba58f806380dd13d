#!/usr/bin/env python3
"""Removes what SwiftPM would wrongly keep after a C header changed.

SwiftPM does not rebuild a Swift module when a header that it imports changes. Every scratch folder
carries a stamp with the hash of each header, module map and toolset. When a header differs from
the stamp, the products of the C target that owns it and of everything that depends on that target
are deleted, so the next build makes them again. A change that no target owns (a toolset, a removed
header, a missing stamp) deletes the whole folder: rare, and always right.

usage: stale.py SCRATCH...
"""
import hashlib
import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tree  # noqa: E402

STAMP = 'headers.json'


def hashes(root):
    """The hash of every file that a build reads behind SwiftPM's back."""
    watched = [name for name in tree.files(root, '.h', '.modulemap')]
    watched += [str(path.relative_to(root)) for path in root.glob('integration/toolsets/*.json')]
    return {name: hashlib.sha256((root / name).read_bytes()).hexdigest()
            for name in sorted(set(watched))}


def owners(packages, root, changed):
    """The targets that own the changed headers, or None when one has no owner."""
    found = set()
    for name in changed:
        inside = [target.name for package in packages for target in package.targets
                  if target.path in (root / name).parents]
        if not inside or not (root / name).is_file():
            return None
        found |= set(inside)
    return found


def remove(scratch, targets):
    """Deletes objects and modules of the targets, for every platform and configuration."""
    for name in targets:
        for path in [*scratch.glob(f'*/*/{name}.build'), *scratch.glob(f'*/*/Modules/{name}.*')]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def refresh(scratch, root=tree.ROOT):
    """Brings one scratch folder in line with the headers; returns what was dropped, as text."""
    stamp, now = scratch / STAMP, hashes(root)
    before = json.loads(stamp.read_text()) if stamp.is_file() else None
    dropped = ''
    if before is None:
        dropped = 'everything' if scratch.is_dir() else ''
        shutil.rmtree(scratch, ignore_errors=True)
    elif before != now:
        changed = {name for name, _ in before.items() ^ now.items()}
        packages = tree.load(root)
        owned = owners(packages, root, changed)
        if owned is None:
            dropped = 'everything'
            shutil.rmtree(scratch)
        else:
            stale = tree.dependents(packages, owned)
            remove(scratch, stale)
            dropped = ', '.join(sorted(stale))
    scratch.mkdir(parents=True, exist_ok=True)
    stamp.write_text(json.dumps(now, indent=1))
    return dropped


if __name__ == '__main__':
    for argument in sys.argv[1:]:
        text = refresh(Path(argument).resolve())
        if text:
            print(f'{argument}: a header or toolset changed, built again: {text}')
