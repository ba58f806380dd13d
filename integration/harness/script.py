"""What a scripted person at the serial port does: steps, each done before the next one begins.

docs/reference/scenarios.md has the format; terminal.py does them.
"""

from dataclasses import dataclass
from typing import Any

LARGEST_COUNT = 100_000


class ScriptError(ValueError):
    """A script that does not follow the format."""


@dataclass(frozen=True)
class Step:
    """One thing that the person does."""

    verb: str
    text: str = ""
    # How often, with `{n}` for the number of the turn, counted from 1.
    count: int = 1
    # Texts that may not come before the one that is waited for.
    without: tuple[str, ...] = ()
    # Under which name what was read is kept, and with what kept earlier it must be the same.
    keep: str = ""
    same: str = ""
    seconds: float = 30.0

    def turns(self) -> list[str]:
        """The text of each turn."""
        return [self.text.replace("{n}", str(turn)) for turn in range(1, self.count + 1)]


# Which keys go with which verb; `true` stands where a verb has no text.
VERBS = {
    "expect": {"count", "without", "keep", "same", "seconds"},
    "send": {"count"}, "monitor": {"count"},
    "disconnect": set(), "connect": set()}


def _step(row: Any, place: str) -> Step:
    def require(condition: bool, message: str) -> None:
        if not condition:
            raise ScriptError(f"{place}: {message}")

    require(isinstance(row, dict), "not an object")
    verbs = [verb for verb in VERBS if verb in row]
    require(len(verbs) == 1, f"not exactly one of {sorted(VERBS)}")
    verb = verbs[0]
    unknown = sorted(set(row) - {verb} - VERBS[verb])
    require(not unknown, f"unknown keys {unknown}")
    text, count, seconds = row[verb], row.get("count", 1), row.get("seconds", 30)
    if verb in ("disconnect", "connect"):
        require(text is True, f"{verb}: not true")
        text = ""
    require(type(text) is str and (bool(text) or verb in ("disconnect", "connect")), "no text")
    require(type(count) is int and 0 < count <= LARGEST_COUNT, "count out of range")
    require(type(seconds) in (int, float) and 0 < seconds <= 3600, "seconds out of range")
    without = row.get("without", [])
    good = isinstance(without, list) and all(type(one) is str and one for one in without)
    require(good, "without: not a list of texts")
    keep, same = row.get("keep", ""), row.get("same", "")
    require(type(keep) is str and type(same) is str, "keep, same: not a name")
    return Step(verb, text, count, tuple(without), keep, same, float(seconds))


def decode(rows: Any, place: str) -> tuple[Step, ...]:
    """The steps of a scenario."""
    if not isinstance(rows, list):
        raise ScriptError(f"{place}: not a list of steps")
    return tuple(_step(row, f"{place}[{index}]") for index, row in enumerate(rows))
