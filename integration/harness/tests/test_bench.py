"""`make bench` as a whole with a fake emulator: what it prints, writes and returns."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from support import FAKE_EMULATOR, elf, make_build

from harness import bench, machine

STAMPS = [
    f"debug=ERIX_BOOTLOADER:STAMP:{text}" for text in (
        "ENTRY:1000:0", "SIGNATURE_CHECKED:1500:100", "CONTENTS_HASHED:2500:200")]
STAMPS.append("debug=ROOTD:UP_NANOSECONDS:7000")


class BenchTests(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.build, self.key = make_build(self.folder)
        place = self.build / "smoke"
        (place / "boot-bench.img").write_bytes((place / "boot.img").read_bytes())
        (place / "kernel.elf").write_bytes(elf())
        for name in ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"):
            (self.folder / name).write_bytes(b"")
        self.addCleanup(setattr, machine, "FIRMWARE_FOLDER", machine.FIRMWARE_FOLDER)
        machine.FIRMWARE_FOLDER = self.folder
        self.write("limits", {"signature_instructions": 1000})
        self.write("baseline", {"rows": [{"name": "a", "title": "A", "seL4": 20}], "sizes": []})
        self.write("thresholds", {"rows": {}, "sizes": {}})
        self.scenario("loader", STAMPS, "ERIX_BOOTLOADER:STAMP:*")

    def write(self, name: str, value: Any) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(value))

    def scenario(self, name: str, steps: list[str], marker: str, **more: Any) -> None:
        row = {"about": "a test", "profile": "smoke", "exit": "0x10", "timeout_seconds": 20,
               "expect": {"debug": [marker]}, **more,
               "machine": {"icount": True, "arguments": ["-fake", *steps, "exit=33"]}}
        self.write(name, {"scenarios": {name: row}})

    def run_bench(self, *options: str) -> tuple[int, str]:
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = bench.main([
                "--build", str(self.build), "--folder", str(self.folder), "--key", str(self.key),
                "--emulator", str(FAKE_EMULATOR), *options])
        return code, output.getvalue()

    def test_loader_alone_is_one_row(self) -> None:
        code, output = self.run_bench()
        self.assertEqual(code, 0, output)
        result = json.loads((self.build / "bench.json").read_text())
        self.assertEqual(
            result["rows"], [{"name": "boot-loader", "min": 1300, "median": 1300, "max": 1300}])
        self.assertEqual(result["sizes"]["kernel-text"], 16)
        self.assertEqual(result["sizes"]["loader-file"], len(b"MZsmoke"))

    def test_rows_of_the_kernel_come_first_and_are_judged(self) -> None:
        self.scenario("kernel", ["debug=BENCH:a:9:10:11"], "BENCH:*", root="bench")
        code, output = self.run_bench("--accept")
        self.assertEqual(code, 0, output)
        result = json.loads((self.build / "bench.json").read_text())
        self.assertEqual(
            result["rows"][0], {"name": "a", "min": 9, "median": 10, "max": 11, "seL4": 20})
        self.scenario("kernel", ["debug=BENCH:a:9:11:11"], "BENCH:*", root="bench")
        code, output = self.run_bench()
        self.assertEqual((code, output.splitlines()[-1]),
                         (1, "a: 11 is above 10 by more than 2 %"))

    def test_limit_of_the_systems_start_counts(self) -> None:
        self.write("limits", {"system_ready_instructions": 7000})
        self.assertEqual(self.run_bench()[0], 0)
        self.write("limits", {"system_ready_instructions": 6999})
        self.assertEqual(self.run_bench()[0], 1)

    def test_limit_of_the_loader_still_counts(self) -> None:
        self.write("limits", {"signature_instructions": 100})
        code, output = self.run_bench()
        self.assertEqual(code, 1)
        self.assertIn("EXCEEDED", output)

    def test_boot_that_fails_or_shows_nothing_is_an_error(self) -> None:
        self.scenario("kernel", ["debug=BENCH none"], "BENCH*", root="bench")
        self.assertIn("showed no figure", self.run_bench()[1])
        self.scenario("kernel", [], "BENCH*", root="bench")
        code, output = self.run_bench()
        self.assertEqual(code, 1)
        self.assertIn("MISSING_MARKER", output)


if __name__ == "__main__":
    unittest.main()
