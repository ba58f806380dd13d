"""Reading the kernel's figures, the table beside other kernels, and the check of thresholds."""

import json
import unittest
from pathlib import Path
from typing import Any

from support import elf

from harness import elf_edit, kernel_bench, scenario
from harness.judge import lines
from harness.kernel_bench import Row
from harness.loader_bench import BenchError

ROOT = Path(__file__).resolve().parents[3]
LOG = """ERIX_KERNEL:ENTRY
measuring pair subtracted: 11
BENCH:null-syscall:62:62:80
BENCH:call-0-words:230:240:1402\r
BENCH:own-row:1:2:3
1 passed, 0 failed
"""
BASELINE: dict[str, Any] = {
    "rows": [
        {"name": "null-syscall", "title": "cheapest", "seL4": 100, "linux": 344, "target": 50},
        {"name": "call-0-words", "title": "round trip", "seL4": 480},
        {"name": "yield-switch", "title": "yield", "seL4": 280}],
    "sizes": [{"name": "kernel-text", "title": "code", "seL4": 63374, "target": 80000}]}


class RowTests(unittest.TestCase):
    def test_figures_are_found_among_other_lines(self) -> None:
        self.assertEqual(kernel_bench.rows(lines(LOG)), [
            Row("null-syscall", 62, 62, 80), Row("call-0-words", 230, 240, 1402),
            Row("own-row", 1, 2, 3)])

    def test_line_that_is_no_figure_is_an_error(self) -> None:
        for line in ("BENCH:a:1:2", "BENCH:a:1:2:3:4", "BENCH:A:1:2:3", "BENCH:a:3:2:4",
                     "BENCH:a:1:5:4", "BENCH:a:-1:2:3", "BENCH:a:1:2:x"):
            with self.subTest(line=line), self.assertRaises(BenchError):
                kernel_bench.rows([line])

    def test_operation_measured_twice_is_an_error(self) -> None:
        with self.assertRaises(BenchError):
            kernel_bench.rows(["BENCH:a:1:2:3", "BENCH:a:1:2:3"])


class OwnRowTests(unittest.TestCase):
    TICKS = [f"ERIX_KERNEL:TICKS:{name}:{value}" for name, value in (
        ("ALL", 9000), ("CALIBRATION", 4000), ("TABLE_WALK", 1000), ("RECORDS", 500))]

    def test_waiting_checks_and_records_are_not_work(self) -> None:
        self.assertEqual(kernel_bench.own_rows(self.TICKS), [
            Row("boot-records", 500, 500, 500), Row("boot-kernel", 3500, 3500, 3500)])

    def test_start_of_which_a_part_is_missing_is_an_error(self) -> None:
        for line in self.TICKS:
            with self.subTest(line=line), self.assertRaises(BenchError):
                kernel_bench.own_rows([other for other in self.TICKS if other != line])

    def test_longest_step_is_a_row(self) -> None:
        self.assertEqual(
            kernel_bench.own_rows(["ERIX_KERNEL:LONGEST_STEP:4321"]),
            [Row("finalise-step", 4321, 4321, 4321)])

    def test_kernel_that_says_nothing_has_no_rows(self) -> None:
        self.assertEqual(kernel_bench.own_rows(lines(LOG)), [])


class SizeTests(unittest.TestCase):
    def test_segments_are_counted_by_their_rights(self) -> None:
        file = elf_edit.with_field(elf(), "p_memsz", 50, 1)
        self.assertEqual(kernel_bench.kernel_sizes(file), {
            "kernel-file": len(file), "kernel-text": 16, "kernel-data": 16, "kernel-zeroed": 34})

    def test_segment_with_other_rights_is_an_error(self) -> None:
        with self.assertRaises(BenchError):
            kernel_bench.kernel_sizes(elf_edit.with_field(elf(), "p_flags", 7, 0))


class RecordTests(unittest.TestCase):
    def setUp(self) -> None:
        self.result = kernel_bench.record(
            kernel_bench.rows(lines(LOG)), {"kernel-text": 70000, "other": 5}, BASELINE)

    def test_record_leaves_absent_figures_out(self) -> None:
        self.assertEqual(self.result, {
            "rows": [
                {"name": "null-syscall", "min": 62, "median": 62, "max": 80, "seL4": 100,
                 "linux": 344, "target": 50},
                {"name": "call-0-words", "min": 230, "median": 240, "max": 1402, "seL4": 480},
                {"name": "own-row", "min": 1, "median": 2, "max": 3}],
            "sizes": {"kernel-text": 70000, "other": 5}})

    def test_table_has_ratios_and_what_is_missing(self) -> None:
        text = kernel_bench.table(self.result, BASELINE)
        self.assertRegex(text[1], r"^cheapest +62 +62 +80 +100 +0\.62 +344 +50$")
        self.assertRegex(text[2], r"^round trip +230 +240 +1,402 +480 +0\.50 +– +–$")
        self.assertIn("not measured: yield-switch", text)
        self.assertRegex(text[-2], r"^code +70,000 +63,374 +80,000$")

    def test_two_per_cent_are_allowed_and_no_more(self) -> None:
        thresholds = {"rows": {"call-0-words": 236}, "sizes": {"kernel-text": 70000}}
        self.assertEqual(kernel_bench.regressions(self.result, thresholds), [])
        thresholds = {"rows": {"call-0-words": 235}, "sizes": {"kernel-text": 60000}}
        trouble = kernel_bench.regressions(self.result, thresholds)
        self.assertEqual([line.split(":")[0] for line in trouble], ["call-0-words", "kernel-text"])

    def test_figure_that_is_gone_is_a_regression(self) -> None:
        trouble = kernel_bench.regressions(self.result, {"rows": {"yield-switch": 1}, "sizes": {}})
        self.assertEqual(trouble, ["yield-switch: not measured, and it has a threshold"])

    def test_accepted_result_has_no_regression(self) -> None:
        thresholds = kernel_bench.accepted(self.result)
        self.assertEqual(thresholds["rows"]["call-0-words"], 240)
        self.assertEqual(kernel_bench.regressions(self.result, thresholds), [])


class DataTests(unittest.TestCase):
    def test_files_of_the_tree_are_valid(self) -> None:
        folder = ROOT / "integration/bench"
        baseline = json.loads((folder / "baseline.json").read_text())
        for kind in ("rows", "sizes"):
            names = [entry["name"] for entry in baseline[kind]]
            self.assertEqual(len(names), len(set(names)))
            for entry in baseline[kind]:
                self.assertLessEqual(
                    set(entry), {"name", "title", "seL4", "linux", "target"}, entry)
        thresholds = json.loads((folder / "thresholds.json").read_text())
        self.assertEqual(set(thresholds), {"rows", "sizes"})
        for name in ("loader", "kernel"):
            if (path := folder / f"{name}.json").exists():
                self.assertTrue(scenario.read_file(path)[0].machine.icount)


if __name__ == "__main__":
    unittest.main()
