"""The emulator's command line, for scenarios and for people, and a debugging session with fakes."""

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path

from support import FAKE_EMULATOR, elf

from harness import console, machine
from harness.scenario import Machine


class MachineTests(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.addCleanup(setattr, machine, "FIRMWARE_FOLDER", machine.FIRMWARE_FOLDER)
        machine.FIRMWARE_FOLDER = self.folder
        for name in ("CODE_4M", "VARS_4M", "CODE_4M.secboot", "VARS_4M.snakeoil"):
            (self.folder / f"OVMF_{name}.fd").write_text(name)

    def command(self, **settings: object) -> str:
        return " ".join(machine.command(Machine(**settings), Path("disk.img"), self.folder))

    def test_machine_is_emulated_in_software_and_never_reboots(self) -> None:
        line = self.command()
        for part in ("-machine q35 ", "-accel tcg", "-no-reboot", "readonly=on,file=disk.img"):
            self.assertIn(part, line)
        self.assertNotIn("icount", line)

    def test_settings_reach_the_command(self) -> None:
        line = self.command(memory_mib=77, cpus=3, cpu="x", icount=True, arguments=("-z",))
        for part in ("-m 77", "-smp 3", "-cpu x", "-icount shift=0,sleep=off", "-z"):
            self.assertIn(part, line)

    def test_secure_boot_takes_other_firmware_and_keys(self) -> None:
        line = self.command(secure_boot=True)
        self.assertIn("q35,smm=on", line)
        self.assertIn("OVMF_CODE_4M.secboot.fd", line)
        self.assertEqual((self.folder / "variables.fd").read_text(), "VARS_4M.snakeoil")

    def test_variables_are_a_fresh_copy(self) -> None:
        (self.folder / "variables.fd").write_text("old")
        self.command()
        self.assertEqual((self.folder / "variables.fd").read_text(), "VARS_4M")

    def test_missing_firmware_is_an_error_that_says_what_to_do(self) -> None:
        (self.folder / "OVMF_CODE_4M.fd").unlink()
        self.assertRaisesRegex(machine.MachineError, "ensure_tools.sh ovmf", self.command)

    def test_debugger_gets_socket_and_entry_and_ends_the_emulator(self) -> None:
        """gdb is a script that prints its arguments; the emulator would stay for minutes."""
        gdb = self.folder / "gdb"
        gdb.write_text('#!/bin/sh\necho "$@" >"$0.log"\n')
        gdb.chmod(0o755)
        emulator = self.folder / machine.EMULATOR
        emulator.symlink_to(FAKE_EMULATOR)
        (self.folder / "kernel.elf").write_bytes(elf())
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        os.environ["PATH"] = f"{self.folder}:{path}"
        with contextlib.redirect_stdout(io.StringIO()):
            code = console.main([
                "--disk", str(self.folder / "disk.img"), "--headless", "--symbols",
                str(self.folder / "kernel.elf"), "--", "-fake", "stay"])
        self.assertEqual(code, 0)
        log = (self.folder / "gdb.log").read_text()
        self.assertIn("set $erix_entry = 0x1000", log)
        self.assertIn(f"erix-attach {self.folder}/console/gdb.sock", log)


if __name__ == "__main__":
    unittest.main()
