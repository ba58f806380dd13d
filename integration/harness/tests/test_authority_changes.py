"""What services hold before and after, and programs beside them, on a recorded audit."""

import unittest
from dataclasses import replace

from test_authority import DECLARED, LINES

from harness import audit, authority, authority_changes
from harness.audit import Process
from harness.declared import LAUNCHES, names


class ChangesTests(unittest.TestCase):
    processes = audit.observe(LINES)

    def changed(self, role: str, **values: object) -> list[str]:
        """What is found when the role holds something more, or has another number."""
        kind, send = names("type")["endpoint"], names("right")["send"]
        more = audit.Held(4000, 1, kind, 0, send, 0, 0, "logd")
        return authority_changes.changes(self.processes, [
            replace(one, held=(*one.held, replace(more, **values))) if one.role == role else one
            for one in self.processes])

    def test_nothing_changed(self) -> None:
        self.assertEqual(authority_changes.changes(self.processes, self.processes), [])

    def test_one_more_and_one_less(self) -> None:
        self.assertEqual(
            self.changed("named", slot=4),
            ["named: slot 4: 0 before, 1 after: endpoint to logd send"])
        # What a service keeps for its work has no place of its own.
        self.assertEqual(
            self.changed("named"), ["named: slot 0: 1 before, 2 after: endpoint to logd send"])
        self.assertEqual(
            self.changed("rootd"), ["rootd: slot 4000: 0 before, 1 after: endpoint to logd send"])
        gone = authority_changes.changes(self.processes, self.processes[:-1])
        self.assertTrue(gone and all(line.startswith("crashd: ") for line in gone))

    def test_what_differs_from_start_to_start(self) -> None:
        memory = {"type": names("type")["untyped"], "target": "",
                  "rights": names("right")["read"] | names("right")["manage"]}
        self.assertEqual(self.changed("memd", **memory), [])
        self.assertEqual(len(self.changed("pagerd", **memory)), 1)
        # A program that ended has no process any more; nor has its audit.
        self.assertEqual(self.changed("procd", target="program-1001"), [])
        programs = [*self.processes, Process(900, "program-1001", 1, 0, 64)]
        self.assertEqual(authority_changes.changes(self.processes, programs), [])
        last = self.processes[-1]
        held = tuple(
            replace(one, badge=one.badge + (1 << 32)) if one.slot == 3 else one
            for one in last.held)
        other = [*self.processes[:-1], replace(last, number=901, held=held)]
        self.assertEqual(authority_changes.changes(self.processes, other), [])


class ProgramTests(unittest.TestCase):
    """A program beside the recorded system, whose custody is missing."""

    def differences(self, *processes: Process) -> list[str]:
        crashd = DECLARED.service("crashd")
        own = (0x1001).to_bytes(2, "little") + bytes([LAUNCHES.index("program")]) + crashd.own[3:]
        program = replace(crashd, own=own, capabilities=())
        configuration = replace(DECLARED, services=(*DECLARED.services, program))
        return authority.differences(configuration, [*audit.observe(LINES), *processes])

    def test_a_program_that_ended_left_nothing_but_what_it_starts_with(self) -> None:
        self.assertEqual(self.differences(), [
            "rootd: nowhere: endpoint to program-1001 send+receive+grant+manage, which rootd keeps",
            "rootd: nowhere: notification to program-1001 send+receive+manage, which rootd keeps",
            "rootd: nowhere: frame read, which rootd keeps",
            "procd: 4 capabilities of type frame to start with, not 5"])

    def test_a_program_that_runs_is_compared_like_a_service(self) -> None:
        slot_count = DECLARED.service("crashd").slot_count
        held = audit.Held(9, 1, names("type")["endpoint"], 0, names("right")["send"], 1, 7, "memd")
        found = self.differences(Process(9, "program-1001", 1, 0, slot_count, (held,)))
        self.assertIn("program-1001: slot 9: endpoint to memd send badge 0x1, not declared", found)
        self.assertTrue([line for line in found if line.startswith("program-1001: system calls")])
        self.assertTrue([line for line in found if line.startswith("procd: nowhere: process to p")])
        self.assertTrue([line for line in found if line.startswith("vspaced: nowhere: process")])


if __name__ == "__main__":
    unittest.main()
