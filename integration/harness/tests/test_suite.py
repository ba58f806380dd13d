"""The harness as a whole with a fake emulator: every state is provoked and told apart."""

import contextlib
import io
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import FAKE_EMULATOR, make_build

from debug import panic
from harness import __main__ as front
from harness import elf_edit, emulator, machine


class SuiteTests(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.build, self.key = make_build(self.folder)
        (self.folder / "scenarios").mkdir()
        for name in ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"):
            (self.folder / name).write_bytes(name.encode("ascii"))
        self.set(machine, "FIRMWARE_FOLDER", self.folder)
        self.set(emulator, "GRACE_SECONDS", 0.2)

    def set(self, module: object, name: str, value: object) -> None:
        self.addCleanup(setattr, module, name, getattr(module, name))
        setattr(module, name, value)

    def run_suite(self, steps: list[str], *options: str, **changes: object) -> tuple[int, str]:
        """Runs one scenario whose emulator does `steps`; returns exit code and output."""
        row = {
            "about": "a test", "profile": "smoke", "exit": "0x11", "timeout_seconds": 5,
            "expect": {"debug": ["ERIX_A", "ERIX_B:*"]},
            "machine": {"arguments": ["-fake", *steps]}, **changes}
        table = {"scenarios": {"one": row}}
        (self.folder / "scenarios" / "set.json").write_text(json.dumps(table), encoding="utf-8")
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = front.main([
                "--scenarios", str(self.folder / "scenarios"), "--build", str(self.build),
                "--key", str(self.key), "--emulator", str(FAKE_EMULATOR), *options])
        return code, output.getvalue()

    def expect_state(self, state: str, steps: list[str], **changes: object) -> str:
        code, output = self.run_suite(steps, **changes)
        self.assertIn(f" {state} ", output)
        self.assertEqual(output.splitlines()[-1], "0 passed, 1 failed")
        self.assertEqual(code, 1)
        return output

    GOOD = ["debug=ERIX_A", "debug=ERIX_B:5", "exit=35"]

    def test_expected_markers_and_code_pass(self) -> None:
        code, output = self.run_suite(self.GOOD)
        self.assertEqual((code, output.splitlines()[-1]), (0, "1 passed, 0 failed"))
        place = self.build / "scenarios" / "set" / "one"
        self.assertEqual((place / "debug.log").read_text(), "ERIX_A\nERIX_B:5\n")
        self.assertEqual(json.loads((place / "verdict.json").read_text())["state"], "ok")
        self.assertFalse((place / "disk.img").exists())

    def test_guest_that_neither_ends_nor_heeds_termination_is_hung(self) -> None:
        output = self.expect_state("HUNG", ["debug=ERIX_A", "hang"], timeout_seconds=4)
        self.assertIn("no ERIX_B:* (debug); last line: ERIX_A", output)

    def test_missing_marker_is_named(self) -> None:
        output = self.expect_state("MISSING_MARKER", ["debug=ERIX_A", "exit=35"])
        self.assertIn("ERIX_B:* (debug)", output)

    def test_markers_in_wrong_order_are_missing(self) -> None:
        self.expect_state("MISSING_MARKER", ["debug=ERIX_B:5", "debug=ERIX_A", "exit=35"])

    def test_failure_marker_that_is_not_expected_is_forbidden(self) -> None:
        self.expect_state("FORBIDDEN_MARKER", ["debug=ERIX_K:FAIL:X", *self.GOOD])

    def test_marker_that_the_scenario_forbids_is_forbidden(self) -> None:
        self.expect_state(
            "FORBIDDEN_MARKER", ["serial=ERIX_KERNEL:ENTRY", *self.GOOD],
            forbid={"serial": ["ERIX_KERNEL:*"]})

    def test_other_guest_code_is_wrong_code(self) -> None:
        output = self.expect_state("WRONG_CODE", [*self.GOOD[:2], "exit=37"])
        self.assertIn("exit 0x12, expected 0x11", output)

    def test_status_that_no_guest_code_gives_is_emulator_crash(self) -> None:
        for status in (1, 2, 36, 126):
            with self.subTest(status=status):
                self.expect_state("EMULATOR_CRASH", [*self.GOOD[:2], f"exit={status}"])

    def test_death_by_signal_is_emulator_crash(self) -> None:
        self.expect_state("EMULATOR_CRASH", [*self.GOOD[:2], "signal=11"])

    def test_status_zero_is_guest_reset(self) -> None:
        self.expect_state("GUEST_RESET", [*self.GOOD[:2], "exit=0"])

    def test_mutation_that_does_not_fit_is_bad_scenario(self) -> None:
        self.expect_state(
            "BAD_SCENARIO", self.GOOD, mutations=[{"op": "drop", "section": "driver"}])

    def test_backtrace_of_a_panic_is_judged(self) -> None:
        output = self.expect_state("MISSING_MARKER", self.GOOD, backtrace=["f"])
        self.assertIn("no backtrace", output)
        source, kernel = self.folder / "a.c", self.build / "smoke" / "kernel.debug.elf"
        source.write_text("int f(int a) { return a * 3; }\n")
        clang = Path(panic.symbolizer()).with_name("clang")
        subprocess.run(
            [str(clang) if clang.is_file() else "clang", "--target=x86_64-unknown-none-elf", "-O1",
             "-gline-tables-only", "-nostdlib", "-static", "-fuse-ld=lld", "-Wl,-e,f", str(source),
             "-o", str(kernel)], check=True, capture_output=True)
        frame = elf_edit.symbol_address(kernel.read_bytes(), "f")
        steps = [f"debug=ERIX_KERNEL:PANIC_FRAME:{frame:x}", *self.GOOD]
        expect = {"debug": ["ERIX_KERNEL:PANIC_FRAME:*", "ERIX_A"]}
        code, output = self.run_suite(steps, expect=expect, backtrace=["f at"])
        self.assertEqual(code, 0, output)
        output = self.expect_state(
            "MISSING_MARKER", steps, expect=expect, backtrace=["f at", "main"])
        self.assertIn("main is not in the backtrace", output)

    def test_guest_without_expected_end_is_stopped_after_last_marker(self) -> None:
        code, output = self.run_suite(
            [*self.GOOD[:2], "stay"], exit="none", settle_seconds=0.2, timeout_seconds=60)
        self.assertEqual(code, 0, output)

    def test_guest_that_ends_against_expectation_is_wrong_code(self) -> None:
        self.expect_state("WRONG_CODE", self.GOOD, exit="none")

    CASES = ["debug=ERIX_A", "debug=ERIX_B:5", "debug=PASS a/one", "debug=PASS a/two"]

    def test_cases_of_the_guest_are_added_to_the_sum(self) -> None:
        code, output = self.run_suite(
            [*self.CASES, "debug=2 passed, 0 failed", "exit=35"], tests={"minimum": 2})
        self.assertEqual((code, output.splitlines()[-1]), (0, "3 passed, 0 failed"))
        self.assertIn(" ok ", output)
        self.assertIn("2 passed, 0 failed", output.splitlines()[0])

    def test_failed_case_of_the_guest_fails_and_is_named(self) -> None:
        steps = [*self.CASES, "debug=FAIL b/x line 7", "debug=2 passed, 1 failed", "exit=39"]
        code, output = self.run_suite(steps, tests={})
        self.assertIn(" GUEST_TESTS ", output)
        self.assertIn("b/x line 7", output)
        self.assertEqual((code, output.splitlines()[-1]), (1, "2 passed, 2 failed"))

    def test_case_that_must_fail_is_no_failure(self) -> None:
        steps = [*self.CASES, "debug=FAIL b/smep: x line 7", "debug=2 passed, 1 failed", "exit=39"]
        code, output = self.run_suite(steps, tests={"failing": ["b/smep*"]}, exit="0x13")
        self.assertEqual((code, output.splitlines()[-1]), (0, "1 passed, 0 failed"))

    def test_boot_that_never_reached_its_tests_is_judged_by_its_end(self) -> None:
        self.expect_state("WRONG_CODE", [*self.GOOD[:2], "exit=37"], tests={})
        self.expect_state("GUEST_TESTS", self.GOOD, tests={})

    def test_image_with_another_root_task(self) -> None:
        self.expect_state("BAD_SCENARIO", self.GOOD, root="tests")
        place = self.build / "smoke"
        (place / "boot-tests.img").write_bytes((place / "boot.img").read_bytes())
        self.assertEqual(self.run_suite(self.GOOD, root="tests")[0], 0)

    def test_images_that_make_must_build_are_listed(self) -> None:
        code, output = self.run_suite(self.GOOD, "--images", root="tests")
        self.assertEqual((code, output), (0, "smoke tests\n"))
        self.assertEqual(self.run_suite(self.GOOD, "--images"), (0, ""))

    def test_repeat_runs_in_folders_of_their_own(self) -> None:
        code, output = self.run_suite(self.GOOD, "--repeat", "3", "--jobs", "2")
        self.assertEqual((code, output.splitlines()[-1]), (0, "3 passed, 0 failed"))
        self.assertTrue((self.build / "scenarios" / "set" / "one.3" / "debug.log").exists())

    def test_pattern_that_matches_nothing_is_an_error(self) -> None:
        code, output = self.run_suite(self.GOOD, "--only", "another")
        self.assertEqual(code, 2)
        self.assertIn("no scenario matches", output)

    def test_long_scenarios_run_when_they_are_asked_for(self) -> None:
        self.assertEqual(self.run_suite(self.GOOD, long=True)[0], 2)
        self.assertEqual(self.run_suite(self.GOOD, "--long")[0], 2)
        self.assertEqual(self.run_suite(self.GOOD, "--long", long=True)[0], 0)

    def test_missing_emulator_is_an_error(self) -> None:
        code, output = self.run_suite(self.GOOD, "--emulator", "no-such-emulator")
        self.assertEqual(code, 2)
        self.assertIn("no-such-emulator: not there", output)

    def test_unknown_key_in_a_scenario_is_an_error(self) -> None:
        code, output = self.run_suite(self.GOOD, timeout=5)
        self.assertEqual(code, 2)
        self.assertIn("unknown keys ['timeout']", output)


if __name__ == "__main__":
    unittest.main()
