"""The comparison of an audit with what is declared, on a recorded audit of the foundation."""

import base64
import json
import unittest
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from support import SEED, image

from harness import audit, authority, boot_config, bootimage, derived
from harness.audit import AuditError, Process
from harness.declared import ACQUIRED, Configuration, DeclarationError, names
from harness.mutations import Keys, MutationError, mutated
from harness.scenario import ScenarioError, decode

DATA = Path(__file__).with_name("data")
LINES = (DATA / "audit.txt").read_text(encoding="utf-8").splitlines()
SECTION = base64.b64decode((DATA / "boot-config.txt").read_text(encoding="ascii"))
DECLARED = Configuration.decode(SECTION)
BASE = {"about": "x", "profile": "smoke", "expect": {"debug": ["m"]}, "exit": "0x10"}


def other_services(change: str) -> Iterator[tuple[str, Configuration]]:
    """The configuration with one row changed, for every row."""
    for service in DECLARED.services:
        for number, row in enumerate(service.capabilities):
            rows = list(service.capabilities)
            if change == "gone":
                del rows[number]
            elif change == "rights":
                rows[number] = replace(row, rights=row.rights ^ names("right")["manage"])
            elif change == "badge":
                rows[number] = replace(row, badge=row.badge + 1)
            elif change == "type":
                rows[number] = replace(row, type=names("type")["installGrant"])
            elif change == "family":
                rows[number] = replace(row, family=row.family + 1)
            elif change == "peer" and row.peer:
                peer = "logd" if row.peer != names("role")["logd"] else "timed"
                rows[number] = replace(row, peer=names("role")[peer])
            elif change == "slot":
                rows[number] = replace(row, slot=row.slot + row.count)
            else:
                continue
            yield (f"{service.role} {row.slot}",
                   DECLARED.replacing(replace(service, capabilities=tuple(rows))))


def changed_line(number: int, **values: object) -> list[str]:
    """The recorded lines with other values in one of them."""
    row = {**json.loads(LINES[number]), **values}
    return [*LINES[:number], json.dumps(row, separators=(",", ":")), *LINES[number + 1:]]


class DeclaredTests(unittest.TestCase):
    def test_a_configuration_survives_reading_and_writing(self) -> None:
        self.assertEqual(DECLARED.encode(), SECTION)
        roles = [service.role for service in DECLARED.services]
        self.assertEqual(roles[:5], ["rootd", "memd", "vspaced", "pagerd", "procd"])

    def test_other_data_is_refused(self) -> None:
        for data in (b"", SECTION[:150], b"X" + SECTION[1:], SECTION[:-1]):
            with self.assertRaises(DeclarationError):
                Configuration.decode(data)
        with self.assertRaises(DeclarationError):
            DECLARED.service("nobody")

    def test_switches_and_rows_are_added_to_an_image(self) -> None:
        sections = [
            replace(one, data=SECTION) if one.name == "boot-config" else one
            for one in image().sections]
        file = bootimage.encode(replace(image(), sections=sections), SEED)
        row = {"slot": 18, "type": "endpoint", "rights": ["send"], "peer": "logd", "badge": "0x2"}
        operations = [
            {"op": "switch", "names": ["audit"]},
            {"op": "declare", "role": "rootd", "capability": row, "mode": "call", "deadline": 9}]
        changed = bootimage.parse(mutated(file, operations, Keys({"dev": SEED})) or b"")
        found = Configuration.decode(changed.sections[changed.index("boot-config")].data)
        self.assertEqual(found.fixed[8] & ~DECLARED.fixed[8], 4)
        old, new = DECLARED.service("rootd"), found.service("rootd")
        self.assertEqual(len(new.edges), len(old.edges) + 1)
        rows = [one for one in new.capabilities if one not in old.capabilities]
        self.assertEqual([(one.slot, one.badge, one.flags) for one in rows], [(18, 2, ACQUIRED)])
        self.assertEqual(found.services[1:], DECLARED.services[1:])
        for bad in (
                {"op": "switch", "names": ["none"]},
                {"op": "declare", "role": "nobody", "capability": row},
                {"op": "declare", "role": "rootd", "capability": {**row, "peer": "nobody"}},
                {"op": "declare", "role": "rootd", "capability": row, "mode": "shout"}):
            with self.assertRaises(MutationError):
                mutated(file, [bad], Keys({"dev": SEED}))
        with self.assertRaises(ValueError):
            boot_config.switching_on(b"", [])


class AuditTests(unittest.TestCase):
    def test_an_incomplete_audit_is_refused(self) -> None:
        first = next(n for n, line in enumerate(LINES) if '"capability"' in line)
        for lines in (
                [], LINES[1:], LINES[:-1], [*LINES[:first], *LINES[first + 1:]],
                changed_line(first, more=1), changed_line(first, type="no"),
                changed_line(first, process=99999), [*LINES[:first], '{"authority":"capability"'],
                changed_line(first, count=2)):
            with self.assertRaises(AuditError):
                audit.observe(lines)

    def test_the_last_audit_of_a_log_counts(self) -> None:
        once = audit.observe(LINES)
        self.assertEqual(audit.observe(["noise", LINES[0], *LINES, "noise"]), once)


class ComparisonTests(unittest.TestCase):
    processes = audit.observe(LINES)

    def differences(self, processes: list[Process]) -> list[str]:
        return authority.differences(DECLARED, processes)

    def test_the_recorded_audit_is_as_declared(self) -> None:
        self.assertEqual(self.differences(self.processes), [])

    def test_every_declared_row_counts(self) -> None:
        for change in ("gone", "rights", "badge", "type", "family", "peer", "slot"):
            for name, configuration in other_services(change):
                with self.subTest(change=change, row=name):
                    found = authority.differences(configuration, self.processes)
                    role = name.split()[0]
                    self.assertTrue([line for line in found if line.startswith(f"{role}: ")])

    def test_every_capability_in_another_slot_is_found(self) -> None:
        kinds = {one.what: one for process in self.processes for one in process.held}
        for holder in self.processes:
            for one in kinds.values():
                for slot in (1999, 2050, 4000)[:2 if one.target else 3]:
                    moved = replace(one, slot=slot, count=1)
                    if holder.role == "rootd" and derived.is_inventory(moved):
                        continue
                    if holder.role == "memd" and slot == 4000 and derived.is_memory_of_memd(one):
                        continue
                    more = replace(holder, held=(*holder.held, moved))
                    found = self.differences(
                        [more if old == holder else old for old in self.processes])
                    self.assertTrue(
                        [line for line in found if line.startswith(f"{holder.role}: ")],
                        f"{holder.role} {slot} {one.what}")

    def test_processes_that_are_not_declared_or_not_there(self) -> None:
        first, *others = self.processes
        last = others[-1]
        for processes, line in (
                (others, "rootd: 0 processes, declared 1"),
                ([first, *others, last], f"{last.role}: 2 processes, declared 1"),
                ([first, *others, Process(9, "", 1, 0, 64)], "process 9: nobody, not declared"),
                ([first, *others, Process(9, "irqd", 1, 0, 64)], "process 9: irqd, not declared"),
                ([first, *others[:-1], replace(last, state=2)], f"{last.role}: does not run"),
                ([first, *others[:-1], replace(last, slot_count=64)],
                 f"{last.role}: 64 slots, declared {last.slot_count}"),
                ([first, *others[:-1], replace(last, syscalls=1)],
                 f"{last.role}: system calls 0x1, declared {last.syscalls:#x}")):
            self.assertIn(line, self.differences(processes))

    def test_objects_of_nobody_and_second_objects(self) -> None:
        first, *others = self.processes
        endpoint = next(one for one in first.held if one.target == "memd")
        for target, line in (
                ("", "object 7777: endpoint of nobody"),
                ("memd", "memd: 2 objects of type endpoint")):
            more = replace(endpoint, slot=2000, object=7777, target=target)
            found = self.differences([replace(first, held=(*first.held, more)), *others])
            self.assertIn(line, found)

    def test_less_memory_and_fewer_images_than_there_are(self) -> None:
        for role, kind in (("memd", "untyped"), ("procd", "frame")):
            process = next(one for one in self.processes if one.role == role)
            held = tuple(
                replace(one, count=one.count - 1) if one.slot == 64 else one
                for one in process.held)
            found = self.differences([
                replace(process, held=held) if one == process else one for one in self.processes])
            self.assertEqual(len(found), 1)
            self.assertIn(f"capabilities of type {kind} to start with", found[0])

    def test_an_instance_without_a_number(self) -> None:
        process = self.processes[-1]
        held = tuple(
            replace(one, badge=one.badge & 0xFFFF_FFFF) if one.slot == 3 else one
            for one in process.held)
        found = self.differences([*self.processes[:-1], replace(process, held=held)])
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith(f"{process.role}: slot 3: has badge"))


class TroubleTests(unittest.TestCase):
    def trouble(self, *expected: str, lines: list[str] = LINES) -> str | None:
        return authority.trouble(DECLARED, lines, expected)

    def test_exactly_the_expected_differences(self) -> None:
        self.assertIsNone(self.trouble())
        self.assertEqual(self.trouble("rootd: *"), "not found: rootd: *")
        self.assertEqual(self.trouble(lines=[]), "no audit in the log")
        number = next(n for n, line in enumerate(LINES) if '"target":"procd"' in line)
        lines = changed_line(number, rights=["send"], badge="0x9")
        role = "rootd"
        self.assertIn(f"{role}: slot", self.trouble(lines=lines) or "")
        self.assertIsNone(self.trouble(f"{role}: slot *", lines=lines))
        self.assertIn(f"{role}: slot", self.trouble("memd: *", lines=lines) or "")

    def test_every_audit_of_a_log_is_compared(self) -> None:
        self.assertEqual(self.trouble(lines=LINES * 2), "2 audits in the log, expected 1")
        self.assertIsNone(authority.trouble(DECLARED, LINES * 2, (), 2))
        number = next(n for n, line in enumerate(LINES) if '"target":"procd"' in line)
        changed = changed_line(number, rights=["send"], badge="0x9")
        for log in ([*LINES, *changed], [*changed, *LINES]):
            found = authority.trouble(DECLARED, log, (), 2) or ""
            self.assertIn("rootd: slot", found)
            self.assertIn(" before, ", found)

    def test_the_key_of_a_scenario_is_strict(self) -> None:
        self.assertEqual(decode("a", {**BASE, "authority": {}}).authority.differences, ())
        self.assertIsNone(decode("a", BASE).authority)
        self.assertEqual(decode("a", {**BASE, "authority": {"count": 2}}).authority.count, 2)
        for bad in ([], {"differences": [1]}, {"other": 1}, {"count": 0}, {"count": "1"}):
            with self.assertRaises(ScenarioError):
                decode("a", {**BASE, "authority": bad})


if __name__ == "__main__":
    unittest.main()
