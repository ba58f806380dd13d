"""What rootd prints when it is asked who holds what: the processes with their capabilities.

docs/reference/authority.md has the form. Reading is strict: a line that is lost or cut would be
authority that nobody compares. Pure: no files, no processes.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from harness.declared import names, rights_text, text

BEGIN = "ROOTD:AUTHORITY:BEGIN"
END = re.compile(r"ROOTD:AUTHORITY:END:(\d+)")
PROCESS_KEYS = {"authority", "process", "role", "state", "syscalls", "slots", "threads"}
CAPABILITY_KEYS = {
    "authority", "process", "slot", "count", "type", "family", "rights", "badge", "object",
    "target"}


class AuditError(ValueError):
    """A log without a complete audit."""


@dataclass(frozen=True)
class Held:
    """A capability, or several of memory that are alike in consecutive slots."""

    slot: int
    count: int
    type: int
    family: int
    rights: int
    badge: int
    object: int
    target: str

    @property
    def kind(self) -> str:
        """What it is, without rights and badge."""
        family = f" of kernel family {self.family}" if self.family else ""
        target = f" to {self.target}" if self.target else ""
        return f"{text('type', self.type)}{family}{target}"

    @property
    def what(self) -> str:
        badge = f" badge {self.badge:#x}" if self.badge else ""
        return f"{self.kind} {rights_text(self.rights)}{badge}"

    @property
    def place(self) -> str:
        last = self.slot + self.count - 1
        return f"slot {self.slot}" if self.count == 1 else f"slots {self.slot}-{last}"


@dataclass(frozen=True)
class Process:
    """A process with what it holds, in the order of slots."""

    number: int
    role: str
    state: int
    syscalls: int
    slot_count: int
    held: tuple[Held, ...] = ()

    @property
    def singles(self) -> dict[int, Held]:
        """Every capability by its slot; of a run, only the first's object is known."""
        return {
            one.slot + number: replace(
                one, slot=one.slot + number, count=1, object=one.object if number == 0 else 0)
            for one in self.held for number in range(one.count)}


def _strict(line: str, keys: set[str]) -> dict[str, Any]:
    row = json.loads(line)
    if set(row) != keys:
        raise AuditError(f"not the keys of an audit: {line}")
    return row


def _held(row: dict[str, Any]) -> Held:
    return Held(
        row["slot"], row["count"], names("type")[row["type"]], row["family"],
        sum(names("right")[name] for name in row["rights"]), int(row["badge"], 16), row["object"],
        row["target"])


def observe_all(lines: list[str]) -> list[list[Process]]:
    """The processes in each audit of a log. Raises AuditError unless all of all is there."""
    starts = [number for number, line in enumerate(lines) if line == BEGIN]
    if not starts:
        raise AuditError("no audit in the log")
    return [observe(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)])]


def observe(lines: list[str]) -> list[Process]:
    """The processes in the last audit of a log. Raises AuditError unless all of it is there."""
    starts = [number for number, line in enumerate(lines) if line == BEGIN]
    if not starts:
        raise AuditError("no audit in the log")
    processes: dict[int, Process] = {}
    held: dict[int, list[Held]] = {}
    for line in lines[starts[-1]:]:
        try:
            if line.startswith('{"authority":"process"'):
                row = _strict(line, PROCESS_KEYS)
                processes[row["process"]] = Process(
                    row["process"], row["role"], row["state"], row["syscalls"], row["slots"])
                held[row["process"]] = []
            elif line.startswith('{"authority":"capability"'):
                row = _strict(line, CAPABILITY_KEYS)
                held[row["process"]].append(_held(row))
        except (KeyError, TypeError, ValueError) as error:
            raise AuditError(f"a line of the audit cannot be read: {line} ({error!r})") from error
        if found := END.fullmatch(line):
            total = sum(one.count for rows in held.values() for one in rows)
            if total != int(found[1]):
                raise AuditError(f"{total} capabilities in the log, {found[1]} were printed")
            return [
                Process(one.number, one.role, one.state, one.syscalls, one.slot_count,
                        tuple(held[one.number]))
                for one in processes.values()]
    raise AuditError("the audit does not come to its end")
