"""Feeds the layer check and the manifest check violations."""
from support import BASE, GOOD, LAYERS, MANIFEST, CheckTestCase

import layers
import manifests


class LayersTests(CheckTestCase):
    def test_a_good_tree_passes(self):
        self.assert_clean(layers.check)

    def test_a_target_that_is_not_listed(self):
        self.write('layers.json', LAYERS.replace('"depends": ["Base"]', '"depends": []').replace(
            '"Base": { "layer": 0, "depends": [], "unsafe": true },', ''))
        lines = self.found(layers.check)
        self.assertTrue(any('target Base is not in layers.json' in line for line in lines), lines)

    def test_a_dependency_that_is_not_allowed(self):
        self.write('layers.json', LAYERS.replace('["Base"]', '[]'))
        self.assert_found(layers.check, 'Good may not depend on Base')

    def test_a_listed_target_that_does_not_exist(self):
        self.write('layers.json', LAYERS.replace('"Good": {', '"Gone": { "layer": 1 }, "Good": {'))
        self.assert_found(layers.check, 'target Gone does not exist')

    def test_a_listed_dependency_that_does_not_exist(self):
        self.write('layers.json', LAYERS.replace('["Base"]', '["Base", "Gone"]'))
        self.assert_found(layers.check, 'Good lists Gone, which does not exist')

    def test_a_dependency_on_a_higher_layer(self):
        self.write('layers.json', LAYERS.replace('"layer": 0', '"layer": 2'))
        self.assert_found(layers.check, 'Good lists Base of a higher layer')

    def test_an_import_that_is_not_declared(self):
        self.write('lib-good/Sources/Good/Good.swift', GOOD.replace('Base', 'Foundation'))
        self.assert_found(layers.check, 'Good.swift:3:', 'Good may not import Foundation')

    def test_an_attributed_import_is_seen(self):
        self.write('lib-good/Sources/Good/Good.swift', GOOD + '@_exported public import Glibc\n')
        self.assert_found(layers.check, 'Good.swift:6:', 'Good may not import Glibc')

    def test_an_import_in_a_comment_is_not_seen(self):
        self.write('lib-good/Sources/Good/Good.swift', GOOD + '// import Foundation\n')
        self.assert_clean(layers.check)

    def test_a_system_module_that_is_allowed(self):
        self.write('lib-good/Sources/Base/Base.swift', 'import Foundation\n' + BASE)
        self.write('layers.json', LAYERS.replace('"unsafe"', '"system": ["Foundation"], "unsafe"'))
        self.assert_clean(layers.check)

    def test_a_package_from_outside(self):
        self.write('lib-good/Package.swift', MANIFEST.replace(
            '  targets: [',
            '  dependencies: [.package(url: "https://example.com/x", from: "1.0.0")],\n'
            '  targets: [', 1))
        lines = self.found(layers.check)
        self.assertTrue(any('Package.swift:14: layers: only packages of this tree' in line
                            for line in lines), lines)


class ManifestTests(CheckTestCase):
    def test_a_good_tree_passes(self):
        self.assert_clean(manifests.check)

    def spoil(self, old, new, *parts):
        self.write('lib-good/Package.swift', MANIFEST.replace(old, new))
        lines = self.found(manifests.check)
        self.assertTrue(lines)
        for part in parts:
            self.assertIn(part, lines[0])

    def test_another_tools_version(self):
        self.spoil('tools-version: 6.2', 'tools-version: 6.3', 'first line')

    def test_another_language_mode(self):
        self.spoil('[.v6]', '[.v5]', 'swiftLanguageModes')

    def test_no_strict_memory_safety(self):
        self.spoil('  .strictMemorySafety(),\n', '', 'lacks strictMemorySafety')

    def test_warnings_that_stay_warnings(self):
        self.spoil('.treatAllWarnings(as: .error)', '.treatAllWarnings(as: .warning)',
                   'lacks treatAllWarnings error')

    def test_a_missing_upcoming_feature(self):
        self.spoil('  .enableUpcomingFeature("ExistentialAny"),\n', '', 'lacks ExistentialAny')

    def test_a_target_without_settings(self):
        self.spoil('.target(name: "Base", swiftSettings: settings)', '.target(name: "Base")',
                   'Base lacks')

    def test_unsafe_flags_without_a_reason(self):
        self.spoil('  .strictMemorySafety(),',
                   '  .strictMemorySafety(), .unsafeFlags(["-Ounchecked"]),',
                   'unsafeFlags without a reason')
