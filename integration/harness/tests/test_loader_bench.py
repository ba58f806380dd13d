"""The arithmetic of the loader's bench, and that a limit exceeded fails."""

import contextlib
import io
import unittest

import support  # noqa: F401 (sets the import path)

from harness import loader_bench as bench

LOG = """ERIX_BOOTLOADER:START
ERIX_BOOTLOADER:STAMP:ENTRY:1000:0
ERIX_BOOTLOADER:STAMP:IMAGE_READ:5000:3500
ERIX_BOOTLOADER:STAMP:SIGNATURE_CHECKED:6000:3600
ERIX_BOOTLOADER:STAMP:CONTENTS_HASHED:8100:3700
"""


class LoaderBenchTests(unittest.TestCase):
    def test_firmware_is_taken_out_of_each_phase(self) -> None:
        self.assertEqual(bench.phases(LOG), [
            bench.Phase("IMAGE_READ", 500, 3500), bench.Phase("SIGNATURE_CHECKED", 900, 100),
            bench.Phase("CONTENTS_HASHED", 2000, 100)])

    def test_figures_are_per_byte_and_without_the_rest(self) -> None:
        found = bench.figures(bench.phases(LOG), 100)
        self.assertEqual(found["instructions_per_byte_hashed"], 20)
        self.assertEqual(found["signature_instructions"], 900)
        self.assertEqual(found["other_instructions"], 500)
        self.assertEqual(found["firmware_instructions"], 3700)

    def test_missing_or_misplaced_stamps_are_errors(self) -> None:
        for word in ("ENTRY", "SIGNATURE_CHECKED", "CONTENTS_HASHED"):
            log = "\n".join(line for line in LOG.splitlines() if word not in line)
            with self.subTest(word=word), self.assertRaises(bench.BenchError):
                bench.phases(log)

    def test_a_system_that_does_not_say_when_it_was_up_is_an_error(self) -> None:
        self.assertEqual(bench.system_ready(LOG + "ROOTD:UP_NANOSECONDS:12\n"), 12)
        with self.assertRaises(bench.BenchError):
            bench.system_ready(LOG)

    def test_limit_is_inclusive_and_its_excess_fails(self) -> None:
        found = bench.phases(LOG)
        result = bench.figures(found, 100)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            self.assertTrue(bench.report(found, result, {"signature_instructions": 900}))
            self.assertFalse(bench.report(found, result, {"signature_instructions": 899}))
        self.assertEqual(output.getvalue().count("EXCEEDED"), 1)


if __name__ == "__main__":
    unittest.main()
