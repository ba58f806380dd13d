"""Tests that ran inside the guest: what they wrote to the debug console, and what was expected.

A test program writes a line per case, `PASS <suite>/<case>` or `FAIL <suite>/<case> <how>`, and
`N passed, N failed` at its end; several programs in one boot add up. Pure: no files, no processes.
"""

import re
from dataclasses import dataclass

_CASE = re.compile(r"(PASS|FAIL) (\S.*)")
_SUM = re.compile(r"(\d+) passed, (\d+) failed")


@dataclass(frozen=True)
class GuestTests:
    """What a scenario expects of the guest's own tests."""

    # Fewer cases that passed than this are a failure: a suite may have been left out.
    minimum: int = 1
    # The cases that must fail, with `*` for any text; no others may.
    failing: tuple[str, ...] = ()
    # Every error that the reference lists must have been provoked: error_table.py.
    errors: bool = False


@dataclass(frozen=True)
class Results:
    """The cases of one boot; the sums are None when no program came to its end."""

    sums: tuple[int, int] | None = None
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sums as a reader expects them."""
        return "no sums" if self.sums is None else f"{self.sums[0]} passed, {self.sums[1]} failed"


def read(lines: list[str]) -> Results:
    """The results in the lines of a log."""
    cases: dict[str, list[str]] = {"PASS": [], "FAIL": []}
    sums = None
    for line in lines:
        if case := _CASE.fullmatch(line):
            cases[case[1]].append(case[2])
        elif found := _SUM.fullmatch(line):
            before = sums or (0, 0)
            sums = (before[0] + int(found[1]), before[1] + int(found[2]))
    return Results(sums, tuple(cases["PASS"]), tuple(cases["FAIL"]))


def _matches(pattern: str, case: str) -> bool:
    """Whether a failed case is the one expected; how it failed stands behind its name."""
    text = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(f"{text}(?: .*)?", case) is not None


def trouble(expected: GuestTests, results: Results) -> str | None:
    """What is wrong, most telling first; None when all is as expected."""
    for case in results.failed:
        if not any(_matches(pattern, case) for pattern in expected.failing):
            return f"{case}; {results.text}"
    if results.sums is None:
        last = [*results.passed[-1:], "nothing"][0]
        return f"no line `N passed, N failed`; last to pass: {last}"
    for pattern in expected.failing:
        if not any(_matches(pattern, case) for case in results.failed):
            return f"{pattern} did not fail"
    seen = (len(results.passed), len(results.failed))
    if results.sums != seen:
        return f"{results.text}, but {seen[0]} PASS and {seen[1]} FAIL lines"
    if results.sums[0] < expected.minimum:
        return f"{results.text}; at least {expected.minimum} must pass"
    return None
