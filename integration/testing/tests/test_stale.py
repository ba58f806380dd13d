"""Proves that a changed C header reaches the Swift code that imports it, across packages."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import stale  # noqa: E402
import tree  # noqa: E402

FILES = {
    'lib-c/Package.swift': '''// swift-tools-version: 6.2
import PackageDescription
let package = Package(
  name: "lib-c", products: [.library(name: "C", targets: ["C"])], targets: [.target(name: "C")])
''',
    'lib-c/Sources/C/include/c.h': '#define ANSWER 41\n',
    'lib-c/Sources/C/c.c': '#include "c.h"\n',
    'lib-s/Package.swift': '''// swift-tools-version: 6.2
import PackageDescription
let package = Package(
  name: "lib-s", dependencies: [.package(path: "../lib-c")],
  targets: [
    .target(name: "Apart"),
    .executableTarget(name: "say", dependencies: [.product(name: "C", package: "lib-c"), "Apart"]),
  ])
''',
    'lib-s/Sources/Apart/Apart.swift': 'public let apart = 1\n',
    'lib-s/Sources/say/say.swift': '''import C
@main struct Say { static func main() { print(ANSWER) } }
''',
}


class TreeTestCase(unittest.TestCase):
    """Gives each test the two packages in a fresh folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for name, text in FILES.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        self.scratch = self.root / 'build/host'


class StaleTests(TreeTestCase):
    def header(self, text):
        (self.root / 'lib-c/Sources/C/include/c.h').write_text(text)

    def say(self):
        """Builds as the Makefile does and returns what the program prints."""
        dropped = stale.refresh(self.scratch, self.root)
        subprocess.run(['swift', 'build', '--package-path', self.root / 'lib-s', '--scratch-path',
                        self.scratch, *tree.SHARED], check=True, capture_output=True, timeout=200)
        program = subprocess.run([self.scratch / 'debug/say'], capture_output=True, text=True)
        return program.stdout.strip(), dropped

    def test_a_changed_header_changes_the_swift_program(self):
        self.assertEqual(self.say(), ('41', ''))
        self.assertEqual(self.say(), ('41', ''))
        self.header('#define ANSWER 42\n')
        self.assertEqual(self.say(), ('42', 'C, say'))

    def test_only_dependents_are_dropped(self):
        stale.refresh(self.scratch, self.root)
        kept, lost = (self.scratch / f'x/debug/{name}.build' for name in ('Apart', 'say'))
        module = self.scratch / 'x/debug/Modules/say.swiftmodule'
        for path in (kept / 'a.o', lost / 'a.o', module):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('')
        self.header('#define ANSWER 43\n')
        self.assertEqual(stale.refresh(self.scratch, self.root), 'C, say')
        self.assertEqual([kept.exists(), lost.exists(), module.exists()], [True, False, False])

    def test_a_change_that_no_target_owns_drops_everything(self):
        changes = {
            'a toolset': lambda: self.write('integration/toolsets/x.json', '{}'),
            'a header in no target': lambda: self.write('other/x.h', ''),
            'a removed header': lambda: (self.root / 'other/x.h').unlink(),
            'no stamp': lambda: (self.scratch / stale.STAMP).unlink(),
        }
        for name, change in changes.items():
            with self.subTest(name):
                stale.refresh(self.scratch, self.root)
                (self.scratch / 'kept').write_text('')
                change()
                self.assertEqual(stale.refresh(self.scratch, self.root), 'everything')
                self.assertFalse((self.scratch / 'kept').exists())

    def write(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)


class TreeTests(TreeTestCase):
    def test_dependencies_come_before_dependents(self):
        self.assertEqual([package.name for package in tree.load(self.root)], ['lib-c', 'lib-s'])

    def test_dependents_cross_packages(self):
        packages = tree.load(self.root)
        self.assertEqual(tree.dependents(packages, {'C'}), {'C', 'say'})


if __name__ == '__main__':
    unittest.main()
