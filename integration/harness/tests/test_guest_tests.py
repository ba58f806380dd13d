"""The verdict over the guest's own tests, and the mutation that leaves protections out."""

import unittest
from dataclasses import replace

from support import SEED, image

from harness import boot_config, bootimage, error_table, guest_tests
from harness.guest_tests import GuestTests
from harness.judge import State, Verdict
from harness.mutations import Keys, MutationError, mutated

GOOD = ["noise", "PASS a/one", "PASS a/two: with words", "2 passed, 0 failed"]


class GuestTestsTests(unittest.TestCase):
    def trouble(self, lines: list[str], **expected: object) -> str | None:
        return guest_tests.trouble(GuestTests(**expected), guest_tests.read(lines))

    def test_all_passed(self) -> None:
        self.assertIsNone(self.trouble(GOOD, minimum=2))
        self.assertEqual(guest_tests.read(GOOD).text, "2 passed, 0 failed")

    def test_sums_of_several_programs_add_up(self) -> None:
        results = guest_tests.read([*GOOD, "PASS b/one", "1 passed, 0 failed"])
        self.assertEqual(results.sums, (3, 0))
        self.assertIsNone(guest_tests.trouble(GuestTests(), results))

    def test_failed_case_is_named(self) -> None:
        lines = [*GOOD[:3], "FAIL b/x line 5 found 1", "2 passed, 1 failed"]
        self.assertEqual(self.trouble(lines), "b/x line 5 found 1; 2 passed, 1 failed")

    def test_program_that_did_not_come_to_its_end(self) -> None:
        self.assertIn("last to pass: a/two: with words", self.trouble(GOOD[:3]) or "")
        self.assertIn("nothing", self.trouble([]) or "")

    def test_sums_that_the_lines_do_not_show(self) -> None:
        self.assertIn("but 2 PASS", self.trouble([*GOOD[:3], "3 passed, 0 failed"]) or "")
        self.assertIn("but 2 PASS", self.trouble([*GOOD[:3], "2 passed, 1 failed"]) or "")

    def test_errors_that_were_not_provoked(self) -> None:
        verdict = error_table.judged(Verdict(State.OK, counts=(2, 0)), GOOD)
        self.assertEqual((verdict.state, verdict.counts), (State.GUEST_TESTS, (2, 0)))
        self.assertIn("errors not provoked: CALL ", verdict.detail)
        hung = Verdict(State.HUNG, "why")
        self.assertEqual(error_table.judged(hung, GOOD), hung)

    def test_too_few_cases(self) -> None:
        self.assertIn("at least 3", self.trouble(GOOD, minimum=3) or "")
        self.assertIn("at least 1", self.trouble(["0 passed, 0 failed"]) or "")

    def test_exactly_the_expected_cases_fail(self) -> None:
        lines = [*GOOD[:3], "FAIL h/smep line 5", "2 passed, 1 failed"]
        self.assertIsNone(self.trouble(lines, failing=("h/smep",)))
        self.assertIsNone(self.trouble(lines, failing=("h/sm*",)))
        self.assertIn("h/smep line 5", self.trouble(lines, failing=("h/smap",)) or "")
        self.assertIn("h/sme", self.trouble(lines, failing=("h/sme",)) or "")
        self.assertEqual(
            self.trouble(lines, failing=("h/smep", "h/smap")), "h/smap did not fail")
        self.assertEqual(self.trouble(GOOD, failing=("h/smep",)), "h/smep did not fail")


class LeaveOutTests(unittest.TestCase):
    CONFIG = boot_config.MAGIC + bytes(200)

    def left_out(self, config: bytes, names: list[str]) -> bytes:
        sections = [
            replace(one, data=config) if one.name == "boot-config" else one
            for one in image().sections]
        file = bootimage.encode(replace(image(), sections=sections), SEED)
        operation = {"op": "leave-out", "protections": names}
        changed = mutated(file, [operation], Keys({"dev": SEED}))
        assert changed is not None
        found = bootimage.parse(changed)
        return found.sections[found.index("boot-config")].data

    def test_mask_is_set_and_nothing_else(self) -> None:
        data = self.left_out(self.CONFIG, ["noExecute", "smep", "memoryClearing"])
        self.assertEqual(int.from_bytes(data[128:136], "little"), 1 | 1 << 2 | 1 << 17)
        self.assertEqual(data[:128] + bytes(8) + data[136:], self.CONFIG)

    def test_unknown_protection_and_other_data_are_refused(self) -> None:
        with self.assertRaises(MutationError):
            self.left_out(self.CONFIG, ["SMEP"])
        with self.assertRaises(MutationError):
            self.left_out(bytes(200), ["smep"])


if __name__ == "__main__":
    unittest.main()
