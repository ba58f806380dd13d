"""A small tree to feed to the checks: one good package that each test spoils in one way."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import common  # noqa: E402

MANIFEST = '''// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "lib-good",
  targets: [
    .target(name: "Good", dependencies: ["Base"], swiftSettings: settings),
    .target(name: "Base", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
'''
LAYERS = '''{ "tests": { "system": ["Testing"] }, "targets": {
  "Base": { "layer": 0, "depends": [], "unsafe": true },
  "Good": { "layer": 1, "depends": ["Base"] }
} }'''
GOOD = '''// A good file.

import Base

func answer() -> Int { 42 }
'''
BASE = '''// A base with one argued use of unsafe code.

/// Reads the first byte.
public func first(_ p: UnsafePointer<UInt8>) -> UInt8 {
  // SAFETY: every caller in this test tree passes a pointer to at least one byte.
  unsafe p.pointee
}
'''


class CheckTestCase(unittest.TestCase):
    """Gives each test a fresh copy of the good tree in `self.root`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.write('lib-good/Package.swift', MANIFEST)
        self.write('layers.json', LAYERS)
        self.write('lib-good/Sources/Good/Good.swift', GOOD)
        self.write('lib-good/Sources/Base/Base.swift', BASE)
        self.write('README.md', 'See [lib-good](lib-good/Package.swift).\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def found(self, check):
        """The findings of one check on the tree."""
        findings = common.Findings()
        check(self.root, findings)
        return findings.lines

    def assert_clean(self, check):
        self.assertEqual(self.found(check), [])

    def assert_found(self, check, *parts):
        """There is exactly one finding, and it says all of `parts`."""
        lines = self.found(check)
        self.assertEqual(len(lines), 1, lines)
        for part in parts:
            self.assertIn(part, lines[0])
