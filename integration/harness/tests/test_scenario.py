"""Reading scenario files, and the rules of the verdict that need no process."""

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

import support

from harness import judge, scenario
from harness.media import Sources
from harness.mutations import mutated
from harness.test_keys import UNKNOWN_SEED

ROOT = Path(__file__).resolve().parents[3]
GOOD: dict[str, Any] = {
    "about": "a test", "profile": "dev", "exit": "0x10", "expect": {"debug": ["ERIX_A"]}}


class DecodeTests(unittest.TestCase):
    def test_defaults_are_filled_in(self) -> None:
        found = scenario.decode("a/b", GOOD)
        self.assertEqual(found.machine, scenario.Machine())
        self.assertEqual((found.exit_code, found.timeout_seconds), (0x10, 60))
        self.assertEqual(found.expect, {"debug": ("ERIX_A",), "serial": ()})

    def test_no_exit_is_written_none(self) -> None:
        self.assertIsNone(scenario.decode("a/b", {**GOOD, "exit": "none"}).exit_code)

    def test_anything_unknown_or_of_a_wrong_type_is_refused(self) -> None:
        bad: list[dict[str, Any]] = [
            {"profile": "debug"}, {"exit": "0x80"}, {"exit": "0x00"}, {"exit": 16}, {"exit": "16"},
            {"expect": {}}, {"expect": {"debug": "ERIX_A"}}, {"expect": {"other": ["A"]}},
            {"expect": {"debug": [""]}}, {"forbid": {"debug": [1]}}, {"machine": {"memory": 5}},
            {"machine": {"memory_mib": "5"}}, {"machine": {"cpus": True}}, {"machine": []},
            {"loader": {"variant": "../x"}}, {"timeout_seconds": 0}, {"timeout_seconds": 3601},
            {"timeout_seconds": "5"}, {"root": "../x"}, {"root": 1},
            {"tests": []}, {"tests": {"minimum": 0}}, {"tests": {"failing": [1]}},
            {"tests": {"least": 5}}, {"settle_seconds": -1}, {"comment": "x"}]
        for change in bad:
            with self.subTest(change=change), self.assertRaises(scenario.ScenarioError):
                scenario.decode("a/b", {**GOOD, **change})

    def test_required_keys_must_be_there(self) -> None:
        for key in GOOD:
            row = {name: value for name, value in GOOD.items() if name != key}
            with self.subTest(key=key), self.assertRaises(scenario.ScenarioError):
                scenario.decode("a/b", row)


class FileTests(unittest.TestCase):
    def read(self, table: Any) -> list[scenario.Scenario]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "set.json"
            path.write_text(table if isinstance(table, str) else json.dumps(table))
            return scenario.read_folder(Path(folder))

    def test_rows_win_over_the_common_part(self) -> None:
        common = {**GOOD, "machine": {"memory_mib": 64, "cpus": 2}}
        rows = {"one": {"exit": "0x11", "machine": {"cpus": 4}}, "two": {}}
        one, two = self.read({"common": common, "scenarios": rows})
        self.assertEqual((one.name, one.exit_code, two.exit_code), ("set/one", 0x11, 0x10))
        self.assertEqual((one.machine.memory_mib, one.machine.cpus), (64, 4))

    def test_files_that_are_not_of_the_format_are_refused(self) -> None:
        for table in ("{", [], {"scenarios": {}}, {"scenarios": {"Bad_Name": GOOD}},
                      {"scenarios": {"one": GOOD}, "more": 1}, {"scenarios": {"one": 5}}):
            with self.subTest(table=table), self.assertRaises(scenario.ScenarioError):
                self.read(table)

    def test_scenarios_of_the_tree_are_readable(self) -> None:
        found = scenario.read_folder(ROOT / "integration" / "scenarios")
        self.assertGreater(len(found), 30)

    def test_mutations_of_the_tree_are_known(self) -> None:
        keys = Sources(ROOT, ROOT / "integration/keys/dev.key").keys()
        self.assertEqual(keys.seed("unknown"), UNKNOWN_SEED)
        for one in scenario.read_folder(ROOT / "integration" / "scenarios"):
            for operation in one.mutations:
                self.assertNotEqual(
                    str(_error_of(operation, keys)), f"no such operation: {operation['op']!r}")


def _error_of(operation: Any, keys: Any) -> Exception | None:
    try:
        mutated(support.bootimage.encode(support.image(), None), [operation], keys)
    except ValueError as error:
        return error
    return None


class LogTests(unittest.TestCase):
    def test_escapes_are_removed_and_lines_begin_at_the_marker(self) -> None:
        log = "\x1b[2J\x1b[01;01H\x1b[=3hBdsDxe: starting\r\r\nfoo ERIX_A:1 \n\n"
        self.assertEqual(judge.lines(log), ["BdsDxe: starting", "ERIX_A:1"])

    def test_marker_is_a_whole_line_and_star_is_any_text(self) -> None:
        self.assertTrue(judge.matches("ERIX_A:*:[x]", "ERIX_A:b.c:[x]"))
        self.assertFalse(judge.matches("ERIX_A", "ERIX_AB"))
        self.assertFalse(judge.matches("ERIX.A", "ERIX_A"))

    def test_markers_have_places_for_numbers(self) -> None:
        for line, good in (("A:4:x", True), ("A:5:x", True), ("A:6:x", False), ("A::x", False),
                           ("A:-1:x", False), ("A:4:y", False)):
            self.assertEqual(judge.matches("A:{<=5}:x", line), good, line)
        self.assertTrue(judge.matches("{>=5} of {<=9} *", "7 of 9 more"))
        self.assertFalse(judge.matches("{>=5} of {<=9} *", "4 of 9 more"))
        self.assertTrue(judge.matches("{5}", "{5}"))

    def test_markers_are_looked_for_in_order(self) -> None:
        log = "A\nB\nA\n"
        self.assertIsNone(judge.first_missing(("A", "B", "A"), log))
        self.assertEqual(judge.first_missing(("B", "B"), log), "B")
        self.assertEqual(judge.first_missing(("A", "A", "A"), log), "A")

    def test_expected_failure_is_not_forbidden_on_another_stream(self) -> None:
        one = scenario.decode("a/b", {**GOOD, "expect": {"debug": ["ERIX_L:FAIL:X"]}})
        logs = {"debug": "ERIX_L:FAIL:X\n", "serial": "ERIX_L:FAIL:X\n"}
        self.assertIsNone(judge.forbidden_line(one, logs))
        logs["serial"] += "ERIX_L:FAIL:Y\n"
        self.assertEqual(judge.forbidden_line(one, logs), "ERIX_L:FAIL:Y (serial)")

    def test_long_scenarios_are_marked(self) -> None:
        self.assertFalse(scenario.decode("a/b", GOOD).long)
        self.assertTrue(scenario.decode("a/b", {**GOOD, "long": True}).long)
        with self.assertRaises(scenario.ScenarioError):
            scenario.decode("a/b", {**GOOD, "long": 1})


if __name__ == "__main__":
    unittest.main()
