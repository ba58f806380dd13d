"""Plants a crash in a fuzz target and sees the runner find it, beside a clean one and one without
seeds.

The package exists only while the test runs, so that `make fuzz` never meets it.
"""
import contextlib
import importlib.util
import io
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(FUZZ))
# `run` is also the name of a module that the runner itself uses, so load this one by its file.

SPEC = importlib.util.spec_from_file_location('fuzz_run', FUZZ / 'run.py')
fuzz_run = importlib.util.module_from_spec(SPEC)
sys.modules['fuzz_run'] = fuzz_run
SPEC.loader.exec_module(fuzz_run)

TARGET = '''import FuzzSupport
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  unsafe withFuzzInput(data, size) { input in
    CONDITION
  }
}
'''
CRASH = 'precondition(input.byteCount != 5, "planted")'
CLEAN = 'precondition(input.byteCount >= 0)'


class FuzzRunTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.package = self.root / 'fuzz'
        shutil.copytree(FUZZ / 'Sources/FuzzSupport', self.package / 'Sources/FuzzSupport')
        shutil.copy(FUZZ / 'Package.swift', self.package)
        for name, condition in (('Crash', CRASH), ('Clean', CLEAN), ('Seedless', CLEAN)):
            source = self.package / f'Sources/Fuzz{name}/Fuzz{name}.swift'
            source.parent.mkdir()
            source.write_text(TARGET.replace('CONDITION', condition))
        for name in ('Crash', 'Clean'):
            seed = self.package / 'corpus' / name / 'seed'
            seed.parent.mkdir(parents=True)
            seed.write_bytes(b'abc')

    def run_all(self, *targets):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = fuzz_run.main(['--seconds', '2', '--package', str(self.package), '--scratch',
                                  str(self.root / 'scratch'), *targets])
        return code, output.getvalue()

    def test_a_planted_crash_is_found_and_shown(self):
        code, text = self.run_all()
        rows = {line.split()[0]: line for line in text.splitlines() if line.startswith('Fuzz')}
        self.assertEqual(code, 1, text)
        self.assertIn('FAILED: crash', rows['FuzzCrash'])
        self.assertRegex(text, r'input: ([0-9a-f]{2}){5}\n')
        self.assertIn('again: ', text)
        self.assertTrue(rows['FuzzClean'].endswith('ok'), text)
        self.assertIn('FAILED: no seed', rows['FuzzSeedless'])
        self.assertEqual(text.splitlines()[-1], '1 passed, 2 failed')
        self.assertEqual(len(list((self.root / 'scratch/crashes/FuzzCrash').iterdir())), 1)

    def test_a_target_that_does_not_build_fails_alone(self):
        source = self.package / 'Sources/FuzzCrash/FuzzCrash.swift'
        source.write_text(TARGET.replace('CONDITION', 'let x: Int = ""'))
        code, text = self.run_all('FuzzCrash', 'FuzzClean')
        self.assertEqual(code, 1)
        self.assertIn('FAILED: does not build', text)
        self.assertEqual(text.splitlines()[-1], '1 passed, 1 failed')


if __name__ == '__main__':
    unittest.main()
