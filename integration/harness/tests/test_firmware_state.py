"""Which boots begin with a saved firmware, and what happens where it cannot be saved."""

import tempfile
import unittest
from collections import Counter
from pathlib import Path

from harness import machine
from harness.firmware_state import LEAST_BOOTS, FirmwareStates
from harness.scenario import Machine


class FirmwareStateTests(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.disk = self.folder / "disk.img"
        self.disk.write_bytes(b"disk")
        for name in ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"):
            (self.folder / name).write_bytes(name.encode("ascii"))
        self.addCleanup(setattr, machine, "FIRMWARE_FOLDER", machine.FIRMWARE_FOLDER)
        machine.FIRMWARE_FOLDER = self.folder

    def states(self, kind: Machine, boots: int) -> FirmwareStates:
        return FirmwareStates(
            self.folder / "states", "false", Counter({kind: boots}))

    def test_a_machine_of_few_boots_starts_with_its_power(self) -> None:
        kind = Machine()
        states = self.states(kind, LEAST_BOOTS - 1)
        self.assertEqual(states.arguments(kind, self.disk), [])
        self.assertFalse(states.folder.exists())

    def test_a_machine_that_counts_starts_with_its_power(self) -> None:
        kind = Machine(icount=True)
        self.assertEqual(self.states(kind, 100).arguments(kind, self.disk), [])

    def test_a_machine_with_added_devices_starts_with_its_power(self) -> None:
        kind = Machine(arguments=("-device", "pci-testdev"))
        self.assertEqual(self.states(kind, 100).arguments(kind, self.disk), [])

    def test_an_emulator_that_does_not_answer_is_asked_once(self) -> None:
        kind = Machine()
        states = self.states(kind, LEAST_BOOTS)
        self.assertEqual(states.arguments(kind, self.disk), [])
        self.assertEqual(states.arguments(kind, self.disk), [])
        self.assertEqual([path.name for path in states.folder.iterdir()], ["0"])
        self.assertIn("not an answer", (states.folder / "0/error.txt").read_text("utf-8"))

    def test_a_disk_of_another_size_is_another_machine(self) -> None:
        kind = Machine()
        states = self.states(kind, LEAST_BOOTS)
        larger = self.folder / "larger.img"
        larger.write_bytes(b"larger disk")
        states.arguments(kind, self.disk)
        states.arguments(kind, larger)
        self.assertEqual(sorted(path.name for path in states.folder.iterdir()), ["0", "1"])


if __name__ == "__main__":
    unittest.main()
