"""The verdict over one boot, from its logs and the way it ended. Pure: no files, no processes."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from harness import guest_tests
from harness.scenario import STREAMS, Scenario

# Forbidden everywhere, unless the very line is expected.
ALWAYS_FORBIDDEN = ("ERIX_*:FAIL:*", "ERIX_*:PANIC*")
_PLACES = re.compile(r"(\*|\{[<>]=\d+\})")
_LIMIT = re.compile(r"\{([<>])=(\d+)\}")
_ESCAPE = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b.")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class State(StrEnum):
    """What a boot came to."""

    OK = "ok"
    EMULATOR_CRASH = "EMULATOR_CRASH"
    FORBIDDEN_MARKER = "FORBIDDEN_MARKER"
    GUEST_RESET = "GUEST_RESET"
    HUNG = "HUNG"
    GUEST_TESTS = "GUEST_TESTS"
    WRONG_CODE = "WRONG_CODE"
    MISSING_MARKER = "MISSING_MARKER"
    AUTHORITY = "AUTHORITY"
    # The person at the serial port did not see what should be there.
    TERMINAL = "TERMINAL"
    # The scenario could not be set up: the fault is in the data or in the build, not in the guest.
    BAD_SCENARIO = "BAD_SCENARIO"


@dataclass(frozen=True)
class Ending:
    """How the emulator came to its end: by itself with a status, or stopped by the harness."""

    status: int | None = None
    timed_out: bool = False


@dataclass(frozen=True)
class Verdict:
    """A state and a sentence for the reader of the table."""

    state: State
    detail: str = ""
    # What the guest's own tests came to, passed and failed; (0, 0) when it runs none.
    counts: tuple[int, int] = (0, 0)


def lines(log: str) -> list[str]:
    """The lines of a log without terminal escapes; what stands before a marker is cut off."""
    text = _CONTROL.sub("", _ESCAPE.sub("", log.replace("\r", "\n")))
    cut = (line[max(line.find("ERIX_"), 0):].strip() for line in text.split("\n"))
    return [line for line in cut if line]


def matches(marker: str, line: str) -> bool:
    """Whether the whole line is the marker.

    In it `*` stands for any text, `{<=5}` for a number up to 5 and `{>=5}` for one from 5 on.
    """
    parts = _PLACES.split(marker)
    pattern = "".join(
        ".*" if part == "*" else r"(\d+)" if _LIMIT.fullmatch(part) else re.escape(part)
        for part in parts)
    found = re.fullmatch(pattern, line)
    limits = [limit for part in parts if (limit := _LIMIT.fullmatch(part))]
    return found is not None and all(
        int(number) <= int(limit[2]) if limit[1] == "<" else int(number) >= int(limit[2])
        for number, limit in zip(found.groups(), limits))


def first_missing(markers: tuple[str, ...], log: str) -> str | None:
    """The first marker that does not come after the ones before it."""
    remaining = iter(lines(log))
    for marker in markers:
        if not any(matches(marker, line) for line in remaining):
            return marker
    return None


def missing_marker(scenario: Scenario, logs: dict[str, str]) -> str | None:
    """The first marker missing on any stream, with the stream's name."""
    for stream in STREAMS:
        marker = first_missing(scenario.expect[stream], logs[stream])
        if marker is not None:
            return f"{marker} ({stream})"
    return None


def forbidden_line(scenario: Scenario, logs: dict[str, str]) -> str | None:
    """The first line that may not be there."""
    expected = [marker for stream in STREAMS for marker in scenario.expect[stream]]
    for stream in STREAMS:
        for line in lines(logs[stream]):
            if any(matches(marker, line) for marker in scenario.forbid[stream]):
                return f"{line} ({stream})"
            if any(matches(marker, line) for marker in expected):
                continue
            if any(matches(marker, line) for marker in ALWAYS_FORBIDDEN):
                return f"{line} ({stream})"
    return None


def _emulator_failed(status: int | None) -> bool:
    """isa-debug-exit gives 2 x code + 1 with codes from 1; a reset or power-off gives 0.

    A machine that is to switch itself off starts again after a reset, so that 0 means one thing.
    """
    return status is not None and status != 0 and (status < 3 or status % 2 == 0)


def _wrong_code(scenario: Scenario, status: int | None) -> str | None:
    code = None if status is None else status // 2
    if code == scenario.exit_code:
        return None
    found = "still running" if code is None else f"{code:#04x}"
    wanted = {None: "still running", 0: "power-off"}.get(
        scenario.exit_code, f"{scenario.exit_code or 0:#04x}")
    return f"exit {found}, expected {wanted}"


def judge(scenario: Scenario, logs: dict[str, str], ending: Ending) -> Verdict:
    """The state of a boot, and what its own tests came to."""
    if scenario.tests is None:
        return _judge(scenario, logs, ending, None, False)
    results = guest_tests.read(lines(logs["debug"]))
    trouble = guest_tests.trouble(scenario.tests, results)
    has_cases = bool(results.passed or results.failed)
    verdict = _judge(scenario, logs, ending, trouble, has_cases)
    if scenario.tests.failing:
        # Cases that are to fail say that the scenario is right, nothing about the system.
        return verdict
    counts = results.sums or (len(results.passed), len(results.failed))
    return replace(verdict, counts=counts, detail=verdict.detail or results.text)


def _judge(
    scenario: Scenario, logs: dict[str, str], ending: Ending, trouble: str | None, has_cases: bool,
) -> Verdict:
    """The state that explains most, in this order, since each can be the cause of the next."""
    missing = missing_marker(scenario, logs)
    context = f"no {missing}" if missing else "all markers seen"
    forbidden = forbidden_line(scenario, logs)
    if _emulator_failed(ending.status):
        return Verdict(State.EMULATOR_CRASH, f"status {ending.status}; {context}")
    if forbidden is not None:
        return Verdict(State.FORBIDDEN_MARKER, forbidden)
    if ending.timed_out:
        last = lines(logs["debug"])[-1:] or ["nothing"]
        return Verdict(State.HUNG, f"{context}; last line: {last[0]}")
    if ending.status == 0 and scenario.exit_code != 0:
        return Verdict(State.GUEST_RESET, context)
    if trouble is not None and has_cases:
        return Verdict(State.GUEST_TESTS, trouble)
    wrong = _wrong_code(scenario, ending.status)
    if wrong is not None:
        return Verdict(State.WRONG_CODE, f"{wrong}; {context}")
    if missing is not None:
        return Verdict(State.MISSING_MARKER, missing)
    if trouble is not None:
        return Verdict(State.GUEST_TESTS, trouble)
    return Verdict(State.OK)
