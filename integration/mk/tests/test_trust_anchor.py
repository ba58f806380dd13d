"""Tests of the trust anchor that is linked into loaders."""
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import trust_anchor  # noqa: E402

KEY = 'erix-ed25519-public-v1 ' + '01' * 32


class TrustAnchorTests(unittest.TestCase):
    def test_the_layout_is_that_of_the_document(self):
        data = trust_anchor.encode(trust_anchor.keys(f'{KEY} dev,smoke\n'), 1 << 3, 5)
        expected = struct.pack("<QII", 5, 8, 1) + b"\1" * 32 + struct.pack("<II", 10, 0)
        self.assertEqual(data, expected)

    def test_the_assembly_holds_every_byte_between_its_symbols(self):
        text = trust_anchor.assembly(bytes(range(40)))
        rows = [line.split('.byte ')[1] for line in text.splitlines() if '.byte' in line]
        self.assertEqual([int(byte) for byte in ', '.join(rows).split(', ')], list(range(40)))
        self.assertLess(text.index('erix_trust_anchor:'), text.index('erix_trust_anchor_end:'))

    def test_bad_key_files_are_refused(self):
        for text in ['', f'{KEY}\n', f'{KEY} \n', f'{KEY} dev,dev\n', f'{KEY} other\n',
                     KEY.upper() + ' dev\n', f'{KEY} dev\n\n', f'{KEY} dev\n' * 9]:
            with self.subTest(text), self.assertRaises(ValueError):
                trust_anchor.keys(text)

    def test_a_failure_leaves_no_file(self):
        with tempfile.TemporaryDirectory() as folder:
            keys, output = Path(folder, 'keys'), Path(folder, 'out.S')
            keys.write_text('nonsense\n')
            code = trust_anchor.main(['--keys', str(keys), '--accept', 'dev', '-o', str(output)])
            self.assertEqual((code, output.exists()), (1, False))

    def test_the_development_keys_are_accepted(self):
        text = Path(__file__).resolve().parents[2].joinpath('keys/dev.pub').read_text()
        self.assertEqual([signs for _, signs in trust_anchor.keys(text)], [1 << 1 | 1 << 3])


if __name__ == '__main__':
    unittest.main()
