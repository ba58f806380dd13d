"""The packages of this repository as the tools see them.

Finds every package in the tree, reads its manifest through `swift package dump-package`, and
answers who depends on whom. Nothing here builds anything.
"""
import hashlib
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get('BUILD') or 'build')
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD

#: Where a package may live. Deeper ones (a benchmark inside a library) are private to their folder.
PLACES = ('*/Package.swift', 'services/*/Package.swift', 'drivers/*/Package.swift',
          'integration/*/Package.swift')

#: For builds of several packages in one scratch folder: SwiftPM's cached build plan may be that of
#: another package, and SwiftPM does not notice.
SHARED = ('--disable-build-manifest-caching',)


@dataclass
class Target:
    """One SwiftPM target; `dependencies` are names of targets, of other packages too."""
    name: str
    kind: str  # regular, executable, test
    package: str
    path: Path
    dependencies: list = field(default_factory=list)

    @property
    def is_c(self):
        """Whether the target is C or assembly rather than Swift."""
        return (self.path / 'include').is_dir()


@dataclass
class Package:
    """One package; `name` is its folder relative to the root."""
    name: str
    path: Path
    manifest: dict
    targets: list = field(default_factory=list)

    @property
    def has_tests(self):
        return any(target.kind == 'test' for target in self.targets)


def files(root=ROOT, *suffixes):
    """Every file of the project with one of the suffixes: tracked, or new and not ignored."""
    listed = subprocess.run(['git', '-C', root, 'ls-files', '-z', '-co', '--exclude-standard'],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        names = sorted(set(listed.stdout.split('\0')) - {''})
    else:
        places = (path.relative_to(root) for path in Path(root).rglob('*') if path.is_file())
        names = sorted(str(path) for path in places
                       if not {'.git', '.build', 'build', '__pycache__'} & set(path.parts))
    return [name for name in names if (not suffixes or name.endswith(suffixes))
            and (Path(root) / name).is_file()]


def dump(folder):
    """The manifest of one package as a dictionary, kept in the build folder until it changes."""
    text = (folder / 'Package.swift').read_text()
    if 'FileManager' in text:  # the manifest reads its sources (integration/fuzz does)
        text += str(folder) + ''.join(f'{path.name}\n{path.read_text()}' for path in sorted(
            folder.glob('Sources/*/*.swift')))
    kept = BUILD / 'manifests' / (hashlib.sha256(text.encode()).hexdigest() + '.json')
    if kept.is_file():
        return json.loads(kept.read_text())
    scratch = BUILD / 'manifests' / hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    result = subprocess.run(
        ['swift', 'package', '--package-path', folder, '--scratch-path', scratch,
         '--manifest-cache', 'none', 'dump-package'],
        capture_output=True, text=True, timeout=120)
    if result.returncode != 0:
        raise SystemExit(f'{folder}/Package.swift: cannot be read:\n{result.stderr.strip()}')
    kept.parent.mkdir(parents=True, exist_ok=True)
    new = kept.with_suffix(f'.{os.getpid()}')
    new.write_text(result.stdout)
    new.replace(kept)
    return json.loads(result.stdout)


def _load(root, manifest_path):
    folder = manifest_path.parent
    name = str(folder.relative_to(root))
    manifest = dump(folder)
    package = Package(name, folder, manifest)
    for entry in manifest['targets']:
        base = 'Tests' if entry['type'] == 'test' else 'Sources'
        path = folder / (entry.get('path') or f"{base}/{entry['name']}")
        package.targets.append(Target(entry['name'], entry['type'], name, path))
    return package


def _link(packages):
    """Turns declared dependencies (targets and products) into names of targets."""
    products = {(Path(package.name).name, product['name']): product['targets']
                for package in packages for product in package.manifest['products']}
    for package in packages:
        for target, entry in zip(package.targets, package.manifest['targets']):
            for dependency in entry['dependencies']:
                (form, value), = dependency.items()
                names = [value[0]]
                if form == 'product':
                    names = products.get((value[1], value[0]), names)
                target.dependencies += names


def load(root=ROOT):
    """Every package of the tree, dependencies before dependents."""
    manifests = sorted({path for place in PLACES for path in Path(root).glob(place)})
    with ThreadPoolExecutor(4) as pool:
        packages = list(pool.map(lambda path: _load(Path(root), path), manifests))
    _link(packages)
    return _ordered(packages)


def _ordered(packages):
    home = {target.name: package for package in packages for target in package.targets}
    done, result = set(), []

    def visit(package):
        if package.name in done:
            return
        done.add(package.name)
        for target in package.targets:
            for name in target.dependencies:
                if name in home:
                    visit(home[name])
        result.append(package)

    for package in packages:
        visit(package)
    return result


def dependents(packages, names):
    """The targets `names` and every target that reaches one of them."""
    found = set(names)
    while True:
        more = {target.name for package in packages for target in package.targets
                if target.name not in found and found & set(target.dependencies)}
        if not more:
            return found
        found |= more
